//! How the drivers are doing, as plain data.

use crate::metrics::distribution;
use bassline_kernel::DriverStatus;
use pyo3::prelude::*;
use pyo3::types::PyDict;

/// One driver's state and figures; times in seconds.
pub(super) fn status<'py>(py: Python<'py>, status: &DriverStatus) -> PyResult<Bound<'py, PyDict>> {
    let dict = PyDict::new(py);
    dict.set_item("state", status.state.name())?;
    dict.set_item("durable", status.durable)?;
    dict.set_item("policy", status.policy.name())?;
    dict.set_item("busy_for", status.busy_for.map(|time| time.as_secs_f64()))?;
    dict.set_item("acknowledged_tick", status.acknowledged_tick)?;
    dict.set_item("lag_records", status.lag_records)?;
    dict.set_item("lag_bytes", status.lag_bytes)?;
    dict.set_item("failure", &status.failure)?;
    if status.members.is_empty() {
        let measured = &status.measured;
        dict.set_item("high_water", measured.high_water)?;
        dict.set_item("high_water_bytes", measured.high_water_bytes)?;
        dict.set_item("batches", measured.sizes.count)?;
        dict.set_item("records", measured.records)?;
        dict.set_item("retries", measured.retries)?;
        let errors = PyDict::new(py);
        for (class, count) in ["transient", "permanent", "fatal"].iter().zip(measured.failures) {
            errors.set_item(class, count)?;
        }
        dict.set_item("errors", errors)?;
        dict.set_item("dead_letters", measured.letters)?;
        dict.set_item("superseded", measured.superseded)?;
        dict.set_item("gaps", measured.gaps)?;
        dict.set_item("missing", measured.missing)?;
        dict.set_item("restarts", measured.restarts)?;
        dict.set_item("handle_seconds", distribution(py, &measured.handled, 1e-9)?)?;
        dict.set_item("commands_refused", measured.commands_refused)?;
        dict.set_item("command_seconds", distribution(py, &measured.commands, 1e-9)?)?;
        dict.set_item("batch_records", distribution(py, &measured.sizes, 1.0)?)?;
    } else {
        let members = PyDict::new(py);
        for member in &status.members {
            let within = member.name.strip_prefix(&*status.name);
            let name = within.and_then(|name| name.strip_prefix('/')).unwrap_or(&member.name);
            members.set_item(name, self::status(py, member)?)?;
        }
        dict.set_item("members", members)?;
    }
    Ok(dict)
}
