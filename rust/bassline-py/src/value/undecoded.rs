//! Stored values that this process cannot turn back into objects.

use super::to_python;
use bassline_core::Value;
use pyo3::exceptions::PyException;
use pyo3::prelude::*;
use std::hash::{DefaultHasher, Hash, Hasher};

/// What a contact reads as whose value cannot be turned back into its object: its class was renamed, its module is not there, its codec is
/// not registered. Nothing is lost: network and store hold the value as it was written, it reads as the object again once that can be
/// found, and writing this writes the value back unchanged.
///
/// >>> class Money:
/// ...     __module__ = "till"
/// >>> _ = bl.register_codec(Money, name="till.money", encode=lambda money: 5, decode=lambda payload: 1 // 0)
/// >>> till = bl.Network().contact("till", Money())
/// >>> till.value
/// <Undecoded till.money(5): ZeroDivisionError: integer division or modulo by zero>
/// >>> till.value.codec, till.value.payload
/// ('till.money', 5)
#[pyclass(frozen, module = "bassline")]
pub(crate) struct Undecoded {
    value: Value,
    reason: String,
}

#[pymethods]
impl Undecoded {
    /// The name of its codec.
    #[getter]
    fn codec(&self) -> &str {
        match &self.value {
            Value::Coded(coded) => coded.codec(),
            other => other.type_name(),
        }
    }

    /// What the codec wrote, as plain data.
    #[getter]
    fn payload<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        match &self.value {
            Value::Coded(coded) => to_python(py, coded.payload()),
            Value::Set(set) => to_python(py, &Value::List(set.as_slice().to_vec().into())),
            Value::Array(array) => {
                let parts = (
                    array.dtype(),
                    array.shape().to_vec(),
                    pyo3::types::PyBytes::new(py, array.bytes()),
                );
                Ok(parts.into_pyobject(py)?.into_any())
            }
            other => to_python(py, other),
        }
    }

    /// Why it could not be turned back.
    #[getter]
    fn reason(&self) -> &str {
        &self.reason
    }

    fn __eq__(&self, other: &Self) -> bool {
        self.value == other.value
    }

    fn __ne__(&self, other: &Self) -> bool {
        self.value != other.value
    }

    fn __hash__(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        self.codec().hash(&mut hasher);
        hasher.finish()
    }

    fn __repr__(&self) -> String {
        format!("<Undecoded {}: {}>", self.value, self.reason)
    }
}

impl Undecoded {
    /// A value that could not be turned back because of `error`; what is a way out, as Ctrl-C is, goes on.
    pub(super) fn of<'py>(py: Python<'py>, value: &Value, error: PyErr) -> PyResult<Bound<'py, PyAny>> {
        if !error.is_instance_of::<PyException>(py) {
            return Err(error);
        }
        let kind = error.get_type(py).name()?.to_string();
        let message = error.value(py).to_string();
        let reason = if kind == "DecodeError" {
            message
        } else {
            format!("{kind}: {message}")
        };
        let undecoded = Self {
            value: value.clone(),
            reason,
        };
        Ok(Bound::new(py, undecoded)?.into_any())
    }

    pub(super) fn to_value(&self) -> Value {
        self.value.clone()
    }
}
