//! A store as Python sees it, whether or not a network of it is open.

use crate::argument::{Count, OwnedWord, Seconds, Word};
use crate::change::Change;
use crate::driver::DeadLetter;
use crate::enter::{at_most, check, detached};
use crate::error::{letters_error, storage_error};
use crate::network::Network;
use crate::shared::lock;
use crate::value::{to_attributes, to_python};
use bassline_core::{Map, Text, Value};
use bassline_storage::{Follow, StorageError, Store as Storage, Sync, store_of};
use pyo3::prelude::*;
use pyo3::types::PyDict;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

/// The engine's side of `bassline.NetworkStorage`.
#[pyclass(frozen, module = "bassline._core")]
pub(crate) struct Store {
    store: Arc<dyn Storage>,
}

/// What a store answers.
pub(crate) fn asked<T: Send>(py: Python<'_>, ask: impl FnOnce() -> Result<T, StorageError> + Send) -> PyResult<T> {
    detached(py, ask).map_err(|error| storage_error(&error))
}

/// Number, label, tick, and time in seconds since 1970.
type Snapshot = (u64, String, u64, f64);

#[pymethods]
impl Store {
    #[new]
    fn new(url: PathBuf) -> PyResult<Self> {
        let store = store_of(url.as_os_str(), Sync::Full).map_err(|error| storage_error(&error))?;
        Ok(Self { store })
    }

    /// The URL it is opened by.
    #[getter]
    fn url(&self) -> String {
        self.store.url()
    }

    /// The same with whatever must not be shown, as a password.
    fn _address(&self) -> String {
        self.store.address().to_string_lossy().into_owned()
    }

    /// The groups with these attributes and tags, and perhaps some more, by path, each with its own attributes; `None` if the store has no
    /// index of them.
    fn _groups_with<'py>(
        &self,
        py: Python<'py>,
        network: Word<'_>,
        attributes: &Bound<'py, PyDict>,
        tags: Vec<OwnedWord>,
    ) -> PyResult<Option<Vec<(String, Bound<'py, PyAny>)>>> {
        let wanted = to_attributes(Some(attributes))?;
        let wanted = match wanted {
            Value::Null => Value::Map(Arc::new(Map::new(Vec::new()))),
            wanted => wanted,
        };
        let tags: Vec<Text> = tags.into_iter().map(|tag| Text::from(tag.0)).collect();
        let Some(groups) = asked(py, || self.store.groups_with(&network, &wanted, &tags))? else {
            return Ok(None);
        };
        let group = |(path, attributes): (Text, Value)| {
            let attributes = match attributes {
                Value::Null => PyDict::new(py).into_any(),
                attributes => to_python(py, &attributes)?,
            };
            Ok((path.to_string(), attributes))
        };
        groups.into_iter().map(group).collect::<PyResult<Vec<_>>>().map(Some)
    }

    /// Whoever tells of what is committed to a network, wherever it is open, of a pattern; `None` if the store cannot tell.
    fn _follow(&self, py: Python<'_>, network: Word<'_>, pattern: Word<'_>) -> PyResult<Option<Follower>> {
        let follow = asked(py, || self.store.follow(&network, &pattern))?;
        Ok(follow.map(|follow| Follower {
            follow: Mutex::new(follow),
            network: network.to_string(),
        }))
    }

    /// What it can do, by name.
    fn capabilities<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let can = self.store.capabilities();
        let dict = PyDict::new(py);
        dict.set_item("durable", can.durable)?;
        dict.set_item("history", can.history)?;
        dict.set_item("snapshots", can.snapshots)?;
        dict.set_item("concurrent_readers", can.concurrent_readers)?;
        Ok(dict)
    }

    /// The names of its networks.
    fn networks(&self, py: Python<'_>) -> PyResult<Vec<String>> {
        let networks = asked(py, || self.store.networks())?;
        Ok(networks.into_iter().map(|network| network.name).collect())
    }

    /// What it holds of a network: the last tick and its time in seconds since 1970; if they are to be counted, too, its contacts, groups,
    /// gadgets, wires, contradictions, and ticks of history.
    fn figures<'py>(&self, py: Python<'py>, network: Word<'_>, count: bool) -> PyResult<Bound<'py, PyDict>> {
        let (found, counted) = asked(py, || {
            let reader = self.store.reader(&network)?;
            let networks = self.store.networks()?;
            let found = networks.into_iter().find(|found| found.name == *network);
            let counted = if count {
                Some((reader.population()?, reader.tick_count()?))
            } else {
                None
            };
            Ok((found, counted))
        })?;
        let dict = PyDict::new(py);
        dict.set_item("tick", found.as_ref().map_or(0, |found| found.tick))?;
        dict.set_item("time", found.map(|found| found.time_micros as f64 / 1e6))?;
        if let Some((there, ticks)) = counted {
            dict.set_item("contacts", there.contacts)?;
            dict.set_item("groups", there.groups)?;
            dict.set_item("gadgets", there.gadgets)?;
            dict.set_item("wires", there.wires)?;
            dict.set_item("contradictions", there.contradictions)?;
            dict.set_item("history", ticks)?;
        }
        Ok(dict)
    }

    /// Removes a network; whether it was there.
    fn delete(&self, py: Python<'_>, network: Word<'_>) -> PyResult<bool> {
        asked(py, || self.store.delete(&network))
    }

    /// Copies the store while it is open; the size of the copy.
    fn backup(&self, py: Python<'_>, to: PathBuf) -> PyResult<u64> {
        asked(py, || self.store.backup(&to))
    }

    /// What was read, and what is wrong.
    fn check(&self, py: Python<'_>) -> PyResult<(Vec<String>, Vec<String>)> {
        let checkup = asked(py, || self.store.check())?;
        Ok((checkup.read, checkup.found))
    }

    /// The snapshots of a network, oldest first.
    fn snapshots(&self, py: Python<'_>, network: Word<'_>) -> PyResult<Vec<Snapshot>> {
        let snapshots = asked(py, || self.store.reader(&network)?.snapshots())?;
        let told = snapshots.into_iter().map(|info| {
            let time = info.time_micros as f64 / 1e6;
            (info.id, info.label.to_string(), info.tick, time)
        });
        Ok(told.collect())
    }

    /// The dead letters of a network, of a driver or all, oldest first.
    fn _dead_letters(&self, py: Python<'_>, network: Word<'_>, driver: Option<OwnedWord>) -> PyResult<Vec<DeadLetter>> {
        let driver = driver.map(|driver| driver.0);
        let letters = asked(py, || self.store.letters(&network))?;
        let listed = detached(py, || letters.list(driver.as_deref()));
        Ok(DeadLetter::all(
            &network,
            listed.map_err(|error| letters_error(&error))?,
        ))
    }

    /// Has dead letters tried once more when their drivers are attached the next time; how many there were.
    fn _requeue(&self, py: Python<'_>, network: Word<'_>, ids: Vec<u64>) -> PyResult<u64> {
        let letters = asked(py, || self.store.letters(&network))?;
        detached(py, || letters.mark(&ids)).map_err(|error| letters_error(&error))
    }

    /// Lets go of dead letters; how many there were.
    fn _purge(&self, py: Python<'_>, network: Word<'_>, ids: Vec<u64>) -> PyResult<u64> {
        let letters = asked(py, || self.store.letters(&network))?;
        detached(py, || letters.remove(&ids)).map_err(|error| letters_error(&error))
    }

    /// Removes a snapshot; whether it was there.
    fn delete_snapshot(&self, py: Python<'_>, network: Word<'_>, number: Count) -> PyResult<bool> {
        asked(py, || self.store.reader(&network)?.delete_snapshot(number.0 as u64))
    }
}

/// Tells of what is committed to a network, wherever it is open.
#[pyclass(frozen, module = "bassline._core")]
pub(crate) struct Follower {
    follow: Mutex<Box<dyn Follow>>,
    network: String,
}

#[pymethods]
impl Follower {
    /// The changes since the last time; waits so many seconds for one, about a second at most, and answers none then.
    fn next(&self, py: Python<'_>, seconds: Seconds) -> PyResult<Vec<Change>> {
        let wait = at_most(seconds.0);
        let told = asked(py, || lock(&self.follow).next(wait))?;
        let change = |notice| Change::new_in(&self.network, notice);
        Ok(told.into_iter().map(change).collect())
    }
}

#[pymethods]
impl Network {
    /// The store the network is in; for one in memory alone, the one it keeps its snapshots in.
    fn _store(&self) -> PyResult<Store> {
        check(&self.shared)?;
        Ok(Store {
            store: Arc::clone(&self.shared.store),
        })
    }

    /// How the store found the network, and how it is, by name.
    fn _condition<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        check(&self.shared)?;
        let condition = &self.shared.condition;
        let cut = condition.cut.as_ref().map(|cut| {
            let told = PyDict::new(py);
            told.set_item("file", &cut.file)?;
            told.set_item("offset", cut.offset)?;
            told.set_item("bytes", cut.bytes)?;
            told.set_item("record", cut.record)?;
            told.set_item("found", &cut.found)?;
            Ok::<_, PyErr>(told)
        });
        let dict = PyDict::new(py);
        dict.set_item("closed", condition.closed)?;
        dict.set_item("cut", cut.transpose()?)?;
        dict.set_item("damaged", condition.damaged.clone())?;
        dict.set_item("trouble", detached(py, || condition.trouble()))?;
        Ok(dict)
    }

    /// Whether the network is closed.
    fn _is_closed(&self, py: Python<'_>) -> PyResult<bool> {
        let state = crate::enter::to_read(py, &self.shared)?;
        Ok(state.closing != crate::shared::Closing::Open)
    }
}
