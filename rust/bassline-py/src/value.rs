//! Values across the border: exact types first, copied in both directions, so that neither side can change the other's.

use crate::error::{value_range_error, value_type_error};
use arcstr::ArcStr;
use bassline_core::{Content, Map, Text, Value};
use pyo3::exceptions::{PyRecursionError, PyTypeError};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyBool, PyBytes, PyDict, PyFloat, PyInt, PyList, PySet, PyString, PyTuple};
use std::sync::Arc;

/// How deep a list or dict may nest.
const DEPTH: usize = 200;

/// The singleton of an empty contact.
///
/// >>> net = bl.Network()
/// >>> net.contact("x").value is bl.Nothing
/// True
/// >>> bool(bl.Nothing), bl.Nothing == None
/// (False, False)
#[pyclass(frozen, name = "NothingType", module = "bassline")]
pub(crate) struct Nothing;

static NOTHING: PyOnceLock<Py<Nothing>> = PyOnceLock::new();

#[pymethods]
impl Nothing {
    #[new]
    fn new(py: Python<'_>) -> PyResult<Py<Self>> {
        nothing(py)
    }

    fn __repr__(&self) -> &'static str {
        "Nothing"
    }

    fn __bool__(&self) -> bool {
        false
    }

    fn __reduce__(&self) -> &'static str {
        "Nothing"
    }
}

/// `bassline.Nothing`.
pub(crate) fn nothing(py: Python<'_>) -> PyResult<Py<Nothing>> {
    Ok(NOTHING.get_or_try_init(py, || Py::new(py, Nothing))?.clone_ref(py))
}

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

/// Content from Python: `Nothing` is none.
pub(crate) fn to_content(object: &Bound<'_, PyAny>) -> PyResult<Content> {
    if object.is_instance_of::<Nothing>() {
        Ok(None)
    } else {
        to_value(object).map(Some)
    }
}

/// A value from Python.
#[inline]
pub(crate) fn to_value(object: &Bound<'_, PyAny>) -> PyResult<Value> {
    if let Ok(float) = object.cast_exact::<PyFloat>() {
        return Ok(Value::Float(float.value()));
    }
    if let Ok(int) = object.cast_exact::<PyInt>() {
        return int_value(int.as_any());
    }
    to_value_at(object, 0)
}

fn int_value(object: &Bound<'_, PyAny>) -> PyResult<Value> {
    match object.extract::<i64>() {
        Ok(int) => Ok(Value::Int(int)),
        Err(_) => Err(value_range_error(object)),
    }
}

fn to_text(object: &Bound<'_, PyString>) -> PyResult<Text> {
    match object.to_cow() {
        Ok(text) => Ok(ArcStr::from(text.as_ref())),
        Err(_) => Err(value_type_error(
            object.py(),
            "a string that can be written as UTF-8 (it has a lone surrogate); encode it to bytes",
            object,
        )),
    }
}

fn to_value_at(object: &Bound<'_, PyAny>, depth: usize) -> PyResult<Value> {
    if depth > DEPTH {
        return Err(PyRecursionError::new_err(format!(
            "a value may nest {DEPTH} levels deep; this one is deeper, or contains itself"
        )));
    }
    if object.is_none() {
        return Ok(Value::Null);
    }
    if let Ok(text) = object.cast::<PyString>() {
        return to_text(text).map(Value::Text);
    }
    if let Ok(truth) = object.cast::<PyBool>() {
        return Ok(Value::Bool(truth.is_true()));
    }
    if object.is_instance_of::<PyInt>() {
        return int_value(object);
    }
    if let Ok(float) = object.cast::<PyFloat>() {
        return Ok(Value::Float(float.value()));
    }
    if let Ok(list) = object.cast::<PyList>() {
        let items: PyResult<Vec<Value>> = list.iter().map(|item| to_value_at(&item, depth + 1)).collect();
        return Ok(Value::List(Arc::new(items?)));
    }
    if let Ok(tuple) = object.cast::<PyTuple>() {
        let items: PyResult<Vec<Value>> = tuple.iter().map(|item| to_value_at(&item, depth + 1)).collect();
        return Ok(Value::List(Arc::new(items?)));
    }
    if let Ok(dict) = object.cast::<PyDict>() {
        let mut pairs = Vec::with_capacity(dict.len());
        for (key, value) in dict {
            let Ok(key) = key.cast::<PyString>() else {
                return Err(value_type_error(object.py(), "a dict with string keys", &key));
            };
            pairs.push((to_text(key)?, to_value_at(&value, depth + 1)?));
        }
        return Ok(Value::Map(Arc::new(Map::new(pairs))));
    }
    if let Ok(bytes) = object.cast::<PyBytes>() {
        return Ok(Value::Bytes(Arc::new(bytes.as_bytes().to_vec())));
    }
    Err(value_type_error(
        object.py(),
        "None, bool, int, float, str, bytes, list, tuple or dict",
        object,
    ))
}

/// A value to Python.
#[inline]
pub(crate) fn to_python<'py>(py: Python<'py>, value: &Value) -> PyResult<Bound<'py, PyAny>> {
    Ok(match value {
        Value::Float(float) => PyFloat::new(py, *float).into_any(),
        Value::Int(int) => int.into_pyobject(py)?.into_any(),
        Value::Null => py.None().into_bound(py),
        Value::Bool(truth) => PyBool::new(py, *truth).to_owned().into_any(),
        Value::Text(text) => PyString::new(py, text).into_any(),
        Value::Bytes(bytes) => PyBytes::new(py, bytes).into_any(),
        Value::List(items) => {
            let items: PyResult<Vec<_>> = items.iter().map(|item| to_python(py, item)).collect();
            PyList::new(py, items?)?.into_any()
        }
        Value::Map(map) => {
            let dict = PyDict::new(py);
            for (key, value) in map.iter() {
                dict.set_item(key.as_str(), to_python(py, value)?)?;
            }
            dict.into_any()
        }
        Value::Set(set) => {
            let items: PyResult<Vec<_>> = set.iter().map(|item| to_python(py, item)).collect();
            PySet::new(py, items?)?.into_any()
        }
        other => return Err(PyTypeError::new_err(format!("{other} has no form in Python"))),
    })
}

/// Content to Python: none is `Nothing`.
#[inline]
pub(crate) fn content_to_python<'py>(py: Python<'py>, content: &Content) -> PyResult<Bound<'py, PyAny>> {
    match content {
        Some(value) => to_python(py, value),
        None => Ok(nothing(py)?.into_bound(py).into_any()),
    }
}

/// A dict of keyword arguments as a map; null for none.
pub(crate) fn to_attributes(dict: Option<&Bound<'_, PyDict>>) -> PyResult<Value> {
    match dict {
        Some(dict) if !dict.is_empty() => to_value(dict.as_any()),
        _ => Ok(Value::Null),
    }
}
