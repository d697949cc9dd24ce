//! Joining a value into a contact: by its blend, by how old the write is, or by a lattice of the user's.

use crate::blend::{Blend, Join, Lattice, LatticeSpec};
use crate::boundary::Boundary;
use crate::build::blend_of;
use crate::contact::NONE;
use crate::error::{Fault, NetworkError};
use crate::id::{ContactId, GroupId};
use crate::network::Network;
use crate::tick::Stamp;
use crate::value::{Text, Value};
use std::sync::Arc;

impl Network {
    /// What a write of `incoming` comes to, at a contact that joins.
    pub(crate) fn joined(&self, slot: u32, incoming: &Value, stamp: Stamp) -> Result<Join, NetworkError> {
        let blend = self.contacts.rows[slot as usize].blend;
        let current = self.contacts.rows[slot as usize].content.as_ref();
        match (blend, current) {
            (Blend::Custom, _) => self.joined_by_lattice(slot, current, incoming),
            (_, None) => Ok(Join::Take),
            (Blend::First, Some(_)) => {
                let is_older = stamp < self.born(slot);
                Ok(if is_older { Join::Take } else { Join::Keep })
            }
            (_, Some(current)) => Ok(blend.join(current, incoming)),
        }
    }

    fn joined_by_lattice(&self, slot: u32, current: Option<&Value>, incoming: &Value) -> Result<Join, NetworkError> {
        let lattice = self.lattices.get(&slot).and_then(|spec| spec.lattice.as_ref());
        let joined = match (lattice, current) {
            (None, _) => Err(Fault::UnboundLattice(self.blend_name_of(slot))),
            (Some(_), None) => return Ok(Join::Take),
            (Some(_), Some(current)) if current == incoming => return Ok(Join::Keep),
            (Some(lattice), Some(current)) => lattice.join(self, current, incoming).map(|joined| match joined {
                None => Join::Contradiction,
                Some(joined) if joined == *current => Join::Keep,
                Some(joined) if joined == *incoming => Join::Take,
                Some(joined) => Join::Becomes(joined),
            }),
        };
        joined.map_err(|fault| NetworkError::Lattice {
            path: self.path_of(slot),
            lattice: self.blend_name_of(slot),
            current: current.cloned(),
            incoming: incoming.clone(),
            fault,
        })
    }

    pub(crate) fn blend_name_of(&self, slot: u32) -> Text {
        match self.lattices.get(&slot) {
            Some(spec) => spec.identity.clone(),
            None => self.contacts.rows[slot as usize].blend.name().into(),
        }
    }

    /// Declares a contact that joins by a lattice of the user's, and the groups above it. Declaring it again binds the lattice anew.
    pub fn declare_lattice(
        &mut self,
        group: GroupId,
        path: &str,
        spec: LatticeSpec,
        attributes: Value,
        boundary: Option<Boundary>,
    ) -> Result<ContactId, NetworkError> {
        let group = self.group_slot(group)?;
        let blend = Some((Blend::Custom, Some(spec)));
        let slot = match boundary {
            None => self.contact_declared(group, path, blend, attributes)?,
            Some(boundary) => self.boundary_declared(group, path, blend, attributes, boundary)?,
        };
        Ok(self.contacts.id(slot))
    }

    /// The blend of a name, which for a lattice of the user's is its import path.
    pub(crate) fn blend_named(&self, name: &str) -> Result<(Blend, Option<LatticeSpec>), NetworkError> {
        if !name.contains(':') {
            return Ok((blend_of(name)?, None));
        }
        let spec = self.find_lattice(name).map_err(NetworkError::Declaration)?;
        Ok((Blend::Custom, Some(spec)))
    }

    /// The lattice of a name that is an import path, as the library finds it.
    pub(crate) fn find_lattice(&self, identity: &str) -> Result<LatticeSpec, String> {
        let Some(library) = &self.library else {
            return Err("Python lattices are not available here".to_owned());
        };
        let lattice = library.find_lattice(identity)?;
        Ok(LatticeSpec {
            identity: identity.into(),
            lattice: Some(lattice),
        })
    }

    /// Gives a contact its lattice; answers what it had.
    pub(crate) fn bind_lattice(&mut self, slot: u32, lattice: Option<Arc<dyn Lattice>>) -> Option<Arc<dyn Lattice>> {
        debug_assert!(self.contacts.group[slot as usize] != NONE);
        let spec = self.lattices.get_mut(&slot)?;
        std::mem::replace(&mut spec.lattice, lattice)
    }
}
