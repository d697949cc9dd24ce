//! Cycles: a region is evaluated in rounds, its dirty members in order of creation, until none is dirty.

use crate::contact::{Edge, Writer, flag};
use crate::error::NetworkError;
use crate::gadget;
use crate::network::Network;
use crate::queue::Waiting;
use crate::tick::{EventKey, Stamp};
use crate::value::{Content, show};
use crate::wire::WireKind;
use crate::write::Written;
use indexmap::IndexMap;
use rustc_hash::FxBuildHasher;
use std::collections::BTreeSet;

mod share;

pub(crate) use share::Passed;

/// How often one member may fire in one tick.
const BOUND: u32 = 10_000;

/// A member of a region, in the order members fire: by creation number, a wire forwards before backwards.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
struct Member {
    creation: u64,
    backward: bool,
    edge: u32,
}

/// One evaluation of a region.
#[derive(Debug, Default)]
pub(crate) struct Evaluation {
    dirty: BTreeSet<Member>,
    /// The member that fired last in this round.
    position: Option<Member>,
    firings: IndexMap<Member, u32, FxBuildHasher>,
    /// How many events the tick had when a member last looked at a stream contact.
    seen: IndexMap<(Member, u32), usize, FxBuildHasher>,
    /// Of a gadget and a stream contact it reads: the event it had last, which need not be the newest by its key.
    had: IndexMap<(Member, u32), u32, FxBuildHasher>,
    /// Directions of wires that are dirty only to write a join back: what they bring is not answered.
    answering: BTreeSet<Member>,
    /// Contacts written, in order of the first write.
    written: indexmap::IndexSet<u32, FxBuildHasher>,
}

impl Evaluation {
    /// The next dirty member not older than the one before, else the first: a new round.
    fn next(&mut self) -> Option<Member> {
        let next = match self.position {
            Some(position) if !crate::planted::is(crate::planted::Bug::RoundOrder) => self
                .dirty
                .range(position..)
                .next()
                .or_else(|| self.dirty.first())
                .copied(),
            _ => self.dirty.first().copied(),
        }?;
        self.dirty.remove(&next);
        self.position = Some(next);
        Some(next)
    }
}

impl Network {
    /// A region's turn: everything that leads into it has settled.
    pub(crate) fn take_region(&mut self, index: u32, level: i32) -> Result<(), NetworkError> {
        if !self.regions.large(index).is_some_and(|region| region.queued) {
            return Ok(());
        }
        if self.regions.level(index) > level {
            let level = self.regions.level(index);
            self.queue.push_other(level, Waiting::Region(index));
            return Ok(());
        }
        let region = self.regions.large_mut(index);
        region.queued = false;
        let written = std::mem::take(&mut region.written);
        let marked = std::mem::take(&mut region.marked);
        self.regions.shrink(index);
        let mut evaluation = Evaluation::default();
        for &contact in &written {
            self.join_gathered(contact)?;
        }
        for &contact in &written {
            evaluation.written.insert(contact);
            let events = self.has_events(contact);
            if events || self.differs(contact) || self.is_late(contact) {
                self.mark_members(index, contact, &mut evaluation);
            } else if self.stamp_of(contact) != Stamp::OLDEST {
                // Not for a write that contradicted: it was not taken.
                self.mark_links(contact, &mut evaluation);
            }
        }
        evaluation
            .dirty
            .extend(marked.iter().map(|&gadget| self.gadget_member(gadget)));
        self.regions.running = Some(index);
        self.regions.evaluation = Some(Box::new(evaluation));
        Ok(())
    }

    /// Evaluates the running region, if there is one, with at most `budget` firings; what is left of those.
    pub(crate) fn run_region(&mut self, budget: usize) -> Result<usize, NetworkError> {
        let (Some(index), Some(mut evaluation)) = (self.regions.running, self.regions.evaluation.take()) else {
            return Ok(budget);
        };
        let before = self.tick.firing;
        if !self.evaluate(index, &mut evaluation, budget)? {
            self.regions.evaluation = Some(evaluation);
            return Ok(0);
        }
        self.regions.running = None;
        for contact in evaluation.written {
            self.pass_on(contact, Some(index))?;
        }
        Ok(budget.saturating_sub((self.tick.firing - before) as usize))
    }

    /// Whether the region has come to rest within `budget` firings.
    fn evaluate(&mut self, index: u32, evaluation: &mut Evaluation, budget: usize) -> Result<bool, NetworkError> {
        for _ in 0..budget {
            let Some(member) = evaluation.next() else {
                return Ok(true);
            };
            let firings = evaluation.firings.entry(member).or_insert(0);
            *firings += 1;
            self.tick.firing += 1;
            if *firings > BOUND {
                return Err(self.not_settled(index, member, evaluation));
            }
            match Edge::of(member.edge) {
                Edge::Gadget(slot) => self.fire_member(slot, member, index, evaluation)?,
                Edge::Wire(wire) => {
                    self.tick.carrying = true;
                    self.carry_inside(wire, member, index, evaluation)?;
                    self.tick.carrying = false;
                }
            }
        }
        Ok(evaluation.dirty.is_empty())
    }

    fn fire_member(
        &mut self,
        slot: u32,
        member: Member,
        index: u32,
        evaluation: &mut Evaluation,
    ) -> Result<(), NetworkError> {
        self.regions.just_written.clear();
        if self.gadgets.rows[slot as usize].flags & gadget::flag::STREAM == 0 {
            self.fire(slot)?;
        } else {
            self.fire_unseen(slot, member, evaluation)?;
        }
        let written = std::mem::take(&mut self.regions.just_written);
        for &(contact, changed) in &written {
            evaluation.written.insert(contact);
            if changed {
                self.mark_members(index, contact, evaluation);
            } else {
                self.mark_links(contact, evaluation);
            }
        }
        self.regions.just_written = written;
        Ok(())
    }

    /// Fires for the events that came since this member last fired.
    fn fire_unseen(&mut self, slot: u32, member: Member, evaluation: &mut Evaluation) -> Result<(), NetworkError> {
        let (mut arrivals, mut had, mut last) = (Vec::new(), Vec::new(), Vec::new());
        for contact in self.stream_inputs(slot) {
            let since = evaluation
                .seen
                .insert((member, contact), self.tick.events.len())
                .unwrap_or(0);
            had.extend(evaluation.had.get(&(member, contact)).map(|&event| (contact, event)));
            let mut at = self.first_event_of(contact);
            while let Some(event) = self.tick.events.get(at as usize) {
                if at as usize >= since {
                    arrivals.push((event.key, contact, event.value.clone()));
                    last.push((contact, at));
                }
                at = event.next;
            }
        }
        for (contact, event) in last {
            evaluation.had.insert((member, contact), event);
        }
        arrivals.sort_by_key(|arrival| arrival.0);
        // Each event is a firing: a cycle that breeds events must not outgrow memory before its bound is reached.
        if let Some(firings) = evaluation.firings.get_mut(&member) {
            *firings += (arrivals.len() as u32).saturating_sub(1);
        }
        self.fire_arrivals(slot, &arrivals, &had)
    }

    /// Carries content over a wire inside a region, with the stamp it has.
    fn carry_inside(
        &mut self,
        wire: u32,
        member: Member,
        index: u32,
        evaluation: &mut Evaluation,
    ) -> Result<(), NetworkError> {
        let row = self.wires.row(wire);
        let is_answer = evaluation.answering.remove(&member);
        let (from, to) = if member.backward {
            (row.to, row.from)
        } else {
            (row.from, row.to)
        };
        if row.kind == WireKind::Bidirectional && (self.contacts.is_stream(from) || self.contacts.is_stream(to)) {
            return self.share(wire, (from, to), member, index, evaluation);
        }
        let creation = self.wires.creation(wire);
        // A bidirectional wire passes on who wrote, with how new that is.
        let (stamp, writer) = match row.kind {
            WireKind::Directed => (Stamp::creation(creation, self.tick.firing), Writer::wire(wire)),
            WireKind::Bidirectional => {
                let is_first = |slot: u32| self.contacts.rows[slot as usize].blend == crate::Blend::First;
                // Two of them agree on which content is older; to others a `first` is as new as what it kept out.
                let stamp = if is_first(from) && is_first(to) {
                    self.born(from)
                } else {
                    self.stamp_of(from)
                };
                (stamp, self.contacts.rows[from as usize].writer)
            }
        };
        let first = self.first_event_of(from);
        let mut keyed = Vec::new();
        if first == u32::MAX {
            match self.contacts.rows[from as usize].content.clone() {
                Some(value) => keyed.push((EventKey::of_state(creation), value)),
                None => return self.carry_nothing(wire, to, writer, stamp, index, evaluation),
            }
        } else {
            let since = evaluation
                .seen
                .insert((member, from), self.tick.events.len())
                .unwrap_or(0);
            let events = self.events_since(first, since).into_iter();
            keyed.extend(events.filter_map(|(key, value)| value.map(|value| (key.passed_on(creation, 0), value))));
        }
        for (key, value) in keyed {
            let written = self.write_member(to, Some(value.clone()), writer, stamp, key, index, evaluation)?;
            // A joining end answers with its join, a newer one with what it holds.
            let answers =
                written != Written::Contradicted && self.contacts.rows[to as usize].content.as_ref() != Some(&value);
            let reverse = Member {
                backward: !member.backward,
                ..member
            };
            if row.kind == WireKind::Bidirectional
                && answers
                && !is_answer
                && !crate::planted::is(crate::planted::Bug::AnswerLost)
            {
                if evaluation.dirty.insert(reverse) || written == Written::Changed {
                    evaluation.answering.insert(reverse);
                }
            } else if !answers && written != Written::Contradicted && row.kind == WireKind::Bidirectional {
                // What was brought need not go back.
                evaluation.dirty.remove(&reverse);
            }
        }
        if row.kind == WireKind::Directed && first != u32::MAX && self.contacts.rows[from as usize].content.is_none() {
            return self.carry_nothing(wire, to, writer, stamp, index, evaluation);
        }
        Ok(())
    }

    /// Writes to a contact inside the region; what reads it there becomes dirty if that changes it.
    #[expect(clippy::too_many_arguments, reason = "a write, and where it is made")]
    fn write_member(
        &mut self,
        to: u32,
        content: Content,
        writer: Writer,
        stamp: Stamp,
        key: EventKey,
        index: u32,
        evaluation: &mut Evaluation,
    ) -> Result<Written, NetworkError> {
        self.regions.just_written.clear();
        let written = self.write_content(to, content, writer, stamp, key)?;
        self.regions.just_written.clear();
        evaluation.written.insert(to);
        if written == Written::Changed {
            self.mark_members(index, to, evaluation);
        }
        Ok(written)
    }

    fn carry_nothing(
        &mut self,
        wire: u32,
        to: u32,
        writer: Writer,
        stamp: Stamp,
        index: u32,
        evaluation: &mut Evaluation,
    ) -> Result<(), NetworkError> {
        let row = self.wires.row(wire);
        let before = self.contacts.rows[to as usize].content.clone();
        if row.kind == WireKind::Directed {
            self.lose_while_settling(to, writer)?;
        } else if self.contacts.rows[to as usize].blend == crate::Blend::AcceptLast {
            self.write_content(to, None, writer, stamp, EventKey::of_state(0))?;
        }
        self.regions.just_written.clear();
        evaluation.written.insert(to);
        if self.contacts.rows[to as usize].content != before {
            self.mark_members(index, to, evaluation);
        }
        if row.kind == WireKind::Bidirectional {
            let reverse = Member {
                creation: self.wires.creation(wire),
                backward: to == row.to,
                edge: Edge::Wire(wire).code(),
            };
            if self.contacts.rows[to as usize].content.is_none() {
                // What was brought need not go back.
                evaluation.dirty.remove(&reverse);
                return Ok(());
            }
            let place = self.touch(to);
            if stamp >= self.stamp_at(place) {
                self.renew_kept(to, place, writer, stamp);
            }
            evaluation.dirty.insert(reverse);
        }
        Ok(())
    }

    fn gadget_member(&self, slot: u32) -> Member {
        Member {
            creation: self.gadgets.creation[slot as usize],
            backward: false,
            edge: Edge::Gadget(slot).code(),
        }
    }

    /// Makes everything inside the region that reads a contact dirty.
    fn mark_members(&mut self, index: u32, contact: u32, evaluation: &mut Evaluation) {
        let events = self.has_events(contact);
        for at in 0..self.contacts.readers.len(contact) {
            let Some(code) = self.contacts.readers.at(contact, at) else {
                continue;
            };
            if let Edge::Gadget(slot) = Edge::of(code) {
                let flags = self.gadgets.rows[slot as usize].flags;
                let inside = flags & gadget::flag::CYCLIC != 0 && self.region_of_gadget(slot) == index;
                if inside && (events || flags & gadget::flag::STREAM == 0) {
                    evaluation.dirty.insert(self.gadget_member(slot));
                }
            }
        }
        self.mark_wires(contact, evaluation);
    }

    /// A contact was written with an equal value: nothing to tell, but newer than what a linked contact may hold.
    fn mark_links(&self, contact: u32, evaluation: &mut Evaluation) {
        for code in self.contacts.readers.living(contact) {
            if let Edge::Wire(wire) = Edge::of(code)
                && self.wires.row(wire).kind == WireKind::Bidirectional
                && self.contacts.rows[self.other_end(wire, contact) as usize].content
                    != self.contacts.rows[contact as usize].content
            {
                self.mark_wire(wire, contact, evaluation);
            }
        }
    }

    /// A wire is to carry what a contact at its end holds.
    fn mark_wire(&self, wire: u32, contact: u32, evaluation: &mut Evaluation) {
        let member = Member {
            creation: self.wires.creation(wire),
            backward: self.wires.row(wire).from != contact,
            edge: Edge::Wire(wire).code(),
        };
        evaluation.answering.remove(&member);
        evaluation.dirty.insert(member);
    }

    fn mark_wires(&self, contact: u32, evaluation: &mut Evaluation) {
        for code in self.contacts.readers.living(contact) {
            if let Edge::Wire(wire) = Edge::of(code)
                && self.leads_out(wire, contact)
                && self.is_inside(wire)
            {
                self.mark_wire(wire, contact, evaluation);
            }
        }
    }

    #[cold]
    fn not_settled(&self, index: u32, member: Member, evaluation: &Evaluation) -> NetworkError {
        let mut members: Vec<Member> = evaluation.dirty.iter().copied().collect();
        members.push(member);
        let mut moving: Vec<u32> = Vec::new();
        for member in members {
            match Edge::of(member.edge) {
                Edge::Gadget(slot) => moving.extend(self.gadgets.outputs(slot)),
                Edge::Wire(wire) => {
                    moving.extend([self.wires.row(wire).from, self.wires.row(wire).to]);
                }
            }
        }
        let inside = |&slot: &u32| {
            slot != crate::contact::NONE
                && self.contacts.has(slot, flag::CYCLIC)
                && self.region_of_contact(slot) == index
        };
        moving.retain(inside);
        moving.sort_unstable();
        moving.dedup();
        let moving = moving.iter().take(10).map(|&slot| {
            format!(
                "{} = {}",
                self.path_of(slot),
                show(&self.contacts.rows[slot as usize].content)
            )
        });
        NetworkError::NotSettled {
            bound: BOUND,
            moving: moving.collect(),
        }
    }
}
