//! Reading one document of YAML: strings as keys, none given twice; what aliases stand for counts against the limits.

use super::plain;
use bassline_core::{Map, Text, Value, limit};
use saphyr_parser::{Event, Marker, Parser, ScalarStyle, Tag};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The value of a text, or what is wrong with it and where.
pub(crate) fn read(text: &str) -> Result<Value, String> {
    let mut reader = Reader::default();
    for event in Parser::new_from_str(text) {
        match event {
            Ok((event, span)) => reader
                .take(event)
                .map_err(|problem| format!("{problem}{}", place(&span.start)))?,
            // The scanner looks ahead, and may meet a limit of its own before events tell of ours.
            Err(error) if error.info().contains("recursion limit") => {
                return Err(format!("{}{}", too_deep(), place(error.marker())));
            }
            Err(error) => return Err(format!("{}{}", error.info(), place(error.marker()))),
        }
    }
    Ok(reader.root.map_or(Value::Null, |node| node.value))
}

fn too_deep() -> String {
    format!("nested more than {} levels deep", limit::LEVELS)
}

fn place(marker: &Marker) -> String {
    format!(" at line {} column {}", marker.line(), marker.col() + 1)
}

/// A value, and what it stands for when every alias in it is written out.
#[derive(Clone)]
struct Node {
    value: Value,
    values: usize,
    levels: usize,
    /// Whether it is the word of a merge.
    is_merge: bool,
}

/// A list or a map that is not at its end.
struct Open {
    anchor: usize,
    values: usize,
    levels: usize,
    parts: Parts,
}

enum Parts {
    List(Vec<Value>),
    Map {
        merged: Vec<(Text, Value)>,
        own: BTreeMap<Text, Value>,
        key: Option<Key>,
    },
}

enum Key {
    Name(Text),
    Merge,
}

#[derive(Default)]
struct Reader {
    open: Vec<Open>,
    root: Option<Node>,
    anchors: BTreeMap<usize, Node>,
}

impl Reader {
    fn take(&mut self, event: Event<'_>) -> Result<(), String> {
        match event {
            Event::DocumentStart(_) if self.root.is_some() => Err("expected one document, found another".to_owned()),
            Event::Scalar(text, style, anchor, tag) => {
                let node = scalar(&text, style, tag)?;
                self.put(node, anchor)
            }
            Event::SequenceStart(anchor, tag) => self.begin(anchor, tag, "seq", Parts::List(Vec::new())),
            Event::MappingStart(anchor, tag) => {
                let parts = Parts::Map {
                    merged: Vec::new(),
                    own: BTreeMap::new(),
                    key: None,
                };
                self.begin(anchor, tag, "map", parts)
            }
            Event::SequenceEnd | Event::MappingEnd => match self.open.pop() {
                Some(open) => self.end(open),
                None => Ok(()),
            },
            Event::Alias(anchor) => {
                let node = self.anchors.get(&anchor).cloned();
                let node = node.ok_or("an alias stands inside its own anchor, which has no end")?;
                self.put(node, 0)
            }
            _ => Ok(()),
        }
    }

    fn begin(&mut self, anchor: usize, tag: Option<Cow<'_, Tag>>, kind: &str, parts: Parts) -> Result<(), String> {
        if self.open.len() >= limit::LEVELS {
            return Err(too_deep());
        }
        if let Some(tag) = tag
            && !(tag.is_yaml_core_schema() && tag.suffix == kind)
        {
            return Err(strange(&tag));
        }
        self.open.push(Open {
            anchor,
            values: 1,
            levels: 1,
            parts,
        });
        Ok(())
    }

    fn end(&mut self, open: Open) -> Result<(), String> {
        let value = match open.parts {
            Parts::List(items) => Value::List(Arc::new(items)),
            Parts::Map { mut merged, own, .. } => {
                // Of a key that is there twice, the last value stays.
                merged.extend(own);
                Value::Map(Arc::new(Map::new(merged)))
            }
        };
        let node = Node {
            value,
            values: open.values,
            levels: open.levels,
            is_merge: false,
        };
        self.put(node, open.anchor)
    }

    fn put(&mut self, node: Node, anchor: usize) -> Result<(), String> {
        if anchor > 0 {
            self.anchors.insert(anchor, node.clone());
        }
        let depth = self.open.len();
        let Some(open) = self.open.last_mut() else {
            self.root = Some(node);
            return Ok(());
        };
        open.values += node.values;
        open.levels = open.levels.max(node.levels + 1);
        if open.values > limit::VALUES {
            return Err(format!("it stands for more than {} values", limit::VALUES));
        }
        if depth + node.levels > limit::LEVELS {
            return Err(too_deep());
        }
        match &mut open.parts {
            Parts::List(items) => items.push(plain_value(node)?),
            Parts::Map { merged, own, key } => match key.take() {
                None => *key = Some(key_of(node, own)?),
                Some(Key::Merge) => merge(merged, &node.value)?,
                Some(Key::Name(name)) => {
                    own.insert(name, plain_value(node)?);
                }
            },
        }
        Ok(())
    }
}

fn key_of(node: Node, own: &BTreeMap<Text, Value>) -> Result<Key, String> {
    match node.value {
        _ if node.is_merge => Ok(Key::Merge),
        Value::Text(name) if own.contains_key(&name) => Err(format!("the key '{name}' stands twice")),
        Value::Text(name) => Ok(Key::Name(name)),
        other => Err(format!(
            "expected a string as a key, found {} {other}; put it in quotes",
            other.type_name()
        )),
    }
}

fn plain_value(node: Node) -> Result<Value, String> {
    if node.is_merge {
        return plain::value("<<");
    }
    Ok(node.value)
}

/// Takes the pairs of a map; of a list of maps, those of the first have the last word.
fn merge(merged: &mut Vec<(Text, Value)>, value: &Value) -> Result<(), String> {
    let refused = |found: &Value| {
        Err(format!(
            "expected a map, or a list of maps, behind <<, found {}",
            found.type_name()
        ))
    };
    let maps = match value {
        Value::Map(_) => std::slice::from_ref(value),
        Value::List(maps) => maps,
        other => return refused(other),
    };
    for map in maps.iter().rev() {
        let Value::Map(map) = map else { return refused(map) };
        merged.extend(map.iter().map(|(key, value)| (key.clone(), value.clone())));
        if merged.len() > limit::VALUES {
            return Err(format!("it stands for more than {} values", limit::VALUES));
        }
    }
    Ok(())
}

fn scalar(text: &str, style: ScalarStyle, tag: Option<Cow<'_, Tag>>) -> Result<Node, String> {
    let is_plain = style == ScalarStyle::Plain;
    let is_merge = is_plain && text == "<<" && tag.is_none();
    let value = match tag {
        None if is_merge || !is_plain => Value::text(text),
        None => plain::value(text)?,
        Some(tag) if tag.is_yaml_core_schema() => tagged(&tag, text)?,
        Some(tag) => return Err(strange(&tag)),
    };
    Ok(Node {
        value,
        values: 1,
        levels: 0,
        is_merge,
    })
}

fn tagged(tag: &Tag, text: &str) -> Result<Value, String> {
    match (tag.suffix.as_str(), plain::value(text)) {
        ("str", _) => Ok(Value::text(text)),
        ("float", Ok(Value::Int(int))) => Ok(Value::Float(int as f64)),
        ("null", Ok(value @ Value::Null))
        | ("bool", Ok(value @ Value::Bool(_)))
        | ("int", Ok(value @ Value::Int(_)))
        | ("float", Ok(value @ Value::Float(_))) => Ok(value),
        ("null" | "bool" | "int" | "float", _) => Err(format!("'{text}' is no {}", tag.suffix)),
        _ => Err(strange(tag)),
    }
}

fn strange(tag: &Tag) -> String {
    format!(
        "expected a string, number, boolean, null, list or map, found the tag {}{}; remove it",
        tag.handle, tag.suffix
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        read(text).map_or_else(|problem| problem, |value| value.to_string())
    }

    #[test]
    fn aliases_and_merges_are_written_out() {
        let text = "base: &b {x: 1, y: 2}\nmine:\n  <<: *b\n  y: 3\nboth: [*b, *b]\n";
        let both = "'both': [{'x': 1, 'y': 2}, {'x': 1, 'y': 2}]";
        assert_eq!(
            shown(text),
            format!("{{'base': {{'x': 1, 'y': 2}}, {both}, 'mine': {{'x': 1, 'y': 3}}}}")
        );
        assert_eq!(shown(""), "None");
    }

    #[test]
    fn what_would_surprise_or_grow_without_bound_is_refused_with_its_place() {
        assert_eq!(shown("a: 1\na: 2\n"), "the key 'a' stands twice at line 2 column 1");
        assert!(shown("1: x").contains("expected a string as a key, found int 1"));
        assert!(shown("--- 1\n--- 2\n").contains("another"));
        assert!(shown("&a [*a]").contains("its own anchor"));
        assert!(shown("!!python/object:os.system x").contains("found the tag"));
        assert!(shown(&"[".repeat(10_000)).contains("100 levels"));
        assert!(shown(&"- ".repeat(10_000)).contains("100 levels"));
        let mut laughs = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
        for at in 1..9 {
            let last = format!("*a{}, ", at - 1).repeat(10);
            laughs = format!("{laughs}a{at}: &a{at} [{last}]\n");
        }
        assert!(shown(&laughs).contains("more than 1000000 values"));
    }
}
