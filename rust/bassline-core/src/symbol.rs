//! Interned names: one number per distinct string, in order of first use.

use arcstr::ArcStr;
use hashbrown::HashTable;
use rustc_hash::FxHasher;
use std::hash::{Hash, Hasher};

/// An interned name.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub(crate) struct Symbol(pub(crate) u32);

/// The table of names. Names are kept for the life of the network.
#[derive(Debug, Default)]
pub(crate) struct Symbols {
    texts: Vec<ArcStr>,
    index: HashTable<u32>,
}

/// The hash every table of the core uses: no random seed, so that two runs are one.
pub(crate) fn fixed_hash<T: Hash + ?Sized>(value: &T) -> u64 {
    let mut hasher = FxHasher::default();
    value.hash(&mut hasher);
    hasher.finish()
}

impl Symbols {
    pub(crate) fn intern(&mut self, text: &str) -> Symbol {
        if let Some(symbol) = self.find(text) {
            return symbol;
        }
        let next = self.texts.len() as u32;
        self.texts.push(ArcStr::from(text));
        let texts = &self.texts;
        self.index
            .insert_unique(fixed_hash(text), next, |&at| fixed_hash(texts[at as usize].as_str()));
        Symbol(next)
    }

    pub(crate) fn find(&self, text: &str) -> Option<Symbol> {
        self.index
            .find(fixed_hash(text), |&at| self.texts[at as usize] == text)
            .map(|&at| Symbol(at))
    }

    pub(crate) fn text(&self, symbol: Symbol) -> &ArcStr {
        &self.texts[symbol.0 as usize]
    }
}
