//! Settling: what waits at the lowest level is taken first, until nothing waits.

use crate::contact::{Edge, NONE, Writer, flag};
use crate::error::NetworkError;
use crate::gadget;
use crate::network::Network;
use crate::queue::{Line, Next, Waiting};
use crate::tick::{EventKey, Stamp};
use crate::value::Content;

/// How far settling came.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Settled {
    /// Nothing waits: the tick can commit.
    Done,
    /// The budget is used up and something waits.
    MoreToDo,
}

/// A firing in a cycle takes about as long as so many outside of one.
const CYCLE_COST: usize = 16;

impl Network {
    /// Settles the open tick completely.
    pub fn settle(&mut self) -> Result<(), NetworkError> {
        while self.settle_some(usize::MAX)? == Settled::MoreToDo {}
        Ok(())
    }

    /// Settles until done or until `budget` gadgets and contacts have had their turn, each firing in a cycle counted. On an error the caller rolls back.
    pub fn settle_some(&mut self, budget: usize) -> Result<Settled, NetworkError> {
        if !self.tick.settling {
            self.refresh_regions();
            self.tick.settling = true;
            if self.tick.unmarked || !self.tick.edits.is_empty() || !self.tick.fresh.is_empty() {
                self.start();
            }
        }
        let settled = self.settle_within(budget);
        // The fast loop does not count: its firings are what the budget went to and what nothing else took.
        self.counted.firings += (budget - self.tick.left) as u64 - std::mem::take(&mut self.tick.other_turns);
        settled
    }

    /// What is left of the budget stands in the tick when it returns.
    fn settle_within(&mut self, budget: usize) -> Result<Settled, NetworkError> {
        let mut left = budget;
        loop {
            if self.regions.running.is_some() {
                left = self.run_cycle(left)?;
                if left == 0 {
                    break;
                }
            }
            let (level, next) = self.queue.take();
            match next {
                Next::Gadgets(line) => {
                    let mut at = line.head;
                    loop {
                        (at, left) = self.fire_plain(level, at, left);
                        if at == NONE {
                            break;
                        }
                        (at, left) = self.fire_other(level, line, at, left)?;
                    }
                }
                Next::Other(what) => {
                    left -= 1;
                    self.tick.other_turns += 1;
                    self.tick.left = left;
                    match what {
                        Waiting::Contact(slot) => self.take_contact(slot, level)?,
                        Waiting::Region(index) => self.take_region(index, level)?,
                    }
                }
                Next::Nothing => {
                    self.tick.left = left;
                    return Ok(Settled::Done);
                }
            }
            if left == 0 {
                break;
            }
        }
        self.tick.left = left;
        Ok(if self.queue.is_empty() && self.regions.running.is_none() {
            Settled::Done
        } else {
            Settled::MoreToDo
        })
    }

    /// Goes on with the region whose turn it is; what is left of the budget.
    #[inline(never)]
    fn run_cycle(&mut self, budget: usize) -> Result<usize, NetworkError> {
        self.tick.left = budget;
        let firings = (budget / CYCLE_COST).max(1);
        let left = match self.run_region(firings)? {
            0 => 0,
            left => budget.saturating_sub((firings - left) * CYCLE_COST).max(1),
        };
        self.tick.other_turns += (budget - left) as u64;
        Ok(left)
    }

    /// Fires a gadget of a line that is not plain, if the budget is not used up; the next of the line, and what is left of the budget. Where
    /// the line is left, what is left of it is put back, and nothing is next.
    #[inline(never)]
    fn fire_other(&mut self, level: i32, line: Line, slot: u32, left: usize) -> Result<(u32, usize), NetworkError> {
        if left == 0 {
            self.queue.put_back(&mut self.gadgets.rows, level, line, slot);
            return Ok((NONE, 0));
        }
        let left = left - 1;
        self.tick.other_turns += 1;
        let row = &mut self.gadgets.rows[slot as usize];
        let (next, flags) = (row.next, row.flags);
        row.flags = flags & !gadget::flag::QUEUED;
        if flags & (gadget::flag::CYCLIC | gadget::flag::REMOVED) != 0 || row.level > level {
            self.requeue_gadget(slot);
            return Ok((next, left));
        }
        let fired = self.fire(slot);
        // Only what makes structure, and what was put in line anew, can bring something below its own level.
        if fired.is_err() || flags & gadget::flag::SLOW != 0 && self.queue.has_below(level) {
            self.queue.put_back(&mut self.gadgets.rows, level, line, next);
            self.tick.left = left;
            return fired.map(|()| (NONE, left));
        }
        Ok((next, left))
    }

    /// A gadget whose place changed while it waited.
    #[cold]
    fn requeue_gadget(&mut self, slot: u32) {
        let flags = self.gadgets.rows[slot as usize].flags;
        if flags & gadget::flag::REMOVED != 0 {
            return;
        }
        if flags & gadget::flag::CYCLIC != 0 {
            self.schedule_member(slot);
        } else {
            self.queue.push_gadget(&mut self.gadgets.rows, slot);
        }
    }

    /// Puts in line what the operations of the tick have touched.
    #[inline(never)]
    fn start(&mut self) {
        if self.tick.unmarked || !self.tick.edits.is_empty() {
            self.mark_touched();
        }
        for at in 0..self.tick.fresh.len() {
            self.fire_first(self.tick.fresh[at]);
        }
    }

    /// Puts the readers of everything touched in line, and nothing else.
    fn mark_touched(&mut self) {
        self.queue.clear(&mut self.gadgets.rows);
        for at in 0..self.tick.touches.len() {
            let contact = self.tick.touches[at].contact;
            let flags = self.contacts.rows[contact as usize].flags;
            if flags & flag::REMOVED != 0 {
                continue;
            }
            if flags & flag::SLOW != 0 || self.contacts.writers.len(contact) > 0 {
                self.schedule(contact, true);
            } else if self.differs(contact) {
                self.mark_readers(contact);
            }
        }
    }

    /// Puts a gadget in line that was declared in this tick; one of streams waits for its first event.
    pub(crate) fn fire_first(&mut self, slot: u32) {
        if self.gadgets.is_live(slot) && self.gadgets.rows[slot as usize].flags & gadget::flag::STREAM == 0 {
            self.requeue_gadget(slot);
        }
    }

    /// A contact's turn: all its writers have fired, its content is settled.
    fn take_contact(&mut self, slot: u32, level: i32) -> Result<(), NetworkError> {
        self.contacts.set(slot, flag::QUEUED, false);
        if self.contacts.has(slot, flag::REMOVED) {
            return Ok(());
        }
        if self.contacts.has(slot, flag::CYCLIC) || self.contacts.level[slot as usize] > level {
            self.schedule(slot, true);
            return Ok(());
        }
        self.join_gathered(slot)?;
        self.pass_on(slot, None)
    }

    /// Passes settled content on to the readers outside `region`, if it differs from what it was when the tick began.
    pub(crate) fn pass_on(&mut self, slot: u32, region: Option<u32>) -> Result<(), NetworkError> {
        let events = self.has_events(slot);
        if !events && !self.differs(slot) && !self.is_late(slot) {
            return Ok(());
        }
        for at in 0..self.contacts.readers.len(slot) {
            let Some(code) = self.contacts.readers.at(slot, at) else {
                continue;
            };
            match Edge::of(code) {
                Edge::Gadget(gadget) => {
                    let inside = region.is_some()
                        && self.gadgets.rows[gadget as usize].flags & gadget::flag::CYCLIC != 0
                        && Some(self.region_of_gadget(gadget)) == region;
                    if !inside {
                        self.mark_reader(code, events);
                    }
                }
                Edge::Wire(wire) if self.leads_out(wire, slot) && !self.is_inside(wire) => self.carry(wire, slot)?,
                Edge::Wire(_) => {}
            }
        }
        Ok(())
    }

    /// Carries settled content, or the events of a stream, over a directed wire.
    fn carry(&mut self, wire: u32, from: u32) -> Result<(), NetworkError> {
        let to = self.wires.row(wire).to;
        let creation = self.wires.creation(wire);
        let (stamp, writer) = (Stamp::creation(creation, self.tick.firing), Writer::wire(wire));
        let first = self.first_event_of(from);
        if first != u32::MAX {
            return self.carry_events(wire, first, to);
        }
        let content: Content = self.contacts.rows[from as usize].content.clone();
        match content {
            Some(value) => self
                .write_content(to, Some(value), writer, stamp, EventKey::of_state(creation))
                .map(|_| ()),
            None => self.lose_while_settling(to, writer),
        }
    }

    /// Passes events on: each to a stream or a lattice, the last to a register, which loses it again if the stream was erased after.
    fn carry_events(&mut self, wire: u32, first: u32, to: u32) -> Result<(), NetworkError> {
        let creation = self.wires.creation(wire);
        let (stamp, writer) = (Stamp::creation(creation, self.tick.firing), Writer::wire(wire));
        let is_register = self.contacts.rows[to as usize].blend == crate::Blend::AcceptLast;
        let mut events = self.events_since(first, 0);
        let erased = events.last().is_some_and(|(_, value)| value.is_none());
        events.retain(|(_, value)| value.is_some());
        if is_register && events.len() > 1 {
            events.drain(..events.len() - 1);
        }
        for (key, value) in events {
            self.write_content(to, value, writer, stamp, key.passed_on(creation, 0))?;
        }
        if erased {
            self.lose_while_settling(to, writer)
        } else {
            Ok(())
        }
    }

    /// While settling, an accept-last contact whose content came from `writer` loses it. That is not a newer write: another that
    /// has yet to fire is not refused for it.
    pub(crate) fn lose_while_settling(&mut self, slot: u32, writer: Writer) -> Result<(), NetworkError> {
        let age = self.stamp_of(slot);
        let age = if crate::planted::is(crate::planted::Bug::LossIsNewer) {
            Stamp::creation(1 << 32, 0)
        } else {
            age
        };
        self.lose_content(slot, writer, age)
    }

    /// An accept-last contact whose content came from `writer` loses it.
    pub(crate) fn lose_content(&mut self, slot: u32, writer: Writer, stamp: Stamp) -> Result<(), NetworkError> {
        let lost = self.contacts.rows[slot as usize].blend == crate::Blend::AcceptLast
            && self.contacts.rows[slot as usize].writer == writer
            && self.contacts.rows[slot as usize].content.is_some();
        if lost {
            self.write_content(slot, None, writer, stamp, EventKey::of_state(0))?;
        }
        Ok(())
    }

    /// A gadget that is not ready any more takes back what it had written last.
    pub(crate) fn lose_outputs(&mut self, slot: u32) -> Result<(), NetworkError> {
        if crate::planted::is(crate::planted::Bug::LossForgotten) {
            return Ok(());
        }
        self.clear_faults_of(slot);
        for contact in self.gadgets.derived_outputs(slot) {
            if contact != NONE && !self.contacts.has(contact, flag::REMOVED) {
                self.lose_while_settling(contact, Writer::gadget(slot))?;
            }
        }
        Ok(())
    }
}
