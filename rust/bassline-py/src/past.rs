//! The past: the network as it was after a tick, to be read, and the history of a contact.

use crate::argument::{Count, Word};
use crate::change::Change;
use crate::enter::{check, detached, is_interrupted, thread_number, to_read};
use crate::error::{PyStorageError, image_error, kernel_error};
use crate::function::ImportLibrary;
use crate::handle::read_network;
use crate::network::Network;
use crate::shared::Shared;
use crate::storage::asked;
use bassline_core::planted::{self, Bug};
use bassline_core::{Image, Network as Core, OnContradiction, Text};
use bassline_kernel::{Engine, Kernel, KernelError, Notice, Ring, return_of};
use bassline_storage::{HistoryEntry, Reader, StorageError};
use pyo3::prelude::*;
use std::sync::Arc;

/// Waits until what is committed is stored, unless this thread has a batch open: what is read then ends before it.
pub(crate) fn store_first(py: Python<'_>, shared: &Shared) -> PyResult<()> {
    if to_read(py, shared)?.owner == thread_number() {
        return Ok(());
    }
    let kernel = &shared.kernel;
    match detached(py, || kernel.flush(None, &is_interrupted)) {
        // Of a network that is closed, everything was stored when it closed.
        Ok(()) | Err(KernelError::WithinDriver | KernelError::Closed) => Ok(()),
        Err(error) => Err(kernel_error(py, error)),
    }
}

/// The image of a network as it was after a tick.
fn image_at(py: Python<'_>, shared: &Shared, tick: u64) -> PyResult<Image> {
    let now = {
        let state = to_read(py, shared)?;
        let network = &state.engine.network;
        if network.now() == tick && !network.in_tick() {
            return Ok(network.image());
        }
        network.now()
    };
    if tick > now {
        return Err(PyStorageError::new_err(format!(
            "tick {tick} is not there yet; the last is {now}"
        )));
    }
    if !shared.stored {
        return Err(PyStorageError::new_err(format!(
            "tick {tick} is not there any more: a network in memory alone has its last tick, {now}; open it in a store, such as 'memory:{}', to go back",
            shared.name
        )));
    }
    store_first(py, shared)?;
    let (image, first) = asked(py, || {
        let reader = shared.store.reader(&shared.name)?;
        let off = u64::from(planted::is(Bug::AsOfOffByOne));
        let image = reader.image_at(tick - off)?;
        let first = if image.is_none() { first_tick(&*reader, now)? } else { 0 };
        Ok((image, first))
    })?;
    image.ok_or_else(|| {
        PyStorageError::new_err(format!(
            "tick {tick} is not there any more; the store goes back to tick {first}, the last is {now}"
        ))
    })
}

/// The first tick that can be gone back to: none between it and the last is missing.
fn first_tick(reader: &dyn Reader, now: u64) -> Result<u64, StorageError> {
    let (mut missing, mut there) = (0, now);
    while missing + 1 < there {
        let middle = missing + (there - missing) / 2;
        if reader.image_at(middle)?.is_some() {
            there = middle;
        } else {
            missing = middle;
        }
    }
    Ok(there)
}

/// A network that shows another as it was after a tick, and cannot be written.
pub(crate) fn open(py: Python<'_>, of: &Arc<Shared>, tick: u64) -> PyResult<Network> {
    check(of)?;
    let image = image_at(py, of, tick)?;
    let loaded = detached(py, || {
        Core::load(image, OnContradiction::Record, Some(Arc::new(ImportLibrary)))
    });
    let network = loaded.map_err(|error| image_error(&error))?;
    let kernel = Arc::new(Kernel::new(Ring::new()));
    let (clock, epoch) = {
        let state = to_read(py, of)?;
        (Arc::clone(state.engine.clock()), state.engine.epoch())
    };
    let engine = Engine::new(network, Arc::clone(&kernel), clock, epoch, indexmap::IndexMap::new(), 0);
    let mut shared = Shared::new(engine, kernel, Arc::clone(&of.store), &of.name);
    shared.past = Some(tick);
    shared.stored = of.stored;
    Ok(Network {
        shared: Arc::new(shared),
    })
}

#[pymethods]
impl Network {
    /// The last changes of the contact at a path, newest first, as far as the store goes back: those before this opening too. A network in
    /// memory alone keeps none.
    ///
    /// Raises:
    ///     UnknownContactError: there is no contact at the path.
    ///
    /// >>> with bl.Network("shop.db") as net:
    /// ...     price = net.contact("price", 9.5)
    /// ...     price.value = 10
    /// ...     net.history("price")
    /// [<Change tick 2: price from 9.5 to 10>, <Change tick 1: price from Nothing to 9.5>]
    #[pyo3(signature = (path, limit=Count(100)), text_signature = "($self, path, limit=100)")]
    fn history(&self, py: Python<'_>, path: Word<'_>, limit: Count) -> PyResult<Vec<Change>> {
        let shared = &self.shared;
        check(shared)?;
        let path: Text = read_network(py, shared, |network| {
            network.path(network.find_contact(network.root(), &path)?)
        })?;
        if !shared.stored {
            return Ok(Vec::new());
        }
        store_first(py, shared)?;
        let last = shared.past.unwrap_or(u64::MAX);
        // One more tells what the oldest that is asked for found.
        let (entries, returns) = asked(py, || {
            let reader = shared.store.reader(&shared.name)?;
            let mut entries = reader.history(&path, limit.0.saturating_add(1))?;
            if entries.first().is_some_and(|entry| entry.tick > last) {
                entries = reader.history(&path, usize::MAX)?;
                entries.retain(|entry| entry.tick <= last);
                entries.truncate(limit.0.saturating_add(1));
            }
            let mut returns: Vec<Option<Text>> = Vec::with_capacity(entries.len().min(limit.0));
            for entry in entries.iter().take(limit.0) {
                let source = reader.tick(entry.tick)?.map(|info| info.source);
                returns.push(source.filter(|source| return_of(source).is_some()));
            }
            Ok((entries, returns))
        })?;
        changes(py, shared, &path, &entries, &returns)
    }
}

fn changes(
    py: Python<'_>,
    shared: &Shared,
    path: &Text,
    entries: &[HistoryEntry],
    returns: &[Option<Text>],
) -> PyResult<Vec<Change>> {
    let change = |(at, (entry, source)): (usize, (&HistoryEntry, &Option<Text>))| {
        let before = entries.get(at + 1..).unwrap_or_default();
        let cause = match source {
            Some(source) => source.clone(),
            None => read_network(py, shared, |network| Ok(network.cause_text(&entry.cause)))?,
        };
        Ok(Change::new_in(
            &shared.name,
            Notice {
                epoch: entry.epoch,
                tick: entry.tick,
                index: before.iter().take_while(|other| other.tick == entry.tick).count(),
                path: path.clone(),
                old: before.first().and_then(|other| other.content.clone()),
                new: entry.content.clone(),
                cause,
                time_micros: entry.time_micros,
            },
        ))
    };
    entries.iter().zip(returns).enumerate().map(change).collect()
}
