//! Ticks of a network of many contacts, written to any store.

use bassline_core::{Cause, Change, Committed, ContactId, Network, OnContradiction, Value};
use bassline_kernel::{Batch, Driver, Log, TickRecord};
use bassline_storage::{Opened, Store};
use std::sync::Arc;

pub(crate) const CONTACTS: usize = 10_000;

/// Whoever has the network open.
pub(crate) struct Writer {
    pub(crate) log: Option<Box<dyn Log>>,
    driver: Box<dyn Driver>,
    ids: Vec<ContactId>,
    epoch: u64,
    tick: u64,
}

impl Writer {
    /// A network of contacts that is open, its structure stored.
    pub(crate) fn open(store: &dyn Store) -> Self {
        let Opened {
            log,
            driver,
            image,
            epoch,
            ..
        } = store.open("main").unwrap();
        let mut network = Network::load(image, OnContradiction::Record, None).unwrap();
        network.begin();
        let root = network.root();
        let declare = |at| {
            network
                .declare_contact(root, &format!("c{at}"), None, Value::Null)
                .unwrap()
        };
        let ids = (0..CONTACTS).map(declare).collect();
        network.settle().unwrap();
        let committed = network.commit(true, false).unwrap();
        let mut writer = Self {
            log,
            driver,
            ids,
            epoch,
            tick: committed.tick,
        };
        writer.append(&[Arc::new(TickRecord::new(committed, epoch, 0, "".into(), None))]);
        writer.sync();
        writer
    }

    /// So many ticks of so many changes.
    pub(crate) fn ticks(&mut self, ticks: usize, changes: usize) -> Vec<Arc<TickRecord>> {
        let mut made = Vec::with_capacity(ticks);
        for _ in 0..ticks {
            self.tick += 1;
            let change = |at: usize| Change {
                contact: self.ids[(self.tick as usize * 7 + at * 31) % CONTACTS],
                old: Some(Value::Float(self.tick as f64)),
                new: Some(Value::Float(at as f64 + 0.5)),
                cause: Cause::External("".into()),
                event: false,
            };
            let changes = (0..changes).map(change).collect();
            let committed = Committed {
                returns: None,
                tick: self.tick,
                changes,
                structure: Vec::new(),
            };
            made.push(Arc::new(TickRecord::new(committed, self.epoch, 0, "".into(), None)));
        }
        made
    }

    /// Into the log, or, where the store is none, in one batch to its driver.
    pub(crate) fn append(&mut self, records: &[Arc<TickRecord>]) {
        match &self.log {
            Some(log) => records.iter().for_each(|record| {
                log.append_record(record).unwrap();
            }),
            None => {
                let records = records.to_vec();
                self.driver.handle_changes(&Batch::from(records)).unwrap();
            }
        }
    }

    pub(crate) fn sync(&self) {
        if let Some(log) = &self.log {
            log.sync(log.end().sequence).unwrap();
            log.truncate_below(log.end().sequence);
        }
    }
}
