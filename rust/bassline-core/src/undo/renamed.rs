//! What was removed and made again has another handle; what is kept of ticks before that knows it by the first.

use super::entry::Key;
use indexmap::IndexMap;
use rustc_hash::FxBuildHasher;

type Keys = IndexMap<Key, Key, FxBuildHasher>;

/// The first handle and the present one of each thing that was made again.
#[derive(Default)]
pub(super) struct Renamed {
    now: Keys,
    first: Keys,
}

impl Renamed {
    /// The handle a thing was first known by.
    #[inline]
    pub(super) fn first(&self, now: Key) -> Key {
        if self.first.is_empty() {
            return now;
        }
        self.first.get(&now).copied().unwrap_or(now)
    }

    /// The handle a thing has now, if it is there.
    pub(super) fn now(&self, first: Key) -> Key {
        self.now.get(&first).copied().unwrap_or(first)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.now.is_empty()
    }

    pub(super) fn rename(&mut self, first: Key, now: Key) {
        if let Some(was) = self.now.insert(first, now) {
            self.first.swap_remove(&was);
        }
        self.first.insert(now, first);
    }

    /// The thing will never be made again.
    pub(super) fn forget(&mut self, first: Key) {
        if let Some(was) = self.now.swap_remove(&first) {
            self.first.swap_remove(&was);
        }
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.now.len()
    }
}
