//! What every store must do, where Python does not reach.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "what fails here is a failed test"
)]

#[allow(dead_code, reason = "the tests of the store alone need all of it")]
#[path = "postgres/server.rs"]
mod server;

use bassline_core::{Image, Network, OnContradiction, Value};
use bassline_storage::{Ledger, Memory, NewSnapshot, Postgres, Reader, Sqlite, Store};
use std::collections::BTreeSet;
use std::thread;

/// Each store with a network in it that is open.
fn each(test: impl Fn(&dyn Store)) {
    let directory = tempfile::tempdir().unwrap();
    let server = server::shared();
    let stores: [Box<dyn Store>; 4] = [
        Box::new(Memory::private()),
        Box::new(Sqlite::at(directory.path().join("store.db"))),
        Box::new(Ledger::at(directory.path().join("ledger"))),
        Box::new(Postgres::at(&server::new_url(server)).unwrap()),
    ];
    for store in stores {
        let opened = store.open("main").unwrap();
        test(&*store);
        drop(opened);
    }
}

/// A network whose only contact holds a number.
fn image(number: i64) -> Image {
    let mut network = Network::new(OnContradiction::Record);
    network.begin();
    let contact = network.declare_contact(network.root(), "n", None, Value::Null).unwrap();
    network.write(contact, Value::Int(number)).unwrap();
    network.settle().unwrap();
    network.commit(true, false).unwrap();
    network.image()
}

fn number(image: Image) -> i64 {
    let network = Network::load(image, OnContradiction::Record, None).unwrap();
    let contact = network.find_contact(network.root(), "n").unwrap();
    match network.content(contact).unwrap() {
        Some(Value::Int(number)) => *number,
        other => unreachable!("{other:?}"),
    }
}

fn take(reader: &dyn Reader, number: i64, keep: Option<usize>) -> u64 {
    let about = NewSnapshot {
        label: "l".repeat(number as usize).as_str().into(),
        time_micros: -number,
        keep,
    };
    let info = reader.save_snapshot(&image(number), &about).unwrap();
    let told = (info.label.as_str(), info.tick, info.time_micros);
    assert_eq!(told, (about.label.as_str(), 1, -number));
    info.id
}

fn kept(reader: &dyn Reader) -> Vec<u64> {
    reader.snapshots().unwrap().into_iter().map(|info| info.id).collect()
}

#[test]
fn a_number_is_given_to_one_snapshot_whichever_is_deleted() {
    each(|store| {
        let url = store.url();
        let mut given = BTreeSet::new();
        for round in 0..4 {
            let reader = store.reader("main").unwrap();
            let ids = [take(&*reader, 1, None), take(&*reader, 2, None)];
            assert!(
                given.last() < Some(&ids[0]) && ids[0] < ids[1],
                "{url}: {ids:?} after {given:?}"
            );
            given.extend(ids);
            // The newest alone, then the older one first, then all there are.
            let doomed = match round {
                0 => vec![ids[1]],
                1 => vec![ids[0], ids[1]],
                _ => kept(&*reader).into_iter().rev().collect(),
            };
            for id in doomed {
                assert!(reader.delete_snapshot(id).unwrap(), "{url}");
                assert!(!reader.delete_snapshot(id).unwrap(), "{url}");
                assert_eq!(reader.snapshot(id).unwrap(), None, "{url}");
            }
        }
        assert_eq!(kept(&*store.reader("main").unwrap()), [0_u64; 0], "{url}");
    });
}

#[test]
fn the_snapshot_just_taken_is_kept_however_few_are_to_be() {
    each(|store| {
        let reader = store.reader("main").unwrap();
        for (keep, expected) in [(Some(0), 1), (Some(1), 1), (None, 2), (Some(2), 2), (Some(0), 1)] {
            let id = take(&*reader, 3, keep);
            let there = kept(&*reader);
            assert_eq!((there.len(), there.last()), (expected, Some(&id)), "{}", store.url());
        }
    });
}

#[test]
fn what_is_told_of_a_snapshot_is_what_was_said_however_long() {
    each(|store| {
        let reader = store.reader("main").unwrap();
        let labels = [0, 1, 4_000, 4_053, 70_000].map(|length| "ü".repeat(length));
        for label in &labels {
            let about = NewSnapshot {
                label: label.as_str().into(),
                ..NewSnapshot::default()
            };
            reader.save_snapshot(&image(1), &about).unwrap();
        }
        let told = reader.snapshots().unwrap();
        assert_eq!(
            told.iter().map(|info| info.label.as_str()).collect::<Vec<_>>(),
            labels,
            "{}",
            store.url()
        );
    });
}

#[test]
fn snapshots_taken_by_many_threads_are_each_under_a_number_of_their_own() {
    each(|store| {
        let taken: Vec<(u64, i64)> = thread::scope(|scope| {
            let take_ten = |thread: i64| {
                let reader = store.reader("main").unwrap();
                let numbers = thread * 10..thread * 10 + 10;
                numbers
                    .map(|number| (take(&*reader, number, None), number))
                    .collect::<Vec<_>>()
            };
            let threads: Vec<_> = (0..4).map(|thread| scope.spawn(move || take_ten(thread))).collect();
            threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
        });
        let ids: BTreeSet<u64> = taken.iter().map(|(id, _)| *id).collect();
        assert_eq!(ids.len(), 40, "{}: {taken:?}", store.url());
        let reader = store.reader("main").unwrap();
        for (id, taken) in taken {
            assert_eq!(
                reader.snapshot(id).unwrap().map(number),
                Some(taken),
                "{}, snapshot {id}",
                store.url()
            );
        }
    });
}
