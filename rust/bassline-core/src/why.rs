//! Why a contact holds what it holds: its derivation, from the last writers of what it was derived from, each as it was in the tick in
//! which what it made was made.

mod derive;

use crate::error::NetworkError;
use crate::id::ContactId;
use crate::network::{Cause, Network};
use crate::value::{Content, Text};
use indexmap::IndexMap;
use rustc_hash::FxBuildHasher;

/// One contact in a derivation.
#[derive(Debug, Clone, PartialEq)]
pub struct Reason {
    /// The contact's path; for a constant, its value in brackets.
    pub path: Text,
    /// What it holds.
    pub content: Content,
    /// The tick that last changed it.
    pub version: u64,
    /// How it came by that.
    pub how: How,
    /// What it was derived from: the port, and the place of its reason in the derivation.
    pub from: Vec<(Text, usize)>,
    /// Whether what it was derived from is left out because the depth was reached.
    pub cut: bool,
    /// The tick that last changed the contact, if it holds something else by now.
    pub since: Option<u64>,
}

/// How content came to be.
#[derive(Debug, Clone, PartialEq)]
pub enum How {
    /// It never was written.
    Empty,
    /// It is a constant of a declaration.
    Constant,
    /// It is the state of a gadget: so many observations went into it.
    State,
    /// Someone outside wrote it, under the name of a source.
    External(Text),
    /// A gadget wrote it.
    Gadget {
        /// The gadget's path.
        path: Text,
        /// What it computes.
        computation: Text,
    },
    /// A wire brought it.
    Wire,
    /// What wrote it has been removed.
    Removed,
    /// It held something else when it was read, which is older than the history that is kept.
    Forgotten,
}

/// What a contact held after a tick.
#[derive(Debug, Clone, PartialEq)]
pub struct Then {
    /// The content.
    pub content: Content,
    /// The tick that had changed it last.
    pub version: u64,
    /// Who wrote it.
    pub cause: Cause,
}

/// What contacts held after ticks, as a store tells it; `None` of what it does not know.
pub type Told = IndexMap<(ContactId, u64), Option<Then>, FxBuildHasher>;

/// A derivation, and what of it neither memory nor what was told says: what contacts held after ticks.
#[derive(Debug, Clone, PartialEq)]
pub struct Derivation {
    /// The reasons, that of the contact first. A content that occurs twice has one.
    pub reasons: Vec<Reason>,
    /// What is not known.
    pub missing: Vec<(ContactId, u64)>,
}

impl Network {
    /// The derivation of a contact, itself first, to a depth, as far as memory knows it.
    pub fn why(&self, id: ContactId, depth: usize) -> Result<Vec<Reason>, NetworkError> {
        Ok(self.current().why(id, depth, &Told::default())?.reasons)
    }
}
