//! Closed intervals of numbers.

use super::to_python;
use crate::error::{ValueRangeError, ValueTypeError, value_range_error};
use bassline_core::{Interval as Core, Value};
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyFloat, PyInt};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

/// A closed interval of numbers, `low` and `high` included; each is an int or a float, and may be infinite. Two are equal if their
/// bounds are, in value and type.
///
/// Raises:
///     `ValueTypeError`: a bound is no int or float.
///     `ValueRangeError`: a bound is NaN or an int of more than 64 bits, or `low` is above `high`.
///
/// >>> room = bl.Interval(18, 21.5)
/// >>> room.low, room.high, 20 in room, 21.6 in room, bl.Interval(19, 20) in room
/// (18, 21.5, True, False, True)
/// >>> bl.Network().contact("room", room).value
/// Interval(18, 21.5)
#[pyclass(frozen, module = "bassline")]
pub(crate) struct Interval {
    interval: Arc<Core>,
}

/// A number as a bound; nothing for what is no number.
fn number(object: &Bound<'_, PyAny>) -> PyResult<Option<Value>> {
    if object.is_instance_of::<PyFloat>() {
        return Ok(Some(Value::Float(object.extract()?)));
    }
    if object.is_instance_of::<PyInt>() && !object.is_instance_of::<PyBool>() {
        return object
            .extract()
            .map(|int| Some(Value::Int(int)))
            .map_err(|_| value_range_error(object));
    }
    Ok(None)
}

fn bound(name: &str, object: &Bound<'_, PyAny>) -> PyResult<Value> {
    number(object)?.map_or_else(
        || {
            let kind = object.get_type().name()?;
            Err(ValueTypeError::new_err(format!(
                "{name} must be an int or a float; found {kind}"
            )))
        },
        Ok,
    )
}

#[pymethods]
impl Interval {
    #[new]
    fn new(low: &Bound<'_, PyAny>, high: &Bound<'_, PyAny>) -> PyResult<Self> {
        let interval = Core::new(bound("low", low)?, bound("high", high)?);
        let interval = interval.map_err(|error| ValueRangeError::new_err(error.to_string()))?;
        Ok(Self {
            interval: Arc::new(interval),
        })
    }

    /// The lower bound.
    #[getter]
    fn low<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        to_python(py, self.interval.low())
    }

    /// The upper bound.
    #[getter]
    fn high<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        to_python(py, self.interval.high())
    }

    /// Whether a number, or a whole interval, lies in it.
    fn __contains__(&self, item: &Bound<'_, PyAny>) -> bool {
        if let Ok(other) = item.cast_exact::<Self>() {
            let other = &other.get().interval;
            return self.interval.contains(other.low()) && self.interval.contains(other.high());
        }
        let value = match number(item) {
            Ok(Some(value)) => value,
            Ok(None) => return false,
            // An int of more than 64 bits lies where the float of its size does.
            Err(_) => Value::Float(item.extract().unwrap_or(f64::NAN)),
        };
        self.interval.contains(&value)
    }

    fn __eq__(&self, other: &Self) -> bool {
        self.interval == other.interval
    }

    fn __ne__(&self, other: &Self) -> bool {
        self.interval != other.interval
    }

    fn __hash__(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        for bound in [self.interval.low(), self.interval.high()] {
            match bound {
                Value::Int(int) => int.hash(&mut hasher),
                // Both zeros are equal.
                Value::Float(float) => (float + 0.0).to_bits().hash(&mut hasher),
                _ => {}
            }
        }
        hasher.finish()
    }

    fn __repr__(&self) -> String {
        format!("Interval({}, {})", self.interval.low(), self.interval.high())
    }

    fn __reduce__<'py>(
        slf: &Bound<'py, Self>,
    ) -> PyResult<(Bound<'py, PyAny>, (Bound<'py, PyAny>, Bound<'py, PyAny>))> {
        let this = slf.get();
        Ok((slf.get_type().into_any(), (this.low(slf.py())?, this.high(slf.py())?)))
    }
}

impl Interval {
    pub(super) fn of(interval: &Arc<Core>) -> Self {
        Self {
            interval: Arc::clone(interval),
        }
    }

    pub(super) fn to_value(&self) -> Value {
        Value::Interval(Arc::clone(&self.interval))
    }
}
