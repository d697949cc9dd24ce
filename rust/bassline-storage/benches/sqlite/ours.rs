//! Our driver, handed the same contents as ticks.

use crate::{CONTACTS, Contender, size};
use bassline_core::{Cause, Change, ContactId, Network, OnContradiction, Text, Value};
use bassline_kernel::{Batch, Driver, TickRecord};
use bassline_storage::{Opened, Sqlite, Store, Sync};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

pub(crate) struct Ours {
    name: &'static str,
    driver: Box<dyn Driver>,
    path: PathBuf,
    contacts: Vec<ContactId>,
    values: Vec<Value>,
    per_tick: usize,
    tick: u64,
    next: usize,
}

/// A network of plain contacts in a new store, with what it holds.
pub(crate) fn declare(
    path: &Path,
    sync: Sync,
    count: usize,
    value: impl Fn(usize) -> Option<Value>,
) -> (Box<dyn Driver>, Vec<ContactId>) {
    let Opened { image, mut driver, .. } = Sqlite::at(path).sync(sync).open("main").unwrap();
    let mut network = Network::load(image, OnContradiction::Record, None).unwrap();
    network.begin();
    let root = network.root();
    let mut contacts = Vec::with_capacity(count);
    for n in 0..count {
        let contact = network
            .declare_contact(root, &format!("c{n}"), None, Value::Null)
            .unwrap();
        if let Some(value) = value(n) {
            network.write(contact, value).unwrap();
        }
        contacts.push(contact);
    }
    network.settle().unwrap();
    let committed = network.commit(true, false).unwrap();
    let record = TickRecord::new(committed, 1, 0, "".into(), None);
    let records = vec![Arc::new(record)];
    driver.handle_changes(&Batch::from(records)).unwrap();
    (driver, contacts)
}

impl Ours {
    pub(crate) fn new(
        path: &Path,
        sync: Sync,
        per_tick: usize,
        name: &'static str,
        value: impl Fn(usize) -> Value,
    ) -> Self {
        let (driver, contacts) = declare(path, sync, CONTACTS, |_| None);
        let values = (0..CONTACTS).map(value).collect();
        let mut ours = Self {
            name,
            driver,
            path: path.to_owned(),
            contacts,
            values,
            per_tick: CONTACTS,
            tick: 1,
            next: 0,
        };
        ours.run(CONTACTS, CONTACTS);
        ours.per_tick = per_tick;
        ours
    }

    fn batch(&mut self, changes: usize) -> Batch {
        let source = Text::from("");
        let mut change = || {
            let (id, value) = (self.next % CONTACTS, (self.next * 7 + self.next / CONTACTS) % CONTACTS);
            self.next += 1;
            Change {
                contact: self.contacts[id],
                old: None,
                new: Some(self.values[value].clone()),
                cause: Cause::External(source.clone()),
                event: false,
            }
        };
        let mut record = |tick| {
            Arc::new(TickRecord {
                epoch: 1,
                tick,
                time_micros: 1 << 50,
                source: source.clone(),
                position: None,
                changes: (0..self.per_tick).map(|_| change()).collect(),
                structure: Vec::new(),
            })
        };
        let first = self.tick + 1;
        self.tick += (changes / self.per_tick) as u64;
        let records: Vec<_> = (first..=self.tick).map(&mut record).collect();
        Batch::from(records)
    }
}

impl Contender for Ours {
    fn name(&self) -> &'static str {
        self.name
    }

    fn run(&mut self, rows: usize, batch: usize) -> Duration {
        let mut taken = Duration::ZERO;
        for _ in 0..rows / batch {
            // Made just before it is stored, as ticks are.
            let batch = self.batch(batch);
            let started = Instant::now();
            self.driver.handle_changes(&batch).unwrap();
            taken += started.elapsed();
        }
        taken
    }

    fn size(&self) -> f64 {
        size(&self.path)
    }
}
