//! A function defined anew takes the place of the one that a gadget is bound to, and fires as a new one does.

use crate::edit::Edit;
use crate::error::NetworkError;
use crate::gadget::{Function, FunctionSpec};
use crate::id::GadgetId;
use crate::network::Network;
use std::fmt::Write;
use std::sync::Arc;

impl Network {
    /// Binds a gadget to a function found anew under the path of the one that it was declared with, in the open tick, and has it fire.
    pub fn rebind(&mut self, id: GadgetId, found: &FunctionSpec) -> Result<(), NetworkError> {
        let slot = self.gadget_slot(id)?;
        let computes = self.computation_str(slot);
        if computes != found.identity.as_str() {
            return Err(NetworkError::Conflict(format!(
                "gadget '{}' computes {computes}, not {}",
                self.gadget_path_of(slot),
                found.identity
            )));
        }
        if let Some(difference) = self.other_parameters(slot, found) {
            return Err(self.not_the_same(slot, &difference));
        }
        let Some(call) = &found.call else { return Ok(()) };
        self.bind_call(slot, call);
        self.has_new_code(slot);
        Ok(())
    }

    /// The function that a gadget is bound to, if it is one and is there.
    pub fn bound_function(&self, id: GadgetId) -> Option<Arc<dyn Function>> {
        let slot = self.gadget_slot(id).ok()?;
        self.gadgets.function(slot)?.call.clone()
    }

    /// Binds a gadget to its function as it is declared again. It fires if it was not bound, or if the function computes something else.
    pub(crate) fn bind_again(&mut self, slot: u32, call: &Arc<dyn Function>) {
        let was = self.bind_call(slot, call);
        let is_same = was.is_some_and(|was| Arc::ptr_eq(&was, call) || call.computes_as(&*was));
        if !is_same && !crate::planted::is(crate::planted::Bug::NewCodeWaits) {
            self.has_new_code(slot);
        }
    }

    fn bind_call(&mut self, slot: u32, call: &Arc<dyn Function>) -> Option<Arc<dyn Function>> {
        let function = self.gadgets.wide[slot as usize].as_mut()?.function.as_mut()?;
        let was = function.call.replace(Arc::clone(call));
        self.tick.edits.push(Edit::Bound {
            gadget: slot,
            call: was.clone(),
        });
        was
    }

    fn has_new_code(&mut self, slot: u32) {
        if self.tick.settling {
            self.fire_first(slot);
        } else {
            self.tick.fresh.push(slot);
        }
    }

    /// How a function's parameters differ from those that a gadget was declared with, in words.
    pub(crate) fn other_parameters(&self, slot: u32, found: &FunctionSpec) -> Option<String> {
        let known = self.gadgets.function(slot)?;
        (known.inputs != found.inputs)
            .then(|| format!("has the parameters {}, not {}", parameters(known), parameters(found)))
    }

    pub(crate) fn not_the_same(&self, slot: u32, difference: &str) -> NetworkError {
        NetworkError::Conflict(format!(
            "gadget '{}' exists and {difference}; declare it the same way, give it another name, or remove it first",
            self.gadget_path_of(slot)
        ))
    }
}

/// Parameters as a signature shows them.
fn parameters(function: &FunctionSpec) -> String {
    let mut shown = String::from("(");
    for (at, (name, is_required)) in function.inputs.iter().enumerate() {
        let _ = write!(
            shown,
            "{}{name}{}",
            if at == 0 { "" } else { ", " },
            if *is_required { "" } else { "=…" }
        );
    }
    shown + ")"
}
