//! `stat.*`: running statistics, exact for ints, whose state is content of the gadget's own.

use super::argument::wrong_type;
use crate::blend::{Blend, Join};
use crate::error::Fault;
use crate::number;
use crate::value::{Content, Value};

/// A running statistic over the observations on port `value`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Statistic {
    Count,
    Sum,
    Mean,
    Min,
    Max,
}

impl Statistic {
    pub(crate) fn cells(self) -> usize {
        if self == Statistic::Mean { 2 } else { 1 }
    }

    /// Takes one observation into `state` and answers the statistic; `None` if it is no observation.
    pub(crate) fn observe(self, state: &mut [Content], value: &Value) -> Result<Option<Value>, Fault> {
        if matches!(value, Value::Null) {
            return Ok(None);
        }
        match (self, state) {
            (Statistic::Count, [count]) => {
                let next = Value::Int(as_count(count) + 1);
                *count = Some(next.clone());
                Ok(Some(next))
            }
            (Statistic::Sum, [sum]) => {
                let next = add(sum.as_ref(), &numeric(value)?)?;
                *sum = Some(next.clone());
                Ok(Some(next))
            }
            (Statistic::Mean, [count, sum]) => {
                let value = numeric(value)?;
                // A sum of ints that outgrows 64 bits goes on as a float: the mean itself has not.
                let total = add(sum.as_ref(), &value)
                    .unwrap_or_else(|_| Value::Float(sum.as_ref().map_or(0.0, as_float) + as_float(&value)));
                let n = as_count(count) + 1;
                let mean = match total {
                    Value::Int(total) => number::quotient(total, n),
                    _ => as_float(&total) / n as f64,
                };
                *count = Some(Value::Int(n));
                *sum = Some(total);
                Ok(Some(Value::Float(mean)))
            }
            (Statistic::Min | Statistic::Max, [extreme]) => {
                if !matches!(value, Value::Int(_) | Value::Float(_) | Value::Text(_) | Value::Bool(_)) {
                    return Err(wrong_type("value", "a number, a string or a boolean", value));
                }
                let blend = if self == Statistic::Max { Blend::Max } else { Blend::Min };
                match extreme
                    .as_ref()
                    .map_or(Join::Take, |current| blend.join(current, value))
                {
                    Join::Take => *extreme = Some(value.clone()),
                    Join::Keep | Join::Becomes(_) => {}
                    Join::Contradiction => {
                        return Err(wrong_type(
                            "value",
                            "what has an order with the observations before",
                            value,
                        ));
                    }
                }
                Ok(extreme.clone())
            }
            _ => Ok(None),
        }
    }
}

fn as_count(count: &Content) -> i64 {
    match count {
        Some(Value::Int(count)) => *count,
        _ => 0,
    }
}

fn as_float(value: &Value) -> f64 {
    match value {
        Value::Int(int) => *int as f64,
        Value::Float(float) => *float,
        _ => f64::NAN,
    }
}

/// A number; a boolean counts as 0 or 1, so that the mean of a condition is its share.
fn numeric(value: &Value) -> Result<Value, Fault> {
    match value {
        Value::Int(_) | Value::Float(_) => Ok(value.clone()),
        Value::Bool(holds) => Ok(Value::Int(i64::from(*holds))),
        other => Err(wrong_type("value", "a number or a boolean", other)),
    }
}

fn add(sum: Option<&Value>, value: &Value) -> Result<Value, Fault> {
    match (sum, value) {
        (None, value) => Ok(value.clone()),
        (Some(Value::Int(a)), Value::Int(b)) => a
            .checked_add(*b)
            .map(Value::Int)
            .ok_or_else(|| Fault::Overflow(format!("{a} + {b}"))),
        (Some(sum), value) => Ok(Value::Float(as_float(sum) + as_float(value))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(statistic: Statistic, values: &[Value]) -> Content {
        let mut state = vec![None; statistic.cells()];
        values.iter().fold(None, |last, value| {
            statistic.observe(&mut state, value).unwrap().or(last)
        })
    }

    #[test]
    fn statistics_of_a_short_run() {
        let values = [Value::Int(4), Value::Null, Value::Int(-2), Value::Int(7)];
        assert_eq!(run(Statistic::Count, &values), Some(Value::Int(3)));
        assert_eq!(run(Statistic::Sum, &values), Some(Value::Int(9)));
        assert_eq!(run(Statistic::Mean, &values), Some(Value::Float(3.0)));
        assert_eq!(run(Statistic::Min, &values), Some(Value::Int(-2)));
        assert_eq!(run(Statistic::Max, &values), Some(Value::Int(7)));
        assert_eq!(
            run(Statistic::Mean, &[Value::Bool(true), Value::Bool(false)]),
            Some(Value::Float(0.5))
        );
        assert_eq!(run(Statistic::Count, &[Value::Null]), None);
    }

    #[test]
    fn what_is_no_number_is_an_error() {
        assert!(Statistic::Sum.observe(&mut [None], &Value::text("x")).is_err());
        assert!(Statistic::Count.observe(&mut [None], &Value::text("x")).is_ok());
    }
}
