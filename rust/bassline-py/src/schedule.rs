//! Schedulers from Python: writes that wait, transactions, and the ticks that nobody waits for.

use crate::argument::{Count, Seconds, Word};
use crate::clock::Manual;
use crate::current::{self, Busy};
use crate::enter::{at_most, thread_number, to_read, to_write};
use crate::error::{BasslineError, DeclarationError, network_error};
use crate::network::Network;
use crate::shared::{Deferred, Shared, State};
use crate::tick::{Refusal, admit, after, attempt, end, once, settle};
use bassline_core::{Network as Core, NetworkError};
use bassline_kernel::{Due, OnTime, Scheduler};
use pyo3::prelude::*;
use std::sync::{Arc, MutexGuard, Weak};

pub(crate) type Guard<'a> = MutexGuard<'a, State>;

/// A write under a scheduler that does not make it a tick at once.
#[cold]
pub(crate) fn write(
    py: Python<'_>,
    shared: &Arc<Shared>,
    guard: Guard<'_>,
    operation: impl FnOnce(&mut Core) -> Result<(), NetworkError>,
) -> PyResult<()> {
    match guard.engine.scheduler() {
        Scheduler::Batch { .. } => {
            if collect(py, shared, guard, operation)? {
                after(py, shared)?;
            }
            Ok(())
        }
        Scheduler::Immediate | Scheduler::Transactional => {
            let guard = make_way(py, shared, guard)?;
            if guard.owner != thread_number() {
                once(py, shared, guard, operation)?;
                return after(py, shared);
            }
            attempt(py, shared, guard, operation)
        }
    }
}

/// A write that a gadget or a subscriber made: a tick of its own, or one of those that wait.
pub(crate) fn write_deferred(py: Python<'_>, shared: &Arc<Shared>, operation: Deferred) -> PyResult<()> {
    let guard = to_write(py, shared)?;
    if matches!(guard.engine.scheduler(), Scheduler::Batch { .. }) {
        collect(py, shared, guard, operation).map(drop)
    } else {
        once(py, shared, guard, operation).map(drop)
    }
}

/// Makes a write wait with the others; answers whether that made a tick of them.
fn collect<'a>(
    py: Python<'_>,
    shared: &'a Arc<Shared>,
    mut guard: Guard<'a>,
    operation: impl FnOnce(&mut Core) -> Result<(), NetworkError>,
) -> PyResult<bool> {
    if shared.kernel.is_needed() && !guard.engine.is_waiting() {
        drop(guard);
        admit(py, shared)?;
        guard = to_write(py, shared)?;
    }
    tell_late(&mut guard)?;
    shared.check_open(&guard)?;
    let busy = Busy::settling(shared.key());
    let due = guard.engine.collect(operation);
    drop(busy);
    match due {
        Ok(Due::Later) => Ok(false),
        Ok(Due::Now) => commit_waiting(py, shared, guard).map(|()| true),
        Err(error) => {
            drop(guard);
            Err(network_error(py, error))
        }
    }
}

/// Before what is no plain write: what waits is committed, or a transaction is begun.
#[cold]
pub(crate) fn make_way<'a>(py: Python<'_>, shared: &'a Arc<Shared>, mut guard: Guard<'a>) -> PyResult<Guard<'a>> {
    tell_late(&mut guard)?;
    if guard.engine.scheduler() != Scheduler::Transactional || current::is_driving(shared.key()) {
        return commit_before(py, shared, guard);
    }
    if shared.kernel.is_needed() {
        drop(guard);
        admit(py, shared)?;
        guard = to_write(py, shared)?;
    }
    shared.check_open(&guard)?;
    guard.owner = thread_number();
    guard.depth = 1;
    guard.transaction = true;
    guard.engine.begin_plain();
    Ok(guard)
}

/// The network, to begin a tick: nothing waits.
pub(crate) fn to_begin<'a>(py: Python<'_>, shared: &'a Arc<Shared>) -> PyResult<Guard<'a>> {
    let guard = to_write(py, shared)?;
    commit_before(py, shared, guard)
}

fn commit_before<'a>(py: Python<'_>, shared: &'a Arc<Shared>, mut guard: Guard<'a>) -> PyResult<Guard<'a>> {
    while guard.engine.is_waiting() {
        commit_waiting(py, shared, guard)?;
        after(py, shared)?;
        guard = to_write(py, shared)?;
    }
    Ok(guard)
}

/// Makes a tick of the writes that wait.
fn commit_waiting(py: Python<'_>, shared: &Arc<Shared>, mut guard: Guard<'_>) -> PyResult<()> {
    let busy = Busy::settling(shared.key());
    let result = settle(py, &mut guard.engine);
    end(shared, guard, result.is_ok());
    drop(busy);
    result.map_err(|refusal| refusal.into_error(py))
}

fn tell_late(guard: &mut State) -> PyResult<()> {
    guard.late.pop_front().map_or(Ok(()), Err)
}

/// Commits what waits, and the transaction of this thread.
pub(crate) fn commit(py: Python<'_>, shared: &Arc<Shared>) -> PyResult<()> {
    finish(py, shared, true)
}

/// Whether this thread has a transaction open.
pub(crate) fn has_transaction(py: Python<'_>, shared: &Shared) -> PyResult<bool> {
    let guard = to_read(py, shared)?;
    Ok(guard.owner == thread_number() && guard.transaction)
}

fn finish(py: Python<'_>, shared: &Arc<Shared>, commit: bool) -> PyResult<()> {
    // Without anything to finish nobody's batch is waited for.
    let mut guard = to_read(py, shared)?;
    if guard.owner == thread_number() && guard.transaction {
        guard.transaction = false;
        guard.depth = 0;
        let busy = Busy::settling(shared.key());
        let mut result = Ok(());
        if commit {
            result = shared.check_open(&guard).map_err(Refusal::Raised);
            result = result.and_then(|()| settle(py, &mut guard.engine));
        }
        guard.owner = 0;
        end(shared, guard, commit && result.is_ok());
        drop(busy);
        shared.freed.notify_all();
        result.map_err(|refusal| refusal.into_error(py))?;
        return if commit { after(py, shared) } else { Ok(()) };
    }
    if guard.engine.is_waiting() {
        if commit {
            commit_waiting(py, shared, guard)?;
            after(py, shared)?;
        } else {
            let busy = Busy::settling(shared.key());
            end(shared, guard, false);
            drop(busy);
        }
        guard = to_read(py, shared)?;
    }
    tell_late(&mut guard)
}

/// Called when what waits is due: on the thread that moves the clock, or on one that nobody waits for.
fn ring(shared: &Weak<Shared>) {
    let Some(shared) = shared.upgrade() else { return };
    // At the very end of the interpreter nothing is due any more.
    let _ = Python::try_attach(|py| {
        let rung = to_read(py, &shared).and_then(|guard| {
            if !guard.engine.is_due() {
                return Ok(());
            }
            commit_waiting(py, &shared, guard)?;
            after(py, &shared)
        });
        if let Err(error) = rung {
            match to_read(py, &shared) {
                Ok(mut guard) => guard.late.push_back(error),
                Err(_) => error.write_unraisable(py, None),
            }
        }
        // What it may free when it goes needs the interpreter.
        drop(shared);
    });
}

#[pymethods]
impl Network {
    /// Commits the transaction of this thread, or the writes that wait under the scheduler `batch`.
    ///
    /// Raises:
    ///     BasslineError: a batch is open on this thread; and whatever the tick raises, or one before it that nobody waited for.
    ///
    /// >>> net = bl.Network(scheduler="transactional")
    /// >>> x = net.contact("x", 1)
    /// >>> net.commit()
    /// >>> x.value = 2
    /// >>> net.abort()
    /// >>> x.value, net.tick
    /// (1, 1)
    fn commit(&self, py: Python<'_>) -> PyResult<()> {
        self.outside_plain_batch(py, "commit()")?;
        finish(py, &self.shared, true)
    }

    /// Takes the transaction of this thread back, structure included, or drops the writes that wait under the scheduler `batch`.
    ///
    /// >>> net = bl.Network()
    /// >>> x = net.contact("x", 1)
    /// >>> net.scheduler = bl.BatchScheduler(size=100)
    /// >>> x.value = 2
    /// >>> net.abort()
    /// >>> net.flush()
    /// >>> x.value
    /// 1
    fn abort(&self, py: Python<'_>) -> PyResult<()> {
        self.outside_plain_batch(py, "abort()")?;
        finish(py, &self.shared, false)
    }

    /// The scheduler's name, size and delay.
    fn _scheduler(&self, py: Python<'_>) -> PyResult<(&'static str, usize, Option<f64>)> {
        let guard = to_read(py, &self.shared)?;
        Ok(match guard.engine.scheduler() {
            Scheduler::Immediate => ("immediate", 0, None),
            Scheduler::Batch { size, delay } => ("batch", size, delay.map(|delay| delay.as_secs_f64())),
            Scheduler::Transactional => ("transactional", 0, None),
        })
    }

    fn _set_scheduler(&self, py: Python<'_>, name: Word<'_>, size: Count, delay: Option<Seconds>) -> PyResult<()> {
        let scheduler = match &*name {
            "immediate" => Scheduler::Immediate,
            "batch" if size.0 > 0 => Scheduler::Batch {
                size: size.0,
                delay: delay.map(|delay| at_most(delay.0)),
            },
            "transactional" => Scheduler::Transactional,
            _ => {
                return Err(DeclarationError::new_err(format!(
                    "a batch is of 1 write or more, found {}",
                    size.0
                )));
            }
        };
        let shared = &self.shared;
        self.outside_plain_batch(py, "a change of the scheduler")?;
        finish(py, shared, true)?;
        let mut guard = to_begin(py, shared)?;
        let weak = Arc::downgrade(shared);
        let on_time: OnTime = Arc::new(move || ring(&weak));
        guard.engine.set_scheduler(scheduler, on_time);
        Ok(())
    }
}

impl Network {
    fn outside_plain_batch(&self, py: Python<'_>, what: &str) -> PyResult<()> {
        let guard = to_read(py, &self.shared)?;
        if guard.owner == thread_number() && !guard.transaction {
            return Err(BasslineError::new_err(format!(
                "{what} inside a batch; a batch ends with its block"
            )));
        }
        Ok(())
    }
}

/// The clock that was given: a manual one, or the machine's.
pub(crate) fn clock_of(clock: Option<&Bound<'_, Manual>>) -> Arc<dyn bassline_kernel::Clock> {
    match clock {
        Some(manual) => Arc::new(bassline_kernel::SharedClock(Arc::clone(&manual.get().clock))),
        None => Arc::new(bassline_kernel::SystemClock),
    }
}
