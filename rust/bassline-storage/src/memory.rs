//! The store of a process: what it holds is gone when that ends. It keeps what every store keeps, and the last ticks.

use crate::condition::Condition;
use crate::error::StorageError;
use crate::paths::contact_at;
use crate::replica::{Replica, ReplicaError};
use crate::store::{
    Capabilities, Checkup, HistoryEntry, NetworkInfo, NewSnapshot, Opened, Reader, SnapshotInfo, Store, TickInfo,
};
use bassline_core::{Image, Text, Value};
use bassline_kernel::{Batch, DeadLetters, Driver, DriverFailure, FailureClass, LettersInMemory, TickRecord};
use indexmap::IndexMap;
use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// So many ticks are kept, and at most twice as many for a while.
const KEPT: usize = 10_000;

/// What is held of one network.
#[derive(Debug, Default)]
struct Held {
    /// The network before the first record.
    base: Image,
    records: VecDeque<Arc<TickRecord>>,
    positions: IndexMap<Text, Value>,
    epoch: u64,
    is_open: bool,
    snapshots: Vec<(SnapshotInfo, Image)>,
    last_snapshot: u64,
    letters: Arc<LettersInMemory>,
}

type Networks = Arc<Mutex<IndexMap<String, Held>>>;

static NAMED: Mutex<Option<IndexMap<String, Networks>>> = Mutex::new(None);

/// Networks in the memory of this process.
#[derive(Debug, Clone, Default)]
pub struct Memory {
    name: Option<String>,
    networks: Networks,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Memory {
    /// A store that only its holder knows.
    pub fn private() -> Self {
        Self::default()
    }

    /// The store of a name, which is the same for everybody in this process.
    pub fn named(name: &str) -> Self {
        let mut named = lock(&NAMED);
        let networks = named.get_or_insert_default().entry(name.to_owned()).or_default();
        Self {
            name: Some(name.to_owned()),
            networks: Arc::clone(networks),
        }
    }

    fn path(&self) -> PathBuf {
        self.url().into()
    }

    /// The networks, with one among them.
    fn with(&self, network: &str) -> Result<MutexGuard<'_, IndexMap<String, Held>>, StorageError> {
        let mut networks = lock(&self.networks);
        if self.name.is_none() {
            networks.entry(network.to_owned()).or_default();
        }
        if networks.contains_key(network) {
            return Ok(networks);
        }
        Err(StorageError::UnknownNetwork {
            path: self.path(),
            network: network.to_owned(),
            networks: networks.keys().cloned().collect(),
        })
    }
}

impl Held {
    /// The network as it was after a tick.
    fn image_at(&self, tick: u64) -> Result<Image, ReplicaError> {
        let mut replica = Replica::new(self.base.clone());
        let until = self.records.iter().take_while(|record| record.tick <= tick);
        until.into_iter().try_for_each(|record| replica.apply(record))?;
        Ok(replica.into_image())
    }

    fn tick(&self) -> u64 {
        self.records.back().map_or(self.base.tick, |record| record.tick)
    }

    /// Lets go of the ticks beyond those that are kept.
    fn trim(&mut self) -> Result<(), ReplicaError> {
        if self.records.len() > 2 * KEPT {
            let last = self.records[self.records.len() - KEPT - 1].tick;
            self.base = self.image_at(last)?;
            self.records.retain(|record| record.tick > last);
        }
        Ok(())
    }
}

impl Store for Memory {
    fn url(&self) -> String {
        format!("memory:{}", self.name.as_deref().unwrap_or_default())
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            durable: false,
            history: true,
            snapshots: true,
            concurrent_readers: false,
        }
    }

    fn networks(&self) -> Result<Vec<NetworkInfo>, StorageError> {
        let networks = lock(&self.networks);
        let info = |(name, held): (&String, &Held)| NetworkInfo {
            name: name.clone(),
            tick: held.tick(),
            time_micros: held.records.back().map_or(0, |record| record.time_micros),
        };
        Ok(networks.iter().map(info).collect())
    }

    fn open(&self, network: &str) -> Result<Opened, StorageError> {
        let mut networks = lock(&self.networks);
        let is_new = !networks.contains_key(network);
        let held = networks.entry(network.to_owned()).or_default();
        if held.is_open {
            return Err(StorageError::InUse {
                path: self.path(),
                network: network.to_owned(),
            });
        }
        let image = held.image_at(u64::MAX).map_err(|error| damaged(&self.path(), &error))?;
        held.is_open = true;
        held.epoch += 1;
        Ok(Opened {
            image,
            positions: held.positions.clone(),
            epoch: held.epoch,
            is_new,
            condition: Condition::default(),
            driver: Box::new(MemoryDriver {
                networks: Arc::clone(&self.networks),
                network: network.to_owned(),
            }),
            log: None,
            letters: Arc::clone(&held.letters) as Arc<dyn DeadLetters>,
            cursors: None,
        })
    }

    fn letters(&self, network: &str) -> Result<Arc<dyn DeadLetters>, StorageError> {
        let networks = self.with(network)?;
        let held = networks.get(network).map(|held| Arc::clone(&held.letters));
        Ok(held.unwrap_or_default())
    }

    fn reader(&self, network: &str) -> Result<Box<dyn Reader>, StorageError> {
        drop(self.with(network)?);
        Ok(Box::new(MemoryReader {
            store: self.clone(),
            network: network.to_owned(),
        }))
    }

    fn delete(&self, network: &str) -> Result<bool, StorageError> {
        let mut networks = lock(&self.networks);
        if networks.get(network).is_some_and(|held| held.is_open) {
            return Err(StorageError::InUse {
                path: self.path(),
                network: network.to_owned(),
            });
        }
        Ok(networks.shift_remove(network).is_some())
    }

    fn check(&self) -> Result<Checkup, StorageError> {
        let mut checkup = Checkup::default();
        for (name, held) in lock(&self.networks).iter() {
            checkup
                .read
                .push(format!("network '{name}': {} ticks", held.records.len()));
            if let Err(error) = held.image_at(u64::MAX) {
                checkup.found.push(format!("network '{name}': {error}"));
            }
        }
        Ok(checkup)
    }
}

fn damaged(path: &std::path::Path, error: &ReplicaError) -> StorageError {
    StorageError::Corrupt {
        path: path.to_owned(),
        what: "the history in memory".to_owned(),
        reason: error.to_string(),
    }
}

/// Takes ticks into memory, until it is dropped.
struct MemoryDriver {
    networks: Networks,
    network: String,
}

impl Driver for MemoryDriver {
    fn handle_changes(&mut self, batch: &Batch) -> Result<(), DriverFailure> {
        let mut networks = lock(&self.networks);
        let held = networks.entry(self.network.clone()).or_default();
        let last = held.tick();
        for record in batch.records.iter().filter(|record| record.tick > last) {
            if let Some(position) = record.position {
                held.positions.insert(record.source.clone(), position.clone());
            }
            held.records.push_back(Arc::new(record.whole()));
        }
        held.trim()
            .map_err(|error| DriverFailure::of(FailureClass::Fatal, error))
    }
}

impl Drop for MemoryDriver {
    fn drop(&mut self) {
        if let Some(held) = lock(&self.networks).get_mut(&self.network) {
            held.is_open = false;
        }
    }
}

/// Reads what the process holds of one network.
#[derive(Debug)]
struct MemoryReader {
    store: Memory,
    network: String,
}

impl MemoryReader {
    fn held<T>(&self, read: impl FnOnce(&mut Held) -> Result<T, ReplicaError>) -> Result<T, StorageError> {
        let mut networks = lock(&self.store.networks);
        let path = self.store.path();
        let Some(held) = networks.get_mut(&self.network) else {
            return Err(StorageError::UnknownNetwork {
                path,
                network: self.network.clone(),
                networks: networks.keys().cloned().collect(),
            });
        };
        read(held).map_err(|error| damaged(&path, &error))
    }
}

impl Reader for MemoryReader {
    fn image(&self) -> Result<Image, StorageError> {
        self.held(|held| held.image_at(u64::MAX))
    }

    fn image_at(&self, tick: u64) -> Result<Option<Image>, StorageError> {
        self.held(|held| {
            if (held.base.tick..=held.tick()).contains(&tick) {
                held.image_at(tick).map(Some)
            } else {
                Ok(None)
            }
        })
    }

    fn history(&self, path: &str, limit: usize) -> Result<Vec<HistoryEntry>, StorageError> {
        self.held(|held| {
            let Some(contact) = contact_at(&held.image_at(u64::MAX)?, path) else {
                return Ok(Vec::new());
            };
            let entries = held.records.iter().rev().flat_map(|record| {
                let changes = record.changes.iter().rev().filter(|change| change.contact == contact);
                changes.map(|change| HistoryEntry {
                    tick: record.tick,
                    epoch: record.epoch,
                    time_micros: record.time_micros,
                    content: change.new.clone(),
                    cause: change.cause.clone(),
                })
            });
            Ok(entries.take(limit).collect())
        })
    }

    fn tick(&self, tick: u64) -> Result<Option<TickInfo>, StorageError> {
        self.held(|held| {
            let at = held.records.binary_search_by_key(&tick, |record| record.tick);
            Ok(at.ok().and_then(|at| held.records.get(at)).map(|record| TickInfo {
                time_micros: record.time_micros,
                source: record.source.clone(),
                epoch: record.epoch,
            }))
        })
    }

    fn tick_count(&self) -> Result<u64, StorageError> {
        self.held(|held| Ok(held.records.len() as u64))
    }

    fn snapshots(&self) -> Result<Vec<SnapshotInfo>, StorageError> {
        self.held(|held| Ok(held.snapshots.iter().map(|(info, _)| info.clone()).collect()))
    }

    fn snapshot(&self, id: u64) -> Result<Option<Image>, StorageError> {
        self.held(|held| {
            let found = held.snapshots.iter().find(|(info, _)| info.id == id);
            Ok(found.map(|(_, image)| image.clone()))
        })
    }

    fn save_snapshot(&self, image: &Image, about: &NewSnapshot) -> Result<SnapshotInfo, StorageError> {
        self.held(|held| {
            held.last_snapshot += 1;
            let info = SnapshotInfo {
                id: held.last_snapshot,
                label: about.label.clone(),
                tick: image.tick,
                time_micros: about.time_micros,
            };
            held.snapshots.push((info.clone(), image.clone()));
            // The one just taken stays, however few are to be kept.
            let keep = about.keep.map_or(usize::MAX, |keep| keep.max(1));
            let over = held.snapshots.len().saturating_sub(keep);
            held.snapshots.drain(..over);
            Ok(info)
        })
    }

    fn delete_snapshot(&self, id: u64) -> Result<bool, StorageError> {
        self.held(|held| {
            let before = held.snapshots.len();
            held.snapshots.retain(|(info, _)| info.id != id);
            Ok(held.snapshots.len() < before)
        })
    }
}
