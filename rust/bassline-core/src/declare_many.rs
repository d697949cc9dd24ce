//! Declaring many things as one operation.

use crate::blend::Blend;
use crate::build::at_place;
use crate::declare_gadget::GadgetDeclaration;
use crate::error::NetworkError;
use crate::id::{ContactId, GroupId};
use crate::network::Network;
use crate::value::{Content, Text, Value};
use crate::wire::WireKind;

/// The end of a wire.
#[derive(Debug, Clone)]
pub enum End<Path = Text> {
    /// A contact.
    Contact(ContactId),
    /// The path of one, made if it does not exist.
    Path(Path),
}

/// What is declared: contacts, then gadgets, then wires, each in the order given.
#[derive(Debug, Default)]
pub struct Declarations {
    /// The paths of contacts, each with the content that fills it if it is empty.
    pub contacts: Vec<(Text, Content)>,
    /// The blend of those contacts.
    pub blend: Option<Blend>,
    /// Gadgets.
    pub gadgets: Vec<GadgetDeclaration>,
    /// The ends of wires.
    pub wires: Vec<(End, End, WireKind)>,
}

impl Declarations {
    /// How many things it declares.
    pub fn len(&self) -> usize {
        self.contacts.len() + self.gadgets.len() + self.wires.len()
    }

    /// Whether it declares nothing.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl Network {
    /// Declares everything in a group, in the open tick. On an error, which names the first offender, the caller takes back what was declared before it.
    pub fn declare_many(&mut self, group: GroupId, declarations: Declarations) -> Result<Vec<ContactId>, NetworkError> {
        let Declarations {
            contacts,
            blend,
            gadgets,
            wires,
        } = declarations;
        let group_slot = self.group_slot(group)?;
        let mut ids = Vec::with_capacity(contacts.len());
        for (at, (path, content)) in contacts.into_iter().enumerate() {
            let named = |error| at_place(&format!("contacts[{at}] '{path}'"), error);
            let slot = self.contact_at(group_slot, &path, blend, Value::Null).map_err(named)?;
            let id = self.contacts.id(slot);
            if let Some(value) = content
                && self.contacts.value(slot).is_none()
            {
                self.write(id, value).map_err(named)?;
            }
            ids.push(id);
        }
        for (at, gadget) in gadgets.into_iter().enumerate() {
            self.declare_gadget(group, gadget)
                .map_err(|error| at_place(&format!("gadgets[{at}]"), error))?;
        }
        for (at, (from, to, kind)) in wires.into_iter().enumerate() {
            let mut declare = || {
                let (from, to) = (self.end_slot(group_slot, &from)?, self.end_slot(group_slot, &to)?);
                self.wire_between(from, to, kind)
            };
            declare().map_err(|error| at_place(&format!("wires[{at}]"), error))?;
        }
        Ok(ids)
    }

    /// Declares a wire between two ends.
    pub fn declare_wire_between<Path: AsRef<str>>(
        &mut self,
        group: GroupId,
        from: &End<Path>,
        to: &End<Path>,
        kind: WireKind,
    ) -> Result<crate::WireId, NetworkError> {
        let group = self.group_slot(group)?;
        let (from, to) = (self.end_slot(group, from)?, self.end_slot(group, to)?);
        let slot = self.wire_between(from, to, kind)?;
        Ok(self.wires.slots.handle(slot))
    }

    /// Declares a link between two ends.
    pub fn declare_link_between<Path: AsRef<str>>(
        &mut self,
        group: GroupId,
        from: &End<Path>,
        to: &End<Path>,
        relation: &str,
        attributes: Value,
    ) -> Result<crate::LinkId, NetworkError> {
        let group = self.group_slot(group)?;
        let (from, to) = (self.end_slot(group, from)?, self.end_slot(group, to)?);
        self.declare_link(self.contacts.id(from), self.contacts.id(to), relation, attributes)
    }

    fn end_slot<Path: AsRef<str>>(&mut self, group: u32, end: &End<Path>) -> Result<u32, NetworkError> {
        match end {
            End::Contact(id) => self.slot(*id),
            End::Path(path) => self.contact_at(group, path.as_ref(), None, Value::Null),
        }
    }
}
