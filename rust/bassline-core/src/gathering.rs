//! What comes to a joining contact from several writers, kept until its turn: of writes that have no join the older is taken. The order of
//! firing would depend on edges that are gone, which no image holds; so where writes came out of order and it matters, they are joined
//! anew, the oldest first.

use crate::blend::{Blend, Join};
use crate::contact::{Writer, flag};
use crate::contradiction::Contradiction;
use crate::error::NetworkError;
use crate::network::{Network, OnContradiction};
use crate::tick::Stamp;
use crate::value::{Content, Value};

/// No gathering, or no arrival.
pub(crate) const NO_GATHERING: u32 = u32::MAX;

/// The writes of a tick that wait to be looked at together.
#[derive(Debug, Default)]
pub(crate) struct Gatherings {
    of_contacts: Vec<Gathering>,
    arrivals: Vec<Arrival>,
}

/// The writes to one contact, and what it was before them.
#[derive(Debug)]
struct Gathering {
    content: Content,
    writer: Writer,
    stamp: Stamp,
    contradiction: Option<Contradiction>,
    newest: Stamp,
    last: u32,
    contradicted: bool,
    /// Whether a write came after a newer one.
    disordered: bool,
}

#[derive(Debug)]
struct Arrival {
    previous: u32,
    stamp: Stamp,
    writer: Writer,
    value: Value,
}

impl Gatherings {
    pub(crate) fn clear(&mut self) {
        self.of_contacts.clear();
        self.arrivals.clear();
    }

    /// The writes to a contact, the oldest first; of one writer, in the order made.
    fn in_order(&self, gathering: &Gathering) -> Vec<(Stamp, Writer, Value)> {
        let mut writes = Vec::new();
        let mut at = gathering.last;
        while let Some(arrival) = self.arrivals.get(at as usize) {
            writes.push((arrival.stamp, arrival.writer, arrival.value.clone()));
            at = arrival.previous;
        }
        writes.reverse();
        writes.sort_by_key(|write| write.0);
        writes
    }
}

impl Network {
    /// Keeps a write that is made while settling to a joining contact with several writers. Inside a cycle that has its turn, what comes
    /// first is taken: there, the order is that of the rounds.
    pub(crate) fn gather(&mut self, slot: u32, place: usize, value: &Value, writer: Writer, stamp: Stamp) {
        let blend = self.contacts.rows[slot as usize].blend;
        if blend == Blend::First || self.on_contradiction == OnContradiction::Raise && blend != Blend::Counter {
            return;
        }
        if self.contacts.has(slot, flag::CYCLIC) && self.regions.running == Some(self.region_of_contact(slot)) {
            if self.gathering_at(place) != NO_GATHERING {
                self.set_gathering(place, NO_GATHERING);
            }
            return;
        }
        let known = self.gathering_at(place);
        let index = if known == NO_GATHERING {
            self.begin_gathering(slot, place)
        } else {
            known
        };
        let arrivals = self.tick.gatherings.arrivals.len() as u32;
        let gathering = &mut self.tick.gatherings.of_contacts[index as usize];
        gathering.disordered |= stamp < gathering.newest;
        gathering.newest = gathering.newest.max(stamp);
        let previous = std::mem::replace(&mut gathering.last, arrivals);
        self.tick.gatherings.arrivals.push(Arrival {
            previous,
            stamp,
            writer,
            value: value.clone(),
        });
        if self.is_disordered(slot, index) {
            self.schedule(slot, true);
        }
    }

    fn begin_gathering(&mut self, slot: u32, place: usize) -> u32 {
        let index = self.tick.gatherings.of_contacts.len() as u32;
        let row = &self.contacts.rows[slot as usize];
        let gathering = Gathering {
            content: row.content.clone(),
            writer: row.writer,
            stamp: self.stamp_at(place),
            contradiction: self.contradictions.get(&slot).cloned(),
            newest: Stamp::OLDEST,
            last: NO_GATHERING,
            contradicted: false,
            disordered: false,
        };
        self.tick.gatherings.of_contacts.push(gathering);
        self.set_gathering(place, index);
        index
    }

    /// Notes that a write which was kept has no join with what was there.
    pub(crate) fn note_contradicted(&mut self, slot: u32, place: usize) {
        let index = self.gathering_at(place);
        if let Some(gathering) = self.tick.gatherings.of_contacts.get_mut(index as usize) {
            gathering.contradicted = true;
            if self.is_disordered(slot, index) {
                self.schedule(slot, true);
            }
        }
    }

    /// Whether in the order of age the writes may come to something else: joins that there are do not depend on the order, sums do.
    fn is_disordered(&self, slot: u32, index: u32) -> bool {
        let counts = self.contacts.rows[slot as usize].blend == Blend::Counter;
        let gathering = &self.tick.gatherings.of_contacts[index as usize];
        gathering.disordered && (gathering.contradicted || counts)
    }

    /// At the turn of a contact, or of its region: joins what came out of order anew.
    pub(crate) fn join_in_order(&mut self, slot: u32) -> Result<(), NetworkError> {
        if self.tick.gatherings.of_contacts.is_empty() || !self.is_touched(slot) {
            return Ok(());
        }
        let place = self.touch(slot);
        let index = self.gathering_at(place);
        if index == NO_GATHERING || !self.is_disordered(slot, index) {
            return Ok(());
        }
        let gathering = &mut self.tick.gatherings.of_contacts[index as usize];
        gathering.disordered = false;
        let (content, writer, stamp) = (gathering.content.clone(), gathering.writer, gathering.stamp);
        let contradiction = gathering.contradiction.clone();
        let arrived = self
            .tick
            .gatherings
            .in_order(&self.tick.gatherings.of_contacts[index as usize]);
        self.contacts.rows[slot as usize].content = content;
        self.renew(slot, place, writer, stamp);
        self.set_contradiction(slot, contradiction);
        for (stamp, writer, value) in arrived {
            let content = match self.joined(slot, &value, stamp)? {
                Join::Take => Some(value),
                Join::Becomes(joined) => Some(joined),
                Join::Keep => None,
                Join::Contradiction => {
                    self.record_contradiction(slot, &value, writer)?;
                    continue;
                }
            };
            if content.is_some() {
                self.contacts.rows[slot as usize].content = content;
            }
            self.renew(slot, place, writer, stamp.max(self.stamp_at(place)));
            self.set_contradiction(slot, None);
        }
        Ok(())
    }
}
