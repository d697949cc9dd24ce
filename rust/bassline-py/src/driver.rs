//! Drivers defined in Python, attached to a network.

use crate::argument::{Count, Seconds, Word};
use crate::change::Change;
use crate::close::Undelivered;
use crate::contradiction::Contradiction;
use crate::current::while_driving;
use crate::enter::{at_most, detached, outside_batch};
use crate::error::{fault, kernel_error};
use crate::network::Network;
use crate::tick;
use bassline_core::{Directory, StructureChange};
use bassline_kernel::{AttachOptions, Batch as Records, Driver, DriverFailure, FailureClass, Notice, TickRecord};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};
use std::sync::Arc;
use std::time::Duration;

/// A slice of the log, in order: what a driver in Python is handed.
///
/// >>> class Show(bl.Driver):
/// ...     def handle_changes(self, batch):
/// ...         print(len(batch), batch.paths, batch.values, batch.ticks, batch[0].cause)
/// >>> net = bl.Network()
/// >>> net.attach(Show(), name="show")
/// >>> with net.batch("desk"):
/// ...     _ = net.contact("price", 9.5), net.contact("qty", 3)
/// >>> net.flush()
/// 2 ['price', 'qty'] [9.5, 3] (1, 1) external:desk
#[pyclass(frozen, module = "bassline")]
pub(crate) struct Batch {
    changes: Vec<Py<Change>>,
    contradictions: Vec<(String, Option<Py<Contradiction>>)>,
    first_tick: u64,
    last_tick: u64,
}

#[pymethods]
impl Batch {
    /// The changes, in order.
    fn __iter__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let changes: Vec<Py<Change>> = self.changes.iter().map(|change| change.clone_ref(py)).collect();
        PyList::new(py, changes)?.into_any().try_iter().map(Bound::into_any)
    }

    fn __len__(&self) -> usize {
        self.changes.len()
    }

    fn __getitem__(&self, py: Python<'_>, index: isize) -> PyResult<Py<Change>> {
        let at = usize::try_from(index)
            .ok()
            .or_else(|| self.changes.len().checked_sub(index.unsigned_abs()));
        let change = at
            .and_then(|at| self.changes.get(at))
            .map(|change| change.clone_ref(py));
        change.ok_or_else(|| pyo3::exceptions::PyIndexError::new_err("the batch has no such change"))
    }

    /// The paths of the changed contacts, in order.
    #[getter]
    fn paths(&self, py: Python<'_>) -> PyResult<Vec<Py<PyAny>>> {
        self.changes.iter().map(|change| change.getattr(py, "path")).collect()
    }

    /// The new values, in order.
    #[getter]
    fn values(&self, py: Python<'_>) -> PyResult<Vec<Py<PyAny>>> {
        self.changes.iter().map(|change| change.getattr(py, "new")).collect()
    }

    /// The contradictions that came and went in it, by path, as they are at its end; `None` for one that was lifted. They are not among
    /// the changes, as what came was not taken.
    #[getter]
    fn contradictions<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let dict = PyDict::new(py);
        for (path, contradiction) in &self.contradictions {
            dict.set_item(path, contradiction.as_ref().map(|found| found.clone_ref(py)))?;
        }
        Ok(dict)
    }

    /// The first and the last tick in it.
    #[getter]
    fn ticks(&self) -> (u64, u64) {
        (self.first_tick, self.last_tick)
    }

    fn __repr__(&self) -> String {
        format!(
            "<Batch of {} changes, ticks {} to {}>",
            self.changes.len(),
            self.first_tick,
            self.last_tick
        )
    }
}

struct PythonDriver {
    object: Py<PyAny>,
    engine: usize,
    network: String,
    directory: Directory,
    /// The batch that was handed over last, to be handed over again as it is: the directory is ahead of it.
    last: Option<(Vec<Arc<TickRecord>>, Py<Batch>)>,
}

impl PythonDriver {
    fn batch(&mut self, py: Python<'_>, records: &Records) -> PyResult<Py<Batch>> {
        let is_same = |known: &[Arc<TickRecord>]| {
            known.len() == records.records.len() && known.iter().zip(&records.records).all(|(a, b)| Arc::ptr_eq(a, b))
        };
        if let Some((known, batch)) = &self.last
            && is_same(known)
        {
            return Ok(batch.clone_ref(py));
        }
        let mut changes = Vec::new();
        let mut contradictions = Vec::new();
        for record in &records.records {
            self.directory.learn(&record.structure);
            for change in &record.structure {
                if let StructureChange::Marked {
                    contact,
                    contradiction,
                    was_contradiction,
                    ..
                } = change
                    && (contradiction.is_some() || *was_contradiction)
                    && let Some(path) = self.directory.path(*contact)
                {
                    let found = contradiction
                        .clone()
                        .map(|found| Py::new(py, Contradiction::of(path, found)))
                        .transpose()?;
                    contradictions.push((path.to_string(), found));
                }
            }
            let paths = record
                .changes
                .iter()
                .filter_map(|change| Some((change, self.directory.path(change.contact)?)));
            for (index, (change, path)) in paths.enumerate() {
                let notice = Notice {
                    epoch: record.epoch,
                    tick: record.tick,
                    index,
                    path: path.clone(),
                    old: change.old.clone(),
                    new: change.new.clone(),
                    cause: self.directory.cause(&change.cause),
                    time_micros: record.time_micros,
                };
                changes.push(Py::new(py, Change::new_in(&self.network, notice))?);
            }
            self.directory.forget(&record.structure);
        }
        let tick = |record: Option<&Arc<TickRecord>>| record.map_or(0, |record| record.tick);
        let batch = Batch {
            changes,
            contradictions,
            first_tick: tick(records.records.first()),
            last_tick: tick(records.records.last()),
        };
        let batch = Py::new(py, batch)?;
        self.last = Some((records.records.clone(), batch.clone_ref(py)));
        Ok(batch)
    }
}

/// An exception as a failure of the driver: `ConnectionError`, `TimeoutError` and `Backpressure` may pass, anything else will not.
fn failure(py: Python<'_>, error: PyErr) -> DriverFailure {
    let transient = error.is_instance_of::<pyo3::exceptions::PyConnectionError>(py)
        || error.is_instance_of::<pyo3::exceptions::PyTimeoutError>(py);
    let class = if transient {
        FailureClass::Transient
    } else {
        FailureClass::Fatal
    };
    let message = error.to_string();
    let bassline_core::Fault::Function(source) = fault(error) else {
        return DriverFailure::new(class, message);
    };
    DriverFailure {
        class,
        message,
        source: Some(source),
    }
}

impl Driver for PythonDriver {
    fn handle_changes(&mut self, batch: &Records) -> Result<(), DriverFailure> {
        Python::attach(|py| {
            let batch = self.batch(py, batch).map_err(|error| failure(py, error))?;
            if !(batch.get().changes.is_empty() && batch.get().contradictions.is_empty()) {
                let handled = while_driving(self.engine, || self.object.call_method1(py, "handle_changes", (batch,)));
                handled.map_err(|error| failure(py, error))?;
            }
            self.last = None;
            Ok(())
        })
    }

    fn shutdown(&mut self) -> Result<(), DriverFailure> {
        Python::attach(|py| {
            let object = self.object.bind(py);
            if !object.hasattr("shutdown").unwrap_or(false) {
                return Ok(());
            }
            object
                .call_method1("shutdown", (false,))
                .map(|_| ())
                .map_err(|error| failure(py, error))
        })
    }
}

fn seconds(seconds: Option<Seconds>, default: Duration) -> Duration {
    seconds.map_or(default, |seconds| at_most(seconds.0))
}

#[pymethods]
impl Network {
    #[expect(
        clippy::too_many_arguments,
        reason = "the options of an attachment, each named by its only caller"
    )]
    fn _attach(
        &self,
        py: Python<'_>,
        driver: Py<PyAny>,
        name: Word<'_>,
        durable: bool,
        max_records: Option<Count>,
        max_bytes: Option<Count>,
        max_age: Option<Seconds>,
        batch: Option<Count>,
        timeout: Option<Seconds>,
    ) -> PyResult<()> {
        let shared = &self.shared;
        outside_batch(py, shared, "attach()")?;
        let defaults = AttachOptions::default();
        let options = AttachOptions {
            durable,
            is_log: false,
            fail_fast: true,
            max_records: max_records.map_or(defaults.max_records, |count| count.0),
            max_bytes: max_bytes.map_or(defaults.max_bytes, |count| count.0),
            block_timeout: seconds(timeout, defaults.block_timeout),
            batch_records: batch.map_or(defaults.batch_records, |count| count.0),
            max_age: seconds(max_age, defaults.max_age),
        };
        // With the lock held, no tick falls between the directory and the first record.
        let state = crate::enter::to_write(py, shared)?;
        let directory = Directory::of(&state.engine.network.image());
        let driver = PythonDriver {
            object: driver,
            engine: shared.key(),
            network: shared.name.clone(),
            directory,
            last: None,
        };
        shared
            .kernel
            .attach(&name, Box::new(driver), options)
            .map_err(|error| kernel_error(py, error))
    }

    /// Detaches a driver: it is shut down once it has taken what it had begun.
    fn detach(&self, py: Python<'_>, name: Word<'_>) -> PyResult<()> {
        outside_batch(py, &self.shared, "detach()")?;
        let kernel = &self.shared.kernel;
        detached(py, || kernel.detach(&name)).map_err(|error| kernel_error(py, error))
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
        let dict = PyDict::new(py);
        for status in self.shared.kernel.status() {
            dict.set_item(status.name, status.lag_records)?;
        }
        Ok(dict)
    }

    /// The state of each driver, as plain data.
    fn _driver_status<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let drivers = PyDict::new(py);
        for status in self.shared.kernel.status() {
            let dict = PyDict::new(py);
            dict.set_item("durable", status.durable)?;
            dict.set_item("acknowledged_tick", status.acknowledged_tick)?;
            dict.set_item("lag_records", status.lag_records)?;
            dict.set_item("lag_bytes", status.lag_bytes)?;
            dict.set_item("high_water", status.high_water)?;
            dict.set_item("batches", status.batches)?;
            dict.set_item("records", status.records)?;
            dict.set_item("failure", status.failure)?;
            drivers.set_item(status.name, dict)?;
        }
        Ok(drivers)
    }
}
