//! The place behind a tick: found if the journal holds what came after it, and never guessed.

use super::*;
use crate::disk::MemoryDisk;
use crate::journal::Options;
use bassline_kernel::{Limits, Position};
use std::collections::BTreeSet;

const ALL: Limits = Limits {
    records: usize::MAX,
    bytes: usize::MAX,
};

#[test]
fn every_place_where_the_network_stood_is_found_and_no_other() {
    let options = Options {
        segment_bytes: 600,
        checkpoints: None,
        ..Options::default()
    };
    let ledger = Ledger::on(Arc::new(MemoryDisk::new()), options).checkpoint_every(3_000);
    // What was noted outside: each opening stood at the tick it began with, and at each of its own.
    // Before the first record nothing was.
    let (mut stood, mut last) = (BTreeSet::from([(0, 0)]), 0);
    for ticks in [0, 5, 0, 0, 40, 1, 0] {
        let mut session = Session::open(&ledger, "main");
        stood.insert((session.epoch, last));
        for _ in 0..ticks {
            session.tick(|network| {
                let name = format!("c{}", network.contact_ids().len());
                network
                    .declare_contact(network.root(), &name, None, Value::Null)
                    .unwrap();
            });
            last = session.engine.network.now();
            stood.insert((session.epoch, last));
        }
        session.close();
    }
    assert_eq!(last, 46);
    let opened = ledger.open("main").unwrap();
    let log = opened.log.unwrap();
    assert!(log.is_kept());
    for epoch in 0..10 {
        for tick in 0..50 {
            let found = log.behind(Position { epoch, tick });
            // An opening that is not over and has no tick yet stands where the one before it ended.
            let known = stood.contains(&(epoch, tick)) || (epoch, tick) == (opened.epoch, last);
            assert_eq!(found.is_some(), known, "epoch {epoch}, tick {tick}");
            if let Some(mark) = found {
                let mut after = bassline_kernel::Records::default();
                log.read(mark.sequence, ALL, &mut after).unwrap();
                let ticks: Vec<u64> = after.iter().map(|record| record.tick).collect();
                assert_eq!(ticks, (tick + 1..=last).collect::<Vec<_>>());
            }
        }
    }
}

#[test]
fn what_retention_has_let_go_of_is_not_found_and_what_is_left_is() {
    let options = Options {
        segment_bytes: 600,
        checkpoints: None,
        ..Options::default()
    };
    let keep = KeepHistory {
        ticks: Some(10),
        age: None,
    };
    let ledger = Ledger::on(Arc::new(MemoryDisk::new()), options)
        .checkpoint_every(1_000)
        .keep_history(keep);
    let mut session = Session::open(&ledger, "main");
    for n in 0..200 {
        session.tick(|network| {
            let name = format!("c{}", n % 7);
            let contact = network
                .declare_contact(network.root(), &name, None, Value::Null)
                .unwrap();
            network.write(contact, Value::Int(n)).unwrap();
        });
        session.kernel.flush(None, NEVER).unwrap();
    }
    session.close();
    let log = ledger.open("main").unwrap().log.unwrap();
    let found = |tick| log.behind(Position { epoch: 1, tick });
    assert!((1..20).all(|tick| found(tick).is_none()));
    for tick in 190..=200 {
        let mut after = bassline_kernel::Records::default();
        log.read(found(tick).unwrap().sequence, ALL, &mut after).unwrap();
        assert_eq!(after.len() as u64, 200 - tick);
    }
}
