//! Changes, as subscribers and drivers in Python see them.

use crate::current::{Busy, keep_first};
use crate::enter::to_read;
use crate::shared::{Shared, lock};
use crate::value::content_to_python;
use bassline_core::Pattern;
use bassline_kernel::Notice;
use pyo3::prelude::*;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// One change of one contact.
///
/// >>> net = bl.Network()
/// >>> unsubscribe = net.on_change("**", print)
/// >>> _ = net.contact("shop/price", 9.5)
/// <Change tick 1: shop/price from Nothing to 9.5>
#[pyclass(frozen, module = "bassline")]
pub(crate) struct Change {
    notice: Notice,
    network: String,
}

#[pymethods]
impl Change {
    /// Which opening of the network it belongs to.
    #[getter]
    fn epoch(&self) -> u64 {
        self.notice.epoch
    }
    /// The tick.
    #[getter]
    fn tick(&self) -> u64 {
        self.notice.tick
    }
    /// Where it stands among the changes of its tick.
    #[getter]
    fn index(&self) -> usize {
        self.notice.index
    }
    /// The network's name.
    #[getter]
    fn network(&self) -> &str {
        &self.network
    }
    /// The contact's path.
    #[getter]
    fn path(&self) -> &str {
        &self.notice.path
    }
    /// The path of the contact's group.
    #[getter]
    fn group(&self) -> &str {
        self.notice.path.rsplit_once('/').map_or("", |(group, _)| group)
    }
    /// The contact's name in its group.
    #[getter]
    fn name(&self) -> &str {
        self.notice
            .path
            .rsplit_once('/')
            .map_or(&*self.notice.path, |(_, name)| name)
    }
    /// What the contact held before.
    #[getter]
    fn old<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        content_to_python(py, &self.notice.old)
    }
    /// What it holds after.
    #[getter(new)]
    fn after<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        content_to_python(py, &self.notice.new)
    }
    /// Who wrote it: `external:source`, a gadget's path, or `wire:from->to`; of a tick that brings another back, `undo:3` or `redo:3`.
    #[getter]
    fn cause(&self) -> &str {
        &self.notice.cause
    }
    /// When, in seconds since 1970.
    #[getter]
    fn time(&self) -> f64 {
        self.notice.time_micros as f64 / 1e6
    }

    fn __repr__(&self) -> String {
        let show = bassline_core::show;
        format!(
            "<Change tick {}: {} from {} to {}>",
            self.notice.tick,
            self.notice.path,
            show(&self.notice.old),
            show(&self.notice.new)
        )
    }
}

impl Change {
    pub(crate) fn new_in(network: &str, notice: Notice) -> Self {
        Self {
            notice,
            network: network.to_owned(),
        }
    }
}

/// Someone who wants to be told of changes.
pub(crate) struct Subscriber {
    id: u64,
    pattern: Pattern,
    function: Py<PyAny>,
}

static SUBSCRIBERS: AtomicU64 = AtomicU64::new(1);

/// From now on, `function` is called with each change of a contact whose path is of `pattern`.
pub(crate) fn subscribe(py: Python<'_>, shared: &Arc<Shared>, pattern: &str, function: Py<PyAny>) -> PyResult<u64> {
    let id = SUBSCRIBERS.fetch_add(1, Ordering::Relaxed);
    let mut state = to_read(py, shared)?;
    lock(&shared.subscribers).push(Arc::new(Subscriber {
        id,
        pattern: Pattern::new(pattern),
        function,
    }));
    state.engine.watch(true);
    Ok(id)
}

pub(crate) fn unsubscribe(py: Python<'_>, shared: &Arc<Shared>, id: u64) -> PyResult<()> {
    let mut state = to_read(py, shared)?;
    let mut subscribers = lock(&shared.subscribers);
    let gone = subscribers
        .iter()
        .position(|subscriber| subscriber.id == id)
        .map(|at| subscribers.remove(at));
    if subscribers.is_empty() {
        state.engine.watch(false);
    }
    drop(subscribers);
    drop(state);
    // Its function goes last, as that may run anything.
    drop(gone);
    Ok(())
}

/// Tells the subscribers of what was committed, tick by tick; one thread at a time. The first exception is raised when all are told.
pub(crate) fn deliver(py: Python<'_>, shared: &Arc<Shared>) -> PyResult<()> {
    let mut first = Ok(());
    loop {
        let notices = {
            let mut state = to_read(py, shared)?;
            if state.delivering {
                return first;
            }
            let Some(notices) = state.engine.next_notices() else {
                return first;
            };
            state.delivering = true;
            notices
        };
        let subscribers: Vec<Arc<Subscriber>> = lock(&shared.subscribers).clone();
        let busy = Busy::telling(shared.key());
        for notice in notices {
            let mut change: Option<Py<Change>> = None;
            for subscriber in subscribers
                .iter()
                .filter(|subscriber| subscriber.pattern.matches(&notice.path))
            {
                let result = match &change {
                    Some(change) => Ok(change.clone_ref(py)),
                    None => Py::new(py, Change::new_in(&shared.name, notice.clone())),
                };
                let result = result.and_then(|made| {
                    change = Some(made.clone_ref(py));
                    subscriber.function.call1(py, (made,))
                });
                keep_first(py, &mut first, result.map(drop));
            }
        }
        drop(busy);
        to_read(py, shared)?.delivering = false;
    }
}
