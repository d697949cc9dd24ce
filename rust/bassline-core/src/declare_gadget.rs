//! Declarations of gadgets: ports are bound to contacts, and the same declaration again is the gadget that exists.

use crate::calls::{MODE, QUEUE};
use crate::contact::NONE;
use crate::declare::empty_map;
use crate::edit::Edit;
use crate::error::{NetworkError, nearest};
use crate::gadget::{Computation, Declared, FunctionSpec, Ports, UNNAMED, flag};
use crate::group::{Named, ROOT};
use crate::id::{ContactId, GadgetId, GroupId};
use crate::identity::gadget_hash;
use crate::network::Network;
use crate::primitive::Primitive;
use crate::symbol::Symbol;
use crate::value::{Map, Text, Value};
use std::sync::Arc;

/// What a port or a configuration key is given.
#[derive(Debug, Clone)]
pub enum Argument {
    /// A contact.
    Contact(ContactId),
    /// The path of a contact below the gadget's group, made if it does not exist.
    Path(Text),
    /// A constant, or a setting.
    Value(Value),
}

/// A gadget to be declared.
#[derive(Debug, Clone)]
pub struct GadgetDeclaration {
    /// Its name; without one, its identity is its computation and bindings.
    pub name: Option<Text>,
    /// What it computes.
    pub computation: Computation,
    /// What its ports and configuration keys are given.
    pub arguments: Vec<(Text, Argument)>,
    /// Whether its faults stay in its outputs.
    pub contain: bool,
}

/// Ports as slots, configuration as a map.
struct Bound {
    inputs: Ports,
    outputs: Ports,
    config: Vec<(Text, Value)>,
}

impl Bound {
    fn config(&self) -> Value {
        Value::Map(Arc::new(Map::new(self.config.clone())))
    }
}

impl Computation {
    fn name(&self) -> &str {
        match self {
            Computation::Primitive(primitive) => primitive.name,
            Computation::Function(function) => &function.identity,
        }
    }

    /// Each input port's name, and whether it is required.
    fn inputs(&self) -> impl Iterator<Item = (&str, bool)> {
        let (primitive, function) = self.either();
        let own = primitive.map_or(&[][..], |primitive| primitive.inputs).iter();
        let named = function.map_or(&[][..], |function| &function.inputs[..]).iter();
        own.map(|port| (port.name, port.required))
            .chain(named.map(|(name, required)| (name.as_str(), *required)))
    }

    fn outputs(&self) -> impl Iterator<Item = &str> {
        let (primitive, function) = self.either();
        let own = primitive.map_or(&[][..], |primitive| primitive.outputs).iter();
        let named = function.map_or(&[][..], |function| &function.outputs[..]).iter();
        own.map(|port| port.name).chain(named.map(Text::as_str))
    }

    fn either(&self) -> (Option<&'static Primitive>, Option<&FunctionSpec>) {
        match self {
            Computation::Primitive(primitive) => (Some(primitive), None),
            Computation::Function(function) => (None, Some(function)),
        }
    }
}

impl Network {
    /// Declares a gadget. A new one fires in this tick if it is ready.
    pub fn declare_gadget(&mut self, group: GroupId, declaration: GadgetDeclaration) -> Result<GadgetId, NetworkError> {
        let group = self.group_slot(group)?;
        let slot = self.gadget_in(group, declaration)?;
        Ok(self.gadgets.id(slot))
    }

    pub(crate) fn gadget_in(&mut self, group: u32, declaration: GadgetDeclaration) -> Result<u32, NetworkError> {
        let bound = self.bind(group, &declaration)?;
        let name = match &declaration.name {
            Some(name) if name.is_empty() || name.contains('/') => {
                return Err(NetworkError::InvalidName(format!(
                    "a gadget's name must not be empty or contain '/', found '{name}'"
                )));
            }
            Some(name) => Some(self.symbols.intern(name)),
            None => None,
        };
        let found = match name {
            Some(name) => self.groups.gadget_named(group, name),
            None => {
                let computation = declaration.computation.name();
                let hash = gadget_hash(computation, group, &bound.inputs, &bound.outputs);
                let computes = |slot| self.computation_str(slot) == computation;
                self.identities
                    .gadget(hash, &self.gadgets, group, &bound.inputs, &bound.outputs, computes)
            }
        };
        if let Some(slot) = found {
            self.same_gadget(slot, &declaration, &bound)?;
            return Ok(slot);
        }
        for &contact in bound.inputs.iter().chain(&bound.outputs) {
            if contact != NONE {
                let gadget = declaration.name.as_deref().unwrap_or(declaration.computation.name());
                self.check_binding(gadget, group, contact)?;
            }
        }
        let slot = self.add_gadget(group, name, declaration, bound);
        if self.tick.settling {
            self.fire_first(slot);
        } else {
            self.tick.fresh.push(slot);
        }
        Ok(slot)
    }

    fn add_gadget(&mut self, group: u32, name: Option<Symbol>, declaration: GadgetDeclaration, bound: Bound) -> u32 {
        let (primitive, function) = match declaration.computation {
            Computation::Primitive(primitive) => (Some(primitive), None),
            Computation::Function(function) => (None, Some(function)),
        };
        let state: Vec<u32> = (0..primitive.map_or(0, Primitive::state_cells))
            .map(|_| self.state_cell())
            .collect();
        let creation = self.next_creation();
        let slot = self.gadgets.slots.take();
        let config = (!bound.config.is_empty()).then(|| Value::Map(Arc::new(Map::new(bound.config))));
        let ports = Declared {
            inputs: bound.inputs,
            outputs: bound.outputs,
            state,
            config,
            contain: declaration.contain,
            function,
        };
        self.gadgets
            .place(slot, ports, primitive, creation, group, name.unwrap_or(UNNAMED));
        if let Some(name) = name {
            self.symbols.keep(name);
        }
        self.enter_gadget_name(slot);
        self.link_gadget(slot);
        self.gadgets.rows[slot as usize].flags |= flag::FRESH;
        self.tick.edits.push(Edit::GadgetAdded(slot));
        slot
    }

    pub(crate) fn enter_gadget_name(&mut self, slot: u32) {
        let (group, name) = (self.gadgets.group[slot as usize], self.gadgets.name[slot as usize]);
        if name == UNNAMED {
            self.groups.enter_gadget(group, None, slot);
            let hash = self.own_hash(slot);
            self.identities.enter_gadget(hash, slot);
        } else {
            self.groups.enter_gadget(group, Some(name), slot);
        }
    }

    pub(crate) fn forget_gadget_name(&mut self, slot: u32) {
        let (group, name) = (self.gadgets.group[slot as usize], self.gadgets.name[slot as usize]);
        if name == UNNAMED {
            self.groups.forget_gadget(group, None, slot);
            let hash = self.own_hash(slot);
            self.identities.forget_gadget(hash, slot);
        } else {
            self.groups.forget_gadget(group, Some(name), slot);
        }
    }

    fn own_hash(&self, slot: u32) -> u64 {
        let group = self.gadgets.group[slot as usize];
        gadget_hash(
            self.computation_str(slot),
            group,
            &self.gadgets.inputs(slot),
            &self.gadgets.derived_outputs(slot),
        )
    }

    /// Whether there is an unnamed gadget of such a computation and bindings.
    pub(crate) fn is_gadget_known(&self, computation: &str, group: u32, ports: &Declared) -> bool {
        let hash = gadget_hash(computation, group, &ports.inputs, &ports.outputs);
        let computes = |slot: u32| self.computation_str(slot) == computation;
        let known = self
            .identities
            .gadget(hash, &self.gadgets, group, &ports.inputs, &ports.outputs, computes);
        known.is_some()
    }

    /// The same declaration again is this gadget; a function not found on opening, or defined anew, is bound.
    fn same_gadget(&mut self, slot: u32, declaration: &GadgetDeclaration, bound: &Bound) -> Result<(), NetworkError> {
        let computation = declaration.computation.name();
        let wide = self.gadgets.wide[slot as usize].as_ref();
        let config = wide.map_or_else(empty_map, |wide| wide.config.clone());
        let contain = wide.is_some_and(|wide| wide.contain);
        let difference = if self.computation_name(slot) != computation {
            Some(format!("computes {}, not {computation}", self.computation_name(slot)))
        } else if let Computation::Function(function) = &declaration.computation
            && let Some(difference) = self.other_parameters(slot, function)
        {
            Some(difference)
        } else if self.gadgets.inputs(slot) != bound.inputs || self.gadgets.derived_outputs(slot) != bound.outputs {
            Some("is bound to other contacts".to_owned())
        } else if config != bound.config() {
            Some(format!("has the configuration {config}, not {}", bound.config()))
        } else if contain != declaration.contain {
            Some("treats errors another way (on_error)".to_owned())
        } else {
            None
        };
        if let Some(difference) = difference {
            return Err(self.not_the_same(slot, &difference));
        }
        if let Computation::Function(FunctionSpec { call: Some(call), .. }) = &declaration.computation {
            self.bind_again(slot, call);
        }
        Ok(())
    }

    fn bind(&mut self, group: u32, declaration: &GadgetDeclaration) -> Result<Bound, NetworkError> {
        let computation = &declaration.computation;
        let mut bound = Bound {
            inputs: computation.inputs().map(|_| NONE).collect(),
            outputs: computation.outputs().map(|_| NONE).collect(),
            config: Vec::new(),
        };
        for (name, argument) in &declaration.arguments {
            let input = computation.inputs().position(|(port, _)| port == name);
            let output = computation.outputs().position(|port| port == name);
            let setting = matches!(computation, Computation::Primitive(primitive) if primitive.config.iter().any(|(key, _, _)| key == name));
            match (input, output) {
                _ if setting => bound
                    .config
                    .push((name.clone(), setting_of(name, argument, computation)?)),
                (Some(port), _) => {
                    bound.inputs[port] =
                        self.bind_input(group, argument, matches!(computation, Computation::Function(_)))?;
                }
                (None, Some(port)) => bound.outputs[port] = self.bind_output(group, name, argument, computation)?,
                (None, None) => return Err(unknown_port(name, computation)),
            }
        }
        if matches!(computation, Computation::Function(FunctionSpec { is_queued: true, .. })) {
            bound.config.push((MODE.into(), Value::text(QUEUE)));
        }
        let names = computation.name();
        if let Some(port) = computation
            .inputs()
            .zip(&bound.inputs)
            .find(|((_, required), contact)| *required && **contact == NONE)
        {
            return Err(NetworkError::Declaration(format!(
                "{names} needs its input '{}' bound to a contact or a constant",
                port.0.0
            )));
        }
        if let Computation::Primitive(primitive) = computation {
            if let Some((key, ..)) = primitive
                .config
                .iter()
                .find(|(key, required, _)| *required && !bound.config.iter().any(|(name, _)| name == key))
            {
                return Err(NetworkError::Declaration(format!("{names} needs the setting '{key}'")));
            }
            if primitive.outputs[0].required && bound.outputs.iter().all(|&contact| contact == NONE) {
                return Err(NetworkError::Declaration(format!(
                    "{names} needs its output '{}' bound to a contact",
                    primitive.outputs[0].name
                )));
            }
        }
        for (key, value) in &bound.config {
            value.check_storable().map_err(|why| NetworkError::Unstorable {
                place: format!("the setting '{key}' of {names}"),
                why,
            })?;
        }
        Ok(bound)
    }

    /// A function's parameters are found by name in its group, else at the root; a primitive's paths are of its group.
    fn bind_input(&mut self, group: u32, argument: &Argument, by_name: bool) -> Result<u32, NetworkError> {
        match argument {
            Argument::Contact(id) => self.slot(*id),
            Argument::Value(value) => Ok(self.constant(value)),
            Argument::Path(path) => {
                if by_name
                    && self.resolve(group, path).is_none()
                    && let Some(Named::Contact(slot)) = self.resolve(ROOT, path)
                {
                    return Ok(slot);
                }
                self.contact_at(group, path, None, Value::Null)
            }
        }
    }

    fn bind_output(
        &mut self,
        group: u32,
        name: &str,
        argument: &Argument,
        computation: &Computation,
    ) -> Result<u32, NetworkError> {
        match argument {
            Argument::Contact(id) => self.slot(*id),
            Argument::Path(path) => self.contact_at(group, path, None, Value::Null),
            Argument::Value(value) => Err(NetworkError::Declaration(format!(
                "the output '{name}' of {} must be a contact or a path, found the constant {value}",
                computation.name()
            ))),
        }
    }
}

fn setting_of(name: &str, argument: &Argument, computation: &Computation) -> Result<Value, NetworkError> {
    match argument {
        Argument::Value(value) => Ok(value.clone()),
        Argument::Path(text) => Ok(Value::Text(text.clone())),
        Argument::Contact(_) => Err(NetworkError::Declaration(format!(
            "the setting '{name}' of {} must be a plain value, found a contact",
            computation.name()
        ))),
    }
}

fn unknown_port(name: &str, computation: &Computation) -> NetworkError {
    let inputs: Vec<&str> = computation.inputs().map(|(port, _)| port).collect();
    let outputs: Vec<&str> = computation.outputs().collect();
    let mut known = [&inputs[..], &outputs[..]].concat();
    if let Computation::Primitive(primitive) = computation {
        known.extend(primitive.config.iter().map(|(key, _, _)| *key));
    }
    let similar = nearest(name, known.iter().copied());
    let hint = similar
        .first()
        .map_or_else(String::new, |near| format!("; did you mean '{near}'?"));
    NetworkError::Declaration(format!(
        "{} has no port '{name}'; its inputs are {}, its outputs {}{hint}",
        computation.name(),
        inputs.join(", "),
        outputs.join(", ")
    ))
}
