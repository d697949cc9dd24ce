//! Why a contact holds what it holds: its derivation, from the last writers of what it was derived from.

use crate::contact::{NONE, Writer};
use crate::error::NetworkError;
use crate::id::ContactId;
use crate::network::Network;
use crate::value::{Content, Text};
use crate::view::View;
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
}

impl Network {
    /// The derivation of a contact, itself first, to a depth. A contact that occurs twice has one reason.
    pub fn why(&self, id: ContactId, depth: usize) -> Result<Vec<Reason>, NetworkError> {
        self.current().why(id, depth)
    }
}

impl View<'_> {
    pub(crate) fn derivation(self, slot: u32, depth: usize) -> Vec<Reason> {
        let mut places: IndexMap<u32, usize, FxBuildHasher> = IndexMap::default();
        let mut reasons: Vec<Reason> = Vec::new();
        places.insert(slot, 0);
        reasons.push(self.reason(slot));
        let mut at = 0;
        let mut level_end = 1;
        let mut level = 0;
        while at < reasons.len() {
            if at == level_end {
                level += 1;
                level_end = reasons.len();
            }
            let Some((&slot, _)) = places.get_index(at) else { break };
            let sources = self.sources(slot);
            if level >= depth {
                reasons[at].cut = !sources.is_empty();
            } else {
                for (port, source) in sources {
                    let next = reasons.len();
                    let place = *places.entry(source).or_insert(next);
                    if place == next {
                        reasons.push(self.reason(source));
                    }
                    reasons[at].from.push((port, place));
                }
            }
            at += 1;
        }
        reasons
    }

    fn reason(self, slot: u32) -> Reason {
        let at = slot as usize;
        let writer = self.writer_at(slot);
        let how = if self.network.contacts.group[at] == NONE {
            if self.network.contacts.name[at] == crate::declare::CONSTANT {
                How::Constant
            } else {
                How::State
            }
        } else if let Some(source) = writer.as_external() {
            How::External(self.network.symbols.text(source).clone())
        } else if self.came_over_a_link(slot) {
            How::Wire
        } else if let Some(gadget) = writer.as_gadget() {
            How::Gadget {
                path: self.network.gadget_path_of(gadget),
                computation: self.network.computation_name(gadget),
            }
        } else if writer.as_wire().is_some() {
            How::Wire
        } else if self.content_at(slot).is_some() && writer == Writer::NOBODY {
            How::Removed
        } else {
            How::Empty
        };
        let content = self.content_at(slot);
        Reason {
            path: self.network.path_of(slot),
            content,
            version: self.version_at(slot),
            how,
            from: Vec::new(),
            cut: false,
        }
    }

    /// Whether a bidirectional wire passed on what a gadget wrote elsewhere.
    fn came_over_a_link(self, slot: u32) -> bool {
        let writer = self.writer_at(slot);
        writer
            .as_gadget()
            .is_some_and(|gadget| !self.has_gadget(gadget) || !self.network.gadgets.outputs(gadget).contains(&slot))
    }

    /// The contacts a contact's content was derived from, by port.
    fn sources(self, slot: u32) -> Vec<(Text, u32)> {
        let at = slot as usize;
        if self.network.contacts.group[at] == NONE {
            return Vec::new();
        }
        let writer = self.writer_at(slot);
        if self.came_over_a_link(slot) {
            let brings = |&wire: &u32| self.writer_at(self.network.other_end(wire, slot)) == writer;
            let oldest = self
                .network
                .wires_into(slot)
                .filter(brings)
                .min_by_key(|&wire| self.network.wires.creation(wire));
            return oldest
                .map(|wire| ("wire".into(), self.network.other_end(wire, slot)))
                .into_iter()
                .collect();
        }
        if let Some(gadget) = writer.as_gadget() {
            let ports = self.network.gadgets.inputs(gadget);
            let bound = ports.iter().enumerate().filter(|(_, contact)| **contact != NONE);
            return bound
                .map(|(port, &contact)| (self.network.gadgets.input_name(gadget, port), contact))
                .collect();
        }
        match writer.as_wire() {
            Some(wire) => vec![("wire".into(), self.network.other_end(wire, slot))],
            None => Vec::new(),
        }
    }
}
