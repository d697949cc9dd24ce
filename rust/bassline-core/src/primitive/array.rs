//! `array.*`: functions of lists. A list is never changed; a new one is made.

use super::argument::{list, span, whole};
use super::limit::check_list;
use crate::error::Fault;
use crate::value::{Content, Value};
use arcstr::ArcStr;
use std::sync::Arc;

/// A function of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ListFunction {
    Append,
    FilterEmpty,
    First,
    Last,
    Nth,
    Prepend,
    Reverse,
    Size,
    Slice,
}

impl ListFunction {
    /// The result; `None` where a required input is empty.
    pub(crate) fn apply(self, inputs: &[Content]) -> Result<Option<Value>, Fault> {
        let Some((Some(array), rest)) = inputs.split_first() else {
            return Ok(None);
        };
        let items = list("array", array)?;
        let result = match (self, rest) {
            (ListFunction::Append, [Some(value)]) => extended(items.iter().chain([value]))?,
            (ListFunction::Prepend, [Some(value)]) => extended([value].into_iter().chain(items))?,
            (ListFunction::FilterEmpty, _) => made(items.iter().filter(|item| !is_empty(item))),
            (ListFunction::First, _) => items.first().ok_or_else(no_item)?.clone(),
            (ListFunction::Last, _) => items.last().ok_or_else(no_item)?.clone(),
            (ListFunction::Nth, [Some(index)]) => nth(items, index)?.clone(),
            (ListFunction::Reverse, _) => made(items.iter().rev()),
            (ListFunction::Size, _) => Value::Int(items.len() as i64),
            (ListFunction::Slice, [Some(start), end]) => {
                let end = end.as_ref().map(|end| whole("end", end)).transpose()?;
                made(items[span(whole("start", start)?, end, items.len())].iter())
            }
            _ => return Ok(None),
        };
        Ok(Some(result))
    }
}

fn made<'a>(items: impl Iterator<Item = &'a Value>) -> Value {
    Value::List(Arc::new(items.cloned().collect()))
}

fn extended<'a>(items: impl Iterator<Item = &'a Value>) -> Result<Value, Fault> {
    let items: Vec<Value> = items.cloned().collect();
    check_list("result", &items)?;
    Ok(Value::List(Arc::new(items)))
}

fn is_empty(item: &Value) -> bool {
    match item {
        Value::Null => true,
        Value::Text(text) => text.is_empty(),
        _ => false,
    }
}

fn nth<'a>(items: &'a [Value], index: &Value) -> Result<&'a Value, Fault> {
    let at = usize::try_from(whole("index", index)?).ok();
    at.and_then(|at| items.get(at)).ok_or_else(|| Fault::OutOfRange {
        port: ArcStr::from("index"),
        expected: match items.len() {
            0 => "the index of an item, and the list is empty".to_owned(),
            1 => "0, the index of the one item".to_owned(),
            length => format!("an index from 0 to {} of the {length} items", length - 1),
        },
        found: format!("{} {index}", index.type_name()),
    })
}

fn no_item() -> Fault {
    Fault::OutOfRange {
        port: ArcStr::from("array"),
        expected: "a list with at least one item".to_owned(),
        found: "list []".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_index_without_an_item_is_an_error_that_says_what_there_is() {
        let items = Some(Value::List(Arc::new(vec![Value::Int(7), Value::Null])));
        let nth = |index: Value| ListFunction::Nth.apply(&[items.clone(), Some(index)]);
        assert_eq!(nth(Value::Float(1.0)).unwrap(), Some(Value::Null));
        for index in [-1, 2, i64::MIN, i64::MAX] {
            let fault = nth(Value::Int(index)).unwrap_err().to_string();
            assert_eq!(
                fault,
                format!("port 'index' takes an index from 0 to 1 of the 2 items, found int {index}")
            );
        }
        assert!(nth(Value::Float(f64::NAN)).is_err());
    }

    #[test]
    fn an_empty_list_has_a_size_and_no_first() {
        let empty = [Some(Value::List(Arc::new(Vec::new())))];
        assert_eq!(ListFunction::Size.apply(&empty).unwrap(), Some(Value::Int(0)));
        assert!(ListFunction::First.apply(&empty).is_err());
        assert_eq!(ListFunction::Reverse.apply(&empty).unwrap(), empty[0]);
    }
}
