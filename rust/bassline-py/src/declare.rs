//! Declaring and removing from Python.

use crate::argument::{OwnedWord, Word, plain};
use crate::enter::detached;
use crate::error::{ValueTypeError, network_error};
use crate::function::function_spec;
use crate::handle::{Contact, Gadget, GroupHandle, Wire, assign, read_network};
use crate::lattice::lattice_spec;
use crate::link::Link;
use crate::network::Network;
use crate::tick;
use crate::value::{Const, to_attributes, to_content, to_value};
use bassline_core::{
    Argument, Computation, Content, Declarations, End, GadgetDeclaration, GroupId, LatticeSpec, Network as Core,
    NetworkError, Text, WireKind, blend_of, boundary_of, primitive_of, wire_kind_of,
};
use pyo3::Borrowed;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedStr;
use pyo3::types::{PyBool, PyDict, PyFloat, PyInt, PyString, PyTuple};

/// An argument that may be left out, and may be `None`.
#[derive(Default)]
struct Given<'py>(Option<Bound<'py, PyAny>>);

impl<'py> FromPyObject<'_, 'py> for Given<'py> {
    type Error = PyErr;

    fn extract(object: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        Ok(Self(Some(object.to_owned())))
    }
}

/// The blend of a contact, as it was given.
enum GivenBlend<'a> {
    /// By name; of a contact that exists, or a register, if none is given.
    Named(Option<&'a str>),
    Lattice(LatticeSpec),
}

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
pub(crate) fn owned(end: End<&str>) -> End {
    match end {
        End::Contact(id) => End::Contact(id),
        End::Path(path) => End::Path(Text::from(path)),
    }
}

/// The items of a dict, or paths.
fn paths_and_contents(contacts: &Bound<'_, PyAny>) -> PyResult<Vec<(Text, Content)>> {
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

#[pymethods]
impl Network {
    /// Declares a contact: gets it, or creates it with the groups its path names.
    ///
    /// `value` fills it if it is empty and never overwrites content. `blend` is how it takes a write; a new one without is a register,
    /// `accept-last`. `boundary` is `input` or `output` for a contact through which a sealed group is reached.
    ///
    /// Raises:
    ///     ConflictError: it exists with another blend or other attributes, or a group has its path.
    ///
    /// >>> net = bl.Network()
    /// >>> net.contact("price", 9.5).value
    /// 9.5
    /// >>> net.contact("price", 11).value
    /// 9.5
    #[pyo3(signature = (path, value=Given::default(), blend=None, *, boundary=None, **attributes), text_signature = "($self, path, value=Nothing, blend=None, *, boundary=None, **attributes)")]
    fn contact(
        slf: &Bound<'_, Self>,
        path: Word<'_>,
        value: Given<'_>,
        blend: Option<&Bound<'_, PyAny>>,
        boundary: Option<Word<'_>>,
        attributes: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Contact> {
        let py = slf.py();
        let blend = if let Ok(name) = blend.map(PyAnyMethods::extract::<&str>).transpose() {
            GivenBlend::Named(name)
        } else {
            let (join, identity): (Bound<'_, PyAny>, OwnedWord) = py
                .import(intern!(py, "bassline._lattices"))?
                .call_method1(intern!(py, "describe"), (blend,))?
                .extract()?;
            GivenBlend::Lattice(lattice_spec(&join, &identity.0))
        };
        let (value, boundary) = (value.0.as_ref(), boundary.as_deref());
        slf.get()
            .declare_contact(py, None, &path, value, blend, boundary, attributes)
    }

    /// Declares a wire between two contacts, which are created if they do not exist; existing content flows.
    ///
    /// Raises:
    ///     DeclarationError: both ends are one contact, or `kind` is neither `directed` nor `bidirectional`.
    ///
    /// >>> net = bl.Network()
    /// >>> net.contact("a", 1)
    /// <Contact 'a' = 1>
    /// >>> net.wire("a", "b")
    /// <Wire 'a' <-> 'b'>
    /// >>> net["b"]
    /// 1
    #[pyo3(signature = (source, target, kind=Word("bidirectional")), text_signature = "($self, source, target, kind='bidirectional')")]
    fn wire(
        &self,
        py: Python<'_>,
        source: &Bound<'_, PyAny>,
        target: &Bound<'_, PyAny>,
        kind: Word<'_>,
    ) -> PyResult<Wire> {
        self._declare_wire(py, None, source, target, kind)
    }

    #[pyo3(signature = (group, path, value, blend, boundary, attributes))]
    #[expect(
        clippy::too_many_arguments,
        reason = "what a declaration is made of, each named by its only caller"
    )]
    fn _declare_contact(
        &self,
        py: Python<'_>,
        group: Option<&GroupHandle>,
        path: Word<'_>,
        value: &Bound<'_, PyAny>,
        blend: Option<Word<'_>>,
        boundary: Option<Word<'_>>,
        attributes: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Contact> {
        let blend = GivenBlend::Named(blend.as_deref());
        self.declare_contact(py, group, &path, Some(value), blend, boundary.as_deref(), attributes)
    }

    /// Contacts (a dict with contents, or paths), gadgets (name and ports) and wires (two ends, and a kind) as one tick.
    #[expect(
        clippy::too_many_arguments,
        reason = "what a declaration is made of, each named by its only caller"
    )]
    fn _declare_many(
        &self,
        py: Python<'_>,
        group: Option<&GroupHandle>,
        contacts: &Bound<'_, PyAny>,
        blend: Option<Word<'_>>,
        gadgets: &Bound<'_, PyAny>,
        wires: &Bound<'_, PyAny>,
        kind: Word<'_>,
    ) -> PyResult<Vec<Contact>> {
        let refused = |error| network_error(py, error);
        let blend = blend.map(|blend| blend_of(&blend)).transpose().map_err(refused)?;
        let kind = wire_kind_of(&kind).map_err(refused)?;
        let declarations = Declarations {
            contacts: paths_and_contents(contacts)?,
            blend,
            gadgets: self.gadgets_of(gadgets)?,
            wires: self.wires_of(wires, kind)?,
        };
        let ids = self.in_group(py, group, |network, group| {
            detached(py, move || network.declare_many(group, declarations))
        })?;
        Ok(ids.into_iter().map(|id| Contact::new(&self.shared, id)).collect())
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "what makes a contact with a lattice, each named by its only caller"
    )]
    fn _declare_lattice(
        &self,
        py: Python<'_>,
        group: Option<&GroupHandle>,
        path: Word<'_>,
        value: &Bound<'_, PyAny>,
        join: &Bound<'_, PyAny>,
        identity: Word<'_>,
        boundary: Option<Word<'_>>,
        attributes: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Contact> {
        let blend = GivenBlend::Lattice(lattice_spec(join, &identity));
        self.declare_contact(py, group, &path, Some(value), blend, boundary.as_deref(), attributes)
    }

    fn _declare_group(
        &self,
        py: Python<'_>,
        group: Option<&GroupHandle>,
        path: Word<'_>,
        sealed: bool,
        attributes: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<GroupHandle> {
        let attributes = to_attributes(attributes)?;
        let id = self.in_group(py, group, |network, group| {
            if sealed {
                network.declare_sealed_group(group, &path, attributes)
            } else {
                network.declare_group(group, &path, attributes)
            }
        })?;
        Ok(GroupHandle::new(&self.shared, id))
    }

    fn _declare_wire(
        &self,
        py: Python<'_>,
        group: Option<&GroupHandle>,
        from: &Bound<'_, PyAny>,
        to: &Bound<'_, PyAny>,
        kind: Word<'_>,
    ) -> PyResult<Wire> {
        let kind = wire_kind_of(&kind).map_err(|error| network_error(py, error))?;
        let (from, to) = (self.end(from)?, self.end(to)?);
        let id = self.in_group(py, group, |network, group| {
            network.declare_wire_between(group, &from, &to, kind)
        })?;
        Ok(Wire::new(&self.shared, id))
    }

    fn _declare_primitive(
        &self,
        py: Python<'_>,
        group: Option<&GroupHandle>,
        primitive: Word<'_>,
        ports: &Bound<'_, PyDict>,
        name: Option<Word<'_>>,
        contain: bool,
    ) -> PyResult<Gadget> {
        let computation = Computation::Primitive(primitive_of(&primitive).map_err(|error| network_error(py, error))?);
        self.declare(py, group, computation, ports, name.as_deref(), contain)
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
        identity: Word<'_>,
        parameters: Vec<(OwnedWord, bool)>,
        outputs: Vec<OwnedWord>,
        ports: &Bound<'_, PyDict>,
        name: Word<'_>,
        contain: bool,
    ) -> PyResult<Gadget> {
        let computation = Computation::Function(function_spec(function, &identity, parameters, &plain(outputs)));
        self.declare(py, group, computation, ports, Some(&name), contain)
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
        if let Ok(link) = what.cast_exact::<Link>() {
            self.refuse_foreign(&link.get().shared)?;
            return tick::tick(py, &self.shared, |network| network.remove_link(link.get().id));
        }
        if let Ok(group) = what.cast_exact::<GroupHandle>() {
            self.refuse_foreign(&group.get().shared)?;
            return tick::tick(py, &self.shared, |network| network.remove_group(group.get().id));
        }
        if !what.is_instance_of::<PyString>() {
            let kind = what.get_type().name()?;
            return Err(ValueTypeError::new_err(format!(
                "remove takes a path or the handle of a contact, group, gadget, wire or link; found {kind}"
            )));
        }
        let path: Word<'_> = what.extract()?;
        let known = read_network(py, &self.shared, |network| {
            let root = network.root();
            let found = network.find_contact(root, &path).is_ok() || network.find_group(root, &path).is_ok();
            Ok(!path.is_empty() && (found || network.find_gadget(root, &path).is_ok()))
        })?;
        if !known {
            return Err(Network::unknown(format!(
                "no contact, group or gadget '{}'; net.contacts, net.groups and net.gadgets list what there is",
                &*path
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
    /// A tick of its own, or part of the open batch, that declares something below a group, or the root.
    pub(crate) fn in_group<T>(
        &self,
        py: Python<'_>,
        group: Option<&GroupHandle>,
        declare: impl FnOnce(&mut Core, GroupId) -> Result<T, NetworkError>,
    ) -> PyResult<T> {
        tick::tick(py, &self.shared, |network| {
            let group = group.map_or_else(|| network.root(), |group| group.id);
            // Where it was removed, that is the error, whatever else is wrong.
            network.group_attributes(group)?;
            declare(network, group)
        })
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "what makes a contact, each named by its callers"
    )]
    fn declare_contact(
        &self,
        py: Python<'_>,
        group: Option<&GroupHandle>,
        path: &str,
        value: Option<&Bound<'_, PyAny>>,
        blend: GivenBlend<'_>,
        boundary: Option<&str>,
        attributes: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Contact> {
        let refused = |error| network_error(py, error);
        let value: Content = value.map_or(Ok(None), to_content)?;
        let (blend, lattice) = match blend {
            GivenBlend::Named(name) => (name.map(blend_of).transpose().map_err(refused)?, None),
            GivenBlend::Lattice(lattice) => (None, Some(lattice)),
        };
        let boundary = boundary.map(boundary_of).transpose().map_err(refused)?;
        let attributes = to_attributes(attributes)?;
        let id = self.in_group(py, group, |network, group| {
            let id = match (lattice, boundary) {
                (Some(lattice), boundary) => network.declare_lattice(group, path, lattice, attributes, boundary)?,
                (None, None) => network.declare_contact(group, path, blend, attributes)?,
                (None, Some(boundary)) => network.declare_boundary_contact(group, path, blend, attributes, boundary)?,
            };
            if value.is_some() && network.content(id)?.is_none() {
                assign(network, id, value)?;
            }
            Ok(id)
        })?;
        Ok(Contact::new(&self.shared, id))
    }

    fn wires_of(&self, wires: &Bound<'_, PyAny>, kind: WireKind) -> PyResult<Vec<(End, End, WireKind)>> {
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

    fn gadgets_of(&self, gadgets: &Bound<'_, PyAny>) -> PyResult<Vec<GadgetDeclaration>> {
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

    fn arguments(&self, ports: &Bound<'_, PyDict>) -> PyResult<Vec<(Text, Argument)>> {
        let argument = |(port, object): (Bound<'_, PyAny>, Bound<'_, PyAny>)| {
            Ok(((*port.extract::<Word<'_>>()?).into(), self.argument(&object)?))
        };
        // The ports first, then what they are bound to: a codec may do anything, to this dict too.
        let ports: Vec<_> = ports.iter().collect();
        ports.into_iter().map(argument).collect()
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
        let arguments = self.arguments(ports)?;
        let declaration = GadgetDeclaration {
            name: name.map(Into::into),
            computation,
            arguments,
            contain,
        };
        let id = self.in_group(py, group, |network, group| network.declare_gadget(group, declaration))?;
        Ok(Gadget::new(&self.shared, id))
    }
}
