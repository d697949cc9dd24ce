//! What comes, while a network settles, to a joining contact with several writers: it waits for the contact's turn and is then joined, the
//! oldest first. Which of two values that have no join is taken, and how a sum rounds, would otherwise follow the order of firing,
//! which depends on edges that are gone and that no image holds.

use crate::blend::{Blend, Join};
use crate::contact::{Writer, flag};
use crate::contradiction::Contradiction;
use crate::error::NetworkError;
use crate::network::Network;
use crate::tick::Stamp;
use crate::value::{Content, Value};

/// No gathering, or no arrival.
pub(crate) const NO_GATHERING: u32 = u32::MAX;

/// The writes of a tick that are joined by age.
#[derive(Debug, Default)]
pub(crate) struct Gatherings {
    of_contacts: Vec<Gathering>,
    arrivals: Vec<Arrival>,
    /// Room for the order of the arrivals at one contact.
    order: Vec<(Stamp, u32)>,
}

/// The writes to one contact, and what it was before them.
#[derive(Debug)]
struct Gathering {
    content: Content,
    writer: Writer,
    stamp: Stamp,
    contradiction: Option<Contradiction>,
    last: u32,
    /// Whether something came since the last turn.
    waits: bool,
    /// Whether the contact has had its turn: what a router's new group writes may come after it.
    joined: bool,
}

#[derive(Debug)]
struct Arrival {
    previous: u32,
    stamp: Stamp,
    writer: Writer,
    value: Value,
}

impl Gatherings {
    pub(crate) fn is_empty(&self) -> bool {
        self.of_contacts.is_empty() && self.arrivals.is_empty()
    }

    pub(crate) fn clear(&mut self) {
        self.of_contacts.clear();
        self.arrivals.clear();
    }

    /// The arrivals at a contact by age; of one age, in the order in which they came.
    fn order(&mut self, last: u32) -> Vec<(Stamp, u32)> {
        let mut order = std::mem::take(&mut self.order);
        order.clear();
        let mut at = last;
        while let Some(arrival) = self.arrivals.get(at as usize) {
            order.push((arrival.stamp, at));
            at = arrival.previous;
        }
        order.reverse();
        if !order.is_sorted() && !crate::planted::is(crate::planted::Bug::JoinedAsFired) {
            order.sort_unstable();
        }
        order
    }
}

impl Network {
    /// Whether a write made while settling waits for the contact's turn. Inside a cycle that has its turn nothing waits: there, the order
    /// is that of the rounds. Nor does a `first` wait, whose content carries its age.
    pub(crate) fn gathers(&self, slot: u32) -> bool {
        let (blend, flags) = (
            self.contacts.rows[slot as usize].blend,
            self.contacts.rows[slot as usize].flags,
        );
        flags & flag::MANY_WRITERS != 0
            && blend.joins()
            && blend != Blend::First
            && (flags & flag::CYCLIC == 0 || self.regions.running != Some(self.region_of_contact(slot)))
    }

    /// Keeps a write for the contact's turn.
    pub(crate) fn gather(&mut self, slot: u32, place: usize, value: Value, writer: Writer, stamp: Stamp) {
        let known = self.gathering_at(place);
        let index = if known == NO_GATHERING {
            self.begin_gathering(slot, place)
        } else {
            known
        };
        let Gatherings {
            of_contacts, arrivals, ..
        } = &mut self.tick.gatherings;
        let gathering = &mut of_contacts[index as usize];
        gathering.waits = true;
        let previous = std::mem::replace(&mut gathering.last, arrivals.len() as u32);
        arrivals.push(Arrival {
            previous,
            stamp,
            writer,
            value,
        });
        self.schedule(slot, true);
    }

    fn begin_gathering(&mut self, slot: u32, place: usize) -> u32 {
        let index = self.tick.gatherings.of_contacts.len() as u32;
        let row = &self.contacts.rows[slot as usize];
        let gathering = Gathering {
            content: row.content.clone(),
            writer: row.writer,
            stamp: self.stamp_at(place),
            contradiction: self.contradictions.get(&slot).cloned(),
            last: NO_GATHERING,
            waits: false,
            joined: false,
        };
        self.tick.gatherings.of_contacts.push(gathering);
        self.set_gathering(place, index);
        index
    }

    /// The turn of a contact, or of the cycle it is in: what has come is joined, the oldest first.
    pub(crate) fn join_gathered(&mut self, slot: u32) -> Result<(), NetworkError> {
        if self.tick.gatherings.of_contacts.is_empty() || !self.is_touched(slot) {
            return Ok(());
        }
        let place = self.touch(slot);
        let index = self.gathering_at(place) as usize;
        let Some(gathering) = self.tick.gatherings.of_contacts.get_mut(index) else {
            return Ok(());
        };
        if !std::mem::take(&mut gathering.waits) {
            return Ok(());
        }
        let last = gathering.last;
        if std::mem::replace(&mut gathering.joined, true) {
            let (content, writer, stamp) = (gathering.content.clone(), gathering.writer, gathering.stamp);
            let contradiction = gathering.contradiction.clone();
            self.contacts.rows[slot as usize].content = content;
            self.renew(slot, place, writer, stamp);
            self.set_contradiction(slot, contradiction);
            self.set_late(place);
        }
        let order = self.tick.gatherings.order(last);
        for &(stamp, at) in &order {
            let Arrival { writer, value, .. } = &self.tick.gatherings.arrivals[at as usize];
            let (writer, value) = (*writer, value.clone());
            self.join_arrival(slot, place, value, writer, stamp)?;
        }
        self.tick.gatherings.order = order;
        Ok(())
    }

    fn join_arrival(
        &mut self,
        slot: u32,
        place: usize,
        value: Value,
        writer: Writer,
        stamp: Stamp,
    ) -> Result<(), NetworkError> {
        match self.joined(slot, &value, stamp)? {
            Join::Take => self.contacts.rows[slot as usize].content = Some(value),
            Join::Becomes(joined) => self.contacts.rows[slot as usize].content = Some(joined),
            Join::Keep => {}
            Join::Contradiction => return self.record_contradiction(slot, &value, writer).map(|_| ()),
        }
        if stamp >= self.stamp_at(place) {
            self.renew(slot, place, writer, stamp);
        }
        self.set_contradiction(slot, None);
        Ok(())
    }

    /// A cycle that has its turn has taken this contact in: from here on it is written as the members of the cycle fire.
    pub(crate) fn end_gathering(&mut self, slot: u32, place: usize) -> Result<(), NetworkError> {
        if self.gathering_at(place) != NO_GATHERING {
            self.join_gathered(slot)?;
            self.set_gathering(place, NO_GATHERING);
        }
        Ok(())
    }
}
