//! A million ticks, by a writer that never pauses: the network as of any of them.

use crate::{directory, ours, size};
use bassline_core::{Cause, Change, Text, Value};
use bassline_kernel::{Batch, TickRecord};
use bassline_storage::{Sqlite, Store, Sync};
use rusqlite::Connection;
use std::sync::Arc;
use std::time::Instant;

const TICKS: u64 = 1_000_000;
const CONTACTS: usize = 10_000;
const BATCH: u64 = 1_000;
const ASKED: u64 = 200;

pub(crate) fn run() {
    let root = directory();
    let path = root.path().join("past.db");
    let (mut driver, contacts) = ours::declare(&path, Sync::Normal, CONTACTS, |_| None);
    let source = Text::from("");
    let mut number = 0x9e37_79b9_u64;
    let mut draw = |bound: u64| {
        number ^= number << 13;
        number ^= number >> 7;
        number ^= number << 17;
        number % bound
    };
    let mut record = |tick: u64| {
        let changes = (0..=draw(10)).map(|_| Change {
            contact: contacts[draw(CONTACTS as u64) as usize],
            old: None,
            new: Some(Value::Float(draw(1 << 50) as f64 / 1000.0)),
            cause: Cause::External(source.clone()),
            event: false,
        });
        Arc::new(TickRecord {
            epoch: 1,
            tick,
            time_micros: tick as i64 * 1_000,
            source: source.clone(),
            position: None,
            changes: changes.collect(),
            structure: Vec::new(),
        })
    };
    let started = Instant::now();
    for first in (2..TICKS).step_by(BATCH as usize) {
        let records: Vec<_> = (first..first + BATCH).map(&mut record).collect();
        driver.handle_changes(&Batch::from(records)).unwrap();
    }
    let taken = started.elapsed().as_secs_f64();
    driver.shutdown(false).unwrap();
    drop(driver);
    let bases = "SELECT format('%d bases, the largest of %d bytes', count(*), max(length(image))) FROM base";
    let bases: String = (Connection::open(&path).unwrap())
        .query_row(bases, [], |row| row.get(0))
        .unwrap();
    println!(
        "\n{TICKS} ticks of 1 to 10 changes of {CONTACTS} contacts: {taken:.1} s, {:.1} MB, {bases}",
        size(&path)
    );
    let mut seconds: Vec<f64> = (1..=ASKED)
        .map(|at| {
            let started = Instant::now();
            let reader = Sqlite::at(&path).reader("main").unwrap();
            assert!(reader.image_at(TICKS / ASKED * at).unwrap().is_some());
            started.elapsed().as_secs_f64()
        })
        .collect();
    seconds.sort_by(f64::total_cmp);
    let (median, worst) = (seconds[seconds.len() / 2], seconds[seconds.len() - 1]);
    println!("as of a tick, of {ASKED}: median {median:.3} s, worst {worst:.3} s");
}
