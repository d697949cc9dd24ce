//! `control.latch` and `control.delay`: gadgets that give what came before. What they keep is content of their own.

use super::argument::{truth, whole};
use super::limit::check_list;
use crate::error::Fault;
use crate::value::{Content, Value};
use arcstr::ArcStr;
use std::sync::Arc;

/// By how many values a delay may delay.
const LONGEST: usize = 1_000;

/// A gadget with one cell of state: what it holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Memory {
    Delay,
    Latch,
}

impl Memory {
    /// Takes the inputs into what is held, and answers the output; `None` if there is none yet.
    pub(crate) fn observe(self, held: &mut Content, inputs: &[Content]) -> Result<Content, Fault> {
        match (self, inputs) {
            (Memory::Latch, [value, Some(enable)]) => {
                if truth("enable", enable)? && value.is_some() {
                    held.clone_from(value);
                }
                Ok(held.clone())
            }
            (Memory::Delay, [Some(value), delay]) => {
                let delay = delay.as_ref().map_or(Ok(1), length)?;
                let mut values = match held {
                    Some(Value::List(values)) => values.to_vec(),
                    _ => Vec::new(),
                };
                values.push(value.clone());
                let came = values.len().checked_sub(delay + 1).map(|at| values[at].clone());
                values.drain(..values.len().saturating_sub(delay));
                check_list("output", &values)?;
                *held = Some(Value::List(Arc::new(values)));
                Ok(came)
            }
            _ => Ok(None),
        }
    }
}

fn length(delay: &Value) -> Result<usize, Fault> {
    match usize::try_from(whole("delay", delay)?) {
        Ok(length) if length <= LONGEST => Ok(length),
        _ => Err(Fault::OutOfRange {
            port: ArcStr::from("delay"),
            expected: format!("how many values to delay by, from 0 to {LONGEST} (values, not milliseconds)"),
            found: format!("{} {delay}", delay.type_name()),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(memory: Memory, inputs: &[(Content, Content)]) -> Vec<Content> {
        let mut held = None;
        let pairs = inputs.iter().cloned();
        pairs
            .map(|(a, b)| memory.observe(&mut held, &[a, b]).unwrap())
            .collect()
    }

    #[test]
    fn a_latch_holds_what_it_had_when_it_was_closed() {
        let value = |int| Some(Value::Int(int));
        let (open, closed) = (Some(Value::Bool(true)), Some(Value::Bool(false)));
        let inputs = [
            (value(1), closed.clone()),
            (value(2), open.clone()),
            (value(3), closed.clone()),
            (None, closed),
            (None, open),
        ];
        assert_eq!(
            run(Memory::Latch, &inputs),
            [None, value(2), value(2), value(2), value(2)]
        );
    }

    #[test]
    fn a_delay_gives_the_value_that_came_so_many_before() {
        let value = |int| Some(Value::Int(int));
        let run_by = |delay: Content| run(Memory::Delay, &[1, 2, 3].map(|int| (value(int), delay.clone())));
        assert_eq!(run_by(None), [None, value(1), value(2)]);
        assert_eq!(run_by(value(0)), [value(1), value(2), value(3)]);
        assert_eq!(run_by(value(2)), [None, None, value(1)]);
        let fault = length(&Value::Int(5_000)).unwrap_err().to_string();
        assert!(
            fault.contains("'delay'") && fault.contains("not milliseconds"),
            "{fault}"
        );
    }
}
