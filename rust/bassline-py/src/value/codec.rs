//! Asking `bassline.codecs`, which knows the types that are not the engine's own.

use bassline_core::Array;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyByteArray, PyBytes, PyString, PyTuple};

static ENCODE: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
static DECODE: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
static DECODE_ARRAY: PyOnceLock<Py<PyAny>> = PyOnceLock::new();

fn function<'a, 'py>(py: Python<'py>, cell: &'a PyOnceLock<Py<PyAny>>, name: &str) -> PyResult<&'a Bound<'py, PyAny>> {
    let found = cell.get_or_try_init(py, || py.import("bassline.codecs")?.getattr(name).map(Bound::unbind))?;
    Ok(found.bind(py))
}

/// What the codecs make of an object.
pub(super) enum Encoded<'py> {
    /// A codec's name, and what it wrote.
    Coded(Bound<'py, PyString>, Bound<'py, PyAny>),
    /// Type, shape and bytes of an array.
    Array(Bound<'py, PyString>, Vec<usize>, Bound<'py, PyBytes>),
    /// There is no codec for it.
    Unknown,
}

pub(super) fn encode<'py>(object: &Bound<'py, PyAny>) -> PyResult<Encoded<'py>> {
    let encoded = function(object.py(), &ENCODE, "encode")?.call1((object,))?;
    if encoded.is_none() {
        return Ok(Encoded::Unknown);
    }
    let encoded = encoded.cast_into::<PyTuple>()?;
    Ok(if encoded.len() == 3 {
        let (dtype, shape, bytes) = encoded.extract()?;
        Encoded::Array(dtype, shape, bytes)
    } else {
        let (name, payload) = encoded.extract()?;
        Encoded::Coded(name, payload)
    })
}

pub(super) fn decode<'py>(name: &str, payload: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    function(payload.py(), &DECODE, "decode")?.call1((name, payload))
}

pub(super) fn decode_array<'py>(py: Python<'py>, array: &Array) -> PyResult<Bound<'py, PyAny>> {
    let shape = PyTuple::new(py, array.shape())?;
    let bytes = PyByteArray::new(py, array.bytes());
    function(py, &DECODE_ARRAY, "decode_array")?.call1((array.dtype(), shape, bytes))
}
