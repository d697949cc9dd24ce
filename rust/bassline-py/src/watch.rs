//! Watchers from Python: a queue that is taken from, and who is to be woken when there is something in it.

use crate::argument::{Count, Seconds, Word};
use crate::change::Change;
use crate::current;
use crate::enter::{at_most, detached, thread_number, to_read};
use crate::error::{BasslineError, DeclarationError};
use crate::network::Network;
use crate::shared::{Shared, forks, lock};
use bassline_kernel::{Notice, WatchQueue};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use std::sync::{Arc, Mutex, TryLockError};

/// A queue, and the weak references of the futures that wait for it.
pub(crate) struct Waiting {
    queue: Arc<WatchQueue>,
    futures: Mutex<Vec<Py<PyAny>>>,
}

impl Waiting {
    fn take_futures(&self) -> Vec<Py<PyAny>> {
        std::mem::take(&mut *lock(&self.futures))
    }
}

/// The engine's side of `bassline.Watch`.
#[pyclass(frozen, subclass, module = "bassline._core")]
pub(crate) struct Watch {
    shared: Arc<Shared>,
    waiting: Arc<Waiting>,
    pattern: String,
}

#[pymethods]
impl Watch {
    #[new]
    #[pyo3(signature = (network, pattern, *, max_pending=Count(10_000)), text_signature = "(network, pattern, *, max_pending=10000)")]
    fn new(py: Python<'_>, network: PyRef<'_, Network>, pattern: Word<'_>, max_pending: Count) -> PyResult<Self> {
        let shared = &network.shared;
        if max_pending.0 == 0 {
            return Err(DeclarationError::new_err(
                "max_pending is how many changes may wait, 1 or more; found 0",
            ));
        }
        if let Some(tick) = shared.past {
            return Err(BasslineError::new_err(format!(
                "in the network as it was after tick {tick} nothing changes; watch the network itself"
            )));
        }
        let mut state = to_read(py, shared)?;
        shared.check_open(&state)?;
        let queue = state.engine.watchers().add_queue(&pattern, max_pending.0);
        let waiting = Arc::new(Waiting {
            queue,
            futures: Mutex::default(),
        });
        lock(&shared.watches).insert(waiting.queue.number(), Arc::clone(&waiting));
        drop(state);
        Ok(Self {
            shared: Arc::clone(shared),
            waiting,
            pattern: (*pattern).to_owned(),
        })
    }

    /// The oldest change that was not taken yet; `None` for none.
    fn _pop(&self) -> PyResult<Option<Change>> {
        self.shared.check_process()?;
        Ok(self.waiting.queue.pop().map(|notice| self.change(notice)))
    }

    /// Waits for a change or the end, but not for longer than that; whether there is something.
    fn _wait(&self, py: Python<'_>, seconds: Seconds) -> PyResult<bool> {
        let at_most = at_most(seconds.0);
        if !at_most.is_zero() {
            self.may_wait()?;
        }
        let queue = &self.waiting.queue;
        let found = detached(py, || queue.wait(at_most));
        py.check_signals()?;
        Ok(found)
    }

    /// Whether nothing comes any more, and nothing is left.
    fn _is_over(&self) -> PyResult<bool> {
        self.shared.check_process()?;
        Ok(self.waiting.queue.is_over())
    }

    /// A time to wait as a number of seconds.
    #[staticmethod]
    fn _seconds(timeout: Seconds) -> f64 {
        at_most(timeout.0).as_secs_f64()
    }

    /// Has a future, of which this is a weak reference, woken by the next change or the end; `False` if there is something already.
    fn _arm(&self, future: Py<PyAny>) -> PyResult<bool> {
        self.may_wait()?;
        lock(&self.waiting.futures).push(future);
        Ok(self.waiting.queue.arm())
    }

    /// Has it not woken any more.
    fn _disarm(&self, future: &Bound<'_, PyAny>) -> PyResult<()> {
        self.shared.check_process()?;
        let mut futures = lock(&self.waiting.futures);
        let gone = futures
            .iter()
            .position(|known| known.is(future))
            .map(|at| futures.swap_remove(at));
        drop(futures);
        drop(gone);
        Ok(())
    }

    /// All changes that were not taken yet, oldest first, without waiting.
    ///
    /// >>> net = bl.Network()
    /// >>> watch = net.watch("*")
    /// >>> net.declare({"x": 1, "y": 2})
    /// [<Contact 'x' = 1>, <Contact 'y' = 2>]
    /// >>> [(change.path, change.new) for change in watch.drain()]
    /// [('x', 1), ('y', 2)]
    fn drain(&self) -> PyResult<Vec<Change>> {
        self.shared.check_process()?;
        let notices = self.waiting.queue.drain().into_iter();
        Ok(notices.map(|notice| self.change(notice)).collect())
    }

    /// Ends it: what was not taken is dropped, whoever waits for a change comes to the end, and nothing is queued any more. A second
    /// time, or in a process that was forked, it does nothing.
    fn close(&self, py: Python<'_>) -> PyResult<()> {
        if self.shared.born != forks() {
            return Ok(());
        }
        self.end();
        wake(py, self.waiting.take_futures())
    }

    /// What it was made with.
    #[getter]
    fn pattern(&self) -> &str {
        &self.pattern
    }

    /// How many changes may wait before some are merged or lost.
    #[getter]
    fn max_pending(&self) -> usize {
        self.waiting.queue.bound()
    }

    /// How many changes wait.
    #[getter]
    fn pending(&self) -> PyResult<usize> {
        self.shared.check_process()?;
        Ok(self.waiting.queue.len())
    }

    /// How many changes went because a newer one of their contact was waiting too; that tells what the contact held before both.
    #[getter]
    fn coalesced(&self) -> PyResult<u64> {
        self.shared.check_process()?;
        Ok(self.waiting.queue.coalesced())
    }

    /// How many events of streams were lost, the oldest first.
    #[getter]
    fn missed(&self) -> PyResult<u64> {
        self.shared.check_process()?;
        Ok(self.waiting.queue.missed())
    }

    /// Whether nothing comes any more: it was closed, or the network was. What is waiting then can still be taken.
    #[getter]
    fn closed(&self) -> PyResult<bool> {
        self.shared.check_process()?;
        Ok(self.waiting.queue.is_ended())
    }
}

impl Watch {
    fn change(&self, notice: Arc<Notice>) -> Change {
        Change::shared(&self.shared.name, notice)
    }

    fn end(&self) {
        let queue = &self.waiting.queue;
        queue.end();
        // After the end, so that the engine is left with an empty one, which it may let go of with the network locked.
        drop(queue.drain());
        let known = lock(&self.shared.watches).swap_remove(&queue.number());
        drop(known);
    }

    /// Refuses to wait for what cannot come while this thread waits. The network may be locked by others: then it is looked at next time.
    fn may_wait(&self) -> PyResult<()> {
        self.shared.check_process()?;
        let in_gadget = current::is_settling(self.shared.key());
        let in_batch = match self.shared.state.try_lock() {
            Ok(state) => state.owner == thread_number(),
            Err(TryLockError::Poisoned(state)) => state.into_inner().owner == thread_number(),
            Err(TryLockError::WouldBlock) => false,
        };
        if !(in_gadget || in_batch) {
            return Ok(());
        }
        let inside = if in_gadget { "gadget" } else { "batch or transaction" };
        Err(BasslineError::new_err(format!(
            "a change that is waited for inside a {inside} never comes, as others wait for that; wait outside, or take what is there with drain()"
        )))
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        if self.shared.born == forks() {
            self.end();
        }
    }
}

/// Wakes whoever awaits a change and has one since.
pub(crate) fn ring(py: Python<'_>, shared: &Shared) -> PyResult<()> {
    let numbers = to_read(py, shared)?.engine.watchers().take_rung();
    if numbers.is_empty() {
        return Ok(());
    }
    let watches = lock(&shared.watches);
    let rung: Vec<Arc<Waiting>> = numbers
        .iter()
        .filter_map(|number| watches.get(number).map(Arc::clone))
        .collect();
    drop(watches);
    wake(py, rung.iter().flat_map(|waiting| waiting.take_futures()).collect())
}

/// Ends all watches of a network; what waits in them can still be taken.
pub(crate) fn end_all(py: Python<'_>, shared: &Shared) -> PyResult<()> {
    let watches = std::mem::take(&mut *lock(&shared.watches));
    for waiting in watches.values() {
        waiting.queue.end();
    }
    wake(
        py,
        watches.values().flat_map(|waiting| waiting.take_futures()).collect(),
    )
}

fn wake(py: Python<'_>, futures: Vec<Py<PyAny>>) -> PyResult<()> {
    static WAKE: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    if futures.is_empty() {
        return Ok(());
    }
    let wake = WAKE.get_or_try_init(py, || py.import("bassline.watch")?.getattr("wake").map(Bound::unbind))?;
    wake.call1(py, (futures,)).map(drop)
}
