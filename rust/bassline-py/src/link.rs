//! Links, as Python sees them.

use crate::argument::Word;
use crate::handle::{GroupHandle, handle, hash_of, read_network};
use crate::network::Network;
use crate::shared::Shared;
use crate::value::{to_attributes, to_python};
use bassline_core::{Handle, LinkId};
use pyo3::prelude::*;
use pyo3::types::PyDict;
use std::sync::Arc;

/// A link: a typed relation from one contact to another. It carries no value.
///
/// >>> link = bl.Network().link("pkg/f", "pkg/g", "calls", line=12)
/// >>> link.ends, link.relation, link.attributes
/// (('pkg/f', 'pkg/g'), 'calls', {'line': 12})
#[pyclass(frozen, module = "bassline")]
pub(crate) struct Link {
    pub(crate) shared: Arc<Shared>,
    pub(crate) id: LinkId,
}

handle!(Link, LinkId);

#[pymethods]
impl Link {
    /// The paths of the contacts it leads from and to.
    #[getter]
    fn ends(&self, py: Python<'_>) -> PyResult<(String, String)> {
        read_network(py, &self.shared, |network| {
            let link = network.link(self.id)?;
            Ok((network.path(link.from)?.to_string(), network.path(link.to)?.to_string()))
        })
    }

    /// The relation.
    #[getter]
    fn relation(&self, py: Python<'_>) -> PyResult<String> {
        read_network(py, &self.shared, |network| {
            Ok(network.link(self.id)?.relation.to_string())
        })
    }

    /// What it was declared with.
    #[getter]
    fn attributes<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let attributes = read_network(py, &self.shared, |network| Ok(network.link(self.id)?.attributes))?;
        to_python(py, &attributes)
    }

    fn __repr__(&self, py: Python<'_>) -> String {
        match (self.ends(py), self.relation(py)) {
            (Ok((from, to)), Ok(relation)) => format!("<Link '{from}' -[{relation}]-> '{to}'>"),
            _ => "<Link (removed)>".to_owned(),
        }
    }
}

#[pymethods]
impl Network {
    fn _declare_link(
        &self,
        py: Python<'_>,
        group: Option<&GroupHandle>,
        from: &Bound<'_, PyAny>,
        to: &Bound<'_, PyAny>,
        relation: Word<'_>,
        attributes: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Link> {
        let attributes = to_attributes(attributes)?;
        let id = self.between(py, group, (from, to), |network, group, from, to| {
            network.declare_link_between(group, from, to, &relation, attributes)
        })?;
        Ok(Link::new(&self.shared, id))
    }

    fn _links(&self, py: Python<'_>) -> PyResult<Vec<Link>> {
        let ids = read_network(py, &self.shared, |network| Ok(network.link_ids()))?;
        Ok(ids.into_iter().map(|id| Link::new(&self.shared, id)).collect())
    }
}
