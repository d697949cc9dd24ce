//! What the handles of one network share.

use crate::error::BasslineError;
use crate::watch::Waiting;
use bassline_core::{ContactId, Content, Network, NetworkError, View};
use bassline_kernel::{Alarm, Clock, Engine, Kernel};
use bassline_storage::{Condition, Store};
use indexmap::IndexMap;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

/// A write made by a gadget or a subscriber: it waits for a tick of its own.
pub(crate) type Deferred = Box<dyn FnOnce(&mut Network) -> Result<(), NetworkError> + Send>;

/// How far a network is closed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Closing {
    Open,
    /// It takes what its drivers answer to what they are handed, and no more.
    Draining,
    Closed,
}

/// Behind the lock.
pub(crate) struct State {
    pub(crate) engine: Engine,
    /// The thread that has a batch open; 0 for none.
    pub(crate) owner: u64,
    /// How deep batches are nested.
    pub(crate) depth: u32,
    /// Whether a thread is telling subscribers.
    pub(crate) delivering: bool,
    /// Whether a thread is handing calls of coroutines over.
    pub(crate) launching: bool,
    pub(crate) closing: Closing,
    /// Whether the open batch is a transaction: it was begun by a write, and ends when it is asked to.
    pub(crate) transaction: bool,
    /// What went wrong in ticks that nobody waited for; whoever comes next is told.
    pub(crate) late: VecDeque<PyErr>,
}

impl State {
    /// The network as this thread may see it: its own open batch as it stands; that of another, and writes that wait, not at all.
    #[inline]
    pub(crate) fn view(&self) -> View<'_> {
        let network = &self.engine.network;
        if !network.in_tick()
            || self.owner == crate::enter::thread_number()
            || bassline_core::planted::is(bassline_core::planted::Bug::UncommittedRead)
        {
            network.current()
        } else {
            network.committed()
        }
    }
}

/// One network, as all its handles know it.
pub(crate) struct Shared {
    pub(crate) state: Mutex<State>,
    /// How many threads wait for the lock, and how many have got it after waiting.
    pub(crate) waiting: AtomicU32,
    pub(crate) turns: AtomicU32,
    /// Rung when a batch ends.
    pub(crate) freed: Condvar,
    pub(crate) kernel: Arc<Kernel>,
    /// Whom to call with changes, by the number of the watcher.
    pub(crate) subscribers: Mutex<IndexMap<u64, Py<PyAny>>>,
    /// Whose changes wait in queues, likewise.
    pub(crate) watches: Mutex<IndexMap<u64, Arc<Waiting>>>,
    /// What the gadgets of the open tick wrote; it waits until the tick commits.
    pub(crate) staged: Mutex<Vec<Deferred>>,
    /// What waits for a tick of its own, each with the thread that makes it.
    pub(crate) deferred: Mutex<VecDeque<(u64, Deferred)>>,
    /// Whether there may be any of these.
    pub(crate) has_staged: AtomicBool,
    pub(crate) has_deferred: AtomicBool,
    /// Whether each write waits until it is stored.
    pub(crate) immediate: bool,
    /// Where snapshots are, and the past; one of its own for a network in memory alone.
    pub(crate) store: Arc<dyn Store>,
    /// How the store found the network, and how it is.
    pub(crate) condition: Condition,
    /// Whether the store takes every tick.
    pub(crate) stored: bool,
    /// The last tick that was committed before this opening.
    pub(crate) opened_tick: u64,
    pub(crate) clock: Arc<dyn Clock>,
    /// How many snapshots are kept at most.
    pub(crate) max_snapshots: Option<usize>,
    /// What rings for the sake of the store.
    pub(crate) alarms: Mutex<Vec<Box<dyn Alarm>>>,
    /// Of a network that can only be read: the tick it shows.
    pub(crate) past: Option<u64>,
    /// What makes the calls of gadgets that are coroutines, once there was one.
    pub(crate) coroutines: PyOnceLock<Py<PyAny>>,
    /// The network's name in the store.
    pub(crate) name: String,
    /// How many forks this process had behind it when the network was opened.
    pub(crate) born: u32,
}

static FORKS: AtomicU32 = AtomicU32::new(0);

/// Another fork is behind this process.
pub(crate) fn count_fork() {
    FORKS.fetch_add(1, Ordering::Relaxed);
}

pub(crate) fn forks() -> u32 {
    FORKS.load(Ordering::Relaxed)
}

/// Takes a small lock of ours, under which nothing of anyone else's runs.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Shared {
    /// A network that was opened, in its process, with nothing going on in it.
    pub(crate) fn new(engine: Engine, kernel: Arc<Kernel>, store: Arc<dyn Store>, name: &str) -> Self {
        let (opened_tick, clock) = (engine.network.now(), Arc::clone(engine.clock()));
        let state = State {
            engine,
            owner: 0,
            depth: 0,
            delivering: false,
            launching: false,
            closing: Closing::Open,
            transaction: false,
            late: VecDeque::new(),
        };
        Self {
            state: Mutex::new(state),
            waiting: AtomicU32::new(0),
            turns: AtomicU32::new(0),
            freed: Condvar::new(),
            kernel,
            subscribers: Mutex::default(),
            watches: Mutex::default(),
            staged: Mutex::new(Vec::new()),
            deferred: Mutex::new(VecDeque::new()),
            has_staged: AtomicBool::new(false),
            has_deferred: AtomicBool::new(false),
            immediate: false,
            store,
            condition: Condition::default(),
            stored: false,
            opened_tick,
            clock,
            max_snapshots: None,
            alarms: Mutex::new(Vec::new()),
            past: None,
            coroutines: PyOnceLock::new(),
            name: name.to_owned(),
            born: forks(),
        }
    }

    /// What tells this network from others on a thread.
    #[inline]
    pub(crate) fn key(&self) -> usize {
        std::ptr::from_ref(self) as usize
    }

    pub(crate) fn check_process(&self) -> PyResult<()> {
        if self.born == forks() {
            Ok(())
        } else {
            Err(BasslineError::new_err(
                "this network was opened before the process forked; its threads and its store stayed with the parent: open it anew here, or use the 'spawn' start method",
            ))
        }
    }

    /// Refuses who may not write any more.
    #[inline]
    pub(crate) fn check_open(&self, state: &State) -> PyResult<()> {
        match state.closing {
            Closing::Open if self.past.is_some() => Err(self.read_only()),
            Closing::Open => Ok(()),
            Closing::Draining if crate::current::is_driving(self.key()) => Ok(()),
            Closing::Draining | Closing::Closed => Err(BasslineError::new_err(
                "this network is closed; open it again with bassline.Network(...)",
            )),
        }
    }

    #[cold]
    fn read_only(&self) -> PyErr {
        BasslineError::new_err(format!(
            "this is the network as it was after tick {}, which can only be read; write to the network itself, or restore a snapshot there",
            self.past.unwrap_or_default()
        ))
    }

    /// After a commit, with the network locked still: what its gadgets wrote is next.
    #[inline]
    pub(crate) fn release(&self) {
        if !self.has_staged.load(Ordering::Relaxed) {
            return;
        }
        let mut staged = lock(&self.staged);
        self.has_staged.store(false, Ordering::Relaxed);
        if !staged.is_empty() {
            let me = crate::enter::thread_number();
            let mut deferred = lock(&self.deferred);
            deferred.extend(staged.drain(..).map(|operation| (me, operation)));
            self.has_deferred.store(true, Ordering::Relaxed);
        }
    }

    /// Keeps what a gadget wrote until its tick commits.
    pub(crate) fn stage(&self, operation: Deferred) {
        let mut staged = lock(&self.staged);
        if staged.is_empty() || !bassline_core::planted::is(bassline_core::planted::Bug::ReentrantWriteDropped) {
            staged.push(operation);
        }
        self.has_staged.store(true, Ordering::Relaxed);
    }

    /// Keeps a write of this thread until it has made those before it.
    pub(crate) fn defer(&self, operation: Deferred) {
        let mut deferred = lock(&self.deferred);
        deferred.push_back((crate::enter::thread_number(), operation));
        self.has_deferred.store(true, Ordering::Relaxed);
    }

    /// The oldest write that waits for this thread to make it.
    pub(crate) fn next_deferred(&self) -> Option<Deferred> {
        if !self.has_deferred.load(Ordering::Relaxed) {
            return None;
        }
        let me = crate::enter::thread_number();
        let mut deferred = lock(&self.deferred);
        self.has_deferred.store(!deferred.is_empty(), Ordering::Relaxed);
        let at = deferred.iter().position(|(thread, _)| *thread == me)?;
        deferred.remove(at).map(|(_, operation)| operation)
    }

    /// The content of a contact as its reader may see it: inside a batch, its own thread sees its own writes.
    #[inline]
    pub(crate) fn read(&self, py: Python<'_>, id: ContactId) -> PyResult<Content> {
        self.read_found(py, |_| Ok(id))
    }

    /// The content of the contact that is found. A gadget finds what its tick has declared, and reads what was when its tick began.
    #[inline]
    pub(crate) fn read_found(
        &self,
        py: Python<'_>,
        find: impl Fn(View<'_>) -> Result<ContactId, NetworkError>,
    ) -> PyResult<Content> {
        let fired = crate::current::firing(self.key(), |network| {
            let id = find(network.current())?;
            network.committed_content(id)
        });
        let content = match fired {
            Some(content) => content,
            None => {
                let state = crate::enter::to_read(py, self)?;
                let view = state.view();
                find(view).and_then(|id| view.content(id))
            }
        };
        content.map_err(|error| crate::error::network_error(py, error))
    }
}
