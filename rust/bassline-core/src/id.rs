//! Handles: a slot of an arena and the generation that lived in it, so that a stale handle is an error and never another's value.

use std::fmt;

/// What every handle is made of.
pub trait Handle: Copy {
    /// A handle from a slot and the (odd, live) generation in it.
    fn new(slot: u32, generation: u32) -> Self;
    /// The slot.
    fn slot(self) -> u32;
    /// The generation.
    fn generation(self) -> u32;

    /// The handle as one number: small for the first generation, never reused.
    fn to_bits(self) -> u64 {
        (u64::from(self.generation() / 2) << 32) | u64::from(self.slot())
    }

    /// The inverse of [`Handle::to_bits`].
    fn from_bits(bits: u64) -> Self {
        Self::new(bits as u32, ((bits >> 32) as u32) * 2 + 1)
    }
}

macro_rules! handle {
    ($(#[$doc:meta])* $name:ident, $letter:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name {
            generation: u32,
            slot: u32,
        }

        impl Handle for $name {
            fn new(slot: u32, generation: u32) -> Self {
                Self { generation, slot }
            }
            fn slot(self) -> u32 {
                self.slot
            }
            fn generation(self) -> u32 {
                self.generation
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($letter, "{}v{}"), self.slot, self.generation)
            }
        }
    };
}

handle!(
    /// A contact: a place that holds content.
    ContactId, "c"
);
handle!(
    /// A gadget: a computation from contacts to contacts.
    GadgetId, "g"
);
handle!(
    /// A wire: a connection between two contacts.
    WireId, "w"
);
handle!(
    /// A group: a named room of contacts and groups.
    GroupId, "r"
);
