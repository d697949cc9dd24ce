//! Everything the engine refuses, and why.

use crate::contradiction::Contradiction;
use crate::value::{Content, Text, Unstorable, Value, show};
use std::error::Error as StdError;
use std::sync::Arc;
use thiserror::Error;

/// Why a gadget could not compute.
#[derive(Debug, Clone, Error)]
pub enum Fault {
    /// A port holds a value of a type the gadget does not take.
    #[error("port '{port}' takes {expected}, found {found}")]
    WrongType {
        /// The port.
        port: Text,
        /// What it takes.
        expected: &'static str,
        /// The value, as shown, and its type.
        found: String,
    },
    /// A port holds a value of the right type that is not one of those it takes.
    #[error("port '{port}' takes {expected}, found {found}")]
    OutOfRange {
        /// The port.
        port: Text,
        /// What it takes.
        expected: String,
        /// The value, as shown, and its type.
        found: String,
    },
    /// A result larger than a gadget may make.
    #[error("{0}")]
    TooLarge(String),
    /// What a port holds has the right type and does not say what it should, as a text that is no JSON. It is written to the gadget's
    /// output `error`, where that is bound.
    #[error("port '{port}' takes {expected}; {found}")]
    Malformed {
        /// The port.
        port: Text,
        /// What it takes.
        expected: &'static str,
        /// What is wrong, and where.
        found: String,
    },
    /// An int result outside 64 bits.
    #[error("the result of {0} does not fit a 64-bit integer; use floats, or smaller numbers")]
    Overflow(String),
    /// A division by zero.
    #[error("{0} divided by zero")]
    DivisionByZero(String),
    /// An argument outside the function's domain.
    #[error("{0}")]
    Domain(String),
    /// A Python gadget that was not found on reopening.
    #[error("the function '{0}' was not found when the network was opened; declare the gadget again to bind it")]
    Unbound(Text),
    /// A lattice of the user's that was not found on reopening.
    #[error("the lattice '{0}' was not found when the network was opened; declare the contact again to bind it")]
    UnboundLattice(Text),
    /// What a user's function raised.
    #[error("{0}")]
    Function(Arc<dyn StdError + Send + Sync>),
}

/// Why an operation was refused. The network is as it was before.
#[derive(Debug, Clone, Error)]
#[non_exhaustive]
pub enum NetworkError {
    /// No contact, group or gadget of that path.
    #[error("no {what} '{path}'{}", suggest(similar))]
    Unknown {
        /// What was looked for: a contact, a group, a gadget.
        what: &'static str,
        /// The path asked for.
        path: String,
        /// Paths that look like it.
        similar: Vec<String>,
    },
    /// Declared again as something else.
    #[error("{0}")]
    Conflict(String),
    /// A handle of something that was removed.
    #[error("this {what} was removed from the network; look it up again by its path")]
    Stale {
        /// What the handle was of.
        what: &'static str,
    },
    /// One of many things asked for at once was refused.
    #[error("{place}: {error}")]
    At {
        /// Which of them.
        place: String,
        /// Why.
        #[source]
        error: Box<NetworkError>,
    },
    /// A handle of something whose declaration is not committed yet.
    #[error("this {what} is declared in a batch that another thread still has open; use it after that batch")]
    Uncommitted {
        /// What the handle is of.
        what: &'static str,
    },
    /// A name or path that cannot be used.
    #[error("{0}")]
    InvalidName(String),
    /// An image to be restored that is no network.
    #[error(transparent)]
    Image(#[from] crate::ImageError),
    /// A declaration that makes no sense: an unknown primitive, a wrong port, a self-wire.
    #[error("{0}")]
    Declaration(String),
    /// A join that is impossible, under the policy `raise`.
    #[error(
        "contact '{path}' ({blend}) holds {} and cannot join {}: the one is by {}, the other by {}; erase the contact, or write what joins",
        contradiction.current, contradiction.incoming, contradiction.current_source, contradiction.incoming_source
    )]
    Contradiction {
        /// The contact.
        path: Text,
        /// Its blend.
        blend: Text,
        /// The two values and who wrote them.
        contradiction: Box<Contradiction>,
    },
    /// A lattice of the user's failed; the tick was rolled back.
    #[error(
        "the lattice '{lattice}' of contact '{path}' failed to join {} with {incoming}: {fault}",
        show(current)
    )]
    Lattice {
        /// The contact.
        path: Text,
        /// The lattice.
        lattice: Text,
        /// What the contact holds.
        current: Content,
        /// What was written.
        incoming: Value,
        /// What went wrong.
        #[source]
        fault: Fault,
    },
    /// Something that a store cannot take, where one has to.
    #[error("{place} would hold {why}")]
    Unstorable {
        /// Where: a contact, attributes, a setting.
        place: String,
        /// What is in the way.
        why: Unstorable,
    },
    /// A cycle that does not come to rest.
    #[error("the network did not settle after {bound} firings of one gadget; still moving: {}; break the cycle or damp it", moving.join(", "))]
    NotSettled {
        /// The bound on firings.
        bound: u32,
        /// The contacts that still moved, with their last values.
        moving: Vec<String>,
    },
    /// A gadget failed; the tick was rolled back.
    #[error("gadget '{gadget}' failed: {fault} (inputs: {})", show_inputs(inputs))]
    Gadget {
        /// The gadget's name.
        gadget: String,
        /// Its inputs by port.
        inputs: Vec<(Text, Content)>,
        /// What went wrong.
        #[source]
        fault: Fault,
    },
}

impl NetworkError {
    /// What was refused, wherever it stood among many.
    #[must_use]
    pub fn innermost(self) -> Self {
        match self {
            NetworkError::At { error, .. } => error.innermost(),
            error => error,
        }
    }

    pub(crate) fn is_a_group(path: &str) -> Self {
        NetworkError::Unknown {
            what: "contact (it is a group)",
            path: path.to_owned(),
            similar: Vec::new(),
        }
    }
}

fn suggest(similar: &[String]) -> String {
    if similar.is_empty() {
        String::new()
    } else {
        format!("; did you mean '{}'?", similar.join("' or '"))
    }
}

fn show_inputs(inputs: &[(Text, Content)]) -> String {
    let shown: Vec<String> = inputs
        .iter()
        .map(|(port, content)| format!("{port}={}", show(content)))
        .collect();
    shown.join(", ")
}

/// The names among `known` that look most like `asked`, nearest first, at most three.
pub fn nearest<'a>(asked: &str, known: impl Iterator<Item = &'a str>) -> Vec<String> {
    let bound = 1 + asked.chars().count() / 3;
    let mut found: Vec<(usize, &str)> = known
        .filter(|name| name.len().abs_diff(asked.len()) <= 8)
        .map(|name| (edit_distance(asked, name), name))
        .filter(|(distance, _)| *distance <= bound)
        .collect();
    found.sort_unstable();
    found.into_iter().take(3).map(|(_, name)| name.to_owned()).collect()
}

/// Levenshtein's distance, by rows.
fn edit_distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, &y) in b.iter().enumerate() {
            let substituted = diagonal + usize::from(x != y);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_names_come_first() {
        let known = ["math.add", "math.abs", "math.and", "logic.equals"];
        assert_eq!(
            nearest("math.ad", known.into_iter()),
            ["math.add", "math.and", "math.abs"]
        );
        assert!(nearest("something.else", known.into_iter()).is_empty());
    }
}
