//! Contacts as rows of a table for people.

use crate::argument::{Count, Word};
use crate::handle::{Contact, GroupHandle, read_network};
use crate::network::Network;
use bassline_core::{ContactId, NetworkError, Pattern, Text, View, show};
use pyo3::prelude::*;

/// Path, content, blend, version, what it contradicts, and its fault.
pub(crate) type Row = (String, String, String, u64, Option<String>, Option<String>);

fn row(network: View<'_>, id: ContactId) -> Result<Row, NetworkError> {
    Ok((
        network.path(id)?.to_string(),
        show(&network.content(id)?),
        network.blend_name(id)?.to_string(),
        network.version(id)?,
        network.contradiction(id)?.map(ToString::to_string),
        network.fault(id)?.map(ToString::to_string),
    ))
}

#[pymethods]
impl Network {
    /// How many contacts, gadgets, contradictions and contacts in a fault there are.
    fn _population(&self, py: Python<'_>) -> PyResult<(usize, usize, usize, usize)> {
        read_network(py, &self.shared, |network| {
            let contacts = network.contact_ids();
            let faults = contacts
                .iter()
                .filter(|id| matches!(network.fault(**id), Ok(Some(_))))
                .count();
            Ok((
                contacts.len(),
                network.gadget_ids().len(),
                network.contradictions().len(),
                faults,
            ))
        })
    }

    /// How many contacts are of a pattern and below a group, and the first of them as rows.
    fn _rows(
        &self,
        py: Python<'_>,
        pattern: Word<'_>,
        group: Option<&GroupHandle>,
        limit: Count,
    ) -> PyResult<(usize, Vec<Row>)> {
        let of_all = &*pattern == "**" && group.is_none();
        let pattern = Pattern::new(&pattern);
        read_network(py, &self.shared, |network| {
            let above = group.map(|group| network.group_path(group.id)).transpose()?;
            let is_below = |path: &Text| {
                above.as_ref().is_none_or(|above| {
                    path.strip_prefix(above.as_str())
                        .is_some_and(|rest| rest.starts_with('/'))
                })
            };
            let mut ids = network.contact_ids();
            if !of_all {
                ids.retain(|id| {
                    let path = network.path(*id);
                    path.is_ok_and(|path| pattern.matches(&path) && is_below(&path))
                });
            }
            let first = ids.iter().take(limit.0).map(|id| row(network, *id));
            Ok((ids.len(), first.collect::<Result<_, _>>()?))
        })
    }
}

#[pymethods]
impl Contact {
    /// What it holds and how it is, as a table for a notebook.
    fn _repr_html_(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        let row = read_network(py, &self.shared, |network| Ok(row(network, self.id).ok()))?;
        let notebook = py.import("bassline.notebook")?;
        notebook.call_method1("contact_html", (row,)).map(Bound::unbind)
    }
}
