//! Whether what is kept of a tick takes the place of anything but numbers, whose end runs nobody's code.

use super::History;
use super::entry::Entry;
use super::logs::Logs;
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
        let contents = self.tick.touches.len();
        let is_too_large = history.is_too_large(contents);
        let bytes = weight(contents, self.tick.kept.bytes(), 0);
        if self.symbols.text(self.source).is_empty() {
            // What can be done again is forgotten, and all that is kept if the tick is too large.
            let (undo, logs) = (&history.undo, &history.logs);
            let fits = history.bytes + bytes <= history.most && logs.takes(contents);
            let drops_none = gives_up_numbers(history.ticks, fits, undo.len(), undo.front(), logs);
            // What is told of undos may go with the oldest tick.
            let mut returns = history.others.iter().take_while(|(entry, _)| entry.is_return);
            let are_of_numbers = returns.all(|(entry, _)| entry.is_of_numbers());
            history.redo.is_empty() && !is_too_large && drops_none && are_of_numbers
        } else {
            let (others, logs) = (&history.others, &history.other_logs);
            let fits = history.other_bytes + bytes <= history.most && logs.takes(contents);
            let oldest = others.front().map(|(entry, _)| entry);
            let drops_none = gives_up_numbers(history.ticks, fits, others.len(), oldest, logs);
            !history.keeps_others || is_too_large || drops_none
        }
    }
}

/// Whether what goes when one more is kept holds numbers only. If it `fits`, as to bytes and contents, that is the oldest at most.
fn gives_up_numbers(most: usize, fits: bool, entries: usize, oldest: Option<&Entry>, logs: &Logs) -> bool {
    let kept = entries + logs.len();
    match oldest {
        _ if fits && kept < most => true,
        Some(oldest) => fits && kept == most && oldest.is_of_numbers(),
        None => logs.are_of_numbers() || fits && kept == most && logs.oldest_is_of_numbers(),
    }
}

impl Entry {
    fn is_of_numbers(&self) -> bool {
        self.structure.is_none() && self.bytes == weight(self.count, 0, 0)
    }
}
