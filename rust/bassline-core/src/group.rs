//! The tree of groups and the table of names in it.

use crate::contact::NONE;
use crate::id::GroupId;
use crate::slots::Slots;
use crate::symbol::{Symbol, fixed_hash};
use crate::value::Value;
use hashbrown::HashTable;
use indexmap::{IndexMap, IndexSet};
use rustc_hash::FxBuildHasher;

#[derive(Debug)]
pub(crate) struct Group {
    /// The slot of the parent; [`NONE`] for the root.
    pub(crate) parent: u32,
    pub(crate) name: Symbol,
    pub(crate) attributes: Value,
    pub(crate) contacts: IndexSet<u32, FxBuildHasher>,
    pub(crate) groups: IndexSet<u32, FxBuildHasher>,
    pub(crate) gadgets: IndexSet<u32, FxBuildHasher>,
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
            contacts: IndexSet::default(),
            groups: IndexSet::default(),
            gadgets: IndexSet::default(),
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
    names: HashTable<(u32, Symbol, u32)>,
    gadget_names: IndexMap<(u32, Symbol), u32, FxBuildHasher>,
}

const GROUP_BIT: u32 = 1 << 31;

impl Groups {
    pub(crate) fn new(root: Symbol, attributes: Value) -> Self {
        let mut slots = Slots::default();
        slots.take();
        Self {
            slots,
            rows: vec![Group::new(NONE, root, attributes)],
            names: HashTable::new(),
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

    pub(crate) fn named(&self, group: u32, name: Symbol) -> Option<Named> {
        let found = self.names.find(fixed_hash(&(group, name.0)), |entry| {
            entry.0 == group && entry.1 == name
        })?;
        Some(if found.2 & GROUP_BIT == 0 {
            Named::Contact(found.2)
        } else {
            Named::Group(found.2 & !GROUP_BIT)
        })
    }

    pub(crate) fn enter(&mut self, group: u32, name: Symbol, what: Named) {
        let code = match what {
            Named::Contact(slot) => {
                self.rows[group as usize].contacts.insert(slot);
                slot
            }
            Named::Group(slot) => {
                self.rows[group as usize].groups.insert(slot);
                slot | GROUP_BIT
            }
        };
        let hash = fixed_hash(&(group, name.0));
        self.names
            .insert_unique(hash, (group, name, code), |entry| fixed_hash(&(entry.0, entry.1.0)));
    }

    pub(crate) fn forget(&mut self, group: u32, name: Symbol) {
        let hash = fixed_hash(&(group, name.0));
        if let Ok(entry) = self.names.find_entry(hash, |entry| entry.0 == group && entry.1 == name) {
            let code = entry.remove().0.2;
            let row = &mut self.rows[group as usize];
            if code & GROUP_BIT == 0 {
                row.contacts.swap_remove(&code);
            } else {
                row.groups.swap_remove(&(code & !GROUP_BIT));
            }
        }
    }

    pub(crate) fn gadget_named(&self, group: u32, name: Symbol) -> Option<u32> {
        self.gadget_names.get(&(group, name)).copied()
    }

    pub(crate) fn enter_gadget(&mut self, group: u32, name: Option<Symbol>, slot: u32) {
        self.rows[group as usize].gadgets.insert(slot);
        if let Some(name) = name {
            self.gadget_names.insert((group, name), slot);
        }
    }

    pub(crate) fn forget_gadget(&mut self, group: u32, name: Option<Symbol>, slot: u32) {
        self.rows[group as usize].gadgets.swap_remove(&slot);
        if let Some(name) = name {
            self.gadget_names.swap_remove(&(group, name));
        }
    }
}
