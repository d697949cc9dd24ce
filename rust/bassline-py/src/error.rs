//! Errors across the border: each enum of a Rust layer becomes the exception of `bassline.errors` that 00-api names.

use bassline_core::{Fault, ImageError, NetworkError};
use bassline_kernel::{KernelError, LettersError, RowError};
use bassline_storage::StorageError;
use pyo3::import_exception;
use pyo3::prelude::*;
use std::fmt;
use std::sync::Arc;

import_exception!(bassline.errors, BasslineError);
import_exception!(bassline.errors, UnknownContactError);
import_exception!(bassline.errors, ConflictError);
import_exception!(bassline.errors, DeclarationError);
import_exception!(bassline.errors, StaleHandleError);
import_exception!(bassline.errors, ContradictionError);
import_exception!(bassline.errors, NotSettledError);
import_exception!(bassline.errors, GadgetError);
import_exception!(bassline.errors, BackpressureError);
import_exception!(bassline.errors, DriverError);
import_exception!(bassline.errors, InputError);
import_exception!(bassline.errors, NestingError);
import_exception!(bassline.errors, ValueTypeError);
import_exception!(bassline.errors, ValueRangeError);

/// What a user's function raised, on its way through the core.
#[derive(Debug)]
pub(crate) struct Raised(pub(crate) PyErr);

impl fmt::Display for Raised {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl std::error::Error for Raised {}

/// An exception as a fault of the core.
pub(crate) fn fault(error: PyErr) -> Fault {
    Fault::Function(Arc::new(Raised(error)))
}

pub(crate) fn value_type_error(_py: Python<'_>, expected: &str, found: &Bound<'_, PyAny>) -> PyErr {
    let kind = found
        .get_type()
        .name()
        .map_or_else(|_| "?".to_owned(), |name| name.to_string());
    ValueTypeError::new_err(format!("a contact holds {expected}; found {kind}"))
}

pub(crate) fn value_range_error(found: &Bound<'_, PyAny>) -> PyErr {
    // Python refuses to write very long ints in decimal; hexadecimal it always does, and 20 digits say enough.
    let shown = found
        .call_method1("__format__", ("#x",))
        .map_or_else(|_| "a larger one".to_owned(), |hex| hex.to_string());
    let shown = if shown.len() > 24 {
        format!("{}… ({} digits)", &shown[..22], shown.len())
    } else {
        shown
    };
    ValueRangeError::new_err(format!(
        "an int must lie between -2**63 and 2**63 - 1; found {shown}; use a float or a str"
    ))
}

/// How much of a message is shown: a name may be as long as memory.
const LONGEST: usize = 2_000;

/// A message without its middle, if it is very long.
pub(crate) fn shown(message: &str) -> String {
    if message.len() <= LONGEST {
        return message.to_owned();
    }
    let length = message.chars().count();
    let head: String = message.chars().take(LONGEST / 2).collect();
    let tail: String = message.chars().skip(length.saturating_sub(LONGEST / 2)).collect();
    format!("{head} … {tail}")
}

/// A refusal of the engine as a Python exception.
pub(crate) fn network_error(py: Python<'_>, error: NetworkError) -> PyErr {
    let message = shown(&error.to_string());
    match error.innermost() {
        NetworkError::Unknown { .. } => UnknownContactError::new_err(message),
        NetworkError::Conflict(_) => ConflictError::new_err(message),
        NetworkError::Stale { .. } | NetworkError::Uncommitted { .. } => StaleHandleError::new_err(message),
        NetworkError::InvalidName(_) | NetworkError::Declaration(_) => DeclarationError::new_err(message),
        NetworkError::Unstorable { .. } => ValueTypeError::new_err(message),
        NetworkError::Contradiction {
            path, contradiction, ..
        } => crate::contradiction::contradiction_error(py, message, &path, &contradiction),
        NetworkError::NotSettled { .. } => NotSettledError::new_err(message),
        NetworkError::Gadget { fault, .. } | NetworkError::Lattice { fault, .. } => {
            let cause = match &fault {
                Fault::Function(raised) => raised.downcast_ref::<Raised>().map(|raised| raised.0.clone_ref(py)),
                Fault::Overflow(text) | Fault::TooLarge(text) => Some(ValueRangeError::new_err(text.clone())),
                Fault::OutOfRange { .. } | Fault::Malformed { .. } => Some(ValueRangeError::new_err(fault.to_string())),
                Fault::WrongType { .. } => Some(ValueTypeError::new_err(fault.to_string())),
                Fault::DivisionByZero(text) => Some(pyo3::exceptions::PyZeroDivisionError::new_err(text.clone())),
                Fault::Domain(text) => Some(pyo3::exceptions::PyValueError::new_err(text.clone())),
                Fault::Unbound(_) | Fault::UnboundLattice(_) => None,
            };
            let error = GadgetError::new_err(message);
            error.set_cause(py, cause);
            error
        }
        NetworkError::Image(_) => errors::StorageError::new_err(message),
        _ => BasslineError::new_err(message),
    }
}

/// A refusal of the kernel as a Python exception.
pub(crate) fn kernel_error(py: Python<'_>, error: KernelError) -> PyErr {
    let message = shown(&error.to_string());
    match error {
        KernelError::Backpressure { .. } | KernelError::FlushTimeout { .. } => BackpressureError::new_err(message),
        KernelError::DriverFailed {
            driver,
            tick,
            committed,
            failure,
        } => {
            let cause = failure
                .source
                .as_ref()
                .and_then(|source| source.downcast_ref::<Raised>())
                .map(|raised| raised.0.clone_ref(py));
            let error = DriverError::new_err(message);
            let value = error.value(py);
            let _ = value
                .setattr("driver", driver)
                .and_then(|()| value.setattr("tick", tick))
                .and_then(|()| value.setattr("committed", committed));
            error.set_cause(py, cause);
            error
        }
        KernelError::Log { tick, .. } => {
            let error = DriverError::new_err(message);
            let value = error.value(py);
            // Whoever opened the store knows its driver by this name.
            let _ = value
                .setattr("driver", "store")
                .and_then(|()| value.setattr("tick", tick))
                .and_then(|()| value.setattr("committed", true));
            error
        }
        KernelError::Letters(_) => errors::StorageError::new_err(message),
        KernelError::Interrupted => {
            crate::current::take_way_out().unwrap_or_else(|| pyo3::exceptions::PyKeyboardInterrupt::new_err(message))
        }
        _ => BasslineError::new_err(message),
    }
}

/// A refusal of a store as a Python exception.
pub(crate) fn storage_error(error: &StorageError) -> PyErr {
    errors::StorageError::new_err(shown(&error.to_string()))
}

/// What cannot be done with dead letters, as a Python exception.
pub(crate) fn letters_error(error: &LettersError) -> PyErr {
    errors::StorageError::new_err(shown(&error.to_string()))
}

/// A damaged image as a Python exception.
pub(crate) fn image_error(error: &ImageError) -> PyErr {
    errors::StorageError::new_err(shown(&error.to_string()))
}

/// Apart, as the error of the crate that it stands for has its name.
mod errors {
    pyo3::import_exception!(bassline.errors, StorageError);
}

pub(crate) use errors::StorageError as PyStorageError;

/// A bad row as a Python exception with `.row` and `.line`.
pub(crate) fn row_error(py: Python<'_>, error: &RowError) -> PyErr {
    let raised = InputError::new_err(shown(&error.to_string()));
    let value = raised.value(py);
    let _ = value
        .setattr("row", error.row)
        .and_then(|()| value.setattr("line", error.line));
    raised
}
