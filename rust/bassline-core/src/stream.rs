//! Streams: a gadget with stream inputs fires once per event, in key order.

use crate::contact::NONE;
use crate::error::NetworkError;
use crate::fire::Inputs;
use crate::network::Network;
use crate::tick::EventKey;
use crate::value::Content;
use smallvec::SmallVec;

/// An event on the way to a gadget: its key, the contact it is on, the value.
type Arrival = (EventKey, u32, Content);

impl Network {
    /// Fires a gadget once for each event of the tick on its stream inputs.
    pub(crate) fn fire_events(&mut self, slot: u32) -> Result<(), NetworkError> {
        let streams = self.stream_inputs(slot);
        let mut arrivals: SmallVec<[Arrival; 2]> = SmallVec::new();
        for &contact in &streams {
            let first = self.first_event_of(contact);
            arrivals.extend(
                self.events_from(first)
                    .map(|event| (event.key, contact, event.value.clone())),
            );
        }
        if streams.len() > 1 {
            arrivals.sort_by_key(|arrival| arrival.0);
        }
        self.fire_arrivals(slot, &arrivals, &[])
    }

    /// The distinct stream contacts on a gadget's input ports, in port order.
    pub(crate) fn stream_inputs(&self, slot: u32) -> SmallVec<[u32; 2]> {
        let mut streams: SmallVec<[u32; 2]> = SmallVec::new();
        for contact in self.gadgets.inputs(slot) {
            if contact != NONE && self.contacts.is_stream(contact) && !streams.contains(&contact) {
                streams.push(contact);
            }
        }
        streams
    }

    /// Fires a gadget once for each arrival, in the order given. `had` says of stream contacts which of their events came last in
    /// the firings before, if any.
    pub(crate) fn fire_arrivals(
        &mut self,
        slot: u32,
        arrivals: &[Arrival],
        had: &[(u32, u32)],
    ) -> Result<(), NetworkError> {
        let creation = self.gadgets.creation[slot as usize];
        let ports = self.gadgets.inputs(slot);
        // Of each port: its settled state, or the newest event on it so far.
        let mut inputs: Inputs = ports
            .iter()
            .map(|&contact| -> Content {
                if contact == NONE {
                    None
                } else if self.contacts.is_stream(contact) {
                    if crate::planted::is(crate::planted::Bug::SampledTooLate) {
                        return self.contacts.rows[contact as usize].content.clone();
                    }
                    let had = had.iter().find(|(known, _)| *known == contact);
                    match had.and_then(|&(_, event)| self.tick.events.get(event as usize)) {
                        Some(event) => event.value.clone(),
                        None => self.committed().content_at(contact),
                    }
                } else {
                    self.contacts.rows[contact as usize].content.clone()
                }
            })
            .collect();
        // What it writes for one event may be what it reads with the next.
        let cyclic = self.gadgets.rows[slot as usize].flags & crate::gadget::flag::CYCLIC != 0;
        for (key, contact, value) in arrivals {
            for (input, &port) in inputs.iter_mut().zip(&ports).filter(|_| cyclic) {
                if port != NONE && !self.contacts.is_stream(port) {
                    input.clone_from(&self.contacts.rows[port as usize].content);
                }
            }
            for (input, &port) in inputs.iter_mut().zip(&ports) {
                if port == *contact {
                    input.clone_from(value);
                }
            }
            if value.is_none() {
                continue;
            }
            let ready = inputs
                .iter()
                .enumerate()
                .all(|(port, content)| content.is_some() || !self.gadgets.input_required(slot, port));
            if !ready || !self.gadgets.rows[slot as usize].body.is_ready(&inputs) {
                continue;
            }
            // Of two events one gadget writes, the later stands behind: the count of events so far tells them apart.
            let emission = self.tick.events.len() as u32;
            self.fire_with(slot, &inputs, key.passed_on(creation, emission))?;
        }
        Ok(())
    }
}
