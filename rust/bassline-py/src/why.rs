//! Derivations as Python data.

use crate::shared::Shared;
use crate::value::content_to_python;
use bassline_core::{How, Reason};
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
        let time = known.or_else(|| crate::enter::detached(py, || stored_time(shared, reason.version)));
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
fn stored_time(shared: &Shared, tick: u64) -> Option<i64> {
    let reader = shared.store.reader(&shared.name).ok()?;
    reader.tick(tick).ok().flatten().map(|info| info.time_micros)
}
