//! Holding a value against a schema.

use super::budget::Budget;
use super::equal::equal;
use super::keywords::{size, target};
use bassline_core::{Fault, Map, Text, Value, compare_numbers};
use std::cmp::Ordering;
use std::sync::Arc;

/// How many errors are told.
const TOLD: usize = 1_000;

/// A step on the way into the data.
enum Step {
    Key(Text),
    Index(usize),
}

pub(super) struct Check<'a> {
    root: &'a Value,
    budget: Budget<'a>,
    way: Vec<Step>,
    errors: Vec<Value>,
    /// All that were found, those not told too.
    found: usize,
}

impl<'a> Check<'a> {
    pub(super) fn new(root: &'a Value, budget: Budget<'a>) -> Self {
        Self {
            root,
            budget,
            way: Vec::new(),
            errors: Vec::new(),
            found: 0,
        }
    }

    pub(super) fn into_errors(self) -> Vec<Value> {
        self.errors
    }

    pub(super) fn schema(&mut self, schema: &Value, data: &Value, level: usize) -> Result<(), Fault> {
        self.budget.enter(level)?;
        match schema {
            Value::Bool(false) => self.error("false", format!("expected nothing here, found {}", brief(data))),
            Value::Map(map) => {
                for (keyword, rule) in map.iter() {
                    self.budget.spend(1)?;
                    self.keyword(map, keyword, rule, data, level + 1)?;
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// Whether the data is as the schema says, without telling what is not.
    fn holds(&mut self, schema: &Value, data: &Value, level: usize) -> Result<bool, Fault> {
        let (told, found) = (self.errors.len(), self.found);
        self.schema(schema, data, level)?;
        let holds = self.found == found;
        self.errors.truncate(told);
        self.found = found;
        Ok(holds)
    }

    fn inside(&mut self, step: Step, schema: &Value, data: &Value, level: usize) -> Result<(), Fault> {
        self.way.push(step);
        let done = self.schema(schema, data, level);
        self.way.pop();
        done
    }

    fn error(&mut self, keyword: &str, message: String) -> Result<(), Fault> {
        self.budget.spend(1 + self.way.len())?;
        self.found += 1;
        if self.errors.len() >= TOLD {
            return Ok(());
        }
        let mut path = String::new();
        for step in &self.way {
            path.push('/');
            match step {
                Step::Key(key) => path.push_str(&key.replace('~', "~0").replace('/', "~1")),
                Step::Index(at) => path.push_str(&at.to_string()),
            }
        }
        self.errors.push(Value::Map(Arc::new(Map::new(vec![
            ("keyword".into(), Value::text(keyword)),
            ("message".into(), Value::Text(message.into())),
            ("path".into(), Value::Text(path.into())),
        ]))));
        Ok(())
    }

    fn demand(&mut self, holds: bool, keyword: &str, message: impl FnOnce() -> String) -> Result<(), Fault> {
        if holds { Ok(()) } else { self.error(keyword, message()) }
    }

    fn keyword(&mut self, schema: &Map, keyword: &str, rule: &Value, data: &Value, level: usize) -> Result<(), Fault> {
        match (keyword, rule) {
            ("$ref", Value::Text(reference)) => match target(self.root, reference) {
                Some(schema) => self.schema(schema, data, level),
                None => Ok(()),
            },
            ("type", rule) => {
                let names = match rule {
                    Value::List(names) => names,
                    one => std::slice::from_ref(one),
                };
                let holds = names
                    .iter()
                    .any(|name| matches!(name, Value::Text(name) if is_of(data, name)));
                self.demand(holds, keyword, || {
                    format!("expected {}, found {}", listed(names), brief(data))
                })
            }
            ("const", rule) => {
                let holds = equal(rule, data, &mut self.budget)?;
                self.demand(holds, keyword, || {
                    format!("expected {}, found {}", brief(rule), brief(data))
                })
            }
            ("enum", Value::List(values)) => {
                let mut holds = false;
                for value in values.iter() {
                    holds = holds || equal(value, data, &mut self.budget)?;
                }
                self.demand(holds, keyword, || {
                    format!("expected {}, found {}", listed(values), brief(data))
                })
            }
            ("allOf" | "anyOf" | "oneOf", Value::List(schemas)) => self.combined(keyword, schemas, data, level),
            ("not", rule) => {
                let holds = !self.holds(rule, data, level)?;
                self.demand(holds, keyword, || {
                    format!("expected anything but what 'not' says, found {}", brief(data))
                })
            }
            ("if", rule) => {
                let branch = if self.holds(rule, data, level)? { "then" } else { "else" };
                schema
                    .get(branch)
                    .map_or(Ok(()), |branch| self.schema(branch, data, level))
            }
            _ => match data {
                Value::Int(_) | Value::Float(_) => self.number(keyword, rule, data),
                Value::Text(text) => self.text(keyword, rule, text),
                Value::List(items) => self.list(schema, keyword, rule, items, level),
                Value::Map(_) => self.map(schema, keyword, rule, data, level),
                _ => Ok(()),
            },
        }
    }

    fn combined(&mut self, keyword: &str, schemas: &[Value], data: &Value, level: usize) -> Result<(), Fault> {
        if keyword == "allOf" {
            return schemas.iter().try_for_each(|schema| self.schema(schema, data, level));
        }
        let mut holding = 0;
        for schema in schemas {
            holding += usize::from(self.holds(schema, data, level)?);
        }
        let (holds, wanted) = match keyword {
            "anyOf" => (holding > 0, "at least one"),
            _ => (holding == 1, "exactly one"),
        };
        self.demand(holds, keyword, || {
            format!(
                "expected {wanted} of {} schemas to hold, found {holding} that do for {}",
                schemas.len(),
                brief(data)
            )
        })
    }

    fn number(&mut self, keyword: &str, rule: &Value, data: &Value) -> Result<(), Fault> {
        let order = compare_numbers(data, rule);
        let is_nan = matches!(data, Value::Float(float) if float.is_nan());
        let (holds, wanted) = match keyword {
            "minimum" => (order != Some(Ordering::Less) && !is_nan, "at least"),
            "maximum" => (order != Some(Ordering::Greater), "at most"),
            "exclusiveMinimum" => (order == Some(Ordering::Greater) && !is_nan, "more than"),
            "exclusiveMaximum" => (order == Some(Ordering::Less), "less than"),
            "multipleOf" => (is_multiple(data, rule), "a multiple of"),
            _ => return Ok(()),
        };
        self.demand(holds, keyword, || format!("expected {wanted} {rule}, found {data}"))
    }

    fn text(&mut self, keyword: &str, rule: &Value, text: &Text) -> Result<(), Fault> {
        match (keyword, rule) {
            ("minLength" | "maxLength", rule) => {
                self.budget.read(text)?;
                self.sized(keyword, rule, text.chars().count(), "characters")
            }
            ("pattern", Value::Text(pattern)) => {
                let holds = self.budget.is_match(pattern, text)?;
                self.demand(holds, keyword, || {
                    format!("expected what matches '{pattern}', found {}", Value::Text(text.clone()))
                })
            }
            _ => Ok(()),
        }
    }

    fn sized(&mut self, keyword: &str, rule: &Value, length: usize, what: &str) -> Result<(), Fault> {
        let Some(bound) = size(rule) else { return Ok(()) };
        let (holds, wanted) = if keyword.starts_with("min") {
            (length >= bound, "at least")
        } else {
            (length <= bound, "at most")
        };
        self.demand(holds, keyword, || {
            format!("expected {wanted} {bound} {what}, found {length}")
        })
    }

    fn list(&mut self, schema: &Map, keyword: &str, rule: &Value, items: &[Value], level: usize) -> Result<(), Fault> {
        match (keyword, rule) {
            ("minItems" | "maxItems", rule) => self.sized(keyword, rule, items.len(), "items"),
            ("prefixItems", Value::List(schemas)) => {
                for (at, (item, schema)) in items.iter().zip(schemas.iter()).enumerate() {
                    self.inside(Step::Index(at), schema, item, level)?;
                }
                Ok(())
            }
            ("items", rule) => {
                let before = match schema.get("prefixItems") {
                    Some(Value::List(schemas)) => schemas.len(),
                    _ => 0,
                };
                for (at, item) in items.iter().enumerate().skip(before) {
                    self.inside(Step::Index(at), rule, item, level)?;
                }
                Ok(())
            }
            ("contains", rule) => {
                let mut count = 0;
                for item in items {
                    count += usize::from(self.holds(rule, item, level)?);
                }
                let least = schema.get("minContains").and_then(size).unwrap_or(1);
                let most = schema.get("maxContains").and_then(size).unwrap_or(usize::MAX);
                let (keyword, wanted) = match count {
                    0 if least > 0 => ("contains", format!("at least {least}")),
                    _ if count < least => ("minContains", format!("at least {least}")),
                    _ if count > most => ("maxContains", format!("at most {most}")),
                    _ => return Ok(()),
                };
                self.error(
                    keyword,
                    format!("expected {wanted} items as 'contains' says, found {count}"),
                )
            }
            ("uniqueItems", Value::Bool(true)) => {
                for (at, item) in items.iter().enumerate() {
                    for (other, earlier) in items[..at].iter().enumerate() {
                        if equal(earlier, item, &mut self.budget)? {
                            let message =
                                format!("expected no two equal items, found {} at {other} and {at}", brief(item));
                            return self.error(keyword, message);
                        }
                    }
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn map(&mut self, schema: &Map, keyword: &str, rule: &Value, data: &Value, level: usize) -> Result<(), Fault> {
        let Value::Map(map) = data else { return Ok(()) };
        match (keyword, rule) {
            ("minProperties" | "maxProperties", rule) => self.sized(keyword, rule, map.len(), "keys"),
            ("required", Value::List(names)) => self.required(keyword, names, map),
            ("dependentRequired", Value::Map(rules)) => {
                for (name, names) in rules.iter() {
                    if let (Some(_), Value::List(names)) = (map.get(name), names) {
                        self.required(keyword, names, map)?;
                    }
                }
                Ok(())
            }
            ("dependentSchemas", Value::Map(rules)) => {
                for (name, schema) in rules.iter() {
                    if map.get(name).is_some() {
                        self.schema(schema, data, level)?;
                    }
                }
                Ok(())
            }
            ("properties", Value::Map(rules)) => {
                for (name, schema) in rules.iter() {
                    self.budget.spend(1)?;
                    if let Some(value) = map.get(name) {
                        self.inside(Step::Key(name.clone()), schema, value, level)?;
                    }
                }
                Ok(())
            }
            ("patternProperties", Value::Map(rules)) => {
                for (pattern, schema) in rules.iter() {
                    for (name, value) in map.iter() {
                        if self.budget.is_match(pattern, name)? {
                            self.inside(Step::Key(name.clone()), schema, value, level)?;
                        }
                    }
                }
                Ok(())
            }
            ("additionalProperties", rule) => self.additional(schema, rule, map, level),
            ("propertyNames", rule) => {
                for (name, _) in map.iter() {
                    self.schema(rule, &Value::Text(name.clone()), level)?;
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn required(&mut self, keyword: &str, names: &[Value], map: &Map) -> Result<(), Fault> {
        for name in names {
            self.budget.spend(1)?;
            if let Value::Text(name) = name
                && map.get(name).is_none()
            {
                self.error(keyword, format!("expected the key '{name}', found none"))?;
            }
        }
        Ok(())
    }

    fn additional(&mut self, schema: &Map, rule: &Value, map: &Map, level: usize) -> Result<(), Fault> {
        let mut others = Vec::new();
        for (name, value) in map.iter() {
            self.budget.spend(1)?;
            let mut is_known = matches!(schema.get("properties"), Some(Value::Map(rules)) if rules.get(name).is_some());
            if let Some(Value::Map(rules)) = schema.get("patternProperties") {
                for (pattern, _) in rules.iter() {
                    is_known = is_known || self.budget.is_match(pattern, name)?;
                }
            }
            if !is_known {
                others.push((name, value));
            }
        }
        if let (Value::Bool(false), Some((name, _))) = (rule, others.first()) {
            let message = format!("expected no other keys, found {} such as '{name}'", others.len());
            return self.error("additionalProperties", message);
        }
        for (name, value) in others {
            self.inside(Step::Key(name.clone()), rule, value, level)?;
        }
        Ok(())
    }
}

/// Whether a value is of a type of JSON; an integer is a number without a fraction.
fn is_of(data: &Value, name: &str) -> bool {
    match (name, data) {
        ("null", Value::Null)
        | ("boolean", Value::Bool(_))
        | ("integer" | "number", Value::Int(_))
        | ("number", Value::Float(_))
        | ("string", Value::Text(_))
        | ("array", Value::List(_))
        | ("object", Value::Map(_)) => true,
        ("integer", Value::Float(float)) => float.fract() == 0.0,
        _ => false,
    }
}

fn is_multiple(data: &Value, of: &Value) -> bool {
    match (data, of) {
        (Value::Int(data), Value::Int(of)) => data.checked_rem(*of) == Some(0),
        _ => {
            let quotient = float(data) / float(of);
            quotient.fract() == 0.0
        }
    }
}

fn float(value: &Value) -> f64 {
    match value {
        Value::Int(int) => *int as f64,
        Value::Float(float) => *float,
        _ => f64::NAN,
    }
}

/// A value in a few words.
fn brief(value: &Value) -> String {
    match value {
        Value::List(items) => format!("a list of {} items", items.len()),
        Value::Map(map) => format!("a map of {} keys", map.len()),
        Value::Null | Value::Bool(_) => value.to_string(),
        Value::Int(_) | Value::Float(_) | Value::Text(_) => format!("{} {value}", value.type_name()),
        other => format!("a value of type {}", other.type_name()),
    }
}

/// Values as a choice.
fn listed(values: &[Value]) -> String {
    let shown: Vec<String> = values
        .iter()
        .take(8)
        .map(|value| match value {
            Value::Text(text) => format!("'{text}'"),
            other => brief(other),
        })
        .collect();
    let more = if values.len() > 8 { " or one of more" } else { "" };
    format!("{}{more}", shown.join(" or "))
}
