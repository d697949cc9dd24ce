//! Sealed groups: wires and gadgets reach into them, and out of them, through their boundary contacts only.

use crate::blend::{Blend, LatticeSpec};
use crate::contact::NONE;
use crate::error::NetworkError;
use crate::group::{Named, ROOT};
use crate::id::{ContactId, GroupId};
use crate::network::Network;
use crate::value::Value;

/// What a boundary contact is to those outside its group.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Boundary {
    /// They give it values.
    Input,
    /// It gives them values.
    Output,
}

impl Boundary {
    /// The name users write.
    pub fn name(self) -> &'static str {
        match self {
            Boundary::Input => "input",
            Boundary::Output => "output",
        }
    }

    /// The boundary of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Boundary::Input, Boundary::Output]
            .into_iter()
            .find(|boundary| boundary.name() == name)
    }
}

impl Network {
    /// Declares a group that is sealed, and the groups above it.
    pub fn declare_sealed_group(
        &mut self,
        parent: GroupId,
        path: &str,
        attributes: Value,
    ) -> Result<GroupId, NetworkError> {
        let existed = self.current().find_group(parent, path).is_ok();
        let id = self.declare_group(parent, path, attributes)?;
        let slot = self.group_slot(id)?;
        if existed && !self.groups.rows[slot as usize].sealed {
            return Err(NetworkError::Conflict(format!(
                "group '{}' exists and is not sealed; seal it where it is first declared, before anything in it, or remove it first",
                self.group_path_of(slot)
            )));
        }
        self.groups.rows[slot as usize].sealed = true;
        self.has_seals = true;
        Ok(id)
    }

    /// Declares a contact of the boundary of its group.
    pub fn declare_boundary_contact(
        &mut self,
        group: GroupId,
        path: &str,
        blend: Option<Blend>,
        attributes: Value,
        boundary: Boundary,
    ) -> Result<ContactId, NetworkError> {
        let group = self.group_slot(group)?;
        let blend = blend.map(|blend| (blend, None));
        let slot = self.boundary_declared(group, path, blend, attributes, boundary)?;
        Ok(self.contacts.id(slot))
    }

    /// Gives a contact that has just been declared its boundary, or holds one that existed to it.
    pub(crate) fn boundary_declared(
        &mut self,
        group: u32,
        path: &str,
        blend: Option<(Blend, Option<LatticeSpec>)>,
        attributes: Value,
        boundary: Boundary,
    ) -> Result<u32, NetworkError> {
        let existed = matches!(self.resolve(group, path), Some(Named::Contact(_)));
        let slot = self.contact_declared(group, path, blend, attributes)?;
        let known = self.boundaries.get(&slot).copied();
        if existed && known != Some(boundary) {
            return Err(NetworkError::Conflict(format!(
                "contact '{}' exists with the boundary {} and is declared with '{}'; declare it the same way, or remove it first",
                self.path_of(slot),
                known.map_or_else(|| "None".to_owned(), |known| format!("'{}'", known.name())),
                boundary.name()
            )));
        }
        self.boundaries.insert(slot, boundary);
        Ok(slot)
    }

    /// Refuses a wire between two contacts that passes the wall of a sealed group elsewhere than at its boundary.
    pub(crate) fn check_wire(&self, from: u32, to: u32) -> Result<(), NetworkError> {
        let (from_group, to_group) = (self.contacts.group[from as usize], self.contacts.group[to as usize]);
        if !self.has_seals || from_group == to_group {
            return Ok(());
        }
        let (outer, inner) = (self.wall(to, from_group), self.wall(from, to_group));
        outer.or(inner).map_or(Ok(()), |wall| {
            let wire = format!("a wire from '{}' to '{}'", self.path_of(from), self.path_of(to));
            Err(self.through_wall(&wire, wall))
        })
    }

    /// The same, of a gadget of a group that is bound to a contact.
    pub(crate) fn check_binding(&self, gadget: &str, group: u32, contact: u32) -> Result<(), NetworkError> {
        let contact_group = self.contacts.group[contact as usize];
        if !self.has_seals || contact_group == NONE || contact_group == group {
            return Ok(());
        }
        // A gadget is no boundary of the groups it is in.
        let around = self
            .sealed_around(group)
            .find(|&wall| !self.is_inside_group(contact_group, wall));
        self.wall(contact, group).or(around).map_or(Ok(()), |wall| {
            let place = match self.group_path_of(group) {
                path if path.is_empty() => "at the root".to_owned(),
                path => format!("in '{path}'"),
            };
            let binding = format!("the gadget {gadget} {place} bound to '{}'", self.path_of(contact));
            Err(self.through_wall(&binding, wall))
        })
    }

    /// The sealed group that a contact is in, seen from a group outside of it, and not of the boundary of.
    fn wall(&self, contact: u32, from: u32) -> Option<u32> {
        let group = self.contacts.group[contact as usize];
        let is_boundary = self.boundaries.contains_key(&contact);
        self.sealed_around(group)
            .find(|&sealed| !(self.is_inside_group(from, sealed) || is_boundary && sealed == group))
    }

    fn above(&self, group: u32) -> impl Iterator<Item = u32> + '_ {
        let parent = |&group: &u32| (group != ROOT).then(|| self.groups.rows[group as usize].parent);
        std::iter::successors(Some(group), parent)
    }

    fn sealed_around(&self, group: u32) -> impl Iterator<Item = u32> + '_ {
        self.above(group)
            .filter(|&group| self.groups.rows[group as usize].sealed)
    }

    fn is_inside_group(&self, group: u32, outer: u32) -> bool {
        self.above(group).any(|group| group == outer)
    }

    fn through_wall(&self, what: &str, wall: u32) -> NetworkError {
        let mut boundary: Vec<u32> = self.groups.contacts_in(wall).collect();
        boundary.retain(|contact| self.boundaries.contains_key(contact));
        boundary.sort_unstable();
        let boundary: Vec<_> = boundary.iter().take(5).map(|&contact| self.path_of(contact)).collect();
        let open = if boundary.is_empty() {
            "it has none".to_owned()
        } else {
            format!("they are {}", boundary.join(", "))
        };
        NetworkError::Declaration(format!(
            "{what} passes the wall of the sealed group '{}'; go through its boundary contacts: {open}",
            self.group_path_of(wall)
        ))
    }
}
