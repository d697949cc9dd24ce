//! Handles of contacts, gadgets, wires and groups.

use crate::contradiction::Contradiction;
use crate::error::network_error;
use crate::shared::Shared;
use crate::tick;
use crate::value::{content_to_python, to_content, to_python};
use bassline_core::{
    Blend, Boundary, ContactId, Content, GadgetId, GroupId, Handle, Network, NetworkError, Value, View, WireId,
};
use pyo3::prelude::*;
use pyo3::types::PyDict;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

/// Writes content as an assignment does: `Nothing` empties a register and is nothing new to a lattice or a stream.
pub(crate) fn assign(network: &mut Network, id: ContactId, content: Content) -> Result<(), NetworkError> {
    match content {
        Some(value) => network.write(id, value),
        None if network.blend(id)? == Blend::AcceptLast => network.erase(id),
        None => Ok(()),
    }
}

pub(crate) fn read_network<T>(
    py: Python<'_>,
    shared: &Shared,
    read: impl Fn(View<'_>) -> Result<T, NetworkError>,
) -> PyResult<T> {
    let result = match crate::current::firing(shared.key(), |network| read(network.current())) {
        Some(result) => result,
        None => read(crate::enter::to_read(py, shared)?.view()),
    };
    result.map_err(|error| network_error(py, error))
}

/// The same, but a gadget reads what was when its tick began. What `read` answers is its own.
pub(crate) fn read_committed<T>(py: Python<'_>, shared: &Shared, read: impl Fn(View<'_>) -> T) -> PyResult<T> {
    match crate::current::firing(shared.key(), |network| read(network.committed())) {
        Some(result) => Ok(result),
        None => Ok(read(crate::enter::to_read(py, shared)?.view())),
    }
}

pub(crate) fn hash_of(shared: &Shared, bits: u64) -> u64 {
    let mut hasher = DefaultHasher::new();
    (shared.key(), bits).hash(&mut hasher);
    hasher.finish()
}

/// What every handle has: a network and a number in it, by which it is compared.
macro_rules! handle {
    ($name:ident, $id:ty) => {
        impl $name {
            pub(crate) fn new(shared: &Arc<Shared>, id: $id) -> Self {
                Self {
                    shared: Arc::clone(shared),
                    id,
                }
            }
        }

        #[pymethods]
        impl $name {
            fn __eq__(&self, other: &Self) -> bool {
                Arc::ptr_eq(&self.shared, &other.shared) && self.id == other.id
            }
            fn __ne__(&self, other: &Self) -> bool {
                !self.__eq__(other)
            }
            fn __hash__(&self) -> u64 {
                hash_of(&self.shared, self.id.to_bits())
            }
        }
    };
}
pub(crate) use handle;

/// A contact: a place that holds a value.
///
/// >>> net = bl.Network()
/// >>> price = net.contact("shop/price", 9.5, unit="EUR")
/// >>> price.value = 10
/// >>> price.value, price.version, price.blend
/// (10, 2, 'accept-last')
/// >>> price.path, price.group, price.name, price.attributes
/// ('shop/price', 'shop', 'price', {'unit': 'EUR'})
/// >>> price.erase()
/// >>> price.value, price.contradiction, price.fault
/// (Nothing, None, None)
#[pyclass(frozen, module = "bassline")]
pub(crate) struct Contact {
    pub(crate) shared: Arc<Shared>,
    pub(crate) id: ContactId,
}

handle!(Contact, ContactId);

#[pymethods]
impl Contact {
    /// What it holds; `Nothing` while empty. Assigning is one tick.
    #[getter]
    fn value<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let content = self.shared.read(py, self.id)?;
        content_to_python(py, &content)
    }

    #[setter]
    fn set_value(&self, py: Python<'_>, value: &Bound<'_, PyAny>) -> PyResult<()> {
        let (id, content) = (self.id, to_content(value)?);
        tick::write(py, &self.shared, move |network| assign(network, id, content))
    }

    /// Empties it: one tick. Lifts a contradiction or fault.
    fn erase(&self, py: Python<'_>) -> PyResult<()> {
        let id = self.id;
        tick::write(py, &self.shared, move |network| network.erase(id))
    }

    /// Where it is: the names of its groups and its own, joined by `/`.
    #[getter]
    fn path(&self, py: Python<'_>) -> PyResult<String> {
        read_network(py, &self.shared, |network| {
            network.path(self.id).map(|path| path.to_string())
        })
    }

    /// Its name in its group.
    #[getter]
    fn name(&self, py: Python<'_>) -> PyResult<String> {
        let path = self.path(py)?;
        Ok(path.rsplit_once('/').map_or(path.clone(), |(_, name)| name.to_owned()))
    }

    /// The path of its group; empty at the root.
    #[getter]
    fn group(&self, py: Python<'_>) -> PyResult<String> {
        read_network(py, &self.shared, |network| {
            let group = network.group_of(self.id)?;
            network.group_path(group).map(|path| path.to_string())
        })
    }

    /// How it takes a write: a name; of a lattice in Python, its import path.
    #[getter]
    fn blend(&self, py: Python<'_>) -> PyResult<String> {
        read_network(py, &self.shared, |network| {
            network.blend_name(self.id).map(|name| name.to_string())
        })
    }

    /// `input` or `output` if it is of the boundary of its group, through which a sealed group is reached.
    #[getter]
    fn boundary(&self, py: Python<'_>) -> PyResult<Option<&'static str>> {
        read_network(py, &self.shared, |network| {
            Ok(network.boundary(self.id)?.map(Boundary::name))
        })
    }

    /// The tick that last changed it.
    #[getter]
    fn version(&self, py: Python<'_>) -> PyResult<u64> {
        read_network(py, &self.shared, |network| network.version(self.id))
    }

    /// What it was declared with, besides its blend.
    #[getter]
    fn attributes<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let attributes = read_network(py, &self.shared, |network| network.attributes(self.id).cloned())?;
        match attributes {
            Value::Null => Ok(PyDict::new(py).into_any()),
            attributes => to_python(py, &attributes),
        }
    }

    /// The contradiction it records; `None` for none.
    #[getter]
    fn contradiction(&self, py: Python<'_>) -> PyResult<Option<Contradiction>> {
        read_network(py, &self.shared, |network| {
            let found = network.contradiction(self.id)?.cloned();
            let path = network.path(self.id)?;
            Ok(found.map(|found| Contradiction::of(&path, found)))
        })
    }

    /// What went wrong in the gadget that writes it, where that stays in its outputs; `None` for nothing.
    #[getter]
    fn fault(&self, py: Python<'_>) -> PyResult<Option<String>> {
        read_network(py, &self.shared, |network| {
            Ok(network.fault(self.id)?.map(ToString::to_string))
        })
    }

    fn __repr__(&self, py: Python<'_>) -> String {
        match (self.path(py), self.shared.read(py, self.id)) {
            (Ok(path), Ok(content)) => format!("<Contact '{path}' = {}>", bassline_core::show(&content)),
            _ => "<Contact (removed)>".to_owned(),
        }
    }
}

/// A gadget: a computation from contacts to contacts.
///
/// >>> net = bl.Network()
/// >>> gadget = net.gadget("math.add", name="more", a=net.contact("x", 1), b="y", sum="z")
/// >>> gadget.path, gadget.computation, gadget.inputs, gadget.outputs, gadget.firings
/// ('more', 'math.add', {'a': 'x', 'b': 'y'}, {'sum': 'z'}, 0)
#[pyclass(frozen, module = "bassline")]
pub(crate) struct Gadget {
    pub(crate) shared: Arc<Shared>,
    pub(crate) id: GadgetId,
}

handle!(Gadget, GadgetId);

#[pymethods]
impl Gadget {
    /// Where it is: its group's path and its name, given or made of its primitive and bindings.
    #[getter]
    fn path(&self, py: Python<'_>) -> PyResult<String> {
        read_network(py, &self.shared, |network| {
            network.gadget_path(self.id).map(|path| path.to_string())
        })
    }

    /// Its name in its group.
    #[getter]
    fn name(&self, py: Python<'_>) -> PyResult<String> {
        let path = self.path(py)?;
        Ok(path.rsplit_once('/').map_or(path.clone(), |(_, name)| name.to_owned()))
    }

    /// What it computes: `namespace.name` of a primitive, or the import path of a function.
    #[getter]
    fn computation(&self, py: Python<'_>) -> PyResult<String> {
        read_network(py, &self.shared, |network| {
            network.gadget(self.id).map(|gadget| gadget.computation.to_string())
        })
    }

    /// The path of the contact on each bound input port.
    #[getter]
    fn inputs<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        self.ports(py, |gadget| gadget.inputs)
    }

    /// The path of the contact on each bound output port.
    #[getter]
    fn outputs<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        self.ports(py, |gadget| gadget.outputs)
    }

    /// How often it has fired since the network was opened.
    #[getter]
    fn firings(&self, py: Python<'_>) -> PyResult<u32> {
        read_network(py, &self.shared, |network| network.firings(self.id))
    }

    fn __repr__(&self, py: Python<'_>) -> String {
        self.path(py)
            .map_or_else(|_| "<Gadget (removed)>".to_owned(), |path| format!("<Gadget '{path}'>"))
    }
}

impl Gadget {
    fn ports<'py>(
        &self,
        py: Python<'py>,
        pick: impl Fn(bassline_core::GadgetRecord) -> Vec<(bassline_core::Text, ContactId)>,
    ) -> PyResult<Bound<'py, PyDict>> {
        let ports = read_network(py, &self.shared, |network| {
            let bound = pick(network.gadget(self.id)?).into_iter();
            bound
                .map(|(port, contact)| network.path(contact).map(|path| (port, path)))
                .collect::<Result<Vec<_>, _>>()
        })?;
        let dict = PyDict::new(py);
        for (port, path) in ports {
            dict.set_item(port.as_str(), path.as_str())?;
        }
        Ok(dict)
    }
}

/// A wire: a connection between two contacts.
///
/// >>> wire = bl.Network().wire("a", "b", kind="directed")
/// >>> wire.ends, wire.kind
/// (('a', 'b'), 'directed')
#[pyclass(frozen, module = "bassline")]
pub(crate) struct Wire {
    pub(crate) shared: Arc<Shared>,
    pub(crate) id: WireId,
}

handle!(Wire, WireId);

#[pymethods]
impl Wire {
    /// `directed` or `bidirectional`.
    #[getter]
    fn kind(&self, py: Python<'_>) -> PyResult<&'static str> {
        read_network(py, &self.shared, |network| {
            network.wire_ends(self.id).map(|(_, _, kind)| kind.name())
        })
    }

    /// The paths of its ends.
    #[getter]
    fn ends(&self, py: Python<'_>) -> PyResult<(String, String)> {
        read_network(py, &self.shared, |network| {
            let (from, to, _) = network.wire_ends(self.id)?;
            Ok((from.to_string(), to.to_string()))
        })
    }

    fn __repr__(&self, py: Python<'_>) -> String {
        match (self.ends(py), self.kind(py)) {
            (Ok((from, to)), Ok("directed")) => format!("<Wire '{from}' -> '{to}'>"),
            (Ok((from, to)), Ok(_)) => format!("<Wire '{from}' <-> '{to}'>"),
            _ => "<Wire (removed)>".to_owned(),
        }
    }
}

/// A group, as the engine knows it.
#[pyclass(frozen, module = "bassline._core")]
pub(crate) struct GroupHandle {
    pub(crate) shared: Arc<Shared>,
    pub(crate) id: GroupId,
}

handle!(GroupHandle, GroupId);

#[pymethods]
impl GroupHandle {
    /// Where it is; empty for the root.
    #[getter]
    fn path(&self, py: Python<'_>) -> PyResult<String> {
        read_network(py, &self.shared, |network| {
            network.group_path(self.id).map(|path| path.to_string())
        })
    }

    /// Whether wires and gadgets pass through its boundary contacts only.
    #[getter]
    fn sealed(&self, py: Python<'_>) -> PyResult<bool> {
        read_network(py, &self.shared, |network| network.is_sealed(self.id))
    }

    /// What it was declared with.
    #[getter]
    fn attributes<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let attributes = read_network(py, &self.shared, |network| network.group_attributes(self.id).cloned())?;
        match attributes {
            Value::Null => Ok(PyDict::new(py).into_any()),
            attributes => to_python(py, &attributes),
        }
    }
}
