//! A network as its readers see it: who has the tick open sees it as it stands, everybody else as it was when the last tick was committed,
//! structure and versions included.

use crate::boundary::Boundary;
use crate::contact::{NONE, Writer, flag};
use crate::contradiction::Contradiction;
use crate::edit::Edit;
use crate::error::{Fault, NetworkError, nearest};
use crate::faults::Faults;
use crate::gadget;
use crate::group::{Named, ROOT};
use crate::id::{ContactId, GadgetId, GroupId, Handle, LinkId, WireId};
use crate::network::{Cause, Network};
use crate::record::{GadgetRecord, LinkRecord};
use crate::slots::Slots;
use crate::symbol::Symbol;
use crate::tick::Touch;
use crate::value::{Content, Text, Value};
use crate::wire::WireKind;
use crate::{Blend, Derivation, Extent, Told};

/// A network to read. See [`Network::current`] and [`Network::committed`].
#[derive(Clone, Copy)]
pub struct View<'a> {
    pub(crate) network: &'a Network,
    /// Whether a tick is open that is not looked at.
    pub(crate) before: bool,
}

impl Network {
    /// The network as it stands, with what the open tick has done so far.
    #[inline]
    pub fn current(&self) -> View<'_> {
        View {
            network: self,
            before: false,
        }
    }

    /// The network as it was when the last tick was committed.
    #[inline]
    pub fn committed(&self) -> View<'_> {
        View {
            network: self,
            before: self.tick.open,
        }
    }

    /// The content that a contact, which may be as new as the open tick, had when the last tick was committed.
    pub fn committed_content(&self, id: ContactId) -> Result<Content, NetworkError> {
        let slot = self.slot(id)?;
        Ok(self.committed().content_at(slot))
    }
}

/// A contradiction, and a fault with the gadget that is in it.
type Marks<'a> = (&'a Option<Contradiction>, &'a Option<Faults>);

impl<'a> View<'a> {
    /// The slot of a handle, if the view has what is there.
    #[inline]
    fn slot_of<H: Handle>(
        self,
        what: &'static str,
        slots: &Slots,
        id: H,
        has: impl FnOnce(Self, u32) -> bool,
    ) -> Result<u32, NetworkError> {
        if !slots.holds(id) {
            Err(NetworkError::Stale { what })
        } else if has(self, id.slot()) {
            Ok(id.slot())
        } else if self.before {
            Err(NetworkError::Uncommitted { what })
        } else {
            Err(NetworkError::Stale { what })
        }
    }

    fn slot(self, id: ContactId) -> Result<u32, NetworkError> {
        self.slot_of("contact", &self.network.contacts.slots, id, Self::has_contact)
    }

    pub(crate) fn group_slot(self, id: GroupId) -> Result<u32, NetworkError> {
        self.slot_of("group", &self.network.groups.slots, id, Self::has_group)
    }

    pub(crate) fn gadget_slot(self, id: GadgetId) -> Result<u32, NetworkError> {
        self.slot_of("gadget", &self.network.gadgets.slots, id, Self::has_gadget)
    }

    pub(crate) fn wire_slot(self, id: WireId) -> Result<u32, NetworkError> {
        self.slot_of("wire", &self.network.wires.slots, id, Self::has_wire)
    }

    pub(crate) fn link_slot(self, id: LinkId) -> Result<u32, NetworkError> {
        self.slot_of("link", &self.network.links.slots, id, Self::has_link)
    }

    /// Of a slot that is taken: whether this view has what is in it.
    #[inline]
    fn has_contact(self, slot: u32) -> bool {
        let absent = if self.before { flag::FRESH } else { flag::REMOVED };
        !self.network.contacts.has(slot, absent)
    }

    fn has_group(self, slot: u32) -> bool {
        let row = &self.network.groups.rows[slot as usize];
        if self.before { !row.fresh } else { !row.removed }
    }

    pub(crate) fn has_gadget(self, slot: u32) -> bool {
        let absent = if self.before {
            gadget::flag::FRESH
        } else {
            gadget::flag::REMOVED
        };
        self.network.gadgets.slots.is_live(slot) && self.network.gadgets.rows[slot as usize].flags & absent == 0
    }

    fn has_wire(self, slot: u32) -> bool {
        let row = self.network.wires.row(slot);
        if self.before { !row.fresh } else { !row.removed }
    }

    fn has_link(self, slot: u32) -> bool {
        let row = &self.network.links.rows[slot as usize];
        if self.before { !row.fresh } else { !row.removed }
    }

    #[inline]
    pub(crate) fn content_at(self, slot: u32) -> Content {
        match self.touched_before(slot) {
            Some(touch) => self.network.tick.kept.content(touch.old),
            None => self.network.contacts.rows[slot as usize].content.clone(),
        }
    }

    /// The entry of a contact in the log of the tick that is not looked at.
    #[inline]
    fn touched_before(self, slot: u32) -> Option<&'a Touch> {
        if self.before { self.network.touched(slot) } else { None }
    }

    pub(crate) fn version_at(self, slot: u32) -> u64 {
        match self.touched_before(slot) {
            Some(touch) => touch.version.tick(self.network.now + 1),
            None => self.network.version_at(slot),
        }
    }

    pub(crate) fn writer_at(self, slot: u32) -> Writer {
        match self.touched_before(slot) {
            Some(touch) => touch.writer,
            None => self.network.contacts.rows[slot as usize].writer,
        }
    }

    /// The root group.
    pub fn root(self) -> GroupId {
        self.network.root()
    }

    /// The number of the last committed tick.
    pub fn now(self) -> u64 {
        self.network.now
    }

    /// The content of a contact.
    #[inline]
    pub fn content(self, id: ContactId) -> Result<Content, NetworkError> {
        if self.before {
            self.slot(id).map(|slot| self.content_at(slot))
        } else {
            self.network.content(id).cloned()
        }
    }

    /// The tick that last changed a contact; in the open tick, for a contact written in it, the number that will have.
    pub fn version(self, id: ContactId) -> Result<u64, NetworkError> {
        Ok(self.version_at(self.slot(id)?))
    }

    /// The blend of a contact.
    pub fn blend(self, id: ContactId) -> Result<Blend, NetworkError> {
        Ok(self.network.contacts.rows[self.slot(id)? as usize].blend)
    }

    /// The marks of a contact as they were before the open tick, if that changed them.
    fn marks_before(self, slot: u32) -> Option<Marks<'a>> {
        let edits = self.before.then_some(&self.network.tick.edits)?;
        edits.iter().find_map(|edit| match edit {
            Edit::Marked(was) if was.contact == slot => Some((&was.contradiction, &was.fault)),
            _ => None,
        })
    }

    /// The contradiction a contact records.
    pub fn contradiction(self, id: ContactId) -> Result<Option<&'a Contradiction>, NetworkError> {
        let slot = self.slot(id)?;
        Ok(match self.marks_before(slot) {
            Some((contradiction, _)) => contradiction.as_ref(),
            None => self.network.contradictions.get(&slot),
        })
    }

    /// The contacts in contradiction, by slot.
    pub fn contradictions(self) -> Vec<(ContactId, &'a Contradiction)> {
        let contacts = &self.network.contacts;
        let mut slots: Vec<u32> = self.network.contradictions.keys().copied().collect();
        slots.extend(self.network.tick.edits.iter().filter_map(|edit| match edit {
            Edit::Marked(was) => Some(was.contact),
            _ => None,
        }));
        slots.sort_unstable();
        slots.dedup();
        let named = slots
            .into_iter()
            .filter(|&slot| contacts.group[slot as usize] != NONE && self.has_contact(slot));
        named
            .filter_map(|slot| {
                let id = contacts.id(slot);
                Some((id, self.contradiction(id).ok().flatten()?))
            })
            .collect()
    }

    /// The name of a contact's blend; of a lattice of the user's, where it is found.
    pub fn blend_name(self, id: ContactId) -> Result<Text, NetworkError> {
        Ok(self.network.blend_name_of(self.slot(id)?))
    }

    /// The fault a contact is in.
    pub fn fault(self, id: ContactId) -> Result<Option<&'a Fault>, NetworkError> {
        let slot = self.slot(id)?;
        let found = match self.marks_before(slot) {
            Some((_, fault)) => fault.as_ref(),
            None => self.network.faults.get(&slot),
        };
        Ok(found.and_then(Faults::oldest).map(|(_, fault)| fault))
    }

    /// A cause in words; see [`Network::cause_text`].
    pub fn cause_text(self, cause: &Cause) -> Text {
        self.network.cause_text(cause)
    }

    /// The attributes of a contact: a map, or null for none.
    pub fn attributes(self, id: ContactId) -> Result<&'a Value, NetworkError> {
        Ok(self.network.attributes.get(&self.slot(id)?).unwrap_or(&Value::Null))
    }

    /// The attributes of a group: a map.
    pub fn group_attributes(self, id: GroupId) -> Result<&'a Value, NetworkError> {
        Ok(&self.network.groups.rows[self.group_slot(id)? as usize].attributes)
    }

    /// The group a contact is in.
    pub fn group_of(self, id: ContactId) -> Result<GroupId, NetworkError> {
        let slot = self.slot(id)?;
        Ok(self.network.groups.id(self.network.contacts.group[slot as usize]))
    }

    /// The path of a contact.
    pub fn path(self, id: ContactId) -> Result<Text, NetworkError> {
        Ok(self.network.path_of(self.slot(id)?))
    }

    /// The path of a group.
    pub fn group_path(self, id: GroupId) -> Result<Text, NetworkError> {
        Ok(self.network.group_path_of(self.group_slot(id)?))
    }

    /// The path of a gadget.
    pub fn gadget_path(self, id: GadgetId) -> Result<Text, NetworkError> {
        Ok(self.network.gadget_path_of(self.gadget_slot(id)?))
    }

    /// A gadget, as declared.
    pub fn gadget(self, id: GadgetId) -> Result<GadgetRecord, NetworkError> {
        Ok(self.network.gadget_record(self.gadget_slot(id)?))
    }

    /// How often a gadget has fired since the network was opened.
    pub fn firings(self, id: GadgetId) -> Result<u32, NetworkError> {
        Ok(self.network.gadgets.rows[self.gadget_slot(id)? as usize].firings)
    }

    /// The paths of the ends of a wire, and its kind.
    pub fn wire_ends(self, id: WireId) -> Result<(Text, Text, WireKind), NetworkError> {
        let wire = self.network.wires.row(self.wire_slot(id)?);
        Ok((
            self.network.path_of(wire.from),
            self.network.path_of(wire.to),
            wire.kind,
        ))
    }

    fn named(self, group: u32, name: Symbol) -> Option<Named> {
        if self.before
            && let Some(&gone) = self.network.tick.gone.get(&(group, name))
        {
            return Some(gone);
        }
        self.network
            .groups
            .named(&self.network.contacts, group, name)
            .filter(|named| match *named {
                Named::Contact(slot) => self.has_contact(slot),
                Named::Group(slot) => self.has_group(slot),
            })
    }

    /// Follows a path. A leading `/` starts at the root.
    pub(crate) fn resolve(self, group: u32, path: &str) -> Option<Named> {
        let (mut group, path) = match path.strip_prefix('/') {
            Some(rest) => (ROOT, rest),
            None => (group, path),
        };
        let mut parts = path.split('/').peekable();
        while let Some(part) = parts.next() {
            let found = self.named(group, self.network.symbols.find(part)?)?;
            match found {
                _ if parts.peek().is_none() => return Some(found),
                Named::Group(slot) => group = slot,
                Named::Contact(_) => return None,
            }
        }
        None
    }

    fn unknown(self, what: &'static str, group: u32, path: &str) -> NetworkError {
        let prefix = self.network.group_path_of(group);
        let asked = if prefix.is_empty() {
            path.to_owned()
        } else {
            format!("{prefix}/{path}")
        };
        let known: Vec<Text> = if what == "group" {
            let ids = self.group_ids().into_iter();
            ids.map(|id| self.network.group_path(id)).collect()
        } else {
            let ids = self.contact_ids().into_iter().take(10_000);
            ids.map(|id| self.network.path(id)).collect()
        };
        NetworkError::Unknown {
            what,
            similar: nearest(&asked, known.iter().map(Text::as_str)),
            path: asked,
        }
    }

    /// The contact at a path below `group`.
    #[inline]
    pub fn find_contact(self, group: GroupId, path: &str) -> Result<ContactId, NetworkError> {
        let group = self.group_slot(group)?;
        match self.resolve(group, path) {
            Some(Named::Contact(slot)) => Ok(self.network.contacts.id(slot)),
            Some(Named::Group(_)) => Err(NetworkError::is_a_group(path)),
            None => Err(self.unknown("contact", group, path)),
        }
    }

    /// The group at a path below `group`.
    pub fn find_group(self, group: GroupId, path: &str) -> Result<GroupId, NetworkError> {
        let slot = self.group_slot(group)?;
        match self.resolve(slot, path) {
            Some(Named::Group(slot)) => Ok(self.network.groups.id(slot)),
            _ if path.is_empty() => Ok(group),
            _ => Err(self.unknown("group", slot, path)),
        }
    }

    /// The gadget of a name: `group/sub/name`, as [`View::gadget_path`] gives it for named gadgets.
    pub fn find_gadget(self, group: GroupId, path: &str) -> Result<GadgetId, NetworkError> {
        let network = self.network;
        let group = self.group_slot(group)?;
        let (parent, name) = path.rsplit_once('/').unwrap_or(("", path));
        let parent = match self.resolve(group, parent) {
            Some(Named::Group(slot)) => Some(slot),
            _ if parent.is_empty() => Some(group),
            _ => None,
        };
        let is_it = |&slot: &u32| network.gadget_name(slot) == name;
        let found = parent.and_then(|parent| {
            if self.before {
                // Groups do not list what the open tick removed.
                let mut slots = 0..network.gadgets.rows.len() as u32;
                slots.find(|slot| {
                    self.has_gadget(*slot) && network.gadgets.group[*slot as usize] == parent && is_it(slot)
                })
            } else {
                network.groups.gadgets_in(parent).find(is_it)
            }
        });
        found.map(|slot| network.gadgets.id(slot)).ok_or_else(|| {
            let known: Vec<Text> = self
                .gadget_ids()
                .into_iter()
                .map(|id| network.gadget_path(id))
                .collect();
            NetworkError::Unknown {
                what: "gadget",
                path: path.to_owned(),
                similar: nearest(path, known.iter().map(Text::as_str)),
            }
        })
    }

    /// The handles of all named contacts, by slot.
    pub fn contact_ids(self) -> Vec<ContactId> {
        let contacts = &self.network.contacts;
        self.contacts().map(|slot| contacts.id(slot)).collect()
    }

    /// The slots of all named contacts.
    pub(crate) fn contacts(self) -> impl Iterator<Item = u32> {
        let contacts = &self.network.contacts;
        let named = move |&slot: &u32| contacts.group[slot as usize] != NONE && self.has_contact(slot);
        contacts.slots.iter_live().filter(named)
    }

    /// The handles of all groups but the root, by slot.
    pub fn group_ids(self) -> Vec<GroupId> {
        let groups = &self.network.groups;
        self.groups().map(|slot| groups.id(slot)).collect()
    }

    /// The slots of all groups but the root.
    pub(crate) fn groups(self) -> impl Iterator<Item = u32> {
        let live = self.network.groups.slots.iter_live();
        live.filter(move |&slot| slot != ROOT && self.has_group(slot))
    }

    /// The handles of all gadgets, by slot.
    pub fn gadget_ids(self) -> Vec<GadgetId> {
        let gadgets = &self.network.gadgets;
        self.gadgets().map(|slot| gadgets.id(slot)).collect()
    }

    /// The slots of all gadgets.
    pub(crate) fn gadgets(self) -> impl Iterator<Item = u32> {
        (0..self.network.gadgets.rows.len() as u32).filter(move |&slot| self.has_gadget(slot))
    }

    /// The handles of all wires, by slot.
    pub fn wire_ids(self) -> Vec<WireId> {
        let wires = &self.network.wires;
        self.wires().map(|slot| wires.slots.handle(slot)).collect()
    }

    /// The slots of all wires.
    pub(crate) fn wires(self) -> impl Iterator<Item = u32> {
        let live = self.network.wires.slots.iter_live();
        live.filter(move |&slot| self.has_wire(slot))
    }

    /// A link, as declared.
    pub fn link(self, id: LinkId) -> Result<LinkRecord, NetworkError> {
        Ok(self.network.link_record(self.link_slot(id)?))
    }

    /// The handles of all links, by slot.
    pub fn link_ids(self) -> Vec<LinkId> {
        let links = &self.network.links;
        let live = links.slots.iter_live().filter(|&slot| self.has_link(slot));
        live.map(|slot| links.slots.handle(slot)).collect()
    }

    /// What a contact is to those outside its group, if it is of the group's boundary.
    pub fn boundary(self, id: ContactId) -> Result<Option<Boundary>, NetworkError> {
        Ok(self.network.boundaries.get(&self.slot(id)?).copied())
    }

    /// Whether a group is sealed.
    pub fn is_sealed(self, id: GroupId) -> Result<bool, NetworkError> {
        Ok(self.network.groups.rows[self.group_slot(id)? as usize].sealed)
    }

    /// The derivation of a contact, itself first, to an extent; `told` is what a store says of the past.
    pub fn why(self, id: ContactId, extent: Extent, told: &Told) -> Result<Derivation, NetworkError> {
        Ok(self.derivation(self.slot(id)?, extent, told))
    }
}
