//! Interned names: one number per distinct string, in order of first use.

use arcstr::ArcStr;
use hashbrown::HashTable;
use rustc_hash::FxHasher;
use std::hash::{Hash, Hasher};

/// An interned name.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub(crate) struct Symbol(pub(crate) u32);

/// The table of names. A name is kept while something has it; its number is used again.
#[derive(Debug, Default)]
pub(crate) struct Symbols {
    texts: Vec<ArcStr>,
    /// How many things have each name.
    uses: Vec<u32>,
    /// The number of each name, beside half of its hash.
    index: HashTable<(u32, u32)>,
    free: Vec<u32>,
}

/// The hash every table of the core uses: no random seed, so that two runs are one.
pub(crate) fn fixed_hash<T: Hash + ?Sized>(value: &T) -> u64 {
    let mut hasher = FxHasher::default();
    value.hash(&mut hasher);
    hasher.finish()
}

fn half_hash(text: &str) -> u32 {
    (fixed_hash(text) >> 32) as u32
}

/// What a table takes buckets and tags from, at both ends of a hash.
fn whole_hash(half: u32) -> u64 {
    u64::from(half) << 32 | u64::from(half)
}

/// Of a name that is kept for the life of the network.
const PINNED: u32 = u32::MAX;

impl Symbols {
    /// The number of a name. A new one must be kept or pinned before the next is released.
    pub(crate) fn intern(&mut self, text: &str) -> Symbol {
        if let Some(symbol) = self.find(text) {
            return symbol;
        }
        let half = half_hash(text);
        let at = self.free.pop().unwrap_or(self.texts.len() as u32);
        if at as usize == self.texts.len() {
            self.texts.push(ArcStr::from(text));
            self.uses.push(0);
        } else {
            self.texts[at as usize] = ArcStr::from(text);
        }
        self.index
            .insert_unique(whole_hash(half), (half, at), |entry| whole_hash(entry.0));
        Symbol(at)
    }

    /// One more thing has this name.
    pub(crate) fn keep(&mut self, symbol: Symbol) {
        let uses = &mut self.uses[symbol.0 as usize];
        *uses = uses.saturating_add(1);
    }

    /// The number of a name that is kept for the life of the network: writers refer to sources without being counted.
    pub(crate) fn pin(&mut self, text: &str) -> Symbol {
        let symbol = self.intern(text);
        self.uses[symbol.0 as usize] = PINNED;
        symbol
    }

    /// One thing less has this name.
    pub(crate) fn release(&mut self, symbol: Symbol) {
        let at = symbol.0 as usize;
        debug_assert_ne!(self.uses[at], 0, "a name is released once for each time it was kept");
        if self.uses[at] == PINNED {
            return;
        }
        self.uses[at] -= 1;
        if self.uses[at] == 0 {
            let text = std::mem::take(&mut self.texts[at]);
            if let Ok(entry) = self
                .index
                .find_entry(whole_hash(half_hash(&text)), |entry| entry.1 == symbol.0)
            {
                entry.remove();
            }
            self.free.push(symbol.0);
        }
    }

    pub(crate) fn find(&self, text: &str) -> Option<Symbol> {
        let half = half_hash(text);
        let is_it = |&(other, at): &(u32, u32)| other == half && self.texts[at as usize] == text;
        self.index.find(whole_hash(half), is_it).map(|&(_, at)| Symbol(at))
    }

    pub(crate) fn text(&self, symbol: Symbol) -> &ArcStr {
        &self.texts[symbol.0 as usize]
    }

    /// How many names are kept.
    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.index.len()
    }
}
