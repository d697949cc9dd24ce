//! How large a result may be: a cycle that doubles a text or nests a list must end in an error, not take all memory.

use crate::error::Fault;
use crate::value::Value;

/// Bytes of a text, in UTF-8.
pub const TEXT: usize = 16 << 20;
/// Values in a list, those inside its items counted.
pub const VALUES: usize = 1_000_000;
/// Lists, maps and sets inside each other; what a store takes is somewhat more.
pub const LEVELS: usize = 100;

/// Refuses a text of so many bytes if they are too many.
pub fn check_text(port: &str, bytes: usize) -> Result<(), Fault> {
    if bytes <= TEXT {
        return Ok(());
    }
    Err(Fault::TooLarge(format!(
        "port '{port}' gives a string of at most {TEXT} bytes in UTF-8; this one would have more"
    )))
}

/// Refuses a list of more values or levels than may be.
pub fn check_list(port: &str, items: &[Value]) -> Result<(), Fault> {
    let mut left = VALUES;
    if items.iter().all(|item| fits(item, 1, &mut left)) {
        return Ok(());
    }
    Err(Fault::TooLarge(format!(
        "port '{port}' gives a list of at most {VALUES} values, those inside its items counted, in {LEVELS} levels; \
         this one would have more"
    )))
}

/// Refuses a value of any kind that holds more values, or is deeper, than may be; a map at its top is its first level.
pub fn check_value(port: &str, value: &Value) -> Result<(), Fault> {
    let mut left = VALUES + 1;
    if fits(value, 0, &mut left) {
        return Ok(());
    }
    Err(Fault::TooLarge(format!(
        "port '{port}' gives at most {VALUES} values inside each other, in {LEVELS} levels; this one would have more"
    )))
}

fn fits(item: &Value, level: usize, left: &mut usize) -> bool {
    if *left == 0 {
        return false;
    }
    *left -= 1;
    if matches!(item, Value::List(_) | Value::Map(_) | Value::Set(_)) && level == LEVELS {
        return false;
    }
    let mut fit = |inner: &Value| fits(inner, level + 1, left);
    match item {
        Value::List(inner) => inner.iter().all(fit),
        Value::Map(inner) => inner.iter().all(|(_, item)| fit(item)),
        Value::Set(inner) => inner.iter().all(fit),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    #[test]
    fn values_and_levels_are_counted_through_and_through() {
        let nested = |levels: usize| (1..levels).fold(vec![], |inner, _| vec![Value::List(Arc::new(inner))]);
        assert!(check_list("result", &nested(LEVELS)).is_ok());
        assert!(check_list("result", &nested(LEVELS + 1)).is_err());
        let doubled = |times: usize| {
            (0..times).fold(vec![Value::Null], |inner, _| {
                let half = Value::List(Arc::new(inner));
                vec![half.clone(), half]
            })
        };
        assert!(check_list("result", &doubled(18)).is_ok());
        assert!(check_list("result", &doubled(90)).is_err());
    }
}
