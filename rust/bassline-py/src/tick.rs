//! A tick from Python: admit, write, settle, commit, tell.

use crate::current::{self, Busy};
use crate::enter::{detached, is_interrupted, thread_number, to_write};
use crate::error::{BasslineError, kernel_error, network_error};
use crate::shared::{Deferred, Shared, lock};
use bassline_core::{Network, NetworkError, Settled};
use pyo3::prelude::*;
use std::sync::Arc;

/// How much is settled before the interpreter is let go.
const BUDGET: usize = 2_000;
/// How much is settled between two looks for Ctrl-C.
const STRETCH: usize = 1_000_000;

/// A write: a tick of its own, or part of the batch this thread has open; from a gadget or subscriber, a tick after this one.
#[inline]
pub(crate) fn write(
    py: Python<'_>,
    shared: &Arc<Shared>,
    operation: impl FnOnce(&mut Network) -> Result<(), NetworkError> + Send + 'static,
) -> PyResult<()> {
    if current::is_busy(shared.key()) {
        shared.check_process()?;
        lock(&shared.deferred).push_back(Box::new(operation));
        return Ok(());
    }
    tick(py, shared, operation)
}

/// An operation that answers something: a tick of its own, or part of the batch this thread has open.
#[inline]
pub(crate) fn tick<T>(py: Python<'_>, shared: &Arc<Shared>, operation: impl FnOnce(&mut Network) -> Result<T, NetworkError>) -> PyResult<T> {
    shared.check_process()?;
    if current::firing(shared.key(), |_| ()).is_some() {
        return Err(BasslineError::new_err("a gadget may write to contacts (after its tick), not declare or remove; do that outside of gadgets"));
    }
    let mut guard = to_write(py, shared)?;
    if guard.owner == thread_number() {
        return guard.engine.network.attempt(operation).map_err(|error| network_error(py, error));
    }
    if guard.closed {
        return Err(closed());
    }
    if shared.kernel.is_needed() {
        drop(guard);
        admit(py, shared)?;
        guard = to_write(py, shared)?;
    }
    guard.engine.begin_plain();
    let busy = Busy::with(shared.key());
    let result = operation(&mut guard.engine.network).map_err(|error| network_error(py, error));
    let result = result.and_then(|out| settle(py, &mut guard.engine).map(|()| out));
    match result {
        Ok(out) => {
            guard.engine.commit();
            drop(guard);
            drop(busy);
            after(py, shared)?;
            Ok(out)
        }
        Err(error) => {
            guard.engine.rollback();
            lock(&shared.deferred).clear();
            Err(error)
        }
    }
}

pub(crate) fn closed() -> PyErr {
    BasslineError::new_err("this network is closed; open it again with bassline.Network(...)")
}

/// Asks the kernel whether the writer may go ahead.
pub(crate) fn admit(py: Python<'_>, shared: &Shared) -> PyResult<()> {
    let kernel = &shared.kernel;
    detached(py, || kernel.admit(&is_interrupted)).map_err(|error| kernel_error(py, error))
}

/// Settles the open tick; a long one without the interpreter.
pub(crate) fn settle(py: Python<'_>, engine: &mut bassline_kernel::Engine) -> PyResult<()> {
    let mut settled = engine.settle_some(BUDGET);
    while let Ok(Settled::MoreToDo) = settled {
        settled = detached(py, || engine.settle_some(STRETCH));
        py.check_signals()?;
    }
    settled.map(|_| ()).map_err(|error| network_error(py, error))
}

/// After a commit: waits for the stores if each write does, tells subscribers, and makes the writes that waited.
pub(crate) fn after(py: Python<'_>, shared: &Arc<Shared>) -> PyResult<()> {
    if shared.immediate {
        flush(py, shared, None)?;
    }
    let mut told = crate::change::deliver(py, shared);
    loop {
        let Some(operation): Option<Deferred> = lock(&shared.deferred).pop_front() else { return told };
        if told.is_ok() {
            told = tick(py, shared, operation);
        }
    }
}

pub(crate) fn flush(py: Python<'_>, shared: &Shared, timeout: Option<f64>) -> PyResult<()> {
    let kernel = &shared.kernel;
    let timeout = timeout.map(|seconds| std::time::Duration::from_secs_f64(seconds.clamp(0.0, 1e9)));
    detached(py, || kernel.flush(timeout, &is_interrupted)).map_err(|error| kernel_error(py, error))
}
