//! What a schema itself must be: keywords that are known, each with what it takes.

use super::budget::Budget;
use bassline_core::{Fault, Map, Value, nearest};

/// What a keyword takes.
#[derive(Clone, Copy)]
enum Takes {
    Schema,
    Schemas,
    SchemaByName,
    Size,
    Number,
    Positive,
    Truth,
    Text,
    Names,
    NamesByName,
    Pattern,
    Types,
    List,
    Reference,
    Anything,
}

const KEYWORDS: &[(&str, Takes)] = &[
    ("$comment", Takes::Text),
    ("$defs", Takes::SchemaByName),
    ("$id", Takes::Text),
    ("$ref", Takes::Reference),
    ("$schema", Takes::Text),
    ("additionalProperties", Takes::Schema),
    ("allOf", Takes::Schemas),
    ("anyOf", Takes::Schemas),
    ("const", Takes::Anything),
    ("contains", Takes::Schema),
    ("contentEncoding", Takes::Text),
    ("contentMediaType", Takes::Text),
    ("default", Takes::Anything),
    ("dependentRequired", Takes::NamesByName),
    ("dependentSchemas", Takes::SchemaByName),
    ("deprecated", Takes::Truth),
    ("description", Takes::Text),
    ("else", Takes::Schema),
    ("enum", Takes::List),
    ("examples", Takes::List),
    ("exclusiveMaximum", Takes::Number),
    ("exclusiveMinimum", Takes::Number),
    ("format", Takes::Text),
    ("if", Takes::Schema),
    ("items", Takes::Schema),
    ("maxContains", Takes::Size),
    ("maxItems", Takes::Size),
    ("maxLength", Takes::Size),
    ("maxProperties", Takes::Size),
    ("maximum", Takes::Number),
    ("minContains", Takes::Size),
    ("minItems", Takes::Size),
    ("minLength", Takes::Size),
    ("minProperties", Takes::Size),
    ("minimum", Takes::Number),
    ("multipleOf", Takes::Positive),
    ("not", Takes::Schema),
    ("oneOf", Takes::Schemas),
    ("pattern", Takes::Pattern),
    ("patternProperties", Takes::SchemaByName),
    ("prefixItems", Takes::Schemas),
    ("properties", Takes::SchemaByName),
    ("propertyNames", Takes::Schema),
    ("readOnly", Takes::Truth),
    ("required", Takes::Names),
    ("then", Takes::Schema),
    ("title", Takes::Text),
    ("type", Takes::Types),
    ("uniqueItems", Takes::Truth),
    ("writeOnly", Takes::Truth),
];

pub(super) const TYPES: &[&str] = &["array", "boolean", "integer", "null", "number", "object", "string"];

/// Refuses a schema with a keyword that is not known, or that holds what it cannot.
pub(super) fn check(schema: &Value, root: &Value, budget: &mut Budget<'_>, level: usize) -> Result<(), Fault> {
    budget.enter(level)?;
    let map = match schema {
        Value::Bool(_) => return Ok(()),
        Value::Map(map) => map,
        other => return Err(budget.refused(format!("a map or a bool wherever a schema stands, not {other}"))),
    };
    for (keyword, rule) in map.iter() {
        budget.spend(1)?;
        if keyword.starts_with("x-") {
            continue;
        }
        let Some((_, takes)) = KEYWORDS.iter().find(|(known, _)| known == keyword) else {
            return Err(unknown(keyword, budget));
        };
        if !fits(*takes, rule, root, budget, level)? {
            let expected = expected(*takes);
            let found = if matches!(rule, Value::Map(_) | Value::List(_)) {
                rule.type_name().to_owned()
            } else {
                rule.to_string()
            };
            return Err(budget.refused(format!("in '{keyword}' {expected}, not {found}")));
        }
    }
    Ok(())
}

fn unknown(keyword: &str, budget: &Budget<'_>) -> Fault {
    let near = nearest(keyword, KEYWORDS.iter().map(|(known, _)| *known));
    let hint = match near.first() {
        Some(near) if !keyword.starts_with('$') && !keyword.starts_with("unevaluated") => {
            format!("; did you mean '{near}'?")
        }
        _ => String::new(),
    };
    budget.refused(format!(
        "keywords of JSON Schema 2020-12 that are known here, or x-…, not '{keyword}'{hint}"
    ))
}

fn expected(takes: Takes) -> &'static str {
    match takes {
        Takes::Schema => "a map or a bool",
        Takes::Schemas => "a list of schemas with at least one",
        Takes::SchemaByName => "a map of schemas",
        Takes::Size => "a whole number from 0",
        Takes::Number => "a number",
        Takes::Positive => "a number above 0",
        Takes::Truth => "a bool",
        Takes::Text => "a string",
        Takes::Names => "a list of strings",
        Takes::NamesByName => "a map of lists of strings",
        Takes::Pattern => "a regular expression",
        Takes::Types => "'array', 'boolean', 'integer', 'null', 'number', 'object' or 'string', or a list of these",
        Takes::List => "a list",
        Takes::Reference => "'#', or '#/' and the way to a schema in this one",
        Takes::Anything => "anything",
    }
}

fn fits(takes: Takes, rule: &Value, root: &Value, budget: &mut Budget<'_>, level: usize) -> Result<bool, Fault> {
    Ok(match (takes, rule) {
        (Takes::Schema, Value::Map(_) | Value::Bool(_)) => check(rule, root, budget, level + 1).map(|()| true)?,
        (Takes::Schemas, Value::List(schemas)) => {
            for schema in schemas.iter() {
                check(schema, root, budget, level + 1)?;
            }
            !schemas.is_empty()
        }
        (Takes::SchemaByName, Value::Map(map)) => {
            for (_, schema) in map.iter() {
                check(schema, root, budget, level + 1)?;
            }
            true
        }
        (Takes::Size, rule) => size(rule).is_some(),
        (Takes::Number, Value::Float(float)) => !float.is_nan(),
        (Takes::Positive, Value::Int(int)) => *int > 0,
        (Takes::Positive, Value::Float(float)) => *float > 0.0 && float.is_finite(),
        (Takes::Names, rule) => are_names(rule, budget)?,
        (Takes::NamesByName, Value::Map(map)) => {
            let mut fit = true;
            for (_, names) in map.iter() {
                fit = fit && are_names(names, budget)?;
            }
            fit
        }
        (Takes::Pattern, Value::Text(pattern)) => budget.is_match(pattern, "").map(|_| true)?,
        (Takes::Types, Value::Text(name)) => TYPES.contains(&name.as_str()),
        (Takes::Types, Value::List(names)) => {
            !names.is_empty()
                && names.len() <= TYPES.len()
                && names
                    .iter()
                    .all(|name| matches!(name, Value::Text(name) if TYPES.contains(&name.as_str())))
        }
        (Takes::Reference, Value::Text(pointer)) => target(root, pointer).is_some(),
        (Takes::Number, Value::Int(_))
        | (Takes::Truth, Value::Bool(_))
        | (Takes::Text, Value::Text(_))
        | (Takes::List, Value::List(_))
        | (Takes::Anything, _) => true,
        _ => false,
    })
}

fn are_names(rule: &Value, budget: &mut Budget<'_>) -> Result<bool, Fault> {
    let Value::List(names) = rule else { return Ok(false) };
    budget.spend(names.len())?;
    Ok(names.iter().all(|name| matches!(name, Value::Text(_))))
}

/// A whole number from 0, an int or not.
pub(super) fn size(rule: &Value) -> Option<usize> {
    match rule {
        Value::Int(int) => usize::try_from(*int).ok(),
        Value::Float(float) if float.fract() == 0.0 && (0.0..9e15).contains(float) => Some(*float as usize),
        _ => None,
    }
}

/// The schema that a reference names.
pub(super) fn target<'a>(root: &'a Value, reference: &str) -> Option<&'a Value> {
    let pointer = reference.strip_prefix('#')?;
    let mut at = root;
    let mut steps = pointer.split('/');
    if steps.next() != Some("") {
        return None;
    }
    for step in steps {
        let key = step.replace("~1", "/").replace("~0", "~");
        at = match at {
            Value::Map(map) => Map::get(map, &key)?,
            Value::List(items) => items.get(key.parse::<usize>().ok()?)?,
            _ => return None,
        };
    }
    matches!(at, Value::Map(_) | Value::Bool(_)).then_some(at)
}
