//! Undo and redo: what a tick changed goes back as it was, in a tick of its own that fires nothing.
//!
//! Of each of the last ticks is kept what it changed: contents and their writers as they were before, what it removed, the names of
//! what it added, marks. Undoing puts that back, past the blends; what that tick changed in its turn is kept for redo.

mod back;
mod capture;
mod entry;
mod events;
mod giving;
mod logs;
mod past;
mod renamed;
mod room;
mod stored;
#[cfg(test)]
mod tests;

use crate::error::NetworkError;
use crate::network::Network;
use crate::undo::entry::{Before, Entry, How, Key};
use crate::undo::logs::Logs;
use crate::undo::renamed::Renamed;
pub(crate) use capture::Scrubbed;
use indexmap::IndexMap;
pub(crate) use past::Past;
pub(crate) use room::heap;
use rustc_hash::FxBuildHasher;
use std::collections::VecDeque;

/// A tick that brings another back to what was, or to what it made.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Return {
    /// What this tick changed is as it was before.
    Undo(u64),
    /// What this tick changed, and was undone, is there again.
    Redo(u64),
}

impl Return {
    /// The tick that is undone or done again.
    pub fn tick(self) -> u64 {
        match self {
            Return::Undo(tick) | Return::Redo(tick) => tick,
        }
    }
}

/// An entry that is being applied in the open tick.
struct Applying {
    what: Return,
    entry: Entry,
    befores: Vec<Before>,
    /// Names that came with the things made again.
    renamed: IndexMap<Key, Key, FxBuildHasher>,
}

/// What the last ticks changed.
#[derive(Default)]
pub(crate) struct History {
    /// So many ticks are kept at most, and so many bytes.
    ticks: usize,
    most: usize,
    bytes: usize,
    /// What can be undone, oldest first, and the contents of all of it in one row.
    undo: VecDeque<Entry>,
    befores: VecDeque<Before>,
    /// What can be undone after that, as the logs of the ticks have it.
    logs: Logs,
    /// What can be done again, the next one last.
    redo: Vec<(Entry, Vec<Before>)>,
    /// What ticks of sources changed, which are not undone: kept where no store tells of the past.
    keeps_others: bool,
    others: VecDeque<(Entry, Vec<Before>)>,
    other_logs: Logs,
    other_bytes: usize,
    applying: Option<Applying>,
    /// The tick whose state a contact is in, where that is not the tick that changed it last, as that went back to it.
    stands: IndexMap<Key, (u64, u64), FxBuildHasher>,
    renamed: Renamed,
    events: events::Events,
}

impl Network {
    /// From now on, the last `ticks` ticks can be undone, if they come to no more than about so many bytes.
    /// With `others`, what ticks of sources changed is kept too, within as many ticks and bytes again.
    pub fn keep_history(&mut self, ticks: usize, bytes: usize, others: bool) {
        self.history.ticks = ticks;
        self.history.keeps_others = others;
        self.history.most = bytes;
        self.history.give_up_oldest();
    }

    /// Undoes, in an open tick of its own, the last tick of no source that is not undone, and settles; answers which. `None` if none is
    /// known any more. On an error the caller rolls back.
    pub fn undo(&mut self) -> Result<Option<u64>, NetworkError> {
        self.check_alone("undone")?;
        self.write_out_logs();
        let Some(entry) = self.history.undo.pop_back() else {
            return Ok(None);
        };
        let from = self.history.befores.len().saturating_sub(entry.count);
        let befores = self.history.befores.split_off(from).into();
        self.bring_back(Return::Undo(entry.tick), entry, befores).map(Some)
    }

    /// Does the tick again that was undone last, in an open tick of its own, and settles; answers which. `None` if none is known.
    pub fn redo(&mut self) -> Result<Option<u64>, NetworkError> {
        self.check_alone("done again")?;
        self.write_out_logs();
        let Some((entry, befores)) = self.history.redo.pop() else {
            return Ok(None);
        };
        self.bring_back(Return::Redo(entry.tick), entry, befores).map(Some)
    }

    fn bring_back(&mut self, what: Return, entry: Entry, befores: Vec<Before>) -> Result<u64, NetworkError> {
        self.history.bytes -= entry.bytes;
        self.history.applying = Some(Applying {
            what,
            entry,
            befores,
            renamed: IndexMap::default(),
        });
        self.put_back_applied()?;
        Ok(what.tick())
    }

    fn check_alone(&self, what: &str) -> Result<(), NetworkError> {
        let tick = &self.tick;
        if tick.touches.is_empty() && tick.edits.is_empty() && tick.fresh.is_empty() {
            return Ok(());
        }
        Err(NetworkError::Declaration(format!(
            "a tick is {what} in a tick of its own; end the open one first"
        )))
    }

    /// The tick whose state a contact is in, if `version` changed it last.
    fn stands(&self, key: Key, version: u64) -> u64 {
        match self.history.stands.get(&key) {
            Some(&(of, stands)) if of == version => stands,
            _ => version,
        }
    }

    /// The tick in whose state a contact is that `version` changed last: another, if that one brought it back there.
    pub(crate) fn state_of(&self, slot: u32, version: u64) -> u64 {
        self.stands(self.key_of_contact(slot), version)
    }

    /// The tick is taken back: what it applied can be applied again.
    pub(crate) fn give_back_applied(&mut self) {
        if let Some(Applying {
            what, entry, befores, ..
        }) = self.history.applying.take()
        {
            match what {
                Return::Undo(_) => self.history.push_undo(entry, befores),
                Return::Redo(_) => self.history.push_redo(entry, befores),
            }
        }
    }

    /// What the open tick brings back, if it does.
    pub(crate) fn returns(&self) -> Option<Return> {
        self.history.applying.as_ref().map(|applying| applying.what)
    }
}

impl Before {
    /// The tick whose state the contact has to be in for the entry to be applied, and the one it is in after that.
    fn ways(&self, what: Return) -> (u64, u64) {
        match (self.how, what) {
            (How::Changed, Return::Undo(tick)) => (tick, self.other),
            (How::Changed, Return::Redo(tick)) => (self.other, tick),
            (How::Quiet | How::Gone, _) => (self.other, self.other),
        }
    }
}
