//! Attached drivers: waiting for them, asking them, and letting them go.

use super::letter::DeadLetter;
use super::status::status;
use crate::argument::{OwnedWord, Seconds, Word};
use crate::close::Undelivered;
use crate::enter::{at_most, check, detached, is_interrupted, outside_batch};
use crate::error::kernel_error;
use crate::network::Network;
use crate::tick;
use crate::value::{to_content, to_python};
use bassline_core::Value;
use bassline_kernel::Ask;
use pyo3::prelude::*;
use pyo3::types::PyDict;

#[pymethods]
impl Network {
    /// Detaches a driver: it is shut down once it has taken what it had begun.
    fn detach(&self, py: Python<'_>, name: Word<'_>) -> PyResult<()> {
        outside_batch(py, &self.shared, "detach()")?;
        let kernel = &self.shared.kernel;
        detached(py, || kernel.detach_unless(&name, &is_interrupted)).map_err(|error| kernel_error(py, error))
    }

    /// Returns when every store and durable driver has taken every tick up to now; raises what failed.
    ///
    /// >>> with bl.Network("shop.db") as net:
    /// ...     _ = net.contact("price", 9.5)
    /// ...     net.flush()
    #[pyo3(signature = (timeout=None))]
    fn flush(&self, py: Python<'_>, timeout: Option<Seconds>) -> PyResult<()> {
        tick::flush(py, &self.shared, timeout.map(|timeout| timeout.0))
    }

    /// Delivers what is pending, shuts the drivers down, and answers (driver, ticks not delivered, error) for each that could not.
    #[pyo3(signature = (timeout=None))]
    fn _close(&self, py: Python<'_>, timeout: Option<Seconds>) -> PyResult<Undelivered> {
        let shared = &self.shared;
        if shared.born != crate::shared::forks() {
            return Ok(Vec::new());
        }
        if !crate::schedule::has_transaction(py, shared)? {
            outside_batch(py, shared, "close()")?;
        }
        crate::close::close(py, shared, timeout.map(|timeout| at_most(timeout.0)))
    }

    /// How many ticks each driver has not taken yet.
    #[getter]
    fn pending<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        self.shared.check_process()?;
        let dict = PyDict::new(py);
        for status in self.shared.kernel.status() {
            dict.set_item(status.name, status.lag_records)?;
        }
        Ok(dict)
    }

    /// The state of each driver, as plain data.
    fn _driver_status<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        self.shared.check_process()?;
        let drivers = PyDict::new(py);
        for found in self.shared.kernel.status() {
            drivers.set_item(&found.name, status(py, &found)?)?;
        }
        Ok(drivers)
    }

    /// Asks a driver something, on its own thread: "health", "stats", or a command with its arguments.
    fn _ask<'py>(
        &self,
        py: Python<'py>,
        driver: Word<'_>,
        what: &str,
        command: Word<'_>,
        arguments: &Bound<'py, PyAny>,
        timeout: Seconds,
    ) -> PyResult<Bound<'py, PyAny>> {
        check(&self.shared)?;
        let ask = match what {
            "health" => Ask::Health,
            "stats" => Ask::Stats,
            _ => Ask::Command((&*command).into(), to_content(arguments)?.unwrap_or(Value::Null)),
        };
        let kernel = &self.shared.kernel;
        let answer = detached(py, || kernel.ask(&driver, ask, at_most(timeout.0), &is_interrupted));
        to_python(py, &answer.map_err(|error| kernel_error(py, error))?)
    }

    /// Has a driver that failed begin again, with what it has not taken. What is gone meanwhile is a gap, and a snapshot stands in for it.
    ///
    /// Raises:
    ///     BasslineError: there is no such driver, or it has not failed.
    fn restart(&self, py: Python<'_>, driver: Word<'_>) -> PyResult<()> {
        check(&self.shared)?;
        let kernel = &self.shared.kernel;
        detached(py, || kernel.restart(&driver)).map_err(|error| kernel_error(py, error))
    }

    fn _dead_letters(&self, py: Python<'_>, driver: Option<OwnedWord>) -> PyResult<Vec<DeadLetter>> {
        check(&self.shared)?;
        let kernel = &self.shared.kernel;
        let driver = driver.map(|driver| driver.0);
        let letters =
            detached(py, || kernel.dead_letters(driver.as_deref())).map_err(|error| kernel_error(py, error))?;
        Ok(DeadLetter::all(&self.shared.name, letters))
    }

    fn _requeue(&self, py: Python<'_>, ids: Vec<u64>) -> PyResult<u64> {
        check(&self.shared)?;
        let kernel = &self.shared.kernel;
        detached(py, || kernel.requeue(&ids)).map_err(|error| kernel_error(py, error))
    }

    fn _purge(&self, py: Python<'_>, ids: Vec<u64>) -> PyResult<u64> {
        check(&self.shared)?;
        let kernel = &self.shared.kernel;
        detached(py, || kernel.purge(&ids)).map_err(|error| kernel_error(py, error))
    }
}
