//! Entering a network: the one place where the interpreter is let go, and where the network's lock is taken.
//!
//! A thread never waits for the lock while it holds the interpreter, so that a gadget in Python, which needs the interpreter while its
//! network is locked, is never waited for in a circle.

use crate::shared::{Shared, State};
use pyo3::prelude::*;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{MutexGuard, PoisonError, TryLockError};
use std::time::Duration;

static THREADS: AtomicU64 = AtomicU64::new(1);

thread_local! {
    static THREAD: u64 = THREADS.fetch_add(1, Ordering::Relaxed);
}

/// A number for this thread, never 0.
#[inline]
pub(crate) fn thread_number() -> u64 {
    THREAD.with(|number| *number)
}

/// How long a wait goes on before Ctrl-C is looked for.
const POLL: Duration = Duration::from_millis(50);

/// Runs something that works or waits, with the interpreter free for others.
pub(crate) fn detached<T: Send>(py: Python<'_>, run: impl FnOnce() -> T + Send) -> T {
    py.detach(run)
}

/// Whether Ctrl-C was pressed; for waits that happen without the interpreter.
pub(crate) fn is_interrupted() -> bool {
    Python::attach(|py| py.check_signals().map_err(|error| error.restore(py)).is_err())
}

/// The network's state, to read. A batch of another thread may be open: what it wrote is not looked at.
#[inline]
pub(crate) fn to_read<'a>(py: Python<'_>, shared: &'a Shared) -> MutexGuard<'a, State> {
    loop {
        match shared.state.try_lock() {
            Ok(guard) => return guard,
            Err(TryLockError::Poisoned(poisoned)) => return poisoned.into_inner(),
            Err(TryLockError::WouldBlock) => {
                detached(py, || drop(shared.state.lock().unwrap_or_else(PoisonError::into_inner)));
            }
        }
    }
}

/// The network's state, to write: waits until no other thread has a batch open.
#[inline]
pub(crate) fn to_write<'a>(py: Python<'_>, shared: &'a Shared) -> PyResult<MutexGuard<'a, State>> {
    let me = thread_number();
    loop {
        match shared.state.try_lock() {
            Ok(guard) if guard.owner == 0 || guard.owner == me => return Ok(guard),
            Err(TryLockError::Poisoned(poisoned)) => return Ok(poisoned.into_inner()),
            Ok(_) | Err(TryLockError::WouldBlock) => {}
        }
        detached(py, || {
            let guard = shared.state.lock().unwrap_or_else(PoisonError::into_inner);
            if guard.owner != 0 && guard.owner != me {
                drop(shared.freed.wait_timeout(guard, POLL));
            }
        });
        py.check_signals()?;
    }
}
