//! `logic.and`, `or`, `xor`, `not`: of bools and nothing else.

use super::argument::truth;
use crate::error::Fault;
use crate::value::{Content, Value};

/// A function of truth values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Logic {
    And,
    Not,
    Or,
    Xor,
}

impl Logic {
    /// The result; `None` where an input is empty.
    pub(crate) fn apply(self, inputs: &[Content]) -> Result<Option<Value>, Fault> {
        let holds = match (self, inputs) {
            (Logic::Not, [Some(value)]) => !truth("value", value)?,
            (_, [Some(a), Some(b)]) => {
                // Both are looked at, so that an error does not depend on what the other one is.
                let (a, b) = (truth("a", a)?, truth("b", b)?);
                match self {
                    Logic::And => a && b,
                    Logic::Or => a || b,
                    _ => a != b,
                }
            }
            _ => return Ok(None),
        };
        Ok(Some(Value::Bool(holds)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_input_that_is_no_bool_is_an_error_whatever_the_other_is() {
        let (no, one) = (Some(Value::Bool(false)), Some(Value::Int(1)));
        assert!(Logic::And.apply(&[no.clone(), one.clone()]).is_err());
        assert!(Logic::Not.apply(&[one]).is_err());
        assert_eq!(Logic::Not.apply(&[no]).unwrap(), Some(Value::Bool(true)));
    }
}
