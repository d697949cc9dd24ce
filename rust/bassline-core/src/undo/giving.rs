//! Whether what is kept of a tick takes the place of anything but numbers, whose end runs nobody's code.

use super::History;
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
            let kept = history.undo.len() + history.logs.len();
            let has_room =
                kept < history.ticks && history.bytes + bytes <= history.most && history.logs.takes(contents);
            let is_of_numbers = history.undo.is_empty() && history.logs.are_of_numbers();
            history.redo.is_empty() && !is_too_large && (has_room || is_of_numbers)
        } else {
            let kept = history.others.len() + history.other_logs.len();
            let has_room = kept < history.ticks
                && history.other_bytes + bytes <= history.most
                && history.other_logs.takes(contents);
            let is_of_numbers = history.others.is_empty() && history.other_logs.are_of_numbers();
            !history.keeps_others || is_too_large || has_room || is_of_numbers
        }
    }
}
