//! Blends: how an incoming value meets the content that is there.

mod interval;
mod lattice;
mod merge;
mod order;
mod sets;
mod sum;
#[cfg(test)]
mod tests;
mod truth;

use crate::planted::{self, Bug};
use crate::value::Value;

pub use lattice::{Lattice, LatticeSpec};

/// How a contact takes a write. All but the first two and `Counter` are lattices: joining is associative, commutative and idempotent,
/// and what has no join has none in any order.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum Blend {
    /// A register: takes the incoming value.
    AcceptLast,
    /// Every value is an event; content is the last one.
    Stream,
    /// The greater of the two.
    Max,
    /// The smaller of the two.
    Min,
    /// By kind: sets unite, maps join key by key, intervals intersect, equal values stay.
    Merge,
    /// Sets unite.
    Union,
    /// Of sets, what is in both.
    Intersection,
    /// What two intervals have in common; a number is the interval of itself.
    Interval,
    /// True while all were true.
    All,
    /// True once any was true.
    Any,
    /// The first value; only an equal one joins it.
    Equal,
    /// The earliest write; later ones are kept out.
    First,
    /// Maps join key by key, and what they have in common by `merge`.
    Map,
    /// Each write adds to the content.
    Counter,
    /// A lattice of the user's: a [`Lattice`], held beside the contact.
    Custom,
}

/// What a join came to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Join {
    /// The content that was there stands.
    Keep,
    /// The incoming value is the join.
    Take,
    /// The join is neither of the two.
    Becomes(Value),
    /// The two have no join.
    Contradiction,
}

impl Blend {
    /// The blends that have a name, in the order they are documented.
    pub const ALL: [Blend; 14] = [
        Blend::AcceptLast,
        Blend::Stream,
        Blend::Merge,
        Blend::Max,
        Blend::Min,
        Blend::Union,
        Blend::Intersection,
        Blend::Interval,
        Blend::All,
        Blend::Any,
        Blend::Equal,
        Blend::First,
        Blend::Map,
        Blend::Counter,
    ];

    /// The name users write; a lattice of the user's has its own.
    pub fn name(self) -> &'static str {
        match self {
            Blend::AcceptLast => "accept-last",
            Blend::Stream => "stream",
            Blend::Max => "max",
            Blend::Min => "min",
            Blend::Merge => "merge",
            Blend::Union => "union",
            Blend::Intersection => "intersection",
            Blend::Interval => "interval",
            Blend::All => "all",
            Blend::Any => "any",
            Blend::Equal => "equal",
            Blend::First => "first",
            Blend::Map => "map",
            Blend::Counter => "counter",
            Blend::Custom => "custom",
        }
    }

    /// The blend of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|blend| blend.name() == name)
    }

    /// Whether a write meets what is there, rather than taking its place.
    pub fn joins(self) -> bool {
        !matches!(self, Blend::AcceptLast | Blend::Stream)
    }

    /// Joins `incoming` into `current`. Of `First` this is the join of a value with one that is not older; a [`Blend::Custom`] joins by
    /// its [`Lattice`], and here keeps what is equal and contradicts otherwise.
    pub fn join(self, current: &Value, incoming: &Value) -> Join {
        match self {
            Blend::AcceptLast | Blend::Stream => Join::Take,
            Blend::Counter => sum::join(current, incoming),
            Blend::First => Join::Keep,
            _ if current == incoming && !planted::is(Bug::NullContradictsItself) => Join::Keep,
            Blend::Max => order::greater(current, incoming),
            Blend::Min => order::smaller(current, incoming),
            Blend::Merge => merge::join(current, incoming),
            Blend::Map => merge::maps(current, incoming),
            Blend::Union => sets::union(current, incoming),
            Blend::Intersection => sets::intersection(current, incoming),
            Blend::Interval => interval::join(current, incoming),
            Blend::All => truth::all(current, incoming),
            Blend::Any => truth::any(current, incoming),
            Blend::Equal | Blend::Custom => Join::Contradiction,
        }
    }
}

impl Join {
    /// The join, if it came to this value.
    fn of(joined: Value, current: &Value, incoming: &Value) -> Self {
        if joined == *current {
            Join::Keep
        } else if joined == *incoming {
            Join::Take
        } else {
            Join::Becomes(joined)
        }
    }
}
