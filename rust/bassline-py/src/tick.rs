//! A tick from Python: admit, write, settle, commit, tell.

use crate::current::{self, Busy, keep_first};
use crate::enter::{at_most, check, detached, is_interrupted, outside_batch, thread_number, to_read, to_write};
use crate::error::{kernel_error, network_error};
use crate::schedule;
use crate::shared::{Shared, State, lock};
use bassline_core::{Network, NetworkError, Settled};
use bassline_kernel::{KernelError, Scheduler};
use pyo3::prelude::*;
use std::sync::atomic::Ordering;
use std::sync::{Arc, MutexGuard};

/// How much is settled before the interpreter is let go.
const BUDGET: usize = 2_000;
/// How much is settled between two looks for Ctrl-C.
const STRETCH: usize = 1_000_000;

/// Why a tick is taken back; made an exception only when the network is free again, as making one may run anything.
pub(crate) enum Refusal {
    Network(NetworkError),
    Raised(PyErr),
}

impl Refusal {
    pub(crate) fn into_error(self, py: Python<'_>) -> PyErr {
        match self {
            Refusal::Network(error) => network_error(py, error),
            Refusal::Raised(error) => error,
        }
    }
}

/// Why an operation failed: what a lattice raised that is no error goes before what came of it.
#[cold]
fn refused(error: NetworkError) -> Refusal {
    current::take_way_out().map_or(Refusal::Network(error), Refusal::Raised)
}

/// A write: a tick of its own, or part of the batch this thread has open; from a gadget or subscriber, a tick after this one.
#[inline]
pub(crate) fn write(
    py: Python<'_>,
    shared: &Arc<Shared>,
    operation: impl FnOnce(&mut Network) -> Result<(), NetworkError> + Send + 'static,
) -> PyResult<()> {
    if current::is_busy(shared.key()) {
        shared.check_process()?;
        if current::is_settling(shared.key()) {
            shared.stage(Box::new(operation));
            return Ok(());
        }
        // A batch that a subscriber has open takes its writes.
        if to_read(py, shared)?.owner != thread_number() {
            shared.defer(Box::new(operation));
            return Ok(());
        }
    }
    let guard = to_write(py, shared)?;
    if guard.owner == thread_number() {
        return attempt(py, shared, guard, operation);
    }
    if guard.engine.scheduler() != Scheduler::Immediate {
        return schedule::write(py, shared, guard, operation);
    }
    match once(py, shared, guard, operation)? {
        ((), Follows::Nothing) => Ok(()),
        ((), Follows::Something) => after(py, shared),
    }
}

/// A write that takes long enough to let the interpreter go meanwhile.
pub(crate) fn write_much(
    py: Python<'_>,
    shared: &Arc<Shared>,
    operation: impl FnOnce(&mut Network) -> Result<(), NetworkError> + Send + 'static,
) -> PyResult<()> {
    if current::is_busy(shared.key()) {
        return write(py, shared, operation);
    }
    tick(py, shared, |network| detached(py, move || operation(network)))
}

/// An operation that answers something: a tick of its own, or part of the batch this thread has open.
#[inline]
pub(crate) fn tick<T>(
    py: Python<'_>,
    shared: &Arc<Shared>,
    operation: impl FnOnce(&mut Network) -> Result<T, NetworkError>,
) -> PyResult<T> {
    let mut guard = to_write(py, shared)?;
    if guard.owner == thread_number() {
        return attempt(py, shared, guard, operation);
    }
    if guard.engine.scheduler() != Scheduler::Immediate {
        guard = schedule::make_way(py, shared, guard)?;
        if guard.owner == thread_number() {
            return attempt(py, shared, guard, operation);
        }
    }
    let (out, follows) = once(py, shared, guard, operation)?;
    if follows == Follows::Something {
        after(py, shared)?;
    }
    Ok(out)
}

/// An operation in the batch this thread has open; if it fails, the batch goes on without it.
pub(crate) fn attempt<T>(
    py: Python<'_>,
    shared: &Shared,
    mut guard: MutexGuard<'_, State>,
    operation: impl FnOnce(&mut Network) -> Result<T, NetworkError>,
) -> PyResult<T> {
    // Objects that are let go while the network is locked may run anything: they are told that it is busy.
    let busy = Busy::settling(shared.key());
    let result = guard.engine.network.attempt(operation);
    drop(guard);
    drop(busy);
    result.map_err(|error| network_error(py, error))
}

/// Whether somebody is to be told of a tick, or waits for it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Follows {
    Nothing,
    Something,
}

/// One tick, of which nobody is told yet.
#[inline]
pub(crate) fn once<'a, T>(
    py: Python<'_>,
    shared: &'a Arc<Shared>,
    mut guard: MutexGuard<'a, State>,
    operation: impl FnOnce(&mut Network) -> Result<T, NetworkError>,
) -> PyResult<(T, Follows)> {
    if shared.kernel.is_needed() {
        drop(guard);
        admit(py, shared)?;
        guard = schedule::to_begin(py, shared)?;
    }
    shared.check_open(&guard)?;
    guard.engine.begin_plain();
    let busy = Busy::settling(shared.key());
    let result = operation(&mut guard.engine.network).map_err(refused);
    let result = result.and_then(|out| settle(py, &mut guard.engine).map(|()| out));
    let follows = end(shared, guard, result.is_ok());
    drop(busy);
    match result {
        Ok(out) => Ok((out, follows)),
        Err(refusal) => Err(refusal.into_error(py)),
    }
}

/// Commits the open tick or takes it back, and with it what its gadgets wrote.
#[inline]
pub(crate) fn end(shared: &Shared, mut guard: MutexGuard<'_, State>, commit: bool) -> Follows {
    if commit {
        guard.engine.commit();
        shared.release();
        let quiet = !shared.immediate
            && !guard.engine.has_news()
            && !guard.engine.network.has_calls()
            && !shared.has_deferred.load(Ordering::Relaxed);
        if quiet { Follows::Nothing } else { Follows::Something }
    } else {
        guard.engine.rollback();
        lock(&shared.staged).clear();
        Follows::Nothing
    }
}

/// Asks the kernel whether the writer may go ahead.
pub(crate) fn admit(py: Python<'_>, shared: &Shared) -> PyResult<()> {
    let kernel = &shared.kernel;
    detached(py, || kernel.admit(&is_interrupted)).map_err(|error| kernel_error(py, error))
}

/// Settles the open tick; a long one without the interpreter, but for what is between functions in Python, of which each would take it
/// again. While these run, other threads get it as they do from any Python.
#[inline]
pub(crate) fn settle(py: Python<'_>, engine: &mut bassline_kernel::Engine) -> Result<(), Refusal> {
    let mut calls = current::calls();
    let mut settled = engine.settle_some(BUDGET);
    while let Ok(Settled::MoreToDo) = settled {
        let before = std::mem::replace(&mut calls, current::calls());
        settled = if calls == before {
            detached(py, || engine.settle_some(STRETCH))
        } else {
            engine.settle_some(BUDGET)
        };
        py.check_signals().map_err(Refusal::Raised)?;
    }
    match current::take_way_out() {
        Some(error) => Err(Refusal::Raised(error)),
        None => settled.map(|_| ()).map_err(Refusal::Network),
    }
}

/// After a commit: waits for the stores if each write does, tells subscribers, and makes the writes that waited. Who watches is woken first.
pub(crate) fn after(py: Python<'_>, shared: &Arc<Shared>) -> PyResult<()> {
    let mut first = crate::watch::ring(py, shared);
    if shared.immediate {
        keep_first(py, &mut first, stored(py, shared));
    }
    if current::is_busy(shared.key()) {
        return first; // The subscriber's own teller goes on when it returns.
    }
    loop {
        keep_first(py, &mut first, crate::change::deliver(py, shared));
        keep_first(py, &mut first, crate::coroutine::launch(py, shared));
        let Some(operation) = shared.next_deferred() else {
            return first;
        };
        let told = schedule::write_deferred(py, shared, operation);
        let told = told.and_then(|()| if shared.immediate { stored(py, shared) } else { Ok(()) });
        keep_first(py, &mut first, told);
        keep_first(py, &mut first, py.check_signals());
        if matches!(&first, Err(error) if current::is_way_out(py, error)) {
            // Two subscribers may answer each other for ever: Ctrl-C ends it.
            while shared.next_deferred().is_some() {}
            return first;
        }
    }
}

/// Waits until everything is stored; a driver's own write does not, as it would wait for itself.
fn stored(py: Python<'_>, shared: &Shared) -> PyResult<()> {
    let kernel = &shared.kernel;
    match detached(py, || kernel.flush(None, &is_interrupted)) {
        Ok(()) | Err(KernelError::WithinDriver) => Ok(()),
        Err(error) => Err(kernel_error(py, error)),
    }
}

pub(crate) fn flush(py: Python<'_>, shared: &Arc<Shared>, timeout: Option<f64>) -> PyResult<()> {
    check(shared)?;
    schedule::commit(py, shared)?;
    outside_batch(py, shared, "flush()")?;
    let kernel = &shared.kernel;
    let timeout = timeout.map(at_most);
    detached(py, || kernel.flush(timeout, &is_interrupted)).map_err(|error| kernel_error(py, error))
}
