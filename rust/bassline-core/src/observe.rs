//! Firing a gadget with a state: what it keeps is content of its own cells, which a tick takes back and a store keeps.

use crate::contact::Writer;
use crate::error::Fault;
use crate::fire::{Inputs, Outputs};
use crate::network::Network;
use crate::primitive::Body;
use crate::value::Content;
use smallvec::SmallVec;

impl Network {
    /// Takes the inputs into the state of a gadget, and answers its outputs. A fault leaves the state as it is.
    pub(crate) fn observe(&mut self, slot: u32, inputs: &Inputs) -> Result<Outputs, Fault> {
        let Some(wide) = &self.gadgets.wide[slot as usize] else {
            return Ok(Outputs::new());
        };
        let cells: SmallVec<[u32; 2]> = SmallVec::from_slice(&wide.state);
        let mut state: SmallVec<[Content; 2]> = cells
            .iter()
            .map(|&cell| self.contacts.rows[cell as usize].content.clone())
            .collect();
        let result = match (
            self.gadgets.rows[slot as usize].body,
            inputs.first(),
            state.as_mut_slice(),
        ) {
            (Body::Statistic(statistic), Some(Some(value)), state) => statistic.observe(state, value)?,
            (Body::Memory(memory), _, [held]) => memory.observe(held, inputs)?,
            _ => None,
        };
        for (&cell, content) in cells.iter().zip(state) {
            if self.contacts.rows[cell as usize].content != content {
                if !crate::planted::is(crate::planted::Bug::StateKept) {
                    self.touch(cell);
                }
                self.contacts.rows[cell as usize].content = content;
                self.contacts.rows[cell as usize].writer = Writer::gadget(slot);
            }
        }
        Ok(SmallVec::from_iter([result]))
    }
}
