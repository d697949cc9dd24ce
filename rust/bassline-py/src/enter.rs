//! Entering a network: the one place where the interpreter is let go, and where the network's lock is taken.
//!
//! A thread never waits for the lock while it holds the interpreter, so that a gadget in Python, which needs the interpreter while its
//! network is locked, is never waited for in a circle; and a thread that holds the lock is refused, as it would wait for itself.

use crate::current;
use crate::error::BasslineError;
use crate::shared::{Shared, State};
use pyo3::prelude::*;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{MutexGuard, PoisonError, TryLockError};
use std::time::{Duration, Instant};

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

/// Seconds as Python gives them, as a time to wait.
pub(crate) fn at_most(seconds: f64) -> Duration {
    // Not a number is no time at all.
    Duration::from_secs_f64(seconds.clamp(0.0, 1e9).max(0.0))
}

/// Runs something that works or waits, with the interpreter free for others.
pub(crate) fn detached<T: Send>(py: Python<'_>, run: impl FnOnce() -> T + Send) -> T {
    py.detach(run)
}

fn look_for_signals(py: Python<'_>) -> PyResult<()> {
    py.check_signals()
}

/// Whether Ctrl-C was pressed, or a gadget raised a way out; for waits that happen without the interpreter. The exception is kept.
pub(crate) fn is_interrupted() -> bool {
    if !current::has_way_out()
        && let Err(error) = Python::attach(look_for_signals)
    {
        current::keep_way_out(error);
    }
    current::has_way_out()
}

/// Refuses what a gadget may not do, and what may not be done in a network that belongs to another process.
pub(crate) fn check(shared: &Shared) -> PyResult<()> {
    shared.check_process()?;
    if current::is_settling(shared.key()) {
        return Err(BasslineError::new_err(
            "a gadget may read contacts, and write to them (after its tick), and no more; do this outside of gadgets",
        ));
    }
    Ok(())
}

/// The network's state, to read. A batch of another thread may be open: what it wrote is not looked at.
#[inline]
pub(crate) fn to_read<'a>(py: Python<'_>, shared: &'a Shared) -> PyResult<MutexGuard<'a, State>> {
    check(shared)?;
    let mut queue = Queue::new(shared);
    loop {
        match shared.state.try_lock() {
            Ok(guard) => return Ok(guard),
            Err(TryLockError::Poisoned(poisoned)) => return Ok(poisoned.into_inner()),
            Err(TryLockError::WouldBlock) => {
                queue.join();
                detached(py, || drop(shared.state.lock().unwrap_or_else(PoisonError::into_inner)));
            }
        }
    }
}

/// The network's state, to write: waits until no other thread has a batch open.
#[inline]
pub(crate) fn to_write<'a>(py: Python<'_>, shared: &'a Shared) -> PyResult<MutexGuard<'a, State>> {
    loop {
        if let Some(guard) = to_write_until(py, shared, None)? {
            return Ok(guard);
        }
    }
}

/// The same, but not for ever: `None` if another thread has its batch open still.
#[inline]
pub(crate) fn to_write_until<'a>(
    py: Python<'_>,
    shared: &'a Shared,
    deadline: Option<Instant>,
) -> PyResult<Option<MutexGuard<'a, State>>> {
    check(shared)?;
    let me = thread_number();
    let mut queue = Queue::new(shared);
    loop {
        match shared.state.try_lock() {
            Ok(guard) if guard.owner == 0 || guard.owner == me => return Ok(Some(guard)),
            Err(TryLockError::Poisoned(poisoned)) => return Ok(Some(poisoned.into_inner())),
            Ok(_) | Err(TryLockError::WouldBlock) => {}
        }
        if deadline.is_some_and(|deadline| deadline <= Instant::now()) {
            return Ok(None);
        }
        queue.join();
        detached(py, || {
            let guard = shared.state.lock().unwrap_or_else(PoisonError::into_inner);
            if guard.owner != 0 && guard.owner != me {
                drop(shared.freed.wait_timeout(guard, POLL));
            }
        });
        py.check_signals()?;
    }
}

/// Those who wait for the lock; whoever leaves has had its turn.
struct Queue<'a> {
    shared: &'a Shared,
    joined: bool,
}

impl<'a> Queue<'a> {
    #[inline]
    fn new(shared: &'a Shared) -> Self {
        Self { shared, joined: false }
    }

    fn join(&mut self) {
        if !std::mem::replace(&mut self.joined, true) {
            self.shared.waiting.fetch_add(1, Ordering::Relaxed);
        }
    }
}

impl Drop for Queue<'_> {
    #[inline]
    fn drop(&mut self) {
        if self.joined {
            self.shared.waiting.fetch_sub(1, Ordering::Relaxed);
            self.shared.turns.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// How long whoever works for long waits for another to take its turn.
const COURTESY: Duration = Duration::from_millis(20);

/// Lets others have the lock for once; who takes it again and again would keep them from it, as it is not a fair one.
pub(crate) fn give_way(py: Python<'_>, shared: &Shared) {
    if shared.waiting.load(Ordering::Relaxed) == 0 {
        return;
    }
    let turns = shared.turns.load(Ordering::Relaxed);
    let begun = Instant::now();
    detached(py, || {
        while shared.turns.load(Ordering::Relaxed) == turns && begun.elapsed() < COURTESY {
            std::thread::yield_now();
        }
    });
}

/// Refuses what would wait for others who may wait for the batch this thread has open.
pub(crate) fn outside_batch(py: Python<'_>, shared: &Shared, what: &str) -> PyResult<()> {
    if to_read(py, shared)?.owner == thread_number() {
        return Err(BasslineError::new_err(format!(
            "{what} inside a batch would wait for what may wait for the batch; do it after the batch"
        )));
    }
    Ok(())
}
