//! Snapshots: the whole network as it was, kept under a number and brought back in one tick.

use crate::argument::Word;
use crate::enter::{check, detached, is_interrupted, outside_batch, thread_number, to_read};
use crate::error::{BasslineError, PyStorageError, kernel_error};
use crate::network::Network;
use crate::schedule::{self, Guard, to_begin};
use crate::shared::Shared;
use crate::storage::asked;
use crate::tick::{Follows, after, once};
use bassline_kernel::KernelError;
use bassline_storage::{NewSnapshot, SnapshotInfo};
use pyo3::prelude::*;
use std::sync::Arc;

/// A snapshot that is kept.
///
/// >>> net = bl.Network()
/// >>> x = net.contact("x", 1)
/// >>> before = net.snapshot("before")
/// >>> x.value = 2
/// >>> before.id, before.label, before.tick
/// (1, 'before', 1)
/// >>> net.restore(before)
/// >>> x.value
/// 1
#[pyclass(frozen, module = "bassline")]
pub(crate) struct Snapshot {
    shared: Arc<Shared>,
    pub(crate) info: SnapshotInfo,
}

#[pymethods]
impl Snapshot {
    /// Its number, never given twice in its network.
    #[getter]
    fn id(&self) -> u64 {
        self.info.id
    }
    /// A word for people; may be empty.
    #[getter]
    fn label(&self) -> &str {
        &self.info.label
    }
    /// The tick it shows.
    #[getter]
    fn tick(&self) -> u64 {
        self.info.tick
    }
    /// When it was taken, in seconds since 1970.
    #[getter]
    fn time(&self) -> f64 {
        self.info.time_micros as f64 / 1e6
    }

    /// Lets go of it; answers whether it was still there.
    ///
    /// >>> net = bl.Network()
    /// >>> snapshot = net.snapshot()
    /// >>> snapshot.delete(), snapshot.delete(), net.snapshots()
    /// (True, False, [])
    fn delete(&self, py: Python<'_>) -> PyResult<bool> {
        check(&self.shared)?;
        let shared = &self.shared;
        asked(py, || shared.store.reader(&shared.name)?.delete_snapshot(self.info.id))
    }

    fn __eq__(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.shared, &other.shared) && self.info.id == other.info.id
    }

    fn __hash__(&self) -> u64 {
        crate::handle::hash_of(&self.shared, self.info.id)
    }

    fn __repr__(&self) -> String {
        let label = match self.info.label.as_str() {
            "" => String::new(),
            label => format!(" '{label}'"),
        };
        format!("<Snapshot {}{label}: tick {}>", self.info.id, self.info.tick)
    }
}

/// Which snapshot is meant: it, or its number.
#[derive(FromPyObject)]
enum Which<'py> {
    Snapshot(PyRef<'py, Snapshot>),
    Number(u64),
}

#[pymethods]
impl Network {
    /// Keeps the network as it is after the last tick, structure and content, once everything up to there is stored.
    ///
    /// Raises:
    ///     BasslineError: a batch is open on this thread.
    ///     DriverError: a driver has not taken what was committed before.
    ///
    /// >>> net = bl.Network()
    /// >>> _ = net.contact("x", 1)
    /// >>> net.snapshot("before the change")
    /// <Snapshot 1 'before the change': tick 1>
    #[pyo3(signature = (label=Word("")), text_signature = "($self, label='')")]
    fn snapshot(&self, py: Python<'_>, label: Word<'_>) -> PyResult<Snapshot> {
        let shared = &self.shared;
        check(shared)?;
        schedule::commit(py, shared)?;
        outside_batch(py, shared, "snapshot()")?;
        let info = take(py, shared, &label, to_take(py, shared)?)?;
        Ok(Snapshot {
            shared: Arc::clone(shared),
            info,
        })
    }

    /// The snapshots that are kept, oldest first.
    ///
    /// >>> net = bl.Network(max_snapshots=2)
    /// >>> for label in ("one", "two", "three"):
    /// ...     _ = net.snapshot(label)
    /// >>> [snapshot.label for snapshot in net.snapshots()]
    /// ['two', 'three']
    fn snapshots(&self, py: Python<'_>) -> PyResult<Vec<Snapshot>> {
        let shared = &self.shared;
        check(shared)?;
        let all = list(py, shared)?.into_iter();
        let snapshot = |info| Snapshot {
            shared: Arc::clone(shared),
            info,
        };
        Ok(all.map(snapshot).collect())
    }

    /// Brings back a snapshot, or the one of a number: structure and content, in one tick that fires nothing. What is there before and
    /// after keeps its handle. The positions of sources stay as they are.
    ///
    /// Raises:
    ///     StorageError: there is no such snapshot.
    ///     BasslineError: a batch or a transaction is open on this thread.
    ///
    /// >>> net = bl.Network()
    /// >>> x = net.contact("x", 1)
    /// >>> before = net.snapshot()
    /// >>> net.remove("x")
    /// >>> net.restore(before.id)
    /// >>> net["x"], net.tick
    /// (1, 3)
    fn restore(&self, py: Python<'_>, snapshot: Which<'_>) -> PyResult<()> {
        let shared = &self.shared;
        check(shared)?;
        if crate::current::is_busy(shared.key()) {
            return Err(BasslineError::new_err(
                "a network is not restored while subscribers are told; do it after that",
            ));
        }
        if schedule::has_transaction(py, shared)? {
            return Err(BasslineError::new_err(
                "restore() is a tick of its own, and a transaction is open on this thread; commit() or abort() that first",
            ));
        }
        outside_batch(py, shared, "restore()")?;
        let id = match snapshot {
            Which::Number(id) => id,
            Which::Snapshot(snapshot) if Arc::ptr_eq(&snapshot.shared, shared) => snapshot.info.id,
            Which::Snapshot(_) => return Err(BasslineError::new_err("this snapshot belongs to another network")),
        };
        let image = asked(py, || shared.store.reader(&shared.name)?.snapshot(id))?;
        let Some(image) = image else {
            let ids: Vec<String> = list(py, shared)?.iter().map(|info| info.id.to_string()).collect();
            let there = if ids.is_empty() {
                "there are none".to_owned()
            } else {
                format!("there are {}", ids.join(", "))
            };
            return Err(PyStorageError::new_err(format!("there is no snapshot {id}; {there}")));
        };
        let guard = to_begin(py, shared)?;
        let ((), follows) = once(py, shared, guard, |network| detached(py, || network.restore(&image)))?;
        if follows == Follows::Something {
            after(py, shared)?;
        }
        Ok(())
    }
}

fn list(py: Python<'_>, shared: &Shared) -> PyResult<Vec<SnapshotInfo>> {
    asked(py, || shared.store.reader(&shared.name)?.snapshots())
}

/// Takes a snapshot unless no tick came after `since`; the last tick that one was taken of. Within a batch of this thread it waits for the
/// next time.
pub(crate) fn take_since(py: Python<'_>, shared: &Arc<Shared>, since: u64) -> PyResult<u64> {
    let busy = crate::current::is_busy(shared.key()) || to_read(py, shared)?.owner == thread_number();
    if busy {
        return Ok(since);
    }
    let state = to_take(py, shared)?;
    if state.engine.network.now() == since {
        return Ok(since);
    }
    take(py, shared, "", state).map(|info| info.tick)
}

/// The network between two ticks.
fn to_take<'a>(py: Python<'_>, shared: &'a Arc<Shared>) -> PyResult<Guard<'a>> {
    let state = to_begin(py, shared)?;
    shared.check_open(&state)?;
    Ok(state)
}

fn take(py: Python<'_>, shared: &Shared, label: &str, state: Guard<'_>) -> PyResult<SnapshotInfo> {
    let (image, time_micros) = (state.engine.network.image(), state.engine.now_micros());
    drop(state);
    let about = NewSnapshot {
        label: label.into(),
        time_micros,
        keep: shared.max_snapshots,
    };
    let kernel = &shared.kernel;
    match detached(py, || kernel.flush(None, &is_interrupted)) {
        Ok(()) | Err(KernelError::WithinDriver) => {}
        Err(error) => return Err(kernel_error(py, error)),
    }
    asked(py, || shared.store.reader(&shared.name)?.save_snapshot(&image, &about))
}
