//! The catalogue of native gadgets. Port names are those of the original's catalogue.

pub mod argument;
pub(crate) mod arithmetic;
pub(crate) mod array;
mod catalogue;
pub(crate) mod comparison;
pub(crate) mod control;
pub mod limit;
pub(crate) mod logic;
pub(crate) mod memory;
pub(crate) mod pure;
pub(crate) mod statistic;
pub(crate) mod text;

pub use pure::{PureFunction, add_primitives, catalogue};

use crate::error::nearest;
use crate::value::Content;

/// A port of a primitive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Port {
    /// Its name.
    pub name: &'static str,
    /// Whether the gadget needs it (an input) or it must be bound (an output).
    pub required: bool,
    /// What it takes or gives.
    pub takes: &'static str,
}

/// A native gadget: its ports, its meaning, and how it computes.
#[derive(Debug, Clone, Copy)]
pub struct Primitive {
    /// `namespace.name`.
    pub name: &'static str,
    /// One sentence.
    pub doc: &'static str,
    /// Input ports, in order.
    pub inputs: &'static [Port],
    /// Output ports, in order.
    pub outputs: &'static [Port],
    /// Configuration keys: name, whether it must be given, meaning.
    pub config: &'static [(&'static str, bool, &'static str)],
    pub(crate) body: Body,
    /// What a primitive of [`Body::Pure`] computes.
    pub(crate) function: Option<PureFunction>,
}

/// How a primitive computes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Body {
    Unary(arithmetic::Unary),
    Binary(arithmetic::Binary),
    Compare(comparison::Compare),
    Gate,
    Logic(logic::Logic),
    Text(text::TextFunction),
    List(array::ListFunction),
    Control(control::Control),
    Memory(memory::Memory),
    Statistic(statistic::Statistic),
    Field,
    Route,
    /// A function from another crate; see [`Primitive::pure`].
    Pure,
    /// A user's function; in no catalogue.
    Function,
}

impl Body {
    /// Whether it writes its output whenever it fires, so that what is there follows from the inputs there are.
    pub(crate) fn always_writes(self) -> bool {
        match self {
            Body::Unary(_)
            | Body::Binary(_)
            | Body::Compare(_)
            | Body::Logic(_)
            | Body::Text(_)
            | Body::List(_)
            | Body::Pure => true,
            Body::Gate
            | Body::Control(_)
            | Body::Memory(_)
            | Body::Statistic(_)
            | Body::Field
            | Body::Route
            | Body::Function => false,
        }
    }
}

impl Primitive {
    /// The primitive of that name.
    pub fn find(name: &str) -> Option<&'static Primitive> {
        pure::every().find(|primitive| primitive.name == name)
    }

    /// The names that look most like `name`.
    pub fn similar(name: &str) -> Vec<String> {
        nearest(name, pure::every().map(|primitive| primitive.name))
    }

    /// How many cells of state the gadget owns.
    pub(crate) fn state_cells(&self) -> usize {
        match self.body {
            Body::Statistic(statistic) => statistic.cells(),
            Body::Memory(_) => 1,
            _ => 0,
        }
    }

    /// Whether its outputs follow from its inputs alone (`"pure"`), or from what came before as well (`"stateful"`).
    pub fn purity(&self) -> &'static str {
        if self.state_cells() > 0 || self.body == Body::Route {
            "stateful"
        } else {
            "pure"
        }
    }
}

impl Body {
    /// Whether a gadget whose required inputs have content can fire.
    pub(crate) fn is_ready(self, inputs: &[Content]) -> bool {
        match self {
            Body::Control(control) => control.is_ready(inputs),
            _ => true,
        }
    }
}
