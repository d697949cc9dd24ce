//! Our driver, handed the same contents as ticks.

use crate::{CONTACTS, Contender, text_of};
use bassline_core::{Cause, Change, ContactId, Network, OnContradiction, Text, Value};
use bassline_kernel::{Batch, Driver, TickRecord};
use bassline_storage::{Opened, Postgres, Store};
use std::sync::Arc;
use std::time::{Duration, Instant};

pub(crate) struct Ours {
    name: &'static str,
    driver: Box<dyn Driver>,
    contacts: Vec<ContactId>,
    values: Vec<Value>,
    per_tick: usize,
    tick: u64,
    next: usize,
}

/// A network of plain contacts in a new store.
pub(crate) fn declare(url: &str, count: usize) -> (Box<dyn Driver>, Vec<ContactId>) {
    let Opened { image, mut driver, .. } = Postgres::at(url).unwrap().open("main").unwrap();
    let mut network = Network::load(image, OnContradiction::Record, None).unwrap();
    network.begin();
    let root = network.root();
    let mut contact = |n| {
        network
            .declare_contact(root, &format!("c{n}"), None, Value::Null)
            .unwrap()
    };
    let contacts = (0..count).map(&mut contact).collect();
    network.settle().unwrap();
    let record = TickRecord::new(network.commit(true, false).unwrap(), 1, 0, "".into(), None);
    driver.handle_changes(&Batch::from(vec![Arc::new(record)])).unwrap();
    (driver, contacts)
}

/// Opens what is there, and makes a network of it.
pub(crate) fn open(url: &str) {
    let opened = Postgres::at(url).unwrap().open("main").unwrap();
    let network = Network::load(opened.image, OnContradiction::Record, None).unwrap();
    assert!(network.now() > 1);
}

impl Ours {
    pub(crate) fn new(url: &str, per_tick: usize, name: &'static str) -> Self {
        let mut ours = Self::of(url, CONTACTS, per_tick, name);
        // Every contact has a row.
        ours.per_tick = CONTACTS;
        ours.run(CONTACTS, CONTACTS);
        ours.per_tick = per_tick;
        ours
    }

    /// All ticks change the same contact.
    pub(crate) fn of_one(url: &str, name: &'static str) -> Self {
        Self::of(url, 1, 1, name)
    }

    fn of(url: &str, contacts: usize, per_tick: usize, name: &'static str) -> Self {
        let (driver, contacts) = declare(url, contacts);
        Self {
            name,
            driver,
            contacts,
            values: (0..CONTACTS).map(|n| Value::text(&text_of(n))).collect(),
            per_tick,
            tick: 1,
            next: 0,
        }
    }

    fn batch(&mut self, changes: usize) -> Batch {
        let source = Text::from("");
        let count = self.contacts.len();
        let mut change = || {
            let (id, value) = (self.next % count, (self.next * 7 + self.next / CONTACTS) % CONTACTS);
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
    fn name(&self) -> String {
        self.name.to_owned()
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
}
