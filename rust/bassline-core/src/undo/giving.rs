//! Whether what is kept of a tick takes the place of anything but numbers, whose end runs nobody's code.

use super::History;
use super::entry::Entry;
use super::room::weight;
use crate::network::Network;

impl Network {
    /// Whether to keep what the open tick changed, which has no edits, drops no value that was kept of others.
    #[inline]
    pub(crate) fn remembering_drops_nothing(&self) -> bool {
        let history = &self.history;
        if history.applying.is_some() {
            return false;
        }
        !history.is_on() || self.keeping_drops_nothing(history)
    }

    fn keeping_drops_nothing(&self, history: &History) -> bool {
        let bytes = weight(self.tick.touches.len(), self.tick.kept.bytes(), 0);
        if self.symbols.text(self.source).is_empty() {
            // What can be done again is forgotten, and all that is kept if the tick is too large.
            let is_large = history.is_too_large(self.tick.touches.len());
            history.redo.is_empty() && !is_large && gives_up_numbers(history, &history.undo, history.bytes + bytes)
        } else {
            let others = history.others.iter().map(|(entry, _)| entry);
            !history.keeps_others || gives_up_numbers(history, others, history.other_bytes + bytes)
        }
    }
}

/// Whether of entries, oldest first, those that go when one is added, so that all weigh so much, hold numbers only.
fn gives_up_numbers<'a>(
    history: &History,
    entries: impl IntoIterator<Item = &'a Entry, IntoIter: ExactSizeIterator>,
    mut bytes: usize,
) -> bool {
    let entries = entries.into_iter();
    let mut left = entries.len() + 1;
    for entry in entries {
        if left <= history.ticks && bytes <= history.most {
            break;
        }
        if !entry.is_of_numbers() {
            return false;
        }
        bytes = bytes.saturating_sub(entry.bytes);
        left -= 1;
    }
    true
}

impl Entry {
    fn is_of_numbers(&self) -> bool {
        self.structure.is_none() && self.bytes == weight(self.count, 0, 0)
    }
}
