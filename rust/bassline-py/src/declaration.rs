//! What a declaration is made of, from Python: the ends of wires, what ports are bound to, and lists of contacts, gadgets and wires.

use crate::argument::Word;
use crate::error::{ValueTypeError, network_error};
use crate::handle::Contact;
use crate::network::Network;
use crate::value::{Const, to_content, to_value};
use bassline_core::{
    Argument, Computation, Content, End, GadgetDeclaration, Text, WireKind, primitive_of, wire_kind_of,
};
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedStr;
use pyo3::types::{PyBool, PyDict, PyFloat, PyInt, PyString, PyTuple};

/// An object and its type, in few words; only what is plain is asked for more than its type, as a message is the same in every run.
fn shown(object: &Bound<'_, PyAny>) -> String {
    let kind = object
        .get_type()
        .name()
        .map_or_else(|_| "?".to_owned(), |name| name.to_string());
    let is_plain = object.is_none()
        || object.is_exact_instance_of::<PyString>()
        || object.is_exact_instance_of::<PyBool>()
        || object.is_exact_instance_of::<PyInt>()
        || object.is_exact_instance_of::<PyFloat>();
    match object.repr() {
        Ok(text) if is_plain => format!("{kind} {}", text.to_string_lossy().chars().take(80).collect::<String>()),
        _ => kind,
    }
}

/// An end that outlives the object it came from.
fn owned(end: End<&str>) -> End {
    match end {
        End::Contact(id) => End::Contact(id),
        End::Path(path) => End::Path(Text::from(path)),
    }
}

/// The items of a dict, or paths.
pub(crate) fn paths_and_contents(contacts: &Bound<'_, PyAny>) -> PyResult<Vec<(Text, Content)>> {
    let path = |path: &Bound<'_, PyAny>| {
        if path.is_instance_of::<PyString>() {
            return Ok(Text::from(&*path.extract::<Word<'_>>()?));
        }
        Err(ValueTypeError::new_err(format!(
            "a path is a string; found {}",
            shown(path)
        )))
    };
    if let Ok(dict) = contacts.cast::<PyDict>() {
        // Its items first, then their values: a codec may do anything, to this dict too.
        let items: Vec<_> = dict.iter().collect();
        let pairs = items.iter().map(|(key, value)| Ok((path(key)?, to_content(value)?)));
        return pairs.collect();
    }
    contacts.try_iter()?.map(|item| Ok((path(&item?)?, None))).collect()
}

impl Network {
    pub(crate) fn wires_of(&self, wires: &Bound<'_, PyAny>, kind: WireKind) -> PyResult<Vec<(End, End, WireKind)>> {
        let wire = |wire: PyResult<Bound<'_, PyAny>>| {
            let wire = wire?;
            let ends: Vec<Bound<'_, PyAny>> = match wire.cast::<PyTuple>() {
                Ok(ends) => ends.iter().collect(),
                Err(_) => wire.extract().unwrap_or_default(),
            };
            match &ends[..] {
                [from, to] => Ok((owned(self.end(from)?), owned(self.end(to)?), kind)),
                [from, to, kind] => {
                    let kind = wire_kind_of(&kind.extract::<Word<'_>>()?);
                    let kind = kind.map_err(|error| network_error(wire.py(), error))?;
                    Ok((owned(self.end(from)?), owned(self.end(to)?), kind))
                }
                _ => Err(ValueTypeError::new_err(format!(
                    "a wire is a pair of ends, or two ends and a kind; found {}",
                    shown(&wire)
                ))),
            }
        };
        wires.try_iter()?.map(wire).collect()
    }

    pub(crate) fn gadgets_of(&self, gadgets: &Bound<'_, PyAny>) -> PyResult<Vec<GadgetDeclaration>> {
        let gadget = |gadget: PyResult<Bound<'_, PyAny>>| {
            let gadget = gadget?;
            let Ok((primitive, ports)) = gadget.extract::<(PyBackedStr, Bound<'_, PyDict>)>() else {
                return Err(ValueTypeError::new_err(format!(
                    "a gadget is the name of a primitive and a dict of its ports; found {}",
                    shown(&gadget)
                )));
            };
            let primitive = primitive_of(&primitive).map_err(|error| network_error(gadget.py(), error))?;
            Ok(GadgetDeclaration {
                name: None,
                computation: Computation::Primitive(primitive),
                arguments: self.arguments(&ports)?,
                contain: false,
            })
        };
        gadgets.try_iter()?.map(gadget).collect()
    }

    pub(crate) fn end<'a>(&self, object: &'a Bound<'_, PyAny>) -> PyResult<End<&'a str>> {
        if object.is_instance_of::<PyString>() {
            return Ok(End::Path(object.extract::<Word<'a>>()?.0));
        }
        if let Ok(contact) = object.cast_exact::<Contact>() {
            self.refuse_foreign(&contact.get().shared)?;
            return Ok(End::Contact(contact.get().id));
        }
        Err(ValueTypeError::new_err(format!(
            "the end of a wire is a contact or a path; found {}",
            shown(object)
        )))
    }

    /// A string is a path, a handle a contact, anything else a constant.
    fn argument(&self, object: &Bound<'_, PyAny>) -> PyResult<Argument> {
        if object.is_instance_of::<PyString>() {
            return Ok(Argument::Path((*object.extract::<Word<'_>>()?).into()));
        }
        if let Ok(contact) = object.cast_exact::<Contact>() {
            self.refuse_foreign(&contact.get().shared)?;
            return Ok(Argument::Contact(contact.get().id));
        }
        if let Ok(constant) = object.cast_exact::<Const>() {
            return Ok(Argument::Value(constant.get().value.clone()));
        }
        to_value(object).map(Argument::Value)
    }

    pub(crate) fn arguments(&self, ports: &Bound<'_, PyDict>) -> PyResult<Vec<(Text, Argument)>> {
        let argument = |(port, object): (Bound<'_, PyAny>, Bound<'_, PyAny>)| {
            Ok(((*port.extract::<Word<'_>>()?).into(), self.argument(&object)?))
        };
        // The ports first, then what they are bound to: a codec may do anything, to this dict too.
        let ports: Vec<_> = ports.iter().collect();
        ports.into_iter().map(argument).collect()
    }
}
