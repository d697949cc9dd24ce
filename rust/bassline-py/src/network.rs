//! The network class: opening, reading, writing.

use crate::argument::{Count, OwnedWord, Seconds, Word};
use crate::clock::Manual;
use crate::contradiction::Contradiction;
use crate::error::{BasslineError, DeclarationError, UnknownContactError, image_error, storage_error};
use crate::function::ImportLibrary;
use crate::handle::{Contact, Gadget, GroupHandle, Wire, assign, read_network};
use crate::persist::Persist;
use crate::schedule::clock_of;
use crate::shared::Shared;
use crate::tick;
use crate::value::{content_to_python, to_content, to_python};
use bassline_core::{ContactId, Content, Extent, Image, Network as Core, OnContradiction, Pattern};
use bassline_kernel::{Engine, Equipment, Kernel, Ring};
use bassline_storage::{Condition, Sync, anchored, store_of};
use indexmap::IndexMap;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyMapping};
use std::ffi::OsStr;
use std::path::PathBuf;
use std::sync::Arc;

/// The engine's side of `bassline.Network`.
#[pyclass(frozen, subclass, module = "bassline._core")]
pub(crate) struct Network {
    pub(crate) shared: Arc<Shared>,
}

fn one_of(name: &str, value: &str, allowed: &[&str]) -> PyResult<()> {
    if allowed.contains(&value) {
        Ok(())
    } else {
        Err(DeclarationError::new_err(format!(
            "{name} must be '{}', found '{value}'; there is no other yet",
            allowed.join("' or '")
        )))
    }
}

#[pymethods]
impl Network {
    #[new]
    #[pyo3(
        signature = (
            store=None, *, name=Word("main"), persist=Word("batch"), batch_size=None, interval=None, snapshot_interval=None,
            max_snapshots=None, sync=Word("full"), contradictions=Word("record"), history=Count(10_000), clock=None, past=None, tick=Count(0)
        ),
        text_signature = "(store=None, *, name='main', persist='batch', batch_size=None, interval=None, snapshot_interval=None, max_snapshots=None, sync='full', contradictions='record', history=10000, clock=None)"
    )]
    #[expect(clippy::too_many_arguments, reason = "keywords of a public call")]
    fn new(
        py: Python<'_>,
        store: Option<PathBuf>,
        name: Word<'_>,
        persist: Word<'_>,
        batch_size: Option<Count>,
        interval: Option<Seconds>,
        snapshot_interval: Option<Seconds>,
        max_snapshots: Option<Count>,
        sync: Word<'_>,
        contradictions: Word<'_>,
        history: Count,
        clock: Option<&Bound<'_, Manual>>,
        past: Option<PyRef<'_, Network>>,
        tick: Count,
    ) -> PyResult<Self> {
        if let Some(network) = past {
            return crate::past::open(py, &network.shared, tick.0 as u64);
        }
        one_of("sync", &sync, &["full", "normal"])?;
        one_of("contradictions", &contradictions, &["record", "raise"])?;
        let persist = Persist::of(&persist, batch_size, interval, snapshot_interval, max_snapshots)?;
        let policy = if &*contradictions == "raise" {
            OnContradiction::Raise
        } else {
            OnContradiction::Record
        };
        let sync = if &*sync == "full" { Sync::Full } else { Sync::Normal };
        let url: &OsStr = store.as_ref().map_or("memory:".as_ref(), |url| url.as_os_str());
        let store = store_of(url, sync).map_err(|error| storage_error(&error))?;
        // A store that nobody else can open has nothing to give back: nothing need be handed to it.
        let stored = store.url() != "memory:";
        let library = Arc::new(ImportLibrary);
        let (network, kernel, epoch, positions, condition) = if stored {
            let opened = crate::storage::asked(py, || store.open(&name))?;
            let image: Image = opened.image;
            let network = crate::enter::detached(py, || Core::load(image, policy, Some(library)))
                .map_err(|error| image_error(&error))?;
            let mut options = persist.options();
            let equipment = Equipment {
                letters: opened.letters,
                cursors: opened.cursors,
                ..Equipment::default()
            };
            let kernel = Arc::new(match opened.log {
                Some(log) => {
                    options.is_log = true;
                    Kernel::with(log, equipment)
                }
                None => Kernel::with(Ring::new(), equipment),
            });
            let attached = kernel.attach("store", opened.driver, options);
            attached.map_err(|error| crate::error::kernel_error(py, error))?;
            (network, kernel, opened.epoch, opened.positions, opened.condition)
        } else {
            let mut network = Core::new(policy);
            network.set_library(library);
            (
                network,
                Arc::new(Kernel::new(Ring::new())),
                1,
                IndexMap::new(),
                Condition::default(),
            )
        };
        let store = if stored {
            // The process may go to another directory.
            store_of(&anchored(url), sync).map_err(|error| storage_error(&error))?
        } else {
            store
        };
        let mut network = network;
        network.keep_history(history.0, crate::undo::BYTES, !stored);
        let mut engine = Engine::new(
            network,
            Arc::clone(&kernel),
            clock_of(clock),
            epoch,
            positions,
            history.0,
        );
        if store.capabilities().durable {
            engine.require_storable();
        }
        let max_snapshots = persist.max_snapshots(stored);
        let mut shared = Shared::new(engine, kernel, store, &name);
        shared.immediate = persist.is_immediate() && stored;
        shared.stored = stored;
        shared.condition = condition;
        shared.max_snapshots = max_snapshots;
        let shared = shared.opened();
        crate::persist::set_alarms(&shared, &persist);
        Ok(Self { shared })
    }

    fn __getitem__<'py>(&self, py: Python<'py>, path: Word<'_>) -> PyResult<Bound<'py, PyAny>> {
        let content = self
            .shared
            .read_found(py, |network| network.find_contact(network.root(), &path))?;
        content_to_python(py, &content)
    }

    fn __setitem__(&self, py: Python<'_>, path: Word<'_>, value: &Bound<'_, PyAny>) -> PyResult<()> {
        let id = self.contact_id(py, &path)?;
        let content = to_content(value)?;
        tick::write(py, &self.shared, move |network| assign(network, id, content))
    }

    fn __delitem__(&self, path: &Bound<'_, PyAny>) -> PyResult<()> {
        let _ = path;
        Err(pyo3::exceptions::PyTypeError::new_err(
            "del does not say which is meant: net.erase(path) empties a contact, net.remove(path) removes it",
        ))
    }

    fn __contains__(&self, py: Python<'_>, path: Word<'_>) -> PyResult<bool> {
        read_network(py, &self.shared, |network| {
            Ok(network.find_contact(network.root(), &path).is_ok())
        })
    }

    /// What the contact at a path holds; `default` if there is no such contact or it is empty.
    ///
    /// >>> net = bl.Network()
    /// >>> _ = net.contact("x")
    /// >>> net.get("x", 0), net.get("typo", 0)
    /// (0, 0)
    #[pyo3(signature = (path, default=None))]
    fn get<'py>(
        &self,
        py: Python<'py>,
        path: Word<'_>,
        default: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let found = read_network(py, &self.shared, |network| {
            Ok(network.find_contact(network.root(), &path).ok())
        })?;
        let content = match found {
            Some(id) => self.shared.read(py, id)?,
            None => None,
        };
        match content {
            Some(value) => to_python(py, &value),
            None => Ok(default.unwrap_or_else(|| py.None().into_bound(py))),
        }
    }

    /// Writes several contacts by path: one tick. Nothing is written if one of them is not there or one value cannot be held.
    ///
    /// >>> net = bl.Network()
    /// >>> _ = net.contact("price"), net.contact("qty")
    /// >>> net.update({"price": 12, "qty": 5})
    /// >>> net["price"], net["qty"], net.tick
    /// (12, 5, 3)
    fn update(&self, py: Python<'_>, values: &Bound<'_, PyMapping>) -> PyResult<()> {
        let mut writes: Vec<(ContactId, Content)> = Vec::new();
        for item in values.items()?.iter() {
            let (path, value): (OwnedWord, Bound<'_, PyAny>) = item.extract()?;
            writes.push((self.contact_id(py, &path.0)?, to_content(&value)?));
        }
        tick::write(py, &self.shared, move |network| {
            for (id, content) in &writes {
                content
                    .as_ref()
                    .map_or(Ok(()), |value| network.check_write(*id, value))?;
            }
            writes
                .into_iter()
                .try_for_each(|(id, content)| assign(network, id, content))
        })
    }

    /// Empties the contact at a path: one tick.
    ///
    /// >>> net = bl.Network()
    /// >>> _ = net.contact("x", 1)
    /// >>> net.erase("x")
    /// >>> net["x"]
    /// Nothing
    fn erase(&self, py: Python<'_>, path: Word<'_>) -> PyResult<()> {
        let id = self.contact_id(py, &path)?;
        tick::write(py, &self.shared, move |network| network.erase(id))
    }

    /// The number of the last committed tick.
    #[getter]
    fn tick(&self, py: Python<'_>) -> PyResult<u64> {
        read_network(py, &self.shared, |network| Ok(network.now()))
    }

    /// The network's name in its store.
    #[getter]
    fn name(&self) -> &str {
        &self.shared.name
    }

    /// Where the reader of a source stands, as stored with its last tick; `None` if it never began.
    ///
    /// >>> net = bl.Network()
    /// >>> x = net.contact("x")
    /// >>> with net.batch("sensor", position=1):
    /// ...     x.value = 21.5
    /// >>> net.position("sensor"), net.position("other")
    /// (1, None)
    fn position<'py>(&self, py: Python<'py>, source: Word<'_>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let position = crate::enter::to_read(py, &self.shared)?
            .engine
            .position(&source)
            .cloned();
        position.map(|position| to_python(py, &position)).transpose()
    }

    fn _contradictions(&self, py: Python<'_>) -> PyResult<Vec<Contradiction>> {
        read_network(py, &self.shared, |network| {
            let all = network.contradictions().into_iter();
            all.map(|(id, found)| Ok(Contradiction::of(&network.path(id)?, found.clone())))
                .collect()
        })
    }

    fn _contact(&self, py: Python<'_>, path: Word<'_>) -> PyResult<Contact> {
        Ok(Contact::new(&self.shared, self.contact_id(py, &path)?))
    }

    fn _gadget(&self, py: Python<'_>, path: Word<'_>) -> PyResult<Gadget> {
        let id = read_network(py, &self.shared, |network| network.find_gadget(network.root(), &path))?;
        Ok(Gadget::new(&self.shared, id))
    }

    fn _group(&self, py: Python<'_>, path: Word<'_>) -> PyResult<GroupHandle> {
        let id = read_network(py, &self.shared, |network| network.find_group(network.root(), &path))?;
        Ok(GroupHandle::new(&self.shared, id))
    }

    fn _contact_paths(&self, py: Python<'_>, pattern: Option<Word<'_>>) -> PyResult<Vec<String>> {
        let pattern = pattern.map(|pattern| Pattern::new(&pattern));
        read_network(py, &self.shared, |network| {
            let ids = network.contact_ids().into_iter();
            let paths = ids.map(|id| network.path(id)).collect::<Result<Vec<_>, _>>()?;
            let paths = paths.into_iter();
            Ok(paths
                .filter(|path| pattern.as_ref().is_none_or(|pattern| pattern.matches(path)))
                .map(|path| path.to_string())
                .collect())
        })
    }

    fn _gadget_paths(&self, py: Python<'_>) -> PyResult<Vec<String>> {
        read_network(py, &self.shared, |network| {
            let ids = network.gadget_ids().into_iter();
            ids.map(|id| network.gadget_path(id).map(|path| path.to_string()))
                .collect()
        })
    }

    fn _group_paths(&self, py: Python<'_>) -> PyResult<Vec<String>> {
        read_network(py, &self.shared, |network| {
            let ids = network.group_ids().into_iter();
            ids.map(|id| network.group_path(id).map(|path| path.to_string()))
                .collect()
        })
    }

    fn _wires(&self, py: Python<'_>) -> PyResult<Vec<Wire>> {
        let ids = read_network(py, &self.shared, |network| Ok(network.wire_ids()))?;
        Ok(ids.into_iter().map(|id| Wire::new(&self.shared, id)).collect())
    }

    fn _subscribe(&self, py: Python<'_>, pattern: Word<'_>, function: Py<PyAny>) -> PyResult<u64> {
        crate::change::subscribe(py, &self.shared, &pattern, function)
    }

    fn _unsubscribe(&self, py: Python<'_>, id: u64) -> PyResult<()> {
        crate::change::unsubscribe(py, &self.shared, id)
    }

    /// The reasons of a contact, as dicts; see `bassline.Why`.
    fn _why<'py>(
        &self,
        py: Python<'py>,
        path: Word<'_>,
        depth: Count,
        events: Count,
        before: Option<Count>,
    ) -> PyResult<Vec<Bound<'py, PyDict>>> {
        let id = self.contact_id(py, &path)?;
        let known = Extent::to(depth.0);
        let extent = Extent {
            events: events.0,
            before: before.map_or(u64::MAX, |before| before.0 as u64),
            most: known.most.max(events.0),
            ..known
        };
        crate::why::reasons(py, &self.shared, id, extent)?
            .iter()
            .map(|reason| crate::why::to_dict(py, &self.shared, reason))
            .collect()
    }
}

impl Network {
    fn contact_id(&self, py: Python<'_>, path: &str) -> PyResult<ContactId> {
        read_network(py, &self.shared, |network| network.find_contact(network.root(), path))
    }

    pub(crate) fn refuse_foreign(&self, other: &Arc<Shared>) -> PyResult<()> {
        if Arc::ptr_eq(&self.shared, other) {
            Ok(())
        } else {
            Err(BasslineError::new_err("this handle belongs to another network"))
        }
    }

    pub(crate) fn unknown(message: String) -> PyErr {
        UnknownContactError::new_err(crate::error::shown(&message))
    }
}
