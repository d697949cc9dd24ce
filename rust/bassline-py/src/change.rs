//! Changes, as subscribers and drivers in Python see them.

use crate::current::{Busy, keep_first};
use crate::enter::to_read;
use crate::shared::{Shared, lock};
use crate::value::content_to_python;
use bassline_kernel::{Notice, Told};
use pyo3::prelude::*;
use std::sync::Arc;

/// One change of one contact.
///
/// >>> net = bl.Network()
/// >>> unsubscribe = net.on_change("**", print)
/// >>> _ = net.contact("shop/price", 9.5)
/// <Change tick 1: shop/price from Nothing to 9.5>
#[pyclass(frozen, module = "bassline")]
pub(crate) struct Change {
    notice: Arc<Notice>,
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
        Self::shared(network, Arc::new(notice))
    }

    pub(crate) fn shared(network: &str, notice: Arc<Notice>) -> Self {
        Self {
            notice,
            network: network.to_owned(),
        }
    }
}

/// From now on, `function` is called with each change of a contact whose path is of `pattern`.
pub(crate) fn subscribe(py: Python<'_>, shared: &Arc<Shared>, pattern: &str, function: Py<PyAny>) -> PyResult<u64> {
    let mut state = to_read(py, shared)?;
    let id = state.engine.watchers().add(pattern);
    lock(&shared.subscribers).insert(id, function);
    Ok(id)
}

pub(crate) fn unsubscribe(py: Python<'_>, shared: &Arc<Shared>, id: u64) -> PyResult<()> {
    let mut state = to_read(py, shared)?;
    state.engine.watchers().remove(id);
    let gone = lock(&shared.subscribers).swap_remove(&id);
    drop(state);
    // Its function goes last, as that may run anything.
    drop(gone);
    Ok(())
}

/// Tells the subscribers of what was committed, tick by tick; one thread at a time. The first exception is raised when all are told.
pub(crate) fn deliver(py: Python<'_>, shared: &Arc<Shared>) -> PyResult<()> {
    let mut first = Ok(());
    loop {
        keep_first(py, &mut first, crate::watch::ring(py, shared));
        let told = {
            let mut state = to_read(py, shared)?;
            if state.delivering {
                return first;
            }
            let Some(told) = state.engine.watchers().next_told() else {
                return first;
            };
            state.delivering = true;
            told
        };
        let busy = Busy::telling(shared.key());
        for Told { notice, watchers } in told {
            let mut change: Option<Py<Change>> = None;
            for id in watchers.iter() {
                let function = lock(&shared.subscribers).get(id).map(|function| function.clone_ref(py));
                let Some(function) = function else { continue };
                let result = match &change {
                    Some(change) => Ok(change.clone_ref(py)),
                    None => Py::new(py, Change::shared(&shared.name, Arc::clone(&notice))),
                };
                let result = result.and_then(|made| {
                    change = Some(made.clone_ref(py));
                    function.call1(py, (made,))
                });
                keep_first(py, &mut first, result.map(drop));
            }
        }
        drop(busy);
        to_read(py, shared)?.delivering = false;
    }
}
