//! Values to Python, made anew each time.

use super::codec;
use super::interval::Interval;
use super::nothing::nothing;
use super::opaque::PythonObject;
use super::undecoded::Undecoded;
use bassline_core::{Coded, Content, Set, Value};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyByteArray, PyBytes, PyDict, PyFloat, PyFrozenSet, PyList, PySet, PyString, PyTuple};
use std::sync::Arc;

/// A value to Python.
#[inline]
pub(crate) fn to_python<'py>(py: Python<'py>, value: &Value) -> PyResult<Bound<'py, PyAny>> {
    match value {
        Value::Float(float) => Ok(PyFloat::new(py, *float).into_any()),
        Value::Int(int) => Ok(int.into_pyobject(py)?.into_any()),
        other => Form::Plain.make(py, other),
    }
}

/// Content to Python: none is `Nothing`.
#[inline]
pub(crate) fn content_to_python<'py>(py: Python<'py>, content: &Content) -> PyResult<Bound<'py, PyAny>> {
    match content {
        Some(value) => to_python(py, value),
        None => Ok(nothing(py)?.into_bound(py).into_any()),
    }
}

/// What collections become.
#[derive(Clone, Copy)]
enum Form {
    Plain,
    /// What a set can hold: tuples for lists, frozen sets for sets.
    Hashable,
}

impl Form {
    fn make<'py>(self, py: Python<'py>, value: &Value) -> PyResult<Bound<'py, PyAny>> {
        Ok(match value {
            Value::Float(float) => PyFloat::new(py, *float).into_any(),
            Value::Int(int) => int.into_pyobject(py)?.into_any(),
            Value::Null => py.None().into_bound(py),
            Value::Bool(truth) => PyBool::new(py, *truth).to_owned().into_any(),
            Value::Text(text) => PyString::new(py, text).into_any(),
            Value::Bytes(bytes) => PyBytes::new(py, bytes).into_any(),
            Value::List(items) => match self {
                Form::Plain => PyList::new(py, self.items(py, items)?)?.into_any(),
                Form::Hashable => PyTuple::new(py, self.items(py, items)?)?.into_any(),
            },
            Value::Map(map) => {
                let dict = PyDict::new(py);
                for (key, value) in map.iter() {
                    dict.set_item(key.as_str(), self.make(py, value)?)?;
                }
                dict.into_any()
            }
            Value::Set(set) => self.set(py, set)?,
            Value::Interval(interval) => Bound::new(py, Interval::of(interval))?.into_any(),
            Value::Array(array) => match codec::decode_array(py, array) {
                Ok(object) => object,
                Err(error) => Undecoded::of(py, value, error)?,
            },
            Value::Coded(coded) => match self.coded(py, coded) {
                Ok(object) => object,
                Err(error) => Undecoded::of(py, value, error)?,
            },
            Value::Opaque(opaque) => match opaque.object().as_any().downcast_ref::<PythonObject>() {
                Some(object) => object.get(py),
                None => return Err(PyTypeError::new_err(format!("{value} has no form in Python"))),
            },
        })
    }

    fn items<'py>(self, py: Python<'py>, items: &[Value]) -> PyResult<Vec<Bound<'py, PyAny>>> {
        items.iter().map(|item| self.make(py, item)).collect()
    }

    fn set<'py>(self, py: Python<'py>, set: &Arc<Set>) -> PyResult<Bound<'py, PyAny>> {
        let items = Form::Hashable.items(py, set.as_slice())?;
        let made = match self {
            Form::Plain => PySet::new(py, items).map(Bound::into_any),
            Form::Hashable => PyFrozenSet::new(py, items).map(Bound::into_any),
        };
        made.or_else(|error| Undecoded::of(py, &Value::Set(Arc::clone(set)), error))
    }

    fn coded<'py>(self, py: Python<'py>, coded: &Coded) -> PyResult<Bound<'py, PyAny>> {
        match (coded.codec().as_str(), coded.payload()) {
            ("tuple", Value::List(items)) => Ok(PyTuple::new(py, self.items(py, items)?)?.into_any()),
            ("frozenset", Value::Set(set)) => Form::Hashable.set(py, set),
            ("bytearray", Value::Bytes(bytes)) => Ok(PyByteArray::new(py, bytes).into_any()),
            (name, payload) => codec::decode(name, &self.make(py, payload)?),
        }
    }
}
