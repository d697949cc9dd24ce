//! Derivations and stored history as Python data.

use crate::error::storage_error;
use crate::handle::read_network;
use crate::shared::Shared;
use crate::value::content_to_python;
use bassline_core::{Cause, How, Reason};
use bassline_storage::{Reader, SqliteReader};
use pyo3::prelude::*;
use pyo3::types::PyDict;

/// One reason as a dict.
pub(crate) fn to_dict<'py>(py: Python<'py>, shared: &Shared, reason: &Reason) -> PyResult<Bound<'py, PyDict>> {
    let dict = PyDict::new(py);
    dict.set_item("path", reason.path.as_str())?;
    dict.set_item("value", content_to_python(py, &reason.content)?)?;
    dict.set_item("tick", reason.version)?;
    let (kind, detail) = match &reason.how {
        How::Empty => ("empty", None),
        How::Constant => ("constant", None),
        How::State => ("state", None),
        How::External(source) => ("external", Some(("source", source.to_string()))),
        How::Gadget { path, computation } => {
            dict.set_item("computation", computation.as_str())?;
            ("gadget", Some(("gadget", path.to_string())))
        }
        How::Wire => ("wire", None),
        How::Removed => ("removed", None),
    };
    dict.set_item("kind", kind)?;
    if let Some((key, value)) = detail {
        dict.set_item(key, value)?;
    }
    if kind == "external" {
        let known = crate::enter::to_read(py, shared)?
            .engine
            .time_of(reason.version)
            .map(|time| time.time_micros);
        let time = match (known, &shared.store) {
            (Some(time), _) => Some(time),
            (None, Some(store)) => crate::enter::detached(py, || stored_time(store, &shared.name, reason.version)),
            (None, None) => None,
        };
        dict.set_item("time", time.map(|micros| micros as f64 / 1e6))?;
    }
    let inputs: Vec<(&str, usize)> = reason
        .from
        .iter()
        .map(|(port, place)| (port.as_str(), *place))
        .collect();
    dict.set_item("inputs", inputs)?;
    dict.set_item("cut", reason.cut)?;
    Ok(dict)
}

/// When a tick was, by the store; nothing if the store cannot say.
fn stored_time(store: &std::path::Path, name: &str, tick: u64) -> Option<i64> {
    let reader = SqliteReader::open(store, name).ok()?;
    reader.tick(tick).ok().flatten().map(|info| info.time_micros)
}

type Entry<'py> = (u64, f64, Bound<'py, PyAny>, String);

/// The newest history of a contact in the store, newest first; empty without a store.
pub(crate) fn stored_history<'py>(
    py: Python<'py>,
    shared: &Shared,
    path: &str,
    limit: usize,
) -> PyResult<Vec<Entry<'py>>> {
    let cause = |cause: &Cause| read_network(py, shared, |network| Ok(network.cause_text(cause).to_string()));
    read_network(py, shared, |network| network.find_contact(network.root(), path))?;
    let Some(store) = &shared.store else {
        return Ok(Vec::new());
    };
    let entries = crate::enter::detached(py, || {
        SqliteReader::open(store, &shared.name).and_then(|reader| reader.history(path, limit))
    });
    let entries = entries.map_err(|error| storage_error(&error))?;
    entries
        .into_iter()
        .map(|entry| {
            let time = entry.time_micros as f64 / 1e6;
            Ok((
                entry.tick,
                time,
                content_to_python(py, &entry.content)?,
                cause(&entry.cause)?,
            ))
        })
        .collect()
}
