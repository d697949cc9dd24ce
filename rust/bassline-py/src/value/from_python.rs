//! Values from Python: the engine's own types exactly, then types with a codec, then subclasses of the engine's own, and at last objects.

use super::Nothing;
use super::codec::{self, Encoded};
use super::interval::Interval;
use super::opaque::PythonObject;
use super::undecoded::Undecoded;
use crate::error::{NestingError, value_range_error, value_type_error};
use arcstr::ArcStr;
use bassline_core::{Array, Coded, Content, DEEPEST, Map, Opaque, Set, Text, Value};
use pyo3::prelude::*;
use pyo3::types::{
    PyBool, PyByteArray, PyBytes, PyDict, PyFloat, PyFrozenSet, PyInt, PyList, PyMemoryView, PySet, PyString, PyTuple,
};
use std::sync::Arc;

/// Content from Python: `Nothing` is none.
#[inline]
pub(crate) fn to_content(object: &Bound<'_, PyAny>) -> PyResult<Content> {
    if let Ok(float) = object.cast_exact::<PyFloat>() {
        return Ok(Some(Value::Float(float.value())));
    }
    if object.is_exact_instance_of::<Nothing>() {
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
    Place::TOP.value(object)
}

/// A dict of keyword arguments as a map; null for none.
pub(crate) fn to_attributes(dict: Option<&Bound<'_, PyDict>>) -> PyResult<Value> {
    match dict {
        Some(dict) if !dict.is_empty() => to_value(dict.as_any()),
        _ => Ok(Value::Null),
    }
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

/// A value with the codec of that name.
fn coded(codec: &str, payload: Value) -> Value {
    Value::Coded(Arc::new(Coded::new(codec.into(), payload)))
}

/// Where in a value something stands.
#[derive(Clone, Copy)]
struct Place {
    /// How many levels of the stored form are around it.
    depth: usize,
    /// Inside what a codec wrote, a tuple stays a tuple, so that the object comes back as it was.
    is_exact: bool,
}

impl Place {
    const TOP: Place = Place {
        depth: 0,
        is_exact: false,
    };

    fn inside(self, levels: usize) -> PyResult<Self> {
        let depth = self.depth + levels;
        if depth > DEEPEST {
            return Err(NestingError::new_err(format!(
                "a value may nest {DEEPEST} levels deep; this one is deeper, or contains itself"
            )));
        }
        Ok(Self { depth, ..self })
    }

    fn coded(self) -> PyResult<Self> {
        let inside = self.inside(2)?;
        Ok(Self {
            is_exact: true,
            ..inside
        })
    }

    fn value(self, object: &Bound<'_, PyAny>) -> PyResult<Value> {
        if let Some(value) = self.own(object) {
            return value;
        }
        match codec::encode(object)? {
            Encoded::Coded(name, payload) => Ok(coded(name.to_str()?, self.coded()?.value(&payload)?)),
            Encoded::Array(dtype, shape, bytes) => {
                self.inside(2)?;
                let array = Array::new(dtype.to_str()?.into(), shape, bytes.as_bytes().to_vec());
                Ok(Value::Array(Arc::new(array)))
            }
            Encoded::Unknown => match self.inherited(object) {
                Some(value) => value,
                None => Ok(Value::Opaque(Opaque::new(PythonObject::new(object)))),
            },
        }
    }

    /// The value of an object that is of exactly one of the engine's own types.
    #[inline]
    fn own(self, object: &Bound<'_, PyAny>) -> Option<PyResult<Value>> {
        Some(if object.is_none() {
            Ok(Value::Null)
        } else if let Ok(text) = object.cast_exact::<PyString>() {
            to_text(text).map(Value::Text)
        } else if let Ok(truth) = object.cast_exact::<PyBool>() {
            Ok(Value::Bool(truth.is_true()))
        } else if let Ok(int) = object.cast_exact::<PyInt>() {
            int_value(int.as_any())
        } else if let Ok(float) = object.cast_exact::<PyFloat>() {
            Ok(Value::Float(float.value()))
        } else if let Ok(list) = object.cast_exact::<PyList>() {
            self.list(list.iter())
        } else if let Ok(dict) = object.cast_exact::<PyDict>() {
            self.dict(dict)
        } else if let Ok(tuple) = object.cast_exact::<PyTuple>() {
            self.tuple(tuple)
        } else if let Ok(bytes) = object.cast_exact::<PyBytes>() {
            Ok(bytes_value(bytes.as_bytes()))
        } else if let Ok(set) = object.cast_exact::<PySet>() {
            self.set(set)
        } else if let Ok(set) = object.cast_exact::<PyFrozenSet>() {
            self.frozen_set(set)
        } else if let Ok(bytes) = object.cast_exact::<PyByteArray>() {
            self.byte_array(bytes)
        } else if let Ok(interval) = object.cast_exact::<Interval>() {
            self.inside(2).map(|_| interval.get().to_value())
        } else if let Ok(undecoded) = object.cast_exact::<Undecoded>() {
            Ok(undecoded.get().to_value())
        } else {
            return None;
        })
    }

    /// The value of an object of a subclass of one of the engine's types.
    fn inherited(self, object: &Bound<'_, PyAny>) -> Option<PyResult<Value>> {
        Some(if let Ok(text) = object.cast::<PyString>() {
            to_text(text).map(Value::Text)
        } else if object.is_instance_of::<PyInt>() {
            int_value(object)
        } else if let Ok(float) = object.cast::<PyFloat>() {
            Ok(Value::Float(float.value()))
        } else if let Ok(list) = object.cast::<PyList>() {
            self.list(list.iter())
        } else if let Ok(dict) = object.cast::<PyDict>() {
            self.dict(dict)
        } else if let Ok(tuple) = object.cast::<PyTuple>() {
            self.tuple(tuple)
        } else if let Ok(bytes) = object.cast::<PyBytes>() {
            Ok(bytes_value(bytes.as_bytes()))
        } else if let Ok(set) = object.cast::<PySet>() {
            self.set(set)
        } else if let Ok(set) = object.cast::<PyFrozenSet>() {
            self.frozen_set(set)
        } else if let Ok(bytes) = object.cast::<PyByteArray>() {
            self.byte_array(bytes)
        } else if object.is_exact_instance_of::<PyMemoryView>() {
            object.call_method0("tobytes").and_then(|bytes| self.value(&bytes))
        } else {
            return None;
        })
    }

    fn items<'py>(self, items: impl Iterator<Item = Bound<'py, PyAny>>) -> PyResult<Vec<Value>> {
        items.map(|item| self.value(&item)).collect()
    }

    fn list<'py>(self, items: impl Iterator<Item = Bound<'py, PyAny>>) -> PyResult<Value> {
        Ok(Value::List(Arc::new(self.inside(1)?.items(items)?)))
    }

    fn tuple(self, tuple: &Bound<'_, PyTuple>) -> PyResult<Value> {
        if self.is_exact {
            return Ok(coded("tuple", self.inside(2)?.list(tuple.iter())?));
        }
        self.list(tuple.iter())
    }

    /// The items first, then their values: a codec may do anything, to this set too.
    fn set(self, set: &Bound<'_, PyAny>) -> PyResult<Value> {
        let items: Vec<_> = set.try_iter()?.collect::<PyResult<_>>()?;
        Ok(Value::Set(Arc::new(Set::new(
            self.inside(2)?.items(items.into_iter())?,
        ))))
    }

    fn frozen_set(self, set: &Bound<'_, PyFrozenSet>) -> PyResult<Value> {
        if self.is_exact {
            return Ok(coded("frozenset", self.inside(2)?.set(set)?));
        }
        self.set(set)
    }

    fn byte_array(self, bytes: &Bound<'_, PyByteArray>) -> PyResult<Value> {
        let copy = Value::Bytes(Arc::new(bytes.to_vec()));
        if self.is_exact {
            self.inside(2)?;
            return Ok(coded("bytearray", copy));
        }
        Ok(copy)
    }

    fn dict(self, dict: &Bound<'_, PyDict>) -> PyResult<Value> {
        let mut inside = self.inside(1)?;
        let mut pairs = Vec::with_capacity(dict.len());
        // Its items first, then their values: a codec may do anything, to this dict too.
        let items: Vec<_> = dict.iter().collect();
        for (key, value) in items {
            let Ok(key) = key.cast::<PyString>() else {
                return Err(value_type_error(dict.py(), "a dict with string keys", &key));
            };
            let key = to_text(key)?;
            if key.starts_with('$') && inside.depth == self.depth + 1 {
                // Stored with a tag around it.
                inside = self.inside(2)?;
            }
            pairs.push((key, inside.value(&value)?));
        }
        Ok(Value::Map(Arc::new(Map::new(pairs))))
    }
}

fn bytes_value(bytes: &[u8]) -> Value {
    Value::Bytes(Arc::new(bytes.to_vec()))
}
