//! The catalogue of primitives as Python data.

use bassline_core::{Port, Primitive};
use pyo3::prelude::*;
use pyo3::types::PyDict;

/// One primitive as a dict.
pub(crate) fn to_dict<'py>(py: Python<'py>, primitive: &Primitive) -> PyResult<Bound<'py, PyDict>> {
    let ports = |ports: &'static [Port]| -> Vec<(&str, &str, bool)> {
        ports
            .iter()
            .map(|port| (port.name, port.takes, port.required))
            .collect()
    };
    let dict = PyDict::new(py);
    dict.set_item("name", primitive.name)?;
    dict.set_item("doc", primitive.doc)?;
    dict.set_item("inputs", ports(primitive.inputs))?;
    dict.set_item("outputs", ports(primitive.outputs))?;
    dict.set_item("settings", primitive.config.to_vec())?;
    dict.set_item("purity", primitive.purity())?;
    Ok(dict)
}
