//! What is kept of the past for those who ask: the last events of streams, which ticks brought others back, and since when there are
//! statistics.

use super::Return;
use super::entry::{By, Key};
use super::room::heap;
use crate::contact::Writer;
use crate::edit::Edit;
use crate::network::Network;
use crate::primitive::Body;
use crate::tick::NO_EVENT;
use crate::value::Content;
use indexmap::IndexMap;
use rustc_hash::FxBuildHasher;
use std::collections::VecDeque;

/// So many ticks that brought others back are known, and so many statistics.
const MOST: usize = 65_536;
/// What an event takes beside its content.
const ROW: usize = 64;

/// An event on a stream, or a change of any contact.
pub(crate) struct Happened {
    pub(crate) tick: u64,
    contact: u64,
    pub(crate) content: Content,
    by: By,
}

#[derive(Default)]
pub(super) struct Events {
    rows: VecDeque<Happened>,
    bytes: usize,
    /// Events of ticks up to this are not kept any more.
    dropped: u64,
    returns: IndexMap<u64, Return, FxBuildHasher>,
    /// Whether those of earlier openings are told.
    is_told: bool,
    declared: IndexMap<Key, u64, FxBuildHasher>,
}

impl Events {
    fn push(&mut self, happened: Happened, rows: usize, bytes: usize) {
        self.bytes += ROW + heap(&happened.content);
        self.rows.push_back(happened);
        while self.rows.len() > rows || self.bytes > bytes {
            let Some(oldest) = self.rows.pop_front() else { break };
            self.bytes -= ROW + heap(&oldest.content);
            self.dropped = oldest.tick;
        }
    }
}

impl Network {
    /// Which ticks of earlier openings brought others back, as a store tells it, in order.
    pub fn know_returns(&mut self, returns: impl IntoIterator<Item = (u64, Return)>) {
        self.history.events.is_told = true;
        let own = std::mem::take(&mut self.history.events.returns);
        self.history.events.returns.extend(returns);
        self.history.events.returns.extend(own);
    }

    /// Whether [`Network::know_returns`] was told.
    pub fn knows_returns(&self) -> bool {
        self.history.events.is_told
    }

    /// Keeps the events of the tick that is being committed, where no store does.
    pub(crate) fn keep_events(&mut self) {
        if !self.history.keeps_others || !self.history.is_on() {
            return;
        }
        let tick = self.open_tick();
        for place in 0..self.tick.touches.len() {
            let (first, _) = self.event_ends(place);
            if first == NO_EVENT {
                continue;
            }
            let contact = self.key_of_contact(self.tick.touches[place].contact).bits();
            let happened: Vec<Happened> = self
                .events_from(first)
                .filter(|event| event.value.is_some())
                .map(|event| Happened {
                    tick,
                    contact,
                    content: event.value.clone(),
                    by: self.by_of(event.writer),
                })
                .collect();
            let (rows, bytes) = (self.history.ticks, self.history.most);
            for one in happened {
                self.history.events.push(one, rows, bytes);
            }
        }
    }

    pub(crate) fn keep_return(&mut self, tick: u64, what: Return) {
        let returns = &mut self.history.events.returns;
        returns.insert(tick, what);
        if returns.len() > MOST {
            returns.shift_remove_index(0);
        }
    }

    /// Keeps since when the statistics are there that a tick declared.
    pub(crate) fn keep_declared(&mut self, edits: &[Edit]) {
        for edit in edits {
            let Edit::GadgetAdded(slot) = *edit else { continue };
            if !self.gadgets.is_live(slot) || !matches!(self.gadgets.rows[slot as usize].body, Body::Statistic(_)) {
                continue;
            }
            let (key, tick) = (self.first(self.gadgets.id(slot)), self.open_tick());
            let declared = &mut self.history.events.declared;
            declared.entry(key).or_insert(tick);
            if declared.len() > MOST {
                declared.swap_remove_index(0);
            }
        }
    }

    /// The tick that declared a statistic, if that is known.
    pub(crate) fn declared_in(&self, gadget: u32) -> Option<u64> {
        let key = self.first(self.gadgets.id(gadget));
        self.history.events.declared.get(&key).copied()
    }

    /// Whether a tick brought another back.
    pub(crate) fn return_in(&self, tick: u64) -> Option<Return> {
        self.history.events.returns.get(&tick).copied()
    }

    /// The ticks that brought others back, oldest first.
    pub(crate) fn all_returns(&self) -> impl Iterator<Item = (u64, Return)> + '_ {
        self.history.events.returns.iter().map(|(&tick, &what)| (tick, what))
    }

    /// Whether events are kept here, and not in a store.
    pub(crate) fn keeps_its_past(&self) -> bool {
        self.history.keeps_others
    }

    /// The events of a stream that are kept, newest first, with who wrote each; and the tick after which all of them are.
    pub(crate) fn kept_events(&self, slot: u32) -> (Vec<(u64, Content, Writer)>, u64) {
        let contact = self.key_of_contact(slot).bits();
        let rows = self.history.events.rows.iter().rev();
        let own = rows.filter(|happened| happened.contact == contact);
        let told = own.map(|happened| (happened.tick, happened.content.clone(), self.writer_now(happened.by)));
        let since = if self.history.is_on() {
            self.history.events.dropped
        } else {
            u64::MAX
        };
        (told.collect(), since)
    }
}
