//! Declaring and removing from Python.

use crate::error::{ValueTypeError, network_error};
use crate::function::function_spec;
use crate::handle::{Contact, Gadget, GroupHandle, Wire, assign, read_network};
use crate::lattice::lattice_spec;
use crate::network::Network;
use crate::tick;
use crate::value::{Const, to_attributes, to_content, to_value};
use bassline_core::{
    Argument, Computation, ContactId, Content, GadgetDeclaration, GroupId, Network as Core, NetworkError, Text, Value,
    blend_of, primitive_of, wire_kind_of,
};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};
use std::sync::Arc;

/// The end of a wire: a contact, or the path of one.
enum End {
    Contact(ContactId),
    Path(Text),
}

impl End {
    fn resolve(&self, network: &mut Core, group: GroupId) -> Result<ContactId, NetworkError> {
        match self {
            End::Contact(id) => Ok(*id),
            End::Path(path) => network.declare_contact(group, path, None, Value::Null),
        }
    }
}

#[pymethods]
impl Network {
    #[pyo3(signature = (group, path, value, blend, attributes))]
    fn _declare_contact(
        &self,
        py: Python<'_>,
        group: Option<&GroupHandle>,
        path: &str,
        value: &Bound<'_, PyAny>,
        blend: Option<&str>,
        attributes: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Contact> {
        let value: Content = to_content(value)?;
        let blend = blend
            .map(blend_of)
            .transpose()
            .map_err(|error| network_error(py, error))?;
        let attributes = to_attributes(attributes)?;
        let group = group.map(|group| group.id);
        let id = tick::tick(py, &self.shared, |network| {
            let group = Network::scope(network, group)?;
            let id = network.declare_contact(group, path, blend, attributes)?;
            if value.is_some() && network.content(id)?.is_none() {
                assign(network, id, value)?;
            }
            Ok(id)
        })?;
        Ok(Contact {
            shared: Arc::clone(&self.shared),
            id,
        })
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "what makes a contact with a lattice, each named by its only caller"
    )]
    fn _declare_lattice(
        &self,
        py: Python<'_>,
        group: Option<&GroupHandle>,
        path: &str,
        value: &Bound<'_, PyAny>,
        join: &Bound<'_, PyAny>,
        identity: &str,
        attributes: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Contact> {
        let value: Content = to_content(value)?;
        let spec = lattice_spec(join, identity);
        let attributes = to_attributes(attributes)?;
        let group = group.map(|group| group.id);
        let id = tick::tick(py, &self.shared, |network| {
            let group = Network::scope(network, group)?;
            let id = network.declare_lattice(group, path, spec, attributes)?;
            if value.is_some() && network.content(id)?.is_none() {
                assign(network, id, value)?;
            }
            Ok(id)
        })?;
        Ok(Contact {
            shared: Arc::clone(&self.shared),
            id,
        })
    }

    fn _declare_group(
        &self,
        py: Python<'_>,
        group: Option<&GroupHandle>,
        path: &str,
        attributes: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<GroupHandle> {
        let attributes = to_attributes(attributes)?;
        let group = group.map(|group| group.id);
        let id = tick::tick(py, &self.shared, |network| {
            let group = Network::scope(network, group)?;
            network.declare_group(group, path, attributes)
        })?;
        Ok(GroupHandle {
            shared: Arc::clone(&self.shared),
            id,
        })
    }

    fn _declare_wire(
        &self,
        py: Python<'_>,
        group: Option<&GroupHandle>,
        from: &Bound<'_, PyAny>,
        to: &Bound<'_, PyAny>,
        kind: &str,
    ) -> PyResult<Wire> {
        let kind = wire_kind_of(kind).map_err(|error| network_error(py, error))?;
        let (from, to) = (self.end(from)?, self.end(to)?);
        let group = group.map(|group| group.id);
        let id = tick::tick(py, &self.shared, |network| {
            let group = Network::scope(network, group)?;
            let (from, to) = (from.resolve(network, group)?, to.resolve(network, group)?);
            network.declare_wire(from, to, kind)
        })?;
        Ok(Wire {
            shared: Arc::clone(&self.shared),
            id,
        })
    }

    fn _declare_primitive(
        &self,
        py: Python<'_>,
        group: Option<&GroupHandle>,
        primitive: &str,
        ports: &Bound<'_, PyDict>,
        name: Option<&str>,
        contain: bool,
    ) -> PyResult<Gadget> {
        let computation = Computation::Primitive(primitive_of(primitive).map_err(|error| network_error(py, error))?);
        self.declare(py, group, computation, ports, name, contain)
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "what makes a Python gadget, each named by its only caller"
    )]
    fn _declare_function(
        &self,
        py: Python<'_>,
        group: Option<&GroupHandle>,
        function: &Bound<'_, PyAny>,
        identity: &str,
        parameters: Vec<(String, bool)>,
        outputs: Vec<String>,
        ports: &Bound<'_, PyDict>,
        name: &str,
        contain: bool,
    ) -> PyResult<Gadget> {
        let computation = Computation::Function(function_spec(function, identity, parameters, &outputs));
        self.declare(py, group, computation, ports, Some(name), contain)
    }

    /// Declares what a manifest's `build` section names: one tick.
    ///
    /// >>> net = bl.Network()
    /// >>> net.build({"contacts": [{"id": "price", "value": 9.5}]})
    /// >>> net["price"]
    /// 9.5
    fn build(&self, py: Python<'_>, build: &Bound<'_, PyAny>) -> PyResult<()> {
        let build = to_value(build)?.read_tags().map_err(ValueTypeError::new_err)?;
        tick::tick(py, &self.shared, |network| network.build(network.root(), &build))
    }

    fn _remove(&self, py: Python<'_>, what: &Bound<'_, PyAny>) -> PyResult<()> {
        if let Ok(contact) = what.cast_exact::<Contact>() {
            self.refuse_foreign(&contact.get().shared)?;
            return tick::tick(py, &self.shared, |network| network.remove_contact(contact.get().id));
        }
        if let Ok(gadget) = what.cast_exact::<Gadget>() {
            self.refuse_foreign(&gadget.get().shared)?;
            return tick::tick(py, &self.shared, |network| network.remove_gadget(gadget.get().id));
        }
        if let Ok(wire) = what.cast_exact::<Wire>() {
            self.refuse_foreign(&wire.get().shared)?;
            return tick::tick(py, &self.shared, |network| network.remove_wire(wire.get().id));
        }
        if let Ok(group) = what.cast_exact::<GroupHandle>() {
            self.refuse_foreign(&group.get().shared)?;
            return tick::tick(py, &self.shared, |network| network.remove_group(group.get().id));
        }
        let Ok(path) = what.cast::<PyString>() else {
            let kind = what.get_type().name()?;
            return Err(ValueTypeError::new_err(format!(
                "remove takes a path or the handle of a contact, group, gadget or wire; found {kind}"
            )));
        };
        let path = path.to_str()?.to_owned();
        let known = read_network(py, &self.shared, |network| {
            let root = network.root();
            let found = network.find_contact(root, &path).is_ok() || network.find_group(root, &path).is_ok();
            Ok(!path.is_empty() && (found || network.find_gadget(root, &path).is_ok()))
        })?;
        if !known {
            return Err(Network::unknown(format!(
                "no contact, group or gadget '{path}'; net.contacts, net.groups and net.gadgets list what there is"
            )));
        }
        tick::tick(py, &self.shared, |network| {
            let root = network.root();
            if let Ok(id) = network.find_contact(root, &path) {
                network.remove_contact(id)
            } else if let Ok(id) = network.find_group(root, &path) {
                network.remove_group(id)
            } else {
                network
                    .find_gadget(root, &path)
                    .and_then(|id| network.remove_gadget(id))
            }
        })
    }
}

impl Network {
    fn end(&self, object: &Bound<'_, PyAny>) -> PyResult<End> {
        match self.argument(object)? {
            Argument::Contact(id) => Ok(End::Contact(id)),
            Argument::Path(path) => Ok(End::Path(path)),
            Argument::Value(value) => Err(ValueTypeError::new_err(format!(
                "the end of a wire is a contact or a path; found {} {value}",
                value.type_name()
            ))),
        }
    }

    /// A string is a path, a handle a contact, anything else a constant.
    fn argument(&self, object: &Bound<'_, PyAny>) -> PyResult<Argument> {
        if let Ok(path) = object.cast::<PyString>() {
            return Ok(Argument::Path(path.to_str()?.into()));
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

    fn declare(
        &self,
        py: Python<'_>,
        group: Option<&GroupHandle>,
        computation: Computation,
        ports: &Bound<'_, PyDict>,
        name: Option<&str>,
        contain: bool,
    ) -> PyResult<Gadget> {
        let mut arguments = Vec::with_capacity(ports.len());
        for (port, object) in ports {
            arguments.push((port.cast::<PyString>()?.to_str()?.into(), self.argument(&object)?));
        }
        let declaration = GadgetDeclaration {
            name: name.map(Into::into),
            computation,
            arguments,
            contain,
        };
        let group = group.map(|group| group.id);
        let id = tick::tick(py, &self.shared, |network| {
            let group = Network::scope(network, group)?;
            network.declare_gadget(group, declaration)
        })?;
        Ok(Gadget {
            shared: Arc::clone(&self.shared),
            id,
        })
    }
}
