//! What is counted of a network since it was made or loaded: how much was done, by plain numbers that the same work makes the same.

use crate::describe::{ContactState, Image};
use crate::id::GadgetId;
use crate::network::Network;
use crate::view::View;

/// How much was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counted {
    /// How often a gadget fired, in ticks that were taken back too.
    pub firings: u64,
    /// How many contents committed ticks changed, each once per tick.
    pub changes: u64,
}

/// How much there is, as whoever looks may see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Population {
    /// Contacts with a name.
    pub contacts: usize,
    /// Groups but the root.
    pub groups: usize,
    /// Gadgets.
    pub gadgets: usize,
    /// Wires.
    pub wires: usize,
    /// Contacts that hold a contradiction.
    pub contradictions: usize,
}

/// What the calls of a function took, as whoever runs it has measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Spent {
    /// How many there were.
    pub calls: u64,
    /// All together, in nanoseconds.
    pub nanos: u64,
    /// The longest, in nanoseconds.
    pub longest: u64,
}

impl Network {
    /// How much was done since the network was made or loaded.
    pub fn counted(&self) -> Counted {
        self.counted
    }
}

impl Image {
    /// How much there is.
    pub fn population(&self) -> Population {
        let marked = |contact: &&ContactState| contact.contradiction.is_some();
        Population {
            contacts: self
                .contacts
                .iter()
                .filter(|contact| contact.record.place.is_ok())
                .count(),
            groups: self.groups.len(),
            gadgets: self.gadgets.len(),
            wires: self.wires.len(),
            contradictions: self.contacts.iter().filter(marked).count(),
        }
    }
}

impl View<'_> {
    /// How much there is.
    pub fn population(self) -> Population {
        Population {
            contacts: self.contacts().count(),
            groups: self.groups().count(),
            gadgets: self.gadgets().count(),
            wires: self.wires().count(),
            contradictions: self.contradictions().len(),
        }
    }

    /// The gadgets that are functions of the user's, with what their calls took.
    pub fn spent(self) -> Vec<(GadgetId, Spent)> {
        let gadgets = &self.network.gadgets;
        let spent = |slot: u32| gadgets.function(slot)?.call.as_ref()?.spent();
        self.gadgets()
            .filter_map(|slot| Some((gadgets.id(slot), spent(slot)?)))
            .collect()
    }
}
