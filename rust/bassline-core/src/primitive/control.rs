//! `control.switch`, `mux`, `demux`: which value goes where.

use super::argument::{selector, truth};
use crate::error::Fault;
use crate::fire::Outputs;
use crate::value::Content;

/// A choice of what is passed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Control {
    Demux,
    Mux,
    Switch,
}

impl Control {
    /// Which input is passed on, for what chooses among its inputs.
    fn chosen(self, inputs: &[Content]) -> Result<Option<&Content>, Fault> {
        match (self, inputs) {
            (Control::Switch, [Some(condition), yes, no]) => {
                Ok(Some(if truth("condition", condition)? { yes } else { no }))
            }
            (Control::Mux, [in0, in1, Some(choice)]) => Ok(Some([in0, in1][selector("selector", choice)?])),
            _ => Ok(None),
        }
    }

    /// What chooses among its inputs needs the one that is chosen. One that cannot choose fires, and says why.
    pub(crate) fn is_ready(self, inputs: &[Content]) -> bool {
        !matches!(self.chosen(inputs), Ok(Some(None)))
    }

    pub(crate) fn apply(self, inputs: &[Content]) -> Result<Outputs, Fault> {
        match (self, inputs) {
            (Control::Demux, [Some(value), Some(choice)]) => {
                let mut outputs = Outputs::from_iter([None, None]);
                outputs[selector("selector", choice)?] = Some(value.clone());
                Ok(outputs)
            }
            _ => Ok(self
                .chosen(inputs)?
                .map_or_else(Outputs::new, |chosen| Outputs::from_iter([chosen.clone()]))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Value;

    #[test]
    fn what_is_chosen_must_have_content_and_the_rest_need_not() {
        let (one, yes, no) = (Some(Value::Int(1)), Some(Value::Bool(true)), Some(Value::Bool(false)));
        assert!(Control::Switch.is_ready(&[yes.clone(), one.clone(), None]));
        assert!(!Control::Switch.is_ready(&[no.clone(), one.clone(), None]));
        assert!(!Control::Mux.is_ready(&[one.clone(), None, yes.clone()]));
        assert!(Control::Mux.is_ready(&[one.clone(), None, Some(Value::text("x"))]));
        assert_eq!(
            Control::Demux.apply(&[one.clone(), no]).unwrap().as_slice(),
            [one.clone(), None]
        );
        assert_eq!(
            Control::Demux.apply(&[one.clone(), yes]).unwrap().as_slice(),
            [None, one]
        );
    }
}
