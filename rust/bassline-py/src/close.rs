//! Closing: asked for, when the last handle goes, or at the end of the interpreter.

use crate::current::Busy;
use crate::enter::{detached, is_interrupted, to_read, to_write_until};
use crate::error::{DriverError, kernel_error};
use crate::shared::{Closing, Shared, forks, lock};
use bassline_kernel::KernelError;
use pyo3::prelude::*;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::{Duration, Instant};

/// Driver, ticks not delivered, error.
pub(crate) type Undelivered = Vec<(String, u64, Option<String>)>;

/// How often drivers may answer each other while the network closes.
const ANSWERS: usize = 1_000;
/// How long a network nobody closed may take to deliver what is pending.
const GRACE: Duration = Duration::from_secs(30);

static OPEN: Mutex<Vec<Weak<Shared>>> = Mutex::new(Vec::new());

/// Delivers what is pending, and shuts the drivers down. Ctrl-C ends the waiting; the network is then closed to
/// all but its drivers.
pub(crate) fn close(py: Python<'_>, shared: &Arc<Shared>, timeout: Option<Duration>) -> PyResult<Undelivered> {
    // What cannot be committed any more is told when all that is committed is delivered.
    let waited = crate::schedule::commit(py, shared);
    let deadline = timeout.map(|timeout| Instant::now() + timeout);
    // Whose batch is open still when the time is over, finds the network closed when it ends.
    let mut state = match to_write_until(py, shared, deadline)? {
        Some(state) => state,
        None => to_read(py, shared)?,
    };
    if state.closing == Closing::Open {
        state.closing = Closing::Draining;
    }
    drop(state);
    let kernel = &shared.kernel;
    let left = || deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
    // Drivers may answer what they are handed, and answer that; whoever never ends is refused at last, and the report says so.
    for _ in 0..ANSWERS {
        match detached(py, || kernel.drain(left(), &is_interrupted)) {
            Err(error @ KernelError::Interrupted) => return Err(kernel_error(py, error)),
            Err(_) => break,
            Ok(())
                if kernel
                    .status()
                    .iter()
                    .all(|driver| !driver.durable || driver.lag_records == 0) =>
            {
                break;
            }
            Ok(()) => {}
        }
    }
    to_read(py, shared)?.closing = Closing::Closed;
    let subscribers = std::mem::take(&mut *lock(&shared.subscribers));
    drop(subscribers);
    let woken = crate::watch::end_all(py, shared);
    let report = detached(py, || kernel.close_unless(left(), &is_interrupted));
    if report.interrupted {
        return Err(kernel_error(py, KernelError::Interrupted));
    }
    waited.and(woken).map(|()| report.undelivered)
}

/// Closes every network that is open; for the end of the interpreter.
#[pyfunction]
pub(crate) fn close_all(py: Python<'_>) -> Vec<(String, String)> {
    let open: Vec<Arc<Shared>> = lock(&OPEN)
        .iter()
        .filter_map(Weak::upgrade)
        .filter(|shared| shared.born == forks())
        .collect();
    let mut failures = Vec::new();
    for shared in open {
        match close(py, &shared, Some(GRACE)) {
            Ok(undelivered) if undelivered.is_empty() => {}
            Ok(undelivered) => failures.push((shared.name.clone(), report(&undelivered))),
            Err(error) => failures.push((shared.name.clone(), error.to_string())),
        }
    }
    failures
}

/// What was left, in words.
#[pyfunction]
#[expect(clippy::needless_pass_by_value, reason = "it comes from Python")]
pub(crate) fn undelivered(left: Undelivered) -> String {
    report(&left)
}

fn report(undelivered: &Undelivered) -> String {
    let shown: Vec<String> = undelivered
        .iter()
        .map(|(name, ticks, error)| {
            let error = error.as_ref().map_or(String::new(), |error| format!(": {error}"));
            match ticks {
                0 => format!("'{name}'{error}"),
                _ => format!("'{name}' did not take the last {ticks} ticks{error}"),
            }
        })
        .collect();
    format!("the network closed with ticks not delivered: {}", shown.join("; "))
}

/// Before a fork: waits until no store is in the middle of something, and keeps them from beginning anything.
#[pyfunction]
pub(crate) fn before_fork(py: Python<'_>) {
    crate::enter::detached(py, bassline_storage::fork::hold_still);
}

/// After a fork, in the parent.
#[pyfunction]
pub(crate) fn after_fork_in_parent() {
    bassline_storage::fork::go_on();
}

/// Called in the child after a fork: the networks of the parent are not for it, and what they hold is never let go of, as the threads that
/// would have to let go first stayed with the parent.
#[pyfunction]
pub(crate) fn after_fork() {
    bassline_storage::fork::go_on_in_child();
    crate::shared::count_fork();
    // Another thread of the parent may have held it, and will never let it go here.
    if let Ok(mut open) = OPEN.try_lock() {
        open.drain(..)
            .filter_map(|shared| shared.upgrade())
            .for_each(std::mem::forget);
    }
}

impl Shared {
    /// A network that has just been opened.
    pub(crate) fn opened(self) -> Arc<Self> {
        let shared = Arc::new(self);
        let weak: Weak<Self> = Arc::downgrade(&shared);
        shared.kernel.serve(weak);
        let mut open = lock(&OPEN);
        open.retain(|other| other.strong_count() > 0);
        open.push(Arc::downgrade(&shared));
        shared
    }
}

impl Shared {
    /// Writes that wait still are committed, and whoever drops the last handle is told what nobody was told of before.
    fn commit_waiting_at_the_end(&mut self) {
        let key = self.key();
        let state = self.state.get_mut().unwrap_or_else(PoisonError::into_inner);
        if !state.engine.is_waiting() && state.late.is_empty() {
            return;
        }
        let _ = Python::try_attach(|py| {
            if state.engine.is_waiting() {
                let busy = Busy::settling(key);
                match crate::tick::settle(py, &mut state.engine) {
                    Ok(()) => state.engine.commit(),
                    Err(refusal) => {
                        state.engine.rollback();
                        state.late.push_back(refusal.into_error(py));
                    }
                }
                drop(busy);
            }
            for error in state.late.drain(..) {
                error.write_unraisable(py, None);
            }
        });
    }
}

impl Drop for Shared {
    /// The last handle is gone: what was committed is delivered all the same.
    fn drop(&mut self) {
        if self.born != forks() {
            return;
        }
        self.commit_waiting_at_the_end();
        let kernel = &self.kernel;
        // Without an interpreter, at its very end, drivers in Python are gone too.
        let closed = Python::try_attach(|py| {
            let undelivered = detached(py, || kernel.close(Some(GRACE))).undelivered;
            if !undelivered.is_empty() {
                DriverError::new_err(report(&undelivered)).write_unraisable(py, None);
            }
        });
        if closed.is_none() {
            kernel.close(Some(GRACE));
        }
    }
}
