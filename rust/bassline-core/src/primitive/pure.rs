//! Primitives of other crates, which need libraries that the core does without: pure functions, added once when a program starts.

use super::catalogue::CATALOGUE;
use super::{Body, Port, Primitive};
use crate::error::Fault;
use crate::fire::Outputs;
use crate::value::Content;
use std::sync::OnceLock;

/// From the contents of the input ports, `None` for those unbound or empty, what is written, output by output. Outputs that it does not
/// reach become null. The same inputs must always give the same.
pub type PureFunction = fn(&[Content]) -> Result<Outputs, Fault>;

static ADDED: OnceLock<&'static [Primitive]> = OnceLock::new();

/// Adds primitives to the catalogue, before the first network is made. Only the first call does something.
pub fn add_primitives(primitives: &'static [Primitive]) {
    ADDED.get_or_init(|| primitives);
}

/// All primitives there are.
pub(super) fn every() -> impl Iterator<Item = &'static Primitive> {
    CATALOGUE.iter().chain(ADDED.get().copied().unwrap_or_default())
}

/// All primitives there are, by name.
pub fn catalogue() -> Vec<&'static Primitive> {
    let mut all: Vec<&'static Primitive> = every().collect();
    all.sort_unstable_by_key(|primitive| primitive.name);
    all
}

impl Port {
    /// A port that must be bound, and an input that must have content.
    pub const fn required(name: &'static str, takes: &'static str) -> Self {
        let required = true;
        Self { name, required, takes }
    }

    /// A port that may stay unbound, or empty.
    pub const fn optional(name: &'static str, takes: &'static str) -> Self {
        let required = false;
        Self { name, required, takes }
    }
}

impl Primitive {
    /// A primitive that is a pure function, for [`add_primitives`].
    pub const fn pure(
        name: &'static str,
        doc: &'static str,
        inputs: &'static [Port],
        outputs: &'static [Port],
        function: PureFunction,
    ) -> Self {
        Self {
            name,
            doc,
            inputs,
            outputs,
            config: &[],
            body: Body::Pure,
            function: Some(function),
        }
    }
}
