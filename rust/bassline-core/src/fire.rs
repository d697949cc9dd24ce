//! Firing a gadget.

use crate::contact::{NONE, Writer};
use crate::error::{Fault, NetworkError};
use crate::gadget::flag;
use crate::network::Network;
use crate::primitive::Body;
use crate::tick::{EventKey, Stamp};
use crate::value::{Content, Value};
use smallvec::SmallVec;
use std::sync::Arc;

/// What a gadget writes, output by output.
pub type Outputs = SmallVec<[Option<Value>; 2]>;
pub(crate) type Inputs = SmallVec<[Content; 4]>;

impl Network {
    /// Fires a gadget of the acyclic part, whose turn it is.
    #[inline(never)]
    pub(crate) fn fire(&mut self, slot: u32) -> Result<(), NetworkError> {
        let row = &mut self.gadgets.rows[slot as usize];
        if row.flags & flag::SLOW != 0 {
            return self.fire_slow(slot);
        }
        let (body, a, b, out) = (row.body, row.a, row.b, row.out);
        let Some(first) = &self.contacts.rows[a as usize].content else {
            return self.lose_outputs(slot);
        };
        let result = match body {
            Body::Unary(op) => op.apply(first),
            _ => {
                let Some(second) = &self.contacts.rows[b as usize].content else {
                    return self.lose_outputs(slot);
                };
                match body {
                    Body::Binary(op) => op.apply(first, second),
                    Body::Compare(op) => op.apply(first, second),
                    Body::Gate => match gate(first, second) {
                        Ok(Some(value)) => Ok(value),
                        Ok(None) => {
                            row.firings = row.firings.wrapping_add(1);
                            self.counted.firings += 1;
                            return Ok(());
                        }
                        Err(fault) => Err(fault),
                    },
                    _ => return self.fire_slow(slot),
                }
            }
        };
        row.firings = row.firings.wrapping_add(1);
        self.counted.firings += 1;
        match result {
            Ok(value) => self.write_from_gadget(out, value, slot),
            Err(fault) => Err(self.gadget_error(slot, fault, None)),
        }
    }

    /// Fires a gadget of streams, or of many ports.
    pub(crate) fn fire_slow(&mut self, slot: u32) -> Result<(), NetworkError> {
        if self.gadgets.rows[slot as usize].flags & flag::STREAM != 0 {
            return self.fire_events(slot);
        }
        let ports = self.gadgets.inputs(slot);
        let mut inputs = Inputs::new();
        for (port, &contact) in ports.iter().enumerate() {
            let content = if contact == NONE {
                None
            } else {
                self.contacts.rows[contact as usize].content.clone()
            };
            if content.is_none() && self.gadgets.input_required(slot, port) {
                return self.lose_outputs(slot);
            }
            inputs.push(content);
        }
        if !self.gadgets.rows[slot as usize].body.is_ready(&inputs) {
            return self.lose_outputs(slot);
        }
        let key = EventKey::of_state(self.gadgets.creation[slot as usize]);
        self.fire_with(slot, &inputs, key)
    }

    /// Computes on the given inputs and writes what comes out; `key` is where an event written to a stream will stand.
    pub(crate) fn fire_with(&mut self, slot: u32, inputs: &Inputs, key: EventKey) -> Result<(), NetworkError> {
        let row = &mut self.gadgets.rows[slot as usize];
        row.firings = row.firings.wrapping_add(1);
        self.counted.firings += 1;
        let body = row.body;
        if body == Body::Function
            && let Some(call) = self.gadgets.function(slot).and_then(|function| function.call.as_ref())
            && call.is_called_later()
        {
            let call = Arc::clone(call);
            self.call_later(slot, call, inputs);
            return Ok(());
        }
        let computed = match body {
            Body::Route => return self.route(slot, inputs, key),
            Body::Statistic(_) | Body::Memory(_) => self.observe(slot, inputs),
            body => self.compute(slot, body, inputs),
        };
        match computed {
            Ok(outputs) => {
                if !crate::planted::is(crate::planted::Bug::FaultStays) {
                    self.clear_faults_of(slot);
                }
                self.write_outputs(slot, outputs, key)
            }
            Err(fault) => self.fail(slot, fault, inputs),
        }
    }

    fn compute(&self, slot: u32, body: Body, inputs: &Inputs) -> Result<Outputs, Fault> {
        let one = |value: Value| -> Outputs { SmallVec::from_iter([Some(value)]) };
        match (body, inputs.as_slice()) {
            (Body::Unary(op), [Some(a)]) => op.apply(a).map(one),
            (Body::Binary(op), [Some(a), Some(b)]) => op.apply(a, b).map(one),
            (Body::Compare(op), [Some(a), Some(b)]) => op.apply(a, b).map(one),
            (Body::Gate, [Some(value), Some(condition)]) => {
                gate(value, condition).map(|passed| passed.map_or_else(Outputs::new, one))
            }
            (Body::Logic(logic), inputs) => Ok(SmallVec::from_iter([logic.apply(inputs)?])),
            (Body::Text(function), inputs) => Ok(SmallVec::from_iter([function.apply(inputs)?])),
            (Body::List(function), inputs) => Ok(SmallVec::from_iter([function.apply(inputs)?])),
            (Body::Control(control), inputs) => control.apply(inputs),
            (Body::Pure, inputs) => self.compute_pure(slot, inputs),
            (Body::Field, [Some(record)]) => {
                let Value::Map(map) = record else {
                    return Err(crate::primitive::argument::wrong_type("record", "a map", record));
                };
                let value = self.config_text(slot, "field").and_then(|field| map.get(&field));
                Ok(value
                    .filter(|value| !matches!(value, Value::Null))
                    .map_or_else(Outputs::new, |value| one(value.clone())))
            }
            (Body::Function, inputs) => match self.gadgets.function(slot) {
                Some(function) => match &function.call {
                    Some(call) => call.call(self, inputs),
                    None => Err(Fault::Unbound(function.identity.clone())),
                },
                None => Ok(Outputs::new()),
            },
            _ => Ok(Outputs::new()),
        }
    }

    /// A function of another crate. What it finds malformed is told to the gadget's output `error`, if that is bound; the others are null
    /// then. If all is well, `error` is.
    fn compute_pure(&self, slot: u32, inputs: &[Content]) -> Result<Outputs, Fault> {
        let Some(primitive) = self.gadgets.primitive[slot as usize] else {
            return Ok(Outputs::new());
        };
        let Some(function) = primitive.function else {
            return Ok(Outputs::new());
        };
        let ports = primitive.outputs.len();
        let mut outputs = match function(inputs) {
            Ok(outputs) => outputs,
            Err(fault @ Fault::Malformed { .. }) => {
                let told = primitive.outputs.iter().position(|port| port.name == "error");
                let Some(told) = told.filter(|&port| self.gadgets.outputs(slot)[port] != NONE) else {
                    return Err(fault);
                };
                let mut outputs = Outputs::from_elem(Some(Value::Null), ports);
                outputs[told] = Some(Value::text(&fault.to_string()));
                outputs
            }
            Err(fault) => return Err(fault),
        };
        outputs.resize(ports, Some(Value::Null));
        Ok(outputs)
    }

    /// Text under a key of a gadget's configuration.
    pub(crate) fn config_text(&self, slot: u32, key: &str) -> Option<crate::Text> {
        match self.gadgets.wide[slot as usize].as_ref().map(|wide| &wide.config) {
            Some(Value::Map(map)) => match map.get(key) {
                Some(Value::Text(text)) => Some(text.clone()),
                _ => None,
            },
            _ => None,
        }
    }

    pub(crate) fn write_outputs(&mut self, slot: u32, outputs: Outputs, key: EventKey) -> Result<(), NetworkError> {
        let contacts = self.gadgets.outputs(slot);
        let stamp = Stamp::creation(self.gadgets.creation[slot as usize], self.tick.firing);
        let is_of_state = self.gadgets.rows[slot as usize].flags & (flag::STREAM | flag::CYCLIC) == 0;
        for (&contact, value) in contacts.iter().zip(outputs) {
            if let (true, Some(value)) = (contact != NONE, value) {
                if is_of_state && key == EventKey::of_state(self.gadgets.creation[slot as usize]) {
                    self.write_from_gadget(contact, value, slot)?;
                    continue;
                }
                self.write_content(contact, Some(value), Writer::gadget(slot), stamp, key)?;
            }
        }
        Ok(())
    }

    /// A gadget failed: its fault stays in its outputs, or the tick ends.
    pub(crate) fn fail(&mut self, slot: u32, fault: Fault, inputs: &Inputs) -> Result<(), NetworkError> {
        let unbound = matches!(fault, Fault::Unbound(_));
        let contain = unbound
            || self.gadgets.wide[slot as usize]
                .as_ref()
                .is_some_and(|wide| wide.contain);
        if !contain {
            return Err(self.gadget_error(slot, fault, Some(inputs)));
        }
        self.leave_fault(slot, &fault);
        Ok(())
    }

    #[cold]
    pub(crate) fn gadget_error(&self, slot: u32, fault: Fault, inputs: Option<&Inputs>) -> NetworkError {
        let ports = self.gadgets.inputs(slot);
        let inputs = ports.iter().enumerate().map(|(port, &contact)| {
            let content = match inputs {
                Some(inputs) => inputs[port].clone(),
                None if contact == NONE => None,
                None => self.contacts.rows[contact as usize].content.clone(),
            };
            (self.gadgets.input_name(slot, port), content)
        });
        NetworkError::Gadget {
            gadget: self.gadget_path_of(slot).to_string(),
            inputs: inputs.collect(),
            fault,
        }
    }
}

/// What a gate lets through.
fn gate(value: &Value, condition: &Value) -> Result<Option<Value>, Fault> {
    match condition {
        Value::Bool(true) => Ok(Some(value.clone())),
        Value::Bool(false) => Ok(None),
        other => Err(crate::primitive::argument::wrong_type("condition", "a bool", other)),
    }
}
