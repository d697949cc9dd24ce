//! Why a contact holds what it holds: its derivation, from the last writers of what it was derived from, each as it was in the tick in
//! which what it made was made.

mod derive;
mod observed;

use crate::error::NetworkError;
use crate::id::ContactId;
use crate::network::{Cause, Network};
use crate::undo::Return;
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
    /// What the tick that last changed it undid or did again, if it did that.
    pub returned: Option<Return>,
    /// Of what was made of several events or changes, which those are.
    pub observed: Option<Observed>,
}

/// The events or changes that something was made of.
#[derive(Debug, Clone, PartialEq)]
pub struct Observed {
    /// How many there are, if that is known.
    pub count: Option<u64>,
    /// How many of them are known.
    pub known: u64,
    /// The places of the reasons of some of them in the derivation, the newest first.
    pub events: Vec<usize>,
    /// How many known ones are older than those.
    pub earlier: u64,
}

/// How much a derivation tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Extent {
    /// How far back it goes from its contact.
    pub depth: usize,
    /// How many events are told of what is made of several, the newest.
    pub events: usize,
    /// Of those of the contact itself, only such are told as are from before this tick.
    pub before: u64,
    /// How many changes of a contact are looked through at most.
    pub most: usize,
}

impl Extent {
    /// To a depth, with a few events.
    pub fn to(depth: usize) -> Self {
        Self {
            depth,
            events: 3,
            before: u64::MAX,
            most: 10_000,
        }
    }
}

/// The last changes of a contact.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Line {
    /// The tick, what the contact held from then on, and who wrote it, newest first; of a stream, every event.
    pub changes: Vec<(u64, Content, Cause)>,
    /// The tick after which none is missing.
    pub since: u64,
    /// The tick after which they were asked for.
    pub asked: u64,
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

/// What a store tells.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Told {
    /// What contacts held after ticks; `None` of what it does not know.
    pub then: IndexMap<(ContactId, u64), Option<Then>, FxBuildHasher>,
    /// The last changes of contacts.
    pub lines: IndexMap<ContactId, Line, FxBuildHasher>,
}

/// A derivation, and what of it neither memory nor what was told says: what contacts held after ticks.
#[derive(Debug, Clone, PartialEq)]
pub struct Derivation {
    /// The reasons, that of the contact first. A content that occurs twice has one.
    pub reasons: Vec<Reason>,
    /// What is not known.
    pub missing: Vec<(ContactId, u64)>,
    /// The contacts whose last changes are not known, and after which tick they are to be.
    pub missing_lines: Vec<(ContactId, u64)>,
}

impl Network {
    /// The derivation of a contact, itself first, to a depth, as far as memory knows it.
    pub fn why(&self, id: ContactId, depth: usize) -> Result<Vec<Reason>, NetworkError> {
        Ok(self.current().why(id, Extent::to(depth), &Told::default())?.reasons)
    }
}
