//! Functions that run outside ticks: a firing asks for a call, which is made when the tick has committed, and its answer is written in a
//! tick of its own.

use crate::edit::Edit;
use crate::error::{Fault, NetworkError};
use crate::fire::{Inputs, Outputs};
use crate::gadget::Function;
use crate::id::GadgetId;
use crate::network::Network;
use crate::tick::EventKey;
use crate::value::{Content, Value};
use std::fmt;
use std::sync::Arc;

/// Under this key the configuration of a gadget says which calls are made while another runs; [`QUEUE`] is all of them, in order.
pub(crate) const MODE: &str = "mode";
pub(crate) const QUEUE: &str = "queue";

/// Whether the configuration of a gadget says that all calls are made.
pub(crate) fn is_queued(config: &Value) -> bool {
    let Value::Map(config) = config else { return false };
    matches!(config.get(MODE), Some(Value::Text(mode)) if mode == QUEUE)
}

/// A call that a firing asked for.
#[derive(Clone)]
pub struct Call {
    /// The gadget that fired.
    pub gadget: GadgetId,
    /// Its function.
    pub function: Arc<dyn Function>,
    /// What its inputs held.
    pub inputs: Vec<Content>,
    /// Whether it is made though a later one is asked for before its turn.
    pub is_queued: bool,
    /// How often the network had been restored: what was asked for before that is not answered.
    restored: u64,
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Call({:?}, {:?})", self.gadget, self.inputs)
    }
}

/// What became of an answer.
#[derive(Debug)]
pub enum Answered {
    /// Nobody waits for it any more.
    Unwanted,
    /// It is written.
    Written,
    /// The call failed, and its outputs are in a fault, as was asked for.
    Contained,
    /// The same, and somebody is to be told.
    Failed(Box<NetworkError>),
}

/// The calls of the open tick, and those of committed ticks that nobody has made yet.
#[derive(Debug, Default)]
pub(crate) struct Calls {
    pub(crate) of_tick: Vec<Call>,
    asked: Vec<Call>,
    pub(crate) restored: u64,
}

impl Calls {
    /// The tick has committed.
    pub(crate) fn ask(&mut self) {
        self.asked.append(&mut self.of_tick);
    }
}

impl Network {
    /// Asks for a call, if the tick commits.
    pub(crate) fn call_later(&mut self, slot: u32, function: Arc<dyn Function>, inputs: &Inputs) {
        let call = Call {
            gadget: self.gadgets.id(slot),
            function,
            inputs: inputs.to_vec(),
            is_queued: self.gadgets.wide[slot as usize]
                .as_ref()
                .is_some_and(|wide| is_queued(&wide.config)),
            restored: self.calls.restored,
        };
        self.calls.of_tick.push(call);
    }

    /// Whether there are calls to be made.
    pub fn has_calls(&self) -> bool {
        !self.calls.asked.is_empty()
    }

    /// The calls that committed ticks asked for, oldest first; they are the taker's to make.
    pub fn take_calls(&mut self) -> Vec<Call> {
        std::mem::take(&mut self.calls.asked)
    }

    /// Writes what a call came to, in the open tick, as a firing of its gadget would. Answers whether it is wanted still: the gadget is
    /// there, its required inputs hold something, the network was not restored meanwhile, and its function is not another by now; where
    /// all calls are made, those of the one before it too.
    pub fn answer(&mut self, call: &Call, outcome: Result<Outputs, Fault>) -> Result<Answered, NetworkError> {
        let Ok(slot) = self.gadget_slot(call.gadget) else {
            return Ok(Answered::Unwanted);
        };
        let stale =
            call.restored != self.calls.restored || !self.has_its_inputs(slot) || self.is_of_other_code(slot, call);
        if stale && !crate::planted::is(crate::planted::Bug::StaleAnswer) {
            return Ok(Answered::Unwanted);
        }
        match outcome {
            Ok(outputs) => {
                self.clear_faults_of(slot);
                let key = EventKey::of_state(self.gadgets.creation[slot as usize]);
                self.write_outputs(slot, outputs, key)?;
                Ok(Answered::Written)
            }
            Err(fault) => {
                self.leave_fault(slot, &fault);
                let wide = self.gadgets.wide[slot as usize].as_ref();
                if wide.is_some_and(|wide| wide.contain) {
                    return Ok(Answered::Contained);
                }
                let inputs = call.inputs.iter().cloned().collect();
                Ok(Answered::Failed(Box::new(self.gadget_error(
                    slot,
                    fault,
                    Some(&inputs),
                ))))
            }
        }
    }

    fn is_of_other_code(&self, slot: u32, call: &Call) -> bool {
        if crate::planted::is(crate::planted::Bug::OldCodeAnswers) {
            return false;
        }
        let bound = self.gadgets.function(slot).and_then(|function| function.call.as_ref());
        !call.is_queued
            && !bound.is_some_and(|bound| Arc::ptr_eq(bound, &call.function) || bound.computes_as(&*call.function))
    }

    fn has_its_inputs(&self, slot: u32) -> bool {
        self.gadgets.inputs(slot).iter().enumerate().all(|(port, &contact)| {
            !self.gadgets.input_required(slot, port)
                || contact != crate::contact::NONE && self.contacts.rows[contact as usize].content.is_some()
        })
    }

    /// Puts the outputs of a gadget in its fault. Which entries a router has found so far depends on the records that came: they are not
    /// in it.
    pub(crate) fn leave_fault(&mut self, slot: u32, fault: &Fault) {
        for contact in self.gadgets.derived_outputs(slot) {
            if contact != crate::contact::NONE {
                self.tick.edits.push(Edit::marked(self, contact));
                self.note_fault(contact, slot, fault.clone());
            }
        }
    }
}
