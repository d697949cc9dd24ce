//! Contradictions, as Python sees them.

use crate::error::ContradictionError;
use crate::value::to_python;
use bassline_core::Contradiction as Found;
use pyo3::prelude::*;

/// Two values that have no join: what a contact holds, and what came.
///
/// >>> net = bl.Network()
/// >>> peak = net.contact("peak", 21.5, blend="max")
/// >>> with net.batch("sensor"):
/// ...     peak.value = "hot"
/// >>> peak.contradiction
/// <Contradiction of 'peak': 21.5 (by external:, tick 1) and 'hot' (by external:sensor, tick 2) have no join>
/// >>> found = peak.contradiction
/// >>> found.path, found.current, found.incoming, found.incoming_source, found.incoming_tick
/// ('peak', 21.5, 'hot', 'external:sensor', 2)
#[pyclass(frozen, module = "bassline")]
pub(crate) struct Contradiction {
    path: String,
    found: Found,
}

impl Contradiction {
    pub(crate) fn of(path: &str, found: Found) -> Self {
        Self {
            path: path.to_owned(),
            found,
        }
    }
}

#[pymethods]
impl Contradiction {
    /// The contact's path.
    #[getter]
    fn path(&self) -> &str {
        &self.path
    }
    /// What the contact holds.
    #[getter]
    fn current<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        to_python(py, &self.found.current)
    }
    /// What came, and was not taken.
    #[getter]
    fn incoming<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        to_python(py, &self.found.incoming)
    }
    /// Who wrote what it holds: `external:source`, a gadget's path, or `wire:from->to`.
    #[getter]
    fn current_source(&self) -> &str {
        &self.found.current_source
    }
    /// Who wrote what came.
    #[getter]
    fn incoming_source(&self) -> &str {
        &self.found.incoming_source
    }
    /// The tick of what it holds.
    #[getter]
    fn current_tick(&self) -> u64 {
        self.found.current_tick
    }
    /// The tick in which the other came.
    #[getter]
    fn incoming_tick(&self) -> u64 {
        self.found.incoming_tick
    }

    fn __repr__(&self) -> String {
        format!("<Contradiction of '{}': {}>", self.path, self.found)
    }
}

/// The exception for a contradiction, with both values and who wrote them.
pub(crate) fn contradiction_error(py: Python<'_>, message: String, path: &str, found: &Found) -> PyErr {
    let error = ContradictionError::new_err(message);
    let value = error.value(py);
    let attributes = || -> PyResult<()> {
        value.setattr("path", path)?;
        value.setattr("current", to_python(py, &found.current)?)?;
        value.setattr("incoming", to_python(py, &found.incoming)?)?;
        value.setattr("current_source", found.current_source.as_str())?;
        value.setattr("incoming_source", found.incoming_source.as_str())
    };
    match attributes() {
        Ok(()) => error,
        Err(other) => other,
    }
}
