//! Declaring from Python.

use crate::argument::{OwnedWord, Word, plain};
use crate::declaration::paths_and_contents;
use crate::enter::{detached, to_read};
use crate::error::{ValueTypeError, network_error};
use crate::function::{callable_of, function_spec};
use crate::handle::{Contact, Gadget, GroupHandle, Wire, assign, read_network};
use crate::lattice::lattice_spec;
use crate::network::Network;
use crate::tick;
use crate::value::{to_attributes, to_content, to_value};
use bassline_core::{
    Computation, Content, Declarations, End, GadgetDeclaration, GroupId, LatticeSpec, Network as Core, NetworkError,
    blend_of, boundary_of, primitive_of, wire_kind_of,
};
use pyo3::Borrowed;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::PyDict;

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

fn given_blend<'a>(py: Python<'_>, blend: Option<&'a Bound<'_, PyAny>>) -> PyResult<GivenBlend<'a>> {
    if let Ok(name) = blend.map(PyAnyMethods::extract::<&str>).transpose() {
        return Ok(GivenBlend::Named(name));
    }
    let (join, identity): (Bound<'_, PyAny>, OwnedWord) = py
        .import(intern!(py, "bassline._lattices"))?
        .call_method1(intern!(py, "describe"), (blend,))?
        .extract()?;
    Ok(GivenBlend::Lattice(lattice_spec(&join, &identity.0)))
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
        let (value, boundary) = (value.0.as_ref(), boundary.as_deref());
        slf.get()
            .declare_contact(slf.py(), None, &path, value, blend, boundary, attributes)
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
        blend: Option<&Bound<'_, PyAny>>,
        boundary: Option<Word<'_>>,
        attributes: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Contact> {
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
        let id = self.between(py, group, (from, to), |network, group, from, to| {
            network.declare_wire_between(group, from, to, kind)
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
        queue: bool,
    ) -> PyResult<Gadget> {
        let spec = function_spec(function, &identity, parameters, &plain(outputs), queue)?;
        let computation = Computation::Function(spec);
        self.declare(py, group, computation, ports, Some(&name), contain)
    }

    /// Binds a gadget to a function found anew, which fires.
    fn _rebind(
        &self,
        py: Python<'_>,
        gadget: &Gadget,
        function: &Bound<'_, PyAny>,
        identity: Word<'_>,
        parameters: Vec<(OwnedWord, bool)>,
    ) -> PyResult<()> {
        self.refuse_foreign(&gadget.shared)?;
        let outputs = read_network(py, &self.shared, |network| {
            network.gadget(gadget.id).map(|record| record.outputs)
        })?;
        let outputs: Vec<String> = outputs.into_iter().map(|(name, _)| name.to_string()).collect();
        let spec = function_spec(function, &identity, parameters, &outputs, false)?;
        tick::tick(py, &self.shared, |network| network.rebind(gadget.id, &spec))
    }

    /// The function that a gadget is bound to; `None` of a primitive, of one that was not found, and of one that is gone.
    fn _function(&self, py: Python<'_>, gadget: &Gadget) -> PyResult<Option<Py<PyAny>>> {
        let bound = to_read(py, &self.shared)?.engine.network.bound_function(gadget.id);
        Ok(bound.and_then(|bound| callable_of(py, &*bound)))
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

    /// The same for something between two ends.
    pub(crate) fn between<T>(
        &self,
        py: Python<'_>,
        group: Option<&GroupHandle>,
        (from, to): (&Bound<'_, PyAny>, &Bound<'_, PyAny>),
        declare: impl FnOnce(&mut Core, GroupId, &End<&str>, &End<&str>) -> Result<T, NetworkError>,
    ) -> PyResult<T> {
        let (from, to) = (self.end(from)?, self.end(to)?);
        self.in_group(py, group, |network, group| declare(network, group, &from, &to))
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
        blend: Option<&Bound<'_, PyAny>>,
        boundary: Option<&str>,
        attributes: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Contact> {
        let refused = |error| network_error(py, error);
        let given = given_blend(py, blend)?;
        let value: Content = value.map_or(Ok(None), to_content)?;
        let (blend, lattice) = match given {
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
