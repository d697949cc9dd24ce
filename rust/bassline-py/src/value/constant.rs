//! Constants where a string would be a path.

use super::to_value;
use bassline_core::Value;
use pyo3::prelude::*;

/// A constant where a string would be a path.
///
/// >>> net = bl.Network()
/// >>> _ = net.gadget("logic.equals", a=net.contact("state", "on"), b=bl.const("on"), result="is_on")
/// >>> net["is_on"]
/// True
#[pyclass(frozen, name = "const", module = "bassline")]
pub(crate) struct Const {
    pub(crate) value: Value,
}

#[pymethods]
impl Const {
    #[new]
    fn new(value: &Bound<'_, PyAny>) -> PyResult<Self> {
        Ok(Self {
            value: to_value(value)?,
        })
    }

    fn __repr__(&self) -> String {
        format!("const({})", self.value)
    }
}
