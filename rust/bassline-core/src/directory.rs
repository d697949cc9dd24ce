//! A directory: the paths of contacts as a reader of the log knows them, which may be behind the network.

use crate::describe::Image;
use crate::id::{ContactId, GadgetId, GroupId, LinkId, WireId};
use crate::network::Cause;
use crate::record::{ContactRecord, GadgetRecord, GroupRecord, LinkRecord, Removed, StructureChange, WireRecord};
use crate::value::Text;
use indexmap::IndexMap;
use rustc_hash::FxBuildHasher;

/// Paths by handle, kept up to date by the structural edits of each tick.
#[derive(Debug, Default, Clone)]
pub struct Directory {
    groups: IndexMap<GroupId, Text, FxBuildHasher>,
    contacts: IndexMap<ContactId, Text, FxBuildHasher>,
    gadgets: IndexMap<GadgetId, Text, FxBuildHasher>,
    wires: IndexMap<WireId, (ContactId, ContactId), FxBuildHasher>,
    links: IndexMap<LinkId, (ContactId, ContactId, Text), FxBuildHasher>,
}

impl Directory {
    /// The directory of a network at rest.
    pub fn of(image: &Image) -> Self {
        let mut directory = Self::default();
        directory.add(image);
        directory
    }

    /// Takes all that a network at rest has, besides what is known.
    pub fn add(&mut self, image: &Image) {
        image.groups.iter().for_each(|group| self.add_group(group));
        image
            .contacts
            .iter()
            .for_each(|contact| self.add_contact(&contact.record));
        image.wires.iter().for_each(|wire| self.add_wire(wire));
        image.gadgets.iter().for_each(|gadget| self.add_gadget(gadget));
        image.links.iter().for_each(|link| self.add_link(link));
    }

    /// Takes what a tick added. What it removed stays until [`Directory::forget`], for the tick's own changes.
    pub fn learn(&mut self, changes: &[StructureChange]) {
        for change in changes {
            match change {
                StructureChange::GroupAdded(group) => self.add_group(group),
                StructureChange::ContactAdded(contact) => self.add_contact(contact),
                StructureChange::WireAdded(wire) => self.add_wire(wire),
                StructureChange::GadgetAdded(gadget) => self.add_gadget(gadget),
                StructureChange::LinkAdded(link) => self.add_link(link),
                _ => {}
            }
        }
    }

    /// Forgets what was removed.
    pub fn forget(&mut self, removed: &[Removed]) {
        for gone in removed {
            match gone {
                Removed::Group(id) => drop(self.groups.swap_remove(id)),
                Removed::Contact(id) => drop(self.contacts.swap_remove(id)),
                Removed::Wire(id) => drop(self.wires.swap_remove(id)),
                Removed::Gadget(id) => drop(self.gadgets.swap_remove(id)),
                Removed::Link(id) => drop(self.links.swap_remove(id)),
            }
        }
    }

    fn join(&self, group: GroupId, name: &Text) -> Text {
        match self.groups.get(&group) {
            Some(path) => format!("{path}/{name}").into(),
            None => name.clone(),
        }
    }

    fn add_group(&mut self, group: &GroupRecord) {
        let path = self.join(group.parent, &group.name);
        self.groups.insert(group.id, path);
    }

    fn add_contact(&mut self, contact: &ContactRecord) {
        if let Ok((group, name)) = &contact.place {
            let path = self.join(*group, name);
            self.contacts.insert(contact.id, path);
        }
    }

    fn add_wire(&mut self, wire: &WireRecord) {
        self.wires.insert(wire.id, (wire.from, wire.to));
    }

    fn add_link(&mut self, link: &LinkRecord) {
        self.links.insert(link.id, (link.from, link.to, link.relation.clone()));
    }

    fn add_gadget(&mut self, gadget: &GadgetRecord) {
        let name = gadget.name.clone().unwrap_or_else(|| {
            let ports = gadget.inputs.iter().chain(&gadget.outputs);
            let shown: Vec<String> = ports
                .filter_map(|(port, contact)| {
                    self.contacts
                        .get(contact)
                        .map(|path| format!("{port}={}", path.replace('/', ".")))
                })
                .collect();
            format!("{}({})", gadget.computation, shown.join(", ")).into()
        });
        let path = self.join(gadget.group, &name);
        self.gadgets.insert(gadget.id, path);
    }

    /// The path of a contact; none for a constant or a cell of state.
    pub fn path(&self, id: ContactId) -> Option<&Text> {
        self.contacts.get(&id)
    }

    /// The path of a group; none for the root.
    pub fn group(&self, id: GroupId) -> Option<&Text> {
        self.groups.get(&id)
    }

    /// The path of a gadget.
    pub fn gadget(&self, id: GadgetId) -> Option<&Text> {
        self.gadgets.get(&id)
    }

    /// The ends of a wire.
    pub fn wire(&self, id: WireId) -> Option<(ContactId, ContactId)> {
        self.wires.get(&id).copied()
    }

    /// The ends of a link, and its relation.
    pub fn link(&self, id: LinkId) -> Option<&(ContactId, ContactId, Text)> {
        self.links.get(&id)
    }

    /// A cause in words: `external:source`, a gadget's path, or `wire:from->to`.
    pub fn cause(&self, cause: &Cause) -> Text {
        match cause {
            Cause::Nobody => Text::new(),
            Cause::External(source) => format!("external:{source}").into(),
            Cause::Gadget(id) => self.gadgets.get(id).cloned().unwrap_or_default(),
            Cause::Wire(id) => match self.wires.get(id) {
                Some((from, to)) => {
                    let path = |id| self.path(id).cloned().unwrap_or_default();
                    format!("wire:{}->{}", path(*from), path(*to)).into()
                }
                None => Text::new(),
            },
        }
    }
}
