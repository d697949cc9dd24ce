//! What contacts held after earlier ticks, from what is kept to undo them.

use super::entry::{Before, Entry, Key};
use crate::contact::Writer;
use crate::network::Network;
use crate::value::Content;

/// The past as far as it is kept.
pub(crate) struct Past<'a> {
    network: &'a Network,
    /// Where the contents of each entry begin.
    starts: Vec<usize>,
}

impl Network {
    pub(crate) fn past(&self) -> Past<'_> {
        let mut start = 0;
        let next = |entry: &Entry| {
            let own = start;
            start += entry.count;
            own
        };
        Past {
            network: self,
            starts: self.history.undo.iter().map(next).collect(),
        }
    }
}

impl Past<'_> {
    /// What a contact held after a tick, the tick that had changed it, and who wrote it, `version` being the tick that changed it last.
    /// Without a content and a writer, it is what it holds by now.
    pub(crate) fn of(&self, slot: u32, version: u64, tick: u64) -> Option<(Option<Content>, u64, Option<Writer>)> {
        let Key::Contact(contact) = self.network.key_of_contact(slot) else {
            return None;
        };
        let (mut found, mut at): (Option<Before>, u64) = (None, version);
        while at > tick {
            let later = at;
            if let Some(before) = self.changed_by(at, slot, contact) {
                at = before.version;
                found = Some(before);
            } else {
                if self.made_by(at, contact) {
                    return Some((Some(None), 0, Some(Writer::NOBODY)));
                }
                // What was undone is as it was before the tick that was undone.
                let (undone, before) = self.undone_by(at, contact)?;
                if tick < undone {
                    at = before.other;
                } else {
                    at = before.version;
                    found = Some(before.clone());
                }
            }
            if at >= later {
                return None;
            }
        }
        let writer = found.as_ref().map(|before| self.network.writer_now(before.by));
        Some((found.map(|before| before.content), at, writer))
    }

    /// The changes of a contact, newest first, at most so many: the tick, what the contact held from then on and who wrote it; and the
    /// tick after which all of them are told.
    pub(crate) fn changes(&self, slot: u32, most: usize) -> (Vec<(u64, Content, Writer)>, u64) {
        let mut told = Vec::new();
        let Key::Contact(contact) = self.network.key_of_contact(slot) else {
            return (told, u64::MAX);
        };
        let row = &self.network.contacts.rows[slot as usize];
        let mut at = (
            row.version.tick(self.network.open_tick()),
            row.content.clone(),
            row.writer,
        );
        while at.0 > 0 && told.len() < most {
            let before = self.changed_by(at.0, slot, contact);
            let is_made = before.is_none() && self.made_by(at.0, contact);
            let tick = at.0;
            told.push(at);
            match before {
                Some(before) if before.version < tick => {
                    at = (before.version, before.content, self.network.writer_now(before.by));
                }
                _ => return (told, if is_made { 0 } else { tick - 1 }),
            }
        }
        (told, at.0)
    }

    fn changed_by(&self, tick: u64, slot: u32, contact: u64) -> Option<Before> {
        let history = &self.network.history;
        if let Ok(place) = history.others.binary_search_by_key(&tick, |(entry, _)| entry.at) {
            let (_, befores) = history.others.get(place)?;
            return befores.iter().find(|before| before.contact == contact).cloned();
        }
        let log = history.other_logs.of_tick(tick).or_else(|| history.logs.of_tick(tick));
        if let Some(log) = log {
            return self.network.logged_before(log, slot);
        }
        let place = history.undo.binary_search_by_key(&tick, |entry| entry.at).ok()?;
        let (start, entry) = (*self.starts.get(place)?, history.undo.get(place)?);
        let mut befores = history.befores.range(start..start + entry.count);
        befores.find(|before| before.contact == contact).cloned()
    }

    /// Whether a contact was made in a tick.
    fn made_by(&self, tick: u64, contact: u64) -> bool {
        let history = &self.network.history;
        let other = history.others.binary_search_by_key(&tick, |(entry, _)| entry.at);
        let other = other
            .ok()
            .and_then(|place| history.others.get(place))
            .map(|(entry, _)| entry);
        let own = history.undo.binary_search_by_key(&tick, |entry| entry.at);
        let entry = other.or_else(|| own.ok().and_then(|place| history.undo.get(place)));
        let structure = entry.and_then(|entry| entry.structure.as_ref());
        structure.is_some_and(|structure| structure.added.contains(&Key::Contact(contact)))
    }

    fn undone_by(&self, tick: u64, contact: u64) -> Option<(u64, &Before)> {
        let history = &self.network.history;
        let (entry, befores) = history.redo.iter().find(|(entry, _)| entry.at == tick)?;
        Some((entry.tick, befores.iter().find(|before| before.contact == contact)?))
    }
}
