//! How bad an exception of a driver is.

use crate::error::fault;
use bassline_kernel::{DriverFailure, FailureClass};
use pyo3::exceptions::{PyException, PyMemoryError, PyNotImplementedError, PyOSError};
use pyo3::prelude::*;
use std::time::Duration;

/// The longest time a driver can ask for: longer than anybody waits.
const LONGEST: f64 = 1e9;

/// An exception as a failure of the driver: as its `classify` says, or by its type.
pub(super) fn failure(py: Python<'_>, driver: &Bound<'_, PyAny>, error: PyErr) -> DriverFailure {
    if let Some(retry_after) = retry_after(error.value(py).as_any()) {
        return DriverFailure::backpressure(retry_after);
    }
    let class = asked(driver, &error).unwrap_or_else(|| by_type(py, &error));
    let mut failure = DriverFailure::new(class, error.to_string());
    if let bassline_core::Fault::Function(source) = fault(error) {
        failure.source = Some(source);
    }
    failure
}

/// How long a `bl.Backpressure` asks for.
pub(super) fn retry_after(answer: &Bound<'_, PyAny>) -> Option<Duration> {
    let class = answer
        .py()
        .import("bassline.drivers")
        .ok()?
        .getattr("Backpressure")
        .ok()?;
    if !answer.is_instance(&class).ok()? {
        return None;
    }
    let seconds: f64 = answer.getattr("retry_after").ok()?.extract().ok()?;
    // Not a number is no time at all.
    Some(Duration::from_secs_f64(seconds.clamp(0.0, LONGEST).max(0.0)))
}

fn asked(driver: &Bound<'_, PyAny>, error: &PyErr) -> Option<FailureClass> {
    let py = driver.py();
    if !error.is_instance_of::<PyException>(py) || !driver.hasattr("classify").ok()? {
        return None;
    }
    let answer = driver.call_method1("classify", (error.value(py),)).ok()?;
    match answer.extract::<&str>().ok()? {
        "transient" => Some(FailureClass::Transient),
        "permanent" => Some(FailureClass::Permanent),
        "fatal" => Some(FailureClass::Fatal),
        _ => None,
    }
}

fn by_type(py: Python<'_>, error: &PyErr) -> FailureClass {
    // What comes from the world may pass: connections, files, time.
    if error.is_instance_of::<PyOSError>(py) {
        FailureClass::Transient
    } else if error.is_instance_of::<PyException>(py)
        && !error.is_instance_of::<PyMemoryError>(py)
        && !error.is_instance_of::<PyNotImplementedError>(py)
    {
        FailureClass::Permanent
    } else {
        FailureClass::Fatal
    }
}
