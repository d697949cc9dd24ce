//! Handles: a slot of an arena and the generation that lived in it, so that a stale handle is an error and never another's value.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};

/// What every handle is made of.
pub trait Handle: Copy {
    /// A handle from a slot and the (odd, live) generation in it.
    fn new(slot: u32, generation: u32) -> Self;
    /// The slot.
    fn slot(self) -> u32;
    /// The generation.
    fn generation(self) -> u32;
    /// In debug builds, the same handle with the arena it belongs to.
    #[cfg(debug_assertions)]
    #[must_use]
    fn of_arena(self, arena: u32) -> Self;
    /// In debug builds, the arena it belongs to; 0 if it was made from bits.
    #[cfg(debug_assertions)]
    fn arena(self) -> u32;

    /// The same handle, told from one of another network by nothing but its number: of an image.
    #[must_use]
    fn in_any_arena(self) -> Self {
        Self::new(self.slot(), self.generation())
    }

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
        #[derive(Clone, Copy)]
        pub struct $name {
            generation: u32,
            slot: u32,
            #[cfg(debug_assertions)]
            arena: u32,
        }

        impl Handle for $name {
            fn new(slot: u32, generation: u32) -> Self {
                Self {
                    generation,
                    slot,
                    #[cfg(debug_assertions)]
                    arena: 0,
                }
            }
            fn slot(self) -> u32 {
                self.slot
            }
            fn generation(self) -> u32 {
                self.generation
            }
            #[cfg(debug_assertions)]
            fn of_arena(self, arena: u32) -> Self {
                Self { arena, ..self }
            }
            #[cfg(debug_assertions)]
            fn arena(self) -> u32 {
                self.arena
            }
        }

        impl PartialEq for $name {
            fn eq(&self, other: &Self) -> bool {
                (self.generation, self.slot) == (other.generation, other.slot)
            }
        }

        impl Eq for $name {}

        impl PartialOrd for $name {
            fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
                Some(self.cmp(other))
            }
        }

        impl Ord for $name {
            fn cmp(&self, other: &Self) -> Ordering {
                (self.generation, self.slot).cmp(&(other.generation, other.slot))
            }
        }

        impl Hash for $name {
            fn hash<H: Hasher>(&self, state: &mut H) {
                (self.generation, self.slot).hash(state);
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
    /// A link: a typed relation between two contacts.
    LinkId, "l"
);
handle!(
    /// A group: a named room of contacts and groups.
    GroupId, "r"
);
