//! The tree of groups and the table of names in it.

use crate::contact::{Contacts, NONE};
use crate::id::GroupId;
use crate::members::{Ends, Members};
use crate::slots::Slots;
use crate::symbol::{Symbol, fixed_hash};
use crate::value::Value;
use hashbrown::HashTable;
use indexmap::IndexMap;
use rustc_hash::FxBuildHasher;

#[derive(Debug)]
pub(crate) struct Group {
    /// The slot of the parent; [`NONE`] for the root.
    pub(crate) parent: u32,
    pub(crate) name: Symbol,
    pub(crate) attributes: Value,
    contacts: Ends,
    groups: Ends,
    gadgets: Ends,
    pub(crate) removed: bool,
    /// Declared in the open tick.
    pub(crate) fresh: bool,
    pub(crate) sealed: bool,
}

impl Group {
    pub(crate) fn new(parent: u32, name: Symbol, attributes: Value) -> Self {
        Self {
            parent,
            name,
            attributes,
            contacts: Ends::default(),
            groups: Ends::default(),
            gadgets: Ends::default(),
            removed: false,
            fresh: false,
            sealed: false,
        }
    }
}

/// The root's slot.
pub(crate) const ROOT: u32 = 0;

/// What a name in a group stands for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Named {
    Contact(u32),
    Group(u32),
}

/// All groups, and one table of the names of contacts and groups in them.
#[derive(Debug)]
pub(crate) struct Groups {
    pub(crate) slots: Slots,
    pub(crate) rows: Vec<Group>,
    /// The codes of contacts and groups, by the group they are in and their name.
    names: HashTable<u32>,
    contact_members: Members,
    group_members: Members,
    gadget_members: Members,
    gadget_names: IndexMap<(u32, Symbol), u32, FxBuildHasher>,
}

const GROUP_BIT: u32 = 1 << 31;

impl Named {
    fn code(self) -> u32 {
        match self {
            Named::Contact(slot) => slot,
            Named::Group(slot) => slot | GROUP_BIT,
        }
    }
}

/// The group that the thing of a code is in, and its name.
fn place_of(rows: &[Group], contacts: &Contacts, code: u32) -> (u32, Symbol) {
    if code & GROUP_BIT == 0 {
        (contacts.group[code as usize], contacts.name[code as usize])
    } else {
        let row = &rows[(code & !GROUP_BIT) as usize];
        (row.parent, row.name)
    }
}

impl Groups {
    pub(crate) fn new(root: Symbol, attributes: Value) -> Self {
        let mut slots = Slots::default();
        slots.take();
        Self {
            slots,
            rows: vec![Group::new(NONE, root, attributes)],
            names: HashTable::new(),
            contact_members: Members::default(),
            group_members: Members::default(),
            gadget_members: Members::default(),
            gadget_names: IndexMap::default(),
        }
    }

    /// Fills the row at a slot that has just been taken.
    pub(crate) fn place(&mut self, slot: u32, group: Group) {
        while self.rows.len() < self.slots.len() {
            self.rows.push(Group::new(NONE, Symbol(0), Value::Null));
        }
        self.rows[slot as usize] = group;
    }

    pub(crate) fn id(&self, slot: u32) -> GroupId {
        self.slots.handle(slot)
    }

    pub(crate) fn find(&self, id: GroupId) -> Option<u32> {
        use crate::id::Handle;
        (self.slots.holds(id) && !self.rows[id.slot() as usize].removed).then(|| id.slot())
    }

    pub(crate) fn named(&self, contacts: &Contacts, group: u32, name: Symbol) -> Option<Named> {
        let place = (group, name);
        let is_it = |&code: &u32| place_of(&self.rows, contacts, code) == place;
        let &code = self.names.find(fixed_hash(&place), is_it)?;
        Some(if code & GROUP_BIT == 0 {
            Named::Contact(code)
        } else {
            Named::Group(code & !GROUP_BIT)
        })
    }

    /// Makes the name known that a contact or group has.
    pub(crate) fn enter(&mut self, contacts: &Contacts, what: Named) {
        let code = what.code();
        let place = place_of(&self.rows, contacts, code);
        let row = &mut self.rows[place.0 as usize];
        match what {
            Named::Contact(slot) => self.contact_members.append(&mut row.contacts, slot),
            Named::Group(slot) => self.group_members.append(&mut row.groups, slot),
        }
        let rows = &self.rows;
        self.names.insert_unique(fixed_hash(&place), code, |&code| {
            fixed_hash(&place_of(rows, contacts, code))
        });
    }

    /// Forgets the name of a contact or group.
    pub(crate) fn forget(&mut self, contacts: &Contacts, what: Named) {
        let code = what.code();
        let place = place_of(&self.rows, contacts, code);
        if let Ok(entry) = self.names.find_entry(fixed_hash(&place), |&other| other == code) {
            entry.remove();
            let row = &mut self.rows[place.0 as usize];
            match what {
                Named::Contact(slot) => self.contact_members.remove(&mut row.contacts, slot),
                Named::Group(slot) => self.group_members.remove(&mut row.groups, slot),
            }
        }
    }

    pub(crate) fn contacts_in(&self, group: u32) -> impl Iterator<Item = u32> + '_ {
        self.contact_members.of(self.rows[group as usize].contacts)
    }

    pub(crate) fn groups_in(&self, group: u32) -> impl Iterator<Item = u32> + '_ {
        self.group_members.of(self.rows[group as usize].groups)
    }

    pub(crate) fn gadgets_in(&self, group: u32) -> impl Iterator<Item = u32> + '_ {
        self.gadget_members.of(self.rows[group as usize].gadgets)
    }

    pub(crate) fn gadget_named(&self, group: u32, name: Symbol) -> Option<u32> {
        self.gadget_names.get(&(group, name)).copied()
    }

    pub(crate) fn enter_gadget(&mut self, group: u32, name: Option<Symbol>, slot: u32) {
        self.gadget_members.append(&mut self.rows[group as usize].gadgets, slot);
        if let Some(name) = name {
            self.gadget_names.insert((group, name), slot);
        }
    }

    pub(crate) fn forget_gadget(&mut self, group: u32, name: Option<Symbol>, slot: u32) {
        self.gadget_members.remove(&mut self.rows[group as usize].gadgets, slot);
        if let Some(name) = name {
            self.gadget_names.swap_remove(&(group, name));
        }
    }
}
