//! Arguments of public calls: what no type of Rust can hold is refused as an error of ours.

use crate::error::{ValueRangeError, ValueTypeError};
use pyo3::exceptions::{PyOverflowError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyString;
use std::ops::Deref;

/// A path, a name, or a word for an option.
#[derive(Clone, Copy)]
pub(crate) struct Word<'a>(pub(crate) &'a str);

impl Deref for Word<'_> {
    type Target = str;

    #[inline]
    fn deref(&self) -> &str {
        self.0
    }
}

impl<'a> FromPyObject<'a, '_> for Word<'a> {
    type Error = PyErr;

    #[inline]
    fn extract(object: Borrowed<'a, '_, PyAny>) -> PyResult<Self> {
        <&'a str>::extract(object).map(Word).map_err(|error| {
            let Ok(text) = object.cast::<PyString>() else { return error };
            let shown: String = text.to_string_lossy().chars().take(60).collect();
            ValueTypeError::new_err(format!(
                "a path or name is a string that can be written as UTF-8; found '{shown}', which has a lone surrogate: leave it out"
            ))
        })
    }
}

/// One of several words.
pub(crate) struct OwnedWord(pub(crate) String);

impl FromPyObject<'_, '_> for OwnedWord {
    type Error = PyErr;

    fn extract(object: Borrowed<'_, '_, PyAny>) -> PyResult<Self> {
        Word::extract(object).map(|word| Self(word.0.to_owned()))
    }
}

/// Several words as plain strings.
pub(crate) fn plain(words: Vec<OwnedWord>) -> Vec<String> {
    words.into_iter().map(|word| word.0).collect()
}

/// What a caller gives as several words: anything that can be gone through, however long it says it is.
pub(crate) struct Words(pub(crate) Vec<String>);

impl Words {
    const MOST: usize = 100_000;
}

impl FromPyObject<'_, '_> for Words {
    type Error = PyErr;

    fn extract(object: Borrowed<'_, '_, PyAny>) -> PyResult<Self> {
        if object.is_instance_of::<PyString>() {
            return Err(ValueTypeError::new_err(
                "several words are a list of strings; found one string",
            ));
        }
        let mut words = Vec::new();
        for word in object.try_iter()? {
            if words.len() == Self::MOST {
                let refused = format!("at most {} words are taken; found more", Self::MOST);
                return Err(ValueRangeError::new_err(refused));
            }
            words.push(word?.extract::<OwnedWord>()?.0);
        }
        Ok(Self(words))
    }
}

/// How many of something.
#[derive(Clone, Copy)]
pub(crate) struct Count(pub(crate) usize);

impl FromPyObject<'_, '_> for Count {
    type Error = PyErr;

    fn extract(object: Borrowed<'_, '_, PyAny>) -> PyResult<Self> {
        let refused = "a number of things lies between 0 and 2**64 - 1; found an int that does not";
        in_range(object, refused).map(Count)
    }
}

/// A time to wait.
#[derive(Clone, Copy)]
pub(crate) struct Seconds(pub(crate) f64);

impl FromPyObject<'_, '_> for Seconds {
    type Error = PyErr;

    fn extract(object: Borrowed<'_, '_, PyAny>) -> PyResult<Self> {
        in_range(object, "a number of seconds is a float; found what cannot be one").map(Seconds)
    }
}

/// A number, which is refused with a message if the type that holds it does not reach so far.
fn in_range<'a, 'py, T: FromPyObject<'a, 'py, Error = PyErr>>(
    object: Borrowed<'a, 'py, PyAny>,
    refused: &str,
) -> PyResult<T> {
    object.extract().map_err(|error: PyErr| {
        let py = object.py();
        // A Decimal that is a signaling NaN is a ValueError.
        if error.is_instance_of::<PyOverflowError>(py) || error.get_type(py).is(py.get_type::<PyValueError>()) {
            ValueRangeError::new_err(refused.to_owned())
        } else {
            error
        }
    })
}
