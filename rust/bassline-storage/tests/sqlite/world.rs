//! A network at work on a store: its driver is handed what it commits, by hand.

use bassline_core::{Content, Image, Map, Network, OnContradiction, Text, Value, blend_of};
use bassline_kernel::{Batch, Driver, DriverFailure, TickRecord};
use bassline_storage::{Opened, Reader, Sqlite, Store, Sync};
use indexmap::IndexMap;
use std::path::Path;
use std::sync::Arc;

pub(crate) const SECOND: i64 = 1_000_000;

pub(crate) struct World<S = Sqlite> {
    pub(crate) store: S,
    pub(crate) network: Network,
    pub(crate) epoch: u64,
    pub(crate) positions: IndexMap<Text, Value>,
    pub(crate) driver: Box<dyn Driver>,
    pub(crate) waiting: Vec<Arc<TickRecord>>,
}

pub(crate) fn store(path: &Path) -> Sqlite {
    Sqlite::at(path).sync(Sync::Normal)
}

impl<S: Store + Clone> World<S> {
    pub(crate) fn open(store: &S) -> Self {
        let Opened {
            image,
            positions,
            epoch,
            driver,
            ..
        } = store.open("main").unwrap();
        Self {
            store: store.clone(),
            network: Network::load(image, OnContradiction::Record, None).unwrap(),
            epoch,
            positions,
            driver,
            waiting: Vec::new(),
        }
    }

    /// One tick, made by `work`, at the second of its number.
    pub(crate) fn tick(&mut self, work: impl FnOnce(&mut Network)) {
        self.tick_from("", None, work);
    }

    pub(crate) fn tick_from(&mut self, source: &str, position: Option<Value>, work: impl FnOnce(&mut Network)) {
        self.network.begin();
        self.network.set_source(source);
        work(&mut self.network);
        self.network.settle().unwrap();
        if let Some(committed) = self.network.commit(true, position.is_some()) {
            let time = SECOND * committed.tick as i64;
            self.waiting.push(Arc::new(TickRecord::new(
                committed,
                self.epoch,
                time,
                source.into(),
                position,
            )));
        }
    }

    /// Hands over what waits, in one batch.
    pub(crate) fn hand_over(&mut self) -> Result<(), DriverFailure> {
        let records = std::mem::take(&mut self.waiting);
        self.driver.handle_changes(&Batch::from(records))
    }

    pub(crate) fn reader(&self) -> Box<dyn Reader> {
        self.store.reader("main").unwrap()
    }

    pub(crate) fn close(mut self) -> Image {
        self.hand_over().unwrap();
        self.driver.shutdown(false).unwrap();
        self.network.image()
    }
}

pub(crate) fn declare(network: &mut Network, path: &str, blend: &str) {
    let root = network.root();
    network
        .declare_contact(root, path, Some(blend_of(blend).unwrap()), Value::Null)
        .unwrap();
}

pub(crate) fn write(network: &mut Network, path: &str, value: Value) {
    let contact = network.find_contact(network.root(), path).unwrap();
    network.write(contact, value).unwrap();
}

pub(crate) fn content(image: &Image, path: &str) -> Content {
    let network = Network::load(image.clone(), OnContradiction::Record, None).unwrap();
    network
        .content(network.find_contact(network.root(), path).unwrap())
        .unwrap()
        .clone()
}

pub(crate) fn map(pairs: &[(&str, Value)]) -> Value {
    let pairs = pairs.iter().map(|(key, value)| (Text::from(*key), value.clone()));
    Value::Map(Arc::new(Map::new(pairs.collect())))
}

/// The same numbers in every run.
pub(crate) struct Numbers(pub(crate) u64);

impl Numbers {
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % bound
    }
}
