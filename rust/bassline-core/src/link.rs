//! Links: typed relations between contacts. They carry no value and take no part in propagation.

use crate::edit::Edit;
use crate::error::NetworkError;
use crate::id::{ContactId, LinkId};
use crate::network::Network;
use crate::record::LinkRecord;
use crate::slots::Slots;
use crate::symbol::Symbol;
use crate::value::{Map, Value};
use indexmap::IndexMap;
use rustc_hash::FxBuildHasher;

#[derive(Debug, Clone)]
pub(crate) struct Link {
    pub(crate) from: u32,
    pub(crate) to: u32,
    pub(crate) relation: Symbol,
    pub(crate) attributes: Value,
    pub(crate) removed: bool,
    /// Declared in the open tick.
    pub(crate) fresh: bool,
}

/// The arena of links, and the links of each contact that has any.
#[derive(Debug, Default)]
pub(crate) struct Links {
    pub(crate) slots: Slots,
    pub(crate) rows: Vec<Link>,
    known: IndexMap<(u32, u32, Symbol), u32, FxBuildHasher>,
    of_contact: IndexMap<u32, Vec<u32>, FxBuildHasher>,
}

impl Links {
    /// Fills the row at a slot that has just been taken, and makes the link known.
    pub(crate) fn place(&mut self, slot: u32, link: Link) {
        while self.rows.len() < self.slots.len() {
            self.rows.push(link.clone());
        }
        self.rows[slot as usize] = link;
        self.enter(slot);
    }

    /// The link that is declared so.
    pub(crate) fn find(&self, from: u32, to: u32, relation: Symbol) -> Option<u32> {
        self.known.get(&(from, to, relation)).copied()
    }

    /// The links of a contact.
    pub(crate) fn of(&self, contact: u32) -> impl Iterator<Item = u32> + '_ {
        self.of_contact.get(&contact).into_iter().flatten().copied()
    }

    pub(crate) fn enter(&mut self, slot: u32) {
        let Link { from, to, relation, .. } = self.rows[slot as usize];
        self.known.insert((from, to, relation), slot);
        self.of_contact.entry(from).or_default().push(slot);
        if to != from {
            self.of_contact.entry(to).or_default().push(slot);
        }
    }

    pub(crate) fn forget(&mut self, slot: u32) {
        let Link { from, to, relation, .. } = self.rows[slot as usize];
        self.known.swap_remove(&(from, to, relation));
        for contact in [from, to] {
            if let Some(links) = self.of_contact.get_mut(&contact) {
                links.retain(|&link| link != slot);
                if links.is_empty() {
                    self.of_contact.swap_remove(&contact);
                }
            }
        }
    }
}

impl Network {
    /// Declares a link from one contact to another. The same relation between them twice is one link.
    pub fn declare_link(
        &mut self,
        from: ContactId,
        to: ContactId,
        relation: &str,
        attributes: Value,
    ) -> Result<LinkId, NetworkError> {
        let (from, to) = (self.slot(from)?, self.slot(to)?);
        if relation.is_empty() {
            return Err(NetworkError::Declaration(format!(
                "a link needs the name of a relation, such as 'calls'; that from '{}' to '{}' has none",
                self.path_of(from),
                self.path_of(to)
            )));
        }
        let relation = self.symbols.intern(relation);
        if let Some(slot) = self.links.find(from, to, relation) {
            let known = &self.links.rows[slot as usize].attributes;
            let asks = matches!(&attributes, Value::Map(map) if !map.is_empty());
            if asks && *known != attributes {
                return Err(NetworkError::Conflict(format!(
                    "the link '{}' from '{}' to '{}' exists with attributes {known} and is declared with {attributes}; declare it the same way, or remove it first",
                    self.symbols.text(relation),
                    self.path_of(from),
                    self.path_of(to)
                )));
            }
            return Ok(self.links.slots.handle(slot));
        }
        let attributes = match attributes {
            Value::Null => Value::Map(std::sync::Arc::new(Map::new(Vec::new()))),
            attributes => attributes,
        };
        let slot = self.add_link(from, to, relation, attributes);
        Ok(self.links.slots.handle(slot))
    }

    pub(crate) fn add_link(&mut self, from: u32, to: u32, relation: Symbol, attributes: Value) -> u32 {
        let slot = self.links.slots.take();
        let link = Link {
            from,
            to,
            relation,
            attributes,
            removed: false,
            fresh: true,
        };
        self.links.place(slot, link);
        self.tick.edits.push(Edit::LinkAdded(slot));
        slot
    }

    /// Removes a link.
    pub fn remove_link(&mut self, id: LinkId) -> Result<(), NetworkError> {
        let slot = self.current().link_slot(id)?;
        self.remove_link_at(slot);
        Ok(())
    }

    pub(crate) fn remove_link_at(&mut self, slot: u32) {
        self.links.forget(slot);
        self.links.rows[slot as usize].removed = true;
        self.tick.edits.push(Edit::LinkRemoved(slot));
    }

    /// Removes the links of a contact that is removed.
    pub(crate) fn remove_links_of(&mut self, contact: u32) {
        let links = self.links.of_contact.get(&contact).cloned().unwrap_or_default();
        for link in links {
            self.remove_link_at(link);
        }
    }

    pub(crate) fn link_record(&self, slot: u32) -> LinkRecord {
        let row = &self.links.rows[slot as usize];
        LinkRecord {
            id: self.links.slots.handle(slot),
            from: self.contacts.id(row.from),
            to: self.contacts.id(row.to),
            relation: self.symbols.text(row.relation).clone(),
            attributes: row.attributes.clone(),
        }
    }
}
