//! Building structure from a manifest's `build` section: `contacts`, `groups`, `gadgets`, `wires`, `links`.

use crate::blend::{Blend, Lattice};
use crate::boundary::Boundary;
use crate::declare_gadget::{Argument, GadgetDeclaration};
use crate::error::{NetworkError, nearest};
use crate::gadget::{Computation, FunctionSpec};
use crate::id::{GroupId, Handle};
use crate::network::Network;
use crate::primitive::Primitive;
use crate::value::{Map, Text, Value};
use crate::wire::WireKind;
use std::sync::Arc;

/// Where users' functions are found by `module:qualified.name`.
pub trait Library: Send + Sync {
    /// The function with its ports, writing to `outputs`; an error says why it cannot be had.
    fn find(&self, identity: &str, outputs: &[Text]) -> Result<FunctionSpec, String>;

    /// The lattice of a class; an error says why it cannot be had.
    fn find_lattice(&self, identity: &str) -> Result<Arc<dyn Lattice>, String> {
        Err(format!("there is nothing to find the lattice '{identity}' in"))
    }
}

/// The boundary of a name, or an error with the known ones.
pub fn boundary_of(name: &str) -> Result<Boundary, NetworkError> {
    Boundary::from_name(name)
        .ok_or_else(|| NetworkError::Declaration(format!("a boundary is 'input' or 'output', found '{name}'")))
}

fn refuse(place: &str, message: &str) -> NetworkError {
    NetworkError::Declaration(format!("{place}: {message}"))
}

fn list<'a>(map: &'a Map, key: &str, place: &str) -> Result<&'a [Value], NetworkError> {
    match map.get(key) {
        None | Some(Value::Null) => Ok(&[]),
        Some(Value::List(items)) => Ok(items),
        Some(other) => Err(refuse(
            place,
            &format!("'{key}' must be a list, found {} {other}", other.type_name()),
        )),
    }
}

fn section<'a>(value: &'a Value, place: &str) -> Result<&'a Map, NetworkError> {
    match value {
        Value::Map(map) => Ok(map),
        other => Err(refuse(
            place,
            &format!("expected a mapping, found {} {other}", other.type_name()),
        )),
    }
}

fn text<'a>(map: &'a Map, key: &str, place: &str) -> Result<&'a Text, NetworkError> {
    match map.get(key) {
        Some(Value::Text(text)) => Ok(text),
        Some(other) => Err(refuse(
            place,
            &format!("'{key}' must be a string, found {} {other}", other.type_name()),
        )),
        None => Err(refuse(place, &format!("'{key}' is missing"))),
    }
}

fn known_keys(map: &Map, known: &[&str], place: &str) -> Result<(), NetworkError> {
    match map
        .iter()
        .find(|(key, _)| !known.contains(&key.as_str()) && !key.starts_with("x-"))
    {
        None => Ok(()),
        Some((key, _)) => {
            let hint = nearest(key, known.iter().copied())
                .first()
                .map_or_else(String::new, |near| format!("; did you mean '{near}'?"));
            Err(refuse(
                place,
                &format!("unknown key '{key}'; known are {}{hint}", known.join(", ")),
            ))
        }
    }
}

impl Network {
    /// Sets where users' functions are found.
    pub fn set_library(&mut self, library: Arc<dyn Library>) {
        self.library = Some(library);
    }

    /// Declares what a `build` section names, in the open tick, inside a group. Ids are relative to it; a leading `/` means from the root.
    pub fn build(&mut self, group: GroupId, build: &Value) -> Result<(), NetworkError> {
        self.build_at(group, build, "build")
    }

    fn build_at(&mut self, group: GroupId, build: &Value, place: &str) -> Result<(), NetworkError> {
        if matches!(build, Value::Null) {
            return Ok(());
        }
        let map = section(build, place)?;
        known_keys(
            map,
            &[
                "contacts",
                "groups",
                "gadgets",
                "wires",
                "links",
                "id",
                "attributes",
                "sealed",
            ],
            place,
        )?;
        for (at, contact) in list(map, "contacts", place)?.iter().enumerate() {
            self.build_contact(group, contact, &format!("{place}.contacts[{at}]"))?;
        }
        for (at, inner) in list(map, "groups", place)?.iter().enumerate() {
            let place = format!("{place}.groups[{at}]");
            let id = text(section(inner, &place)?, "id", &place)?;
            let attributes = section(inner, &place)?
                .get("attributes")
                .cloned()
                .unwrap_or(Value::Null);
            let declared = match section(inner, &place)?.get("sealed") {
                None | Some(Value::Bool(false)) => self.declare_group(group, id, attributes),
                Some(Value::Bool(true)) => self.declare_sealed_group(group, id, attributes),
                Some(other) => return Err(refuse(&place, &format!("'sealed' is true or false, found {other}"))),
            };
            let inner_group = declared.map_err(|error| at_place(&place, error))?;
            self.build_at(inner_group, inner, &place)?;
        }
        for (at, gadget) in list(map, "gadgets", place)?.iter().enumerate() {
            self.build_gadget(group, gadget, &format!("{place}.gadgets[{at}]"))?;
        }
        for (at, wire) in list(map, "wires", place)?.iter().enumerate() {
            self.build_wire(group, wire, &format!("{place}.wires[{at}]"))?;
        }
        for (at, link) in list(map, "links", place)?.iter().enumerate() {
            self.build_link(group, link, &format!("{place}.links[{at}]"))?;
        }
        Ok(())
    }

    fn build_contact(&mut self, group: GroupId, contact: &Value, place: &str) -> Result<(), NetworkError> {
        let map = section(contact, place)?;
        known_keys(map, &["id", "value", "blend", "boundary", "attributes"], place)?;
        let blend = map.get("blend").map(|_| text(map, "blend", place)).transpose()?;
        let attributes = map.get("attributes").cloned().unwrap_or(Value::Null);
        let id = text(map, "id", place)?;
        let boundary = match map.get("boundary") {
            None | Some(Value::Null) => None,
            Some(_) => Some(boundary_of(text(map, "boundary", place)?).map_err(|error| at_place(place, error))?),
        };
        let blend = blend.map(|name| self.blend_named(name)).transpose();
        let declared = blend.and_then(|blend| match boundary {
            None => self.contact_declared(group.slot(), id, blend, attributes),
            Some(boundary) => self.boundary_declared(group.slot(), id, blend, attributes, boundary),
        });
        let id = declared
            .map(|slot| self.contacts.id(slot))
            .map_err(|error| at_place(place, error))?;
        if let Some(value) = map.get("value")
            && self.content(id)?.is_none()
        {
            self.write(id, value.clone())?;
        }
        Ok(())
    }

    fn build_gadget(&mut self, group: GroupId, gadget: &Value, place: &str) -> Result<(), NetworkError> {
        let map = section(gadget, place)?;
        known_keys(
            map,
            &["id", "primitive", "python", "inputs", "outputs", "config", "on_error"],
            place,
        )?;
        let computation = match (map.get("primitive"), map.get("python")) {
            (Some(_), None) => Computation::Primitive(
                primitive_of(text(map, "primitive", place)?).map_err(|error| at_place(place, error))?,
            ),
            (None, Some(_)) => Computation::Function(self.function_of(map, place)?),
            _ => {
                return Err(refuse(
                    place,
                    "give either 'primitive' (a native gadget) or 'python' (module:function)",
                ));
            }
        };
        let mut arguments = Vec::new();
        for key in ["inputs", "outputs"] {
            if let Some(ports) = map.get(key) {
                for (port, value) in section(ports, &format!("{place}.{key}"))?.iter() {
                    arguments.push((port.clone(), argument_of(value)));
                }
            }
        }
        if let Some(config) = map.get("config") {
            for (key, value) in section(config, &format!("{place}.config"))?.iter() {
                arguments.push((key.clone(), Argument::Value(value.clone())));
            }
        }
        let contain = match map.get("on_error") {
            None => false,
            Some(Value::Text(policy)) if policy == "contain" => true,
            Some(Value::Text(policy)) if policy == "raise" => false,
            Some(other) => {
                return Err(refuse(
                    place,
                    &format!("'on_error' is 'raise' or 'contain', found {other}"),
                ));
            }
        };
        let name = map.get("id").map(|_| text(map, "id", place)).transpose()?.cloned();
        let declaration = GadgetDeclaration {
            name,
            computation,
            arguments,
            contain,
        };
        self.declare_gadget(group, declaration)
            .map(|_| ())
            .map_err(|error| at_place(place, error))
    }

    fn function_of(&self, map: &Map, place: &str) -> Result<FunctionSpec, NetworkError> {
        let identity = text(map, "python", place)?;
        let Some(library) = &self.library else {
            return Err(refuse(place, "Python functions are not available here"));
        };
        let outputs: Vec<Text> = match map.get("outputs") {
            Some(Value::Map(outputs)) => outputs.iter().map(|(port, _)| port.clone()).collect(),
            _ => Vec::new(),
        };
        library
            .find(identity, &outputs)
            .map_err(|message| refuse(place, &message))
    }

    fn build_wire(&mut self, group: GroupId, wire: &Value, place: &str) -> Result<(), NetworkError> {
        let map = section(wire, place)?;
        known_keys(map, &["id", "from", "to", "kind"], place)?;
        let kind = match map.get("kind") {
            None => WireKind::Bidirectional,
            Some(_) => wire_kind_of(text(map, "kind", place)?).map_err(|error| at_place(place, error))?,
        };
        let from = self.declare_contact(group, text(map, "from", place)?, None, Value::Null)?;
        let to = self.declare_contact(group, text(map, "to", place)?, None, Value::Null)?;
        self.declare_wire(from, to, kind)
            .map(|_| ())
            .map_err(|error| at_place(place, error))
    }
}

impl Network {
    fn build_link(&mut self, group: GroupId, link: &Value, place: &str) -> Result<(), NetworkError> {
        let map = section(link, place)?;
        known_keys(map, &["id", "from", "to", "relation", "attributes"], place)?;
        let attributes = map.get("attributes").cloned().unwrap_or(Value::Null);
        let from = self.declare_contact(group, text(map, "from", place)?, None, Value::Null)?;
        let to = self.declare_contact(group, text(map, "to", place)?, None, Value::Null)?;
        self.declare_link(from, to, text(map, "relation", place)?, attributes)
            .map(|_| ())
            .map_err(|error| at_place(place, error))
    }
}

/// Says where in what was declared it went wrong.
pub(crate) fn at_place(place: &str, error: NetworkError) -> NetworkError {
    match error {
        NetworkError::Declaration(message) | NetworkError::InvalidName(message) => refuse(place, &message),
        NetworkError::Conflict(message) => NetworkError::Conflict(format!("{place}: {message}")),
        other => NetworkError::At {
            place: place.to_owned(),
            error: Box::new(other),
        },
    }
}

/// A string is a path, `{const: value}` and any other scalar a constant.
fn argument_of(value: &Value) -> Argument {
    match value {
        Value::Text(path) => Argument::Path(path.clone()),
        Value::Map(map) if map.len() == 1 => match map.get("const") {
            Some(constant) => Argument::Value(constant.clone()),
            None => Argument::Value(value.clone()),
        },
        other => Argument::Value(other.clone()),
    }
}

/// The primitive of a name, or an error with the nearest names.
pub fn primitive_of(name: &str) -> Result<&'static Primitive, NetworkError> {
    Primitive::find(name).ok_or_else(|| {
        let similar = Primitive::similar(name);
        let hint = if similar.is_empty() {
            String::new()
        } else {
            format!("; did you mean {}?", similar.join(" or "))
        };
        NetworkError::Declaration(format!("there is no primitive '{name}'{hint}"))
    })
}

/// The blend of a name, or an error with the known ones.
pub fn blend_of(name: &str) -> Result<Blend, NetworkError> {
    Blend::from_name(name).ok_or_else(|| {
        let known: Vec<&str> = Blend::ALL.iter().map(|blend| blend.name()).collect();
        NetworkError::Declaration(format!("there is no blend '{name}'; known are {}", known.join(", ")))
    })
}

/// The wire kind of a name, or an error with the known ones.
pub fn wire_kind_of(name: &str) -> Result<WireKind, NetworkError> {
    WireKind::from_name(name)
        .ok_or_else(|| NetworkError::Declaration(format!("a wire is 'directed' or 'bidirectional', found '{name}'")))
}
