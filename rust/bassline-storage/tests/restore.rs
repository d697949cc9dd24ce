//! What a store holds of a network that was restored is that network.

#![allow(clippy::unwrap_used, reason = "tests")]

#[path = "../../bassline-core/tests/world/mod.rs"]
mod world;

use bassline_core::{Cause, Image, Network, OnContradiction, Text, Value, WireKind};
use bassline_kernel::{Batch, TickRecord};
use bassline_storage::{Memory, Opened, Sqlite, Store, Sync};
use proptest::prelude::*;
use std::sync::Arc;
use world::drawn::{make_all, said, ticks};

/// Commits the open tick into a store.
fn commit(network: &mut Network, opened: &mut Opened) {
    if let Some(committed) = network.commit(true, false) {
        let record = TickRecord::new(committed, opened.epoch, 0, Text::new(), None);
        let batch = Batch::from(vec![Arc::new(record)]);
        opened.driver.handle_changes(&batch).unwrap();
    }
}

/// A write of what is there already changes its cause, and is told to nobody.
fn causeless(image: &Image) -> Image {
    let mut image = image.clone();
    for state in &mut image.contacts {
        state.cause = Cause::Nobody;
    }
    image.creation = 0;
    image
}

fn holds(store: &dyn Store, before: &[Vec<world::drawn::Edit>], since: &[Vec<world::drawn::Edit>]) {
    let mut opened = store.open("main").unwrap();
    let mut network = Network::default();
    let run = |network: &mut Network, opened: &mut Opened, ticks: &[Vec<world::drawn::Edit>]| {
        for edits in ticks {
            network.begin();
            make_all(network, edits);
            if network.settle().is_ok() {
                commit(network, opened);
            } else {
                network.rollback();
            }
        }
    };
    run(&mut network, &mut opened, before);
    let image = network.image();
    run(&mut network, &mut opened, since);
    network.begin();
    network.restore(&image).unwrap();
    network.settle().unwrap();
    commit(&mut network, &mut opened);
    drop(opened);
    let stored = store.reader("main").unwrap().image().unwrap();
    assert_eq!(said(&causeless(&stored)), said(&causeless(&image)), "what was restored");
    assert_eq!(causeless(&stored), causeless(&network.image()));
    let opened = store.open("main").unwrap();
    let loaded = Network::load(opened.image, OnContradiction::Record, None).unwrap();
    assert_eq!(said(&causeless(&loaded.image())), said(&causeless(&image)));
}

proptest! {
    #![proptest_config(world::cases(48))]

    #[test]
    fn what_is_stored_of_a_restored_network_is_the_network(before in ticks(8), since in ticks(8)) {
        holds(&Memory::private(), &before, &since);
        let directory = tempfile::tempdir().unwrap();
        holds(&Sqlite::at(directory.path().join("shop.db")).sync(Sync::Normal), &before, &since);
    }
}

#[test]
fn who_wrote_what_stays_the_same_is_stored_with_it() {
    let store = Memory::private();
    let mut opened = store.open("main").unwrap();
    let mut network = Network::default();
    let tick = |network: &mut Network, opened: &mut Opened, run: &dyn Fn(&mut Network)| {
        network.begin();
        run(network);
        network.settle().unwrap();
        commit(network, opened);
    };
    tick(&mut network, &mut opened, &|network| {
        let [a, b] = ["a", "b"].map(|path| {
            network
                .declare_contact(network.root(), path, None, Value::Null)
                .unwrap()
        });
        network.write(a, Value::Int(1)).unwrap();
        network.declare_wire(a, b, WireKind::Directed).unwrap();
    });
    let image = network.image();
    tick(&mut network, &mut opened, &|network| {
        let wire = network.wire_ids()[0];
        network.remove_wire(wire).unwrap();
    });
    tick(&mut network, &mut opened, &|network| network.restore(&image).unwrap());
    drop(opened);
    assert_eq!(store.reader("main").unwrap().image().unwrap(), network.image());
    let cause = |path: &str| {
        network
            .cause(network.find_contact(network.root(), path).unwrap())
            .unwrap()
    };
    assert_eq!(cause("b"), Cause::Wire(network.wire_ids()[0]));
}
