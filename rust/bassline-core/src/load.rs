//! Loading: a network from its image, with the same handles, firing nothing.

use crate::blend::LatticeSpec;
use crate::build::Library;
use crate::calls::is_queued;
use crate::contact::{NONE, Unnamed, Version, Writer, flag};
use crate::declare::{CONSTANT, STATE};
use crate::describe::Image;
use crate::error::Fault;
use crate::gadget::{Declared, FunctionSpec, Ports, UNNAMED};
use crate::group::{Group, Named};
use crate::id::{ContactId, GroupId, Handle};
use crate::link::Link;
use crate::network::{Cause, Network, OnContradiction};
use crate::primitive::Primitive;
use crate::record::{ContactRecord, GadgetRecord, LinkRecord, WireRecord};
use crate::value::Text;
use crate::wire::Wire;
use std::sync::Arc;
use thiserror::Error;

/// Why an image is not a network.
#[derive(Debug, Clone, Error)]
#[error("{0}; the store is damaged, or was written by a newer version")]
pub struct ImageError(String);

pub(crate) fn broken<T>(what: String) -> Result<T, ImageError> {
    Err(ImageError(what))
}

pub(crate) fn not_in_image<T>(what: &str, id: impl std::fmt::Debug) -> Result<T, ImageError> {
    broken(format!("{what} {id:?} is named but not in the image"))
}

impl Network {
    /// The network of an image. Functions are found in `library`; one that is not is left unbound.
    pub fn load(
        image: Image,
        on_contradiction: OnContradiction,
        library: Option<Arc<dyn Library>>,
    ) -> Result<Self, ImageError> {
        let mut network = Self::new(on_contradiction);
        network.library = library;
        network.now = image.tick;
        network.creation = image.creation;
        network.died = image.died;
        for group in &image.groups {
            let parent = network.loaded_group(group.parent)?;
            if !network.groups.slots.take_exactly(group.id) {
                return broken(format!("group {:?} stands twice in the image", group.id));
            }
            let name = network.symbols.intern(&group.name);
            network.symbols.keep(name);
            let slot = group.id.slot();
            network
                .groups
                .place(slot, Group::new(parent, name, group.attributes.clone()));
            network.groups.rows[slot as usize].sealed = group.sealed;
            network.has_seals |= group.sealed;
            network.groups.enter(&network.contacts, Named::Group(slot));
        }
        let mut causes = Vec::with_capacity(image.contacts.len());
        let mut faults = Vec::new();
        for state in image.contacts {
            network.load_contact(&state.record)?;
            let at = state.record.id.slot() as usize;
            let stale =
                crate::planted::is(crate::planted::Bug::StateNotLoaded) && state.record.place == Err(Unnamed::State);
            if !matches!(state.record.place, Err(Unnamed::Constant(_))) && !stale {
                network.contacts.rows[at].content = state.content;
            }
            network.contacts.rows[at].version =
                Version::of_tick(if crate::planted::is(crate::planted::Bug::VersionNotLoaded) {
                    0
                } else {
                    state.version
                });
            causes.push((state.record.id.slot(), state.cause));
            if let Some(contradiction) = state.contradiction {
                network.contradictions.insert(at as u32, contradiction);
                network.contacts.set(at as u32, flag::MARKED, true);
            }
            faults.extend(state.fault.map(|(gadget, text)| (at as u32, gadget, text)));
        }
        network.load_edges(&image.wires, &image.gadgets)?;
        for (slot, gadget, text) in faults {
            if network.gadgets.slots.holds(gadget.in_any_arena()) {
                network.note_fault(slot, gadget.slot(), Fault::Domain(text.to_string()));
            }
        }
        for link in &image.links {
            network.load_link(link)?;
        }
        network.links.slots.rebuild_free(0);
        network.groups.slots.rebuild_free(0);
        network.contacts.slots.rebuild_free(image.died.contacts);
        network.wires.slots.rebuild_free(image.died.wires);
        network.gadgets.slots.rebuild_free(image.died.gadgets);
        for (slot, cause) in causes {
            network.contacts.rows[slot as usize].writer = network.writer_of(cause);
        }
        network.restore_routes();
        network.find_strays();
        Ok(network)
    }

    fn loaded_group(&self, id: GroupId) -> Result<u32, ImageError> {
        self.groups
            .find(id.in_any_arena())
            .map_or_else(|| not_in_image("group", id), Ok)
    }

    fn loaded_contact(&self, id: ContactId) -> Result<u32, ImageError> {
        self.contacts
            .find(id.in_any_arena())
            .map_or_else(|| not_in_image("contact", id), Ok)
    }

    fn writer_of(&mut self, cause: Cause) -> Writer {
        match cause {
            Cause::External(source) => Writer::external(self.symbols.pin(&source)),
            Cause::Gadget(id) if self.gadgets.slots.holds(id.in_any_arena()) => Writer::gadget(id.slot()),
            Cause::Wire(id) if self.wires.slots.holds(id.in_any_arena()) => Writer::wire(id.slot()),
            Cause::Nobody | Cause::Gadget(_) | Cause::Wire(_) => Writer::NOBODY,
        }
    }

    fn load_contact(&mut self, record: &ContactRecord) -> Result<(), ImageError> {
        let (group, name) = match &record.place {
            Ok((group, name)) => (self.loaded_group(*group)?, self.symbols.intern(name)),
            Err(Unnamed::Constant(_)) => (NONE, CONSTANT),
            Err(Unnamed::State) => (NONE, STATE),
        };
        if !self.contacts.slots.take_exactly(record.id) {
            return broken(format!("contact {:?} stands twice in the image", record.id));
        }
        let slot = record.id.slot();
        self.contacts.place(slot, group, name, record.blend);
        if let Some(identity) = &record.lattice {
            let spec = self.load_lattice(identity);
            self.lattices.insert(slot, spec);
        }
        match &record.place {
            Ok(_) => {
                self.symbols.keep(name);
                self.groups.enter(&self.contacts, Named::Contact(slot));
            }
            Err(Unnamed::Constant(value)) => {
                self.contacts.rows[slot as usize].content = Some(value.clone());
                self.enter_constant(slot);
            }
            Err(Unnamed::State) => {}
        }
        if let Some(boundary) = record.boundary {
            self.boundaries.insert(slot, boundary);
        }
        if !matches!(record.attributes, crate::Value::Null) {
            self.attributes.insert(slot, record.attributes.clone());
        }
        Ok(())
    }

    /// Wires and gadgets in the order they were created, so that adjacency has that order too.
    fn load_edges(&mut self, wires: &[WireRecord], gadgets: &[GadgetRecord]) -> Result<(), ImageError> {
        let mut wires = wires.iter().peekable();
        for gadget in gadgets {
            while let Some(wire) = wires.next_if(|wire| wire.creation < gadget.creation) {
                self.load_wire(wire)?;
            }
            self.load_gadget(gadget)?;
        }
        wires.try_for_each(|wire| self.load_wire(wire))
    }

    fn load_wire(&mut self, record: &WireRecord) -> Result<(), ImageError> {
        let (from, to) = (self.loaded_contact(record.from)?, self.loaded_contact(record.to)?);
        if !self.wires.slots.take_exactly(record.id) {
            return broken(format!("wire {:?} stands twice in the image", record.id));
        }
        let slot = record.id.slot();
        self.wires.place(
            slot,
            Wire {
                from,
                to,
                kind: record.kind,
                removed: false,
                fresh: false,
            },
            record.creation,
        );
        self.link_wire(slot);
        Ok(())
    }

    fn load_link(&mut self, record: &LinkRecord) -> Result<(), ImageError> {
        let (from, to) = (self.loaded_contact(record.from)?, self.loaded_contact(record.to)?);
        if !self.links.slots.take_exactly(record.id) {
            return broken(format!("link {:?} stands twice in the image", record.id));
        }
        let link = Link {
            from,
            to,
            relation: self.symbols.intern(&record.relation),
            attributes: record.attributes.clone(),
            removed: false,
            fresh: false,
        };
        self.links.place(record.id.slot(), link);
        Ok(())
    }

    fn load_gadget(&mut self, record: &GadgetRecord) -> Result<(), ImageError> {
        let function = record.is_function.then(|| self.load_function(record));
        let state = record
            .state
            .iter()
            .map(|&cell| self.loaded_contact(cell))
            .collect::<Result<Vec<u32>, _>>()?;
        let (ports, primitive) = ports_of(record, function, state, |id| self.loaded_contact(id))?;
        let group = self.loaded_group(record.group)?;
        if !self.gadgets.slots.take_exactly(record.id) {
            return broken(format!("gadget {:?} stands twice in the image", record.id));
        }
        let slot = record.id.slot();
        self.place_gadget(slot, ports, primitive, group, record);
        self.link_gadget(slot);
        Ok(())
    }

    /// Fills a gadget's row as its record says, its ports apart, and makes its name known.
    pub(crate) fn place_gadget(
        &mut self,
        slot: u32,
        ports: Declared,
        primitive: Option<&'static Primitive>,
        group: u32,
        record: &GadgetRecord,
    ) {
        let name = record.name.as_ref().map_or(UNNAMED, |name| self.symbols.intern(name));
        if name != UNNAMED {
            self.symbols.keep(name);
        }
        self.gadgets.place(slot, ports, primitive, record.creation, group, name);
        self.enter_gadget_name(slot);
    }

    /// A function as it was declared, with its code if that is found.
    pub(crate) fn load_function(&self, record: &GadgetRecord) -> FunctionSpec {
        let spec = unbound(record);
        let found = self
            .library
            .as_ref()
            .and_then(|library| library.find(&spec.identity, &spec.outputs).ok());
        // A function of the same path whose parameters are others now is not the one that was declared.
        let call = found
            .filter(|found| found.inputs == spec.inputs)
            .and_then(|found| found.call);
        FunctionSpec { call, ..spec }
    }

    /// The lattice of an identity, without its join if that is not found.
    pub(crate) fn load_lattice(&self, identity: &Text) -> LatticeSpec {
        self.find_lattice(identity).unwrap_or_else(|_| LatticeSpec {
            identity: identity.clone(),
            lattice: None,
        })
    }
}

/// A function as its record says it, without its code.
pub(crate) fn unbound(record: &GadgetRecord) -> FunctionSpec {
    let input = |(name, _): &(Text, ContactId)| (name.clone(), !record.optional.contains(name));
    FunctionSpec {
        identity: record.computation.clone(),
        inputs: record.inputs.iter().map(input).collect(),
        outputs: record.outputs.iter().map(|(name, _)| name.clone()).collect(),
        is_queued: is_queued(&record.config),
        call: None,
    }
}

/// The ports and settings of a gadget as its record says them; `function` is what it is of, if it is no primitive.
pub(crate) fn ports_of(
    record: &GadgetRecord,
    function: Option<FunctionSpec>,
    state: Vec<u32>,
    contact_of: impl Fn(ContactId) -> Result<u32, ImageError>,
) -> Result<(Declared, Option<&'static Primitive>), ImageError> {
    let primitive = match &function {
        Some(_) => None,
        None => match Primitive::find(&record.computation) {
            None => return broken(format!("there is no primitive '{}'", record.computation)),
            found => found,
        },
    };
    let input_names: Vec<Text> = match (&primitive, &function) {
        (Some(primitive), _) => primitive.inputs.iter().map(|port| port.name.into()).collect(),
        (None, Some(function)) => function.inputs.iter().map(|(name, _)| name.clone()).collect(),
        (None, None) => Vec::new(),
    };
    let output_names: Vec<Text> = match (&primitive, &function) {
        (Some(primitive), _) => primitive.outputs.iter().map(|port| port.name.into()).collect(),
        (None, Some(function)) => function.outputs.clone(),
        (None, None) => Vec::new(),
    };
    let bound = |names: &[Text], bound: &[(Text, ContactId)]| {
        let mut ports = Ports::from_elem(NONE, names.len());
        for (name, contact) in bound {
            match names.iter().position(|port| port == name) {
                Some(port) => ports[port] = contact_of(*contact)?,
                None => return broken(format!("a gadget has no port '{name}'")),
            }
        }
        Ok(ports)
    };
    let declared = Declared {
        inputs: bound(&input_names, &record.inputs)?,
        outputs: bound(&output_names, &record.outputs)?,
        state,
        config: Some(record.config.clone()),
        contain: record.contain,
        function,
    };
    Ok((declared, primitive))
}
