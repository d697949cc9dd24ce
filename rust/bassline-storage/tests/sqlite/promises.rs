//! What the SQLite store promises, each as a story with an end that was worked out by hand or kept aside in memory.

use super::keeping::Promise;
use crate::world::{Numbers, SECOND, World, content, declare, map, store, write};
use bassline_core::{Cause, Change, ContactId, Handle, Image, Network, OnContradiction, Value, WireKind};
use bassline_kernel::{Batch, DeadLetter, TickRecord};
use bassline_storage::{KeepHistory, NewSnapshot, Store};
use rusqlite::Connection;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;

pub(crate) const PROMISES: &[Promise] = &[
    ("version 1", version_1_is_migrated_and_nothing_is_lost),
    ("version 2", version_2_is_migrated_and_nothing_is_lost),
    ("version 3", version_3_is_migrated_and_nothing_is_lost),
    ("letters", letters_are_kept_for_their_network_alone),
    ("past", every_tick_is_told_as_it_was_through_bases_and_edits),
    ("snapshots", a_snapshot_is_the_network_of_its_tick_until_it_is_let_go),
    ("ticks kept", history_keeps_what_it_is_to_keep_by_ticks),
    ("age kept", history_keeps_what_it_is_to_keep_by_age),
    ("position", a_position_is_stored_with_its_batch_or_not_at_all),
    ("again", a_batch_that_comes_again_changes_nothing),
    ("reopened", what_is_reopened_is_what_was_closed),
    ("flipped", a_flipped_content_is_found),
];

pub(crate) fn place() -> (TempDir, PathBuf) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("test.db");
    (directory, path)
}

/// An image as a network gives it that was loaded from it: in one order, and without numbers that were given for nothing.
pub(crate) fn settled(image: Image) -> Image {
    let mut image = Network::load(image, OnContradiction::Record, None).unwrap().image();
    for contact in image.contacts.iter_mut().filter(|contact| contact.version == 0) {
        // Who wrote what was taken back within the tick is told to nobody.
        contact.cause = Cause::Nobody;
    }
    Image { creation: 0, ..image }
}

fn no_finding(path: &Path) {
    let checkup = store(path).check().unwrap();
    assert_eq!(checkup.found, Vec::<String>::new());
    assert!(!checkup.read.is_empty());
}

fn version_1_is_migrated_and_nothing_is_lost() {
    migrated(include_str!("../files/version1.sql"), 10);
}

fn version_2_is_migrated_and_nothing_is_lost() {
    let image = migrated(include_str!("../files/version2.sql"), 11);
    let [link] = &image.links[..] else {
        panic!("{:?}", image.links)
    };
    assert_eq!(
        (link.relation.as_str(), &link.attributes),
        ("near", &map(&[("km", Value::Int(2))]))
    );
}

fn version_3_is_migrated_and_nothing_is_lost() {
    let (_directory, path) = place();
    let dump = include_str!("../files/version3.sql");
    Connection::open(&path).unwrap().execute_batch(dump).unwrap();
    assert_eq!(
        store(&path).letters("main").unwrap().list(None).unwrap(),
        [],
        "read before it is migrated"
    );
    let reader = store(&path).reader("main").unwrap();
    let image = reader.image().unwrap();
    assert_eq!(image.tick, 10);
    for (path, value) in [("shop/total", 57.0), ("peak", 57.0), ("shop/price", 9.5)] {
        assert_eq!(content(&image, path), Some(Value::Float(value)), "{path}");
    }
    let [snapshot] = &reader.snapshots().unwrap()[..] else {
        panic!("one snapshot")
    };
    assert_eq!((snapshot.id, snapshot.label.as_str()), (1, "kept"));
    let version = "PRAGMA user_version";
    let found: i64 = Connection::open(&path)
        .unwrap()
        .query_row(version, [], |row| row.get(0))
        .unwrap();
    assert_eq!(found, 4);
    assert_eq!(store(&path).letters("main").unwrap().put(&letter("bus", 7)).unwrap(), 1);
    no_finding(&path);
}

fn letter(driver: &str, tick: u64) -> DeadLetter {
    let change = Change {
        contact: ContactId::from_bits(3),
        old: None,
        new: Some(Value::text("a\0b")),
        cause: Cause::External("x".into()),
        event: false,
    };
    let record = TickRecord {
        epoch: 2,
        tick,
        time_micros: -5,
        source: "x".into(),
        position: Some(Value::Int(1)),
        changes: vec![change],
        structure: vec![],
    };
    DeadLetter {
        id: 0,
        driver: driver.into(),
        time_micros: 5,
        error: "no\0".into(),
        tries: 3,
        record: Arc::new(record),
        names: vec![("a/b".into(), "external:x".into())],
        again: false,
    }
}

/// Of two networks in one file, and of several drivers: what is listed, marked and let go of is what was asked for.
fn letters_are_kept_for_their_network_alone() {
    let (_directory, path) = place();
    for name in ["main", "other"] {
        store(&path).open(name).unwrap();
    }
    let (main, other) = (
        store(&path).letters("main").unwrap(),
        store(&path).letters("other").unwrap(),
    );
    let mut ids = Vec::new();
    for tick in 1..=3 {
        ids.push(main.put(&letter("bus", tick)).unwrap());
        other.put(&letter("bus", tick + 10)).unwrap();
    }
    let last = main.put(&letter("mail", 4)).unwrap();
    let kept = |tick: u64, id: u64| DeadLetter {
        id,
        ..letter("bus", tick)
    };
    assert_eq!(
        main.list(Some("bus")).unwrap(),
        [kept(1, ids[0]), kept(2, ids[1]), kept(3, ids[2])]
    );
    assert_eq!(other.mark(&ids).unwrap(), 0);
    assert_eq!(main.mark(&[ids[1], last, 99]).unwrap(), 2);
    let again = |tick: u64, id: u64| DeadLetter {
        again: true,
        ..kept(tick, id)
    };
    assert_eq!(main.marked("bus").unwrap(), [again(2, ids[1])]);
    assert_eq!(other.marked("bus").unwrap(), []);
    assert_eq!(other.remove(&ids).unwrap(), 0);
    assert_eq!(main.remove(&[ids[1], last, last]).unwrap(), 2);
    assert_eq!(main.list(None).unwrap(), [kept(1, ids[0]), kept(3, ids[2])]);
    assert!(main.put(&letter("bus", 5)).unwrap() > last, "a number is given once");
    no_finding(&path);
    assert!(store(&path).delete("main").unwrap());
    assert_eq!(other.list(None).unwrap().len(), 3);
    assert!(main.put(&letter("bus", 5)).is_err());
    no_finding(&path);
}

/// What the dump of both versions says of each of its two networks.
fn migrated(dump: &str, tick: u64) -> Image {
    let (_directory, path) = place();
    Connection::open(&path).unwrap().execute_batch(dump).unwrap();
    let names: Vec<(String, u64)> = (store(&path).networks().unwrap().into_iter())
        .map(|network| (network.name, network.tick))
        .collect();
    assert_eq!(
        names,
        [("main".to_owned(), tick), ("ünï/two".to_owned(), tick)],
        "read before it is migrated"
    );
    let opened = store(&path).open("ünï/two").unwrap();
    assert_eq!(
        (opened.epoch, opened.is_new, opened.positions["a.csv"].clone()),
        (2, false, Value::Int(5))
    );
    drop(opened);
    let mut world = World::open(&store(&path));
    let image = world.network.image();
    assert_eq!(image.tick, tick);
    for (path, value) in [
        ("peak", Some(Value::Int(5))),
        ("count", Some(Value::Int(6))),
        ("deep/er/sum", Some(Value::Float(6.5))),
        ("x", None),
        ("y", None),
        ("carriers/AA/mean", Some(Value::Float(1.5))),
        ("carriers/B%2F6/mean", Some(Value::Float(2.5))),
    ] {
        assert_eq!(content(&image, path), value, "{path}");
    }
    assert_eq!(world.positions["a.csv"], Value::Int(5));
    assert_eq!(image.gadgets.len(), 7, "{:?}", image.gadgets);
    let reader = world.reader();
    assert_eq!(settled(reader.image().unwrap()), settled(image.clone()));
    assert_eq!(
        reader.image_at(tick).unwrap().map(settled),
        Some(settled(image.clone()))
    );
    assert_eq!(
        reader.image_at(tick - 1).unwrap(),
        None,
        "what an older version kept is not enough to tell it"
    );
    let history = reader.history("x", 10).unwrap();
    assert_eq!(history.len(), 2);
    assert_eq!(history[1].content, Some(Value::Float(f64::NEG_INFINITY)));
    world.tick(|network| {
        write(
            network,
            "records",
            map(&[("carrier", Value::text("AA")), ("delay", Value::Int(9))]),
        );
    });
    world.hand_over().unwrap();
    assert_eq!(
        reader.image_at(tick).unwrap().map(settled),
        Some(settled(image.clone()))
    );
    assert_eq!(
        content(&reader.image().unwrap(), "carriers/AA/mean"),
        Some(Value::Float(4.0))
    );
    world.close();
    let version: i64 = Connection::open(&path)
        .unwrap()
        .query_row("PRAGMA user_version", [], |row| row.get(0))
        .unwrap();
    assert_eq!(version, 4);
    no_finding(&path);
    image
}

/// Declares, writes, connects, erases and removes at random.
fn edit(network: &mut Network, numbers: &mut Numbers, n: u64) {
    let root = network.root();
    let path = format!("g{}/c{}", numbers.below(4), numbers.below(5));
    let there = network.find_contact(root, &path).ok();
    let (x, y) = (
        network.find_contact(root, "x").unwrap(),
        network.find_contact(root, "y").unwrap(),
    );
    match (numbers.below(6), there) {
        (0, Some(contact)) => network.remove_contact(contact).unwrap(),
        (1, Some(contact)) => network.erase(contact).unwrap(),
        (2, Some(contact)) => {
            let _ = network.declare_wire(contact, y, WireKind::Directed);
        }
        (3, _) => {
            if let Ok(group) = network.find_group(root, &format!("g{}", n % 4)) {
                network.remove_group(group).unwrap();
            }
        }
        (_, Some(contact)) => network.write(contact, Value::text(&format!("{n} at {path}"))).unwrap(),
        (_, None) => declare(network, &path, "accept-last"),
    }
    network.write(x, Value::Int(n as i64)).unwrap();
    if n.is_multiple_of(7) {
        network
            .write(y, Value::List(Arc::new(vec![Value::Int(n as i64), Value::Null])))
            .unwrap();
    }
}

fn every_tick_is_told_as_it_was_through_bases_and_edits() {
    let (_directory, path) = place();
    // A base about every thousand changes.
    let keep = KeepHistory {
        ticks: Some(100_000),
        age: Some(Duration::from_secs(1)),
    };
    let store = store(&path).keep_history(KeepHistory { age: None, ..keep });
    let mut world = World::open(&store);
    let mut numbers = Numbers(7);
    let mut images = vec![Image::default()];
    world.tick(|network| {
        declare(network, "x", "accept-last");
        declare(network, "y", "accept-last");
    });
    images.push(world.network.image());
    for n in 2..1_500 {
        world.tick(|network| edit(network, &mut numbers, n));
        images.push(world.network.image());
        if n % 100 == 0 {
            world.hand_over().unwrap();
            world.driver.idle().unwrap();
        }
    }
    world.hand_over().unwrap();
    let reader = world.reader();
    for (tick, image) in images
        .iter()
        .enumerate()
        .filter(|(tick, _)| tick % 37 < 2 || *tick > 1_490)
    {
        let told = reader.image_at(tick as u64).unwrap().unwrap();
        assert_eq!(settled(told), settled(image.clone()), "tick {tick}");
    }
    assert_eq!(
        reader.image_at(images.len() as u64).unwrap(),
        None,
        "it has not come so far"
    );
    world.close();
    no_finding(&path);
}

fn a_snapshot_is_the_network_of_its_tick_until_it_is_let_go() {
    let (_directory, path) = place();
    let mut world = World::open(&store(&path));
    world.tick(|network| declare(network, "n", "accept-last"));
    let about = |label: &str, time_micros| NewSnapshot {
        label: label.into(),
        time_micros,
        keep: Some(3),
    };
    let reader = world.reader();
    let mut images = Vec::new();
    for n in 0..5 {
        world.tick(|network| write(network, "n", Value::Int(n)));
        world.hand_over().unwrap();
        let image = world.network.image();
        let info = reader.save_snapshot(&image, &about(&format!("n {n}"), 7 + n)).unwrap();
        assert_eq!(
            (info.label.as_str(), info.tick, info.time_micros),
            (&*format!("n {n}"), 2 + n as u64, 7 + n)
        );
        images.push((info, image));
    }
    let listed = reader.snapshots().unwrap();
    assert_eq!(
        listed,
        images[2..].iter().map(|(info, _)| info.clone()).collect::<Vec<_>>(),
        "the oldest are gone"
    );
    for (info, image) in &images[2..] {
        assert_eq!(reader.snapshot(info.id).unwrap().as_ref(), Some(image));
    }
    assert_eq!(reader.snapshot(images[0].0.id).unwrap(), None);
    assert!(reader.delete_snapshot(images[4].0.id).unwrap());
    assert!(!reader.delete_snapshot(images[4].0.id).unwrap());
    let next = reader.save_snapshot(&images[4].1, &NewSnapshot::default()).unwrap();
    assert_eq!(next.id, images[4].0.id + 1, "a number is never given twice");
    world.close();
    let rows: Vec<String> = Connection::open(&path)
        .unwrap()
        .prepare("SELECT network_id || ' ' || label || ' ' || created_at FROM snapshots ORDER BY id")
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    assert_eq!(rows[1], "main n 3 1970-01-01T00:00:00.000Z");
    no_finding(&path);
}

fn counted(keep: KeepHistory, ticks: i64) -> (TempDir, PathBuf, World, Vec<Image>) {
    let (directory, path) = place();
    let mut world = World::open(&store(&path).keep_history(keep));
    world.tick(|network| declare(network, "n", "accept-last"));
    let mut images = vec![Image::default(), world.network.image()];
    for n in 2..=ticks {
        world.tick(|network| {
            if n % 50 == 0 {
                let contact = network.find_contact(network.root(), "passing");
                match contact {
                    Ok(contact) => network.remove_contact(contact).unwrap(),
                    Err(_) => declare(network, "passing", "accept-last"),
                }
            }
            write(network, "n", Value::Int(n));
        });
        images.push(world.network.image());
        if n % 500 == 0 {
            world.hand_over().unwrap();
            world.driver.idle().unwrap();
        }
    }
    (directory, path, world, images)
}

/// At least `wanted` of the newest ticks are there, and what is there is true.
fn kept(path: &Path, world: &World, images: &[Image], wanted: u64) {
    let reader = world.reader();
    let last = images.len() as u64 - 1;
    let count = reader.tick_count().unwrap();
    assert!((wanted..=wanted + 2_500).contains(&count), "{count} ticks of {last}");
    let history = reader.history("n", usize::MAX).unwrap();
    assert_eq!(history.len() as u64, count);
    for (back, entry) in history.iter().enumerate() {
        let tick = last - back as u64;
        let own = Cause::External("".into());
        assert_eq!(
            (entry.tick, &entry.content, &entry.cause),
            (tick, &Some(Value::Int(tick as i64)), &own)
        );
    }
    for tick in (last - wanted..=last).step_by(97) {
        let told = reader.image_at(tick).unwrap().unwrap();
        assert_eq!(settled(told), settled(images[tick as usize].clone()));
    }
    assert_eq!(reader.image_at(3).unwrap(), None);
    assert_eq!(reader.tick(3).unwrap(), None);
    let gone: i64 = Connection::open(path)
        .unwrap()
        .query_row("SELECT count(*) FROM gone", [], |row| row.get(0))
        .unwrap();
    assert!(gone as u64 <= count / 100 + 1, "{gone} names of what is gone");
}

fn history_keeps_what_it_is_to_keep_by_ticks() {
    let keep = KeepHistory {
        ticks: Some(1_200),
        age: None,
    };
    let (_directory, path, world, images) = counted(keep, 6_000);
    kept(&path, &world, &images, 1_200);
    world.close();
    no_finding(&path);
}

fn history_keeps_what_it_is_to_keep_by_age() {
    let keep = KeepHistory {
        ticks: None,
        age: Some(Duration::from_micros(1_200 * SECOND as u64)),
    };
    let (_directory, path, world, images) = counted(keep, 6_000);
    kept(&path, &world, &images, 1_200);
    world.close();
    no_finding(&path);
}

fn a_position_is_stored_with_its_batch_or_not_at_all() {
    let (_directory, path) = place();
    let mut world = World::open(&store(&path));
    world.tick(|network| declare(network, "n", "accept-last"));
    world.tick_from("file", Some(Value::Int(1)), |network| {
        write(network, "n", Value::Int(1));
    });
    world.hand_over().unwrap();
    let deep = (0..200).fold(Value::Null, |inner, _| Value::List(Arc::new(vec![inner])));
    world.tick_from("file", Some(Value::Int(2)), |network| {
        write(network, "n", Value::Int(2));
    });
    world.tick_from("file", Some(Value::Int(3)), |network| write(network, "n", deep));
    world.hand_over().unwrap_err();
    drop(world);
    let opened = store(&path).open("main").unwrap();
    assert_eq!(
        (opened.image.tick, opened.positions["file"].clone()),
        (2, Value::Int(1))
    );
}

fn a_batch_that_comes_again_changes_nothing() {
    let (_directory, path) = place();
    let mut world = World::open(&store(&path));
    world.tick(|network| declare(network, "n", "accept-last"));
    for n in 0..10 {
        world.tick(|network| write(network, "n", Value::Int(n)));
    }
    let batch = |records: &[_]| Batch::from(records.to_vec());
    let records = std::mem::take(&mut world.waiting);
    for part in [&records[..6], &records[..6], &records[3..], &records[..2], &[]] {
        world.driver.handle_changes(&batch(part)).unwrap();
    }
    assert_eq!(world.reader().tick_count().unwrap(), 11);
    let closed = world.close();
    let opened = store(&path).open("main").unwrap();
    assert_eq!(settled(opened.image), settled(closed));
    drop(opened.driver);
    no_finding(&path);
}

fn what_is_reopened_is_what_was_closed() {
    let (_directory, path) = place();
    let mut numbers = Numbers(11);
    let mut closed = Image::default();
    for round in 0..5 {
        let mut world = World::open(&store(&path));
        assert_eq!(settled(world.network.image()), settled(closed));
        if round == 0 {
            world.tick(|network| {
                declare(network, "x", "accept-last");
                declare(network, "y", "accept-last");
            });
        }
        for n in 0..40 {
            world.tick(|network| edit(network, &mut numbers, round * 100 + n));
        }
        closed = world.close();
    }
    no_finding(&path);
}

fn a_flipped_content_is_found() {
    let (_directory, path) = place();
    let mut world = World::open(&store(&path));
    world.tick(|network| declare(network, "n", "accept-last"));
    world.tick(|network| write(network, "n", Value::text("abcdefgh")));
    world.close();
    let connection = Connection::open(&path).unwrap();
    connection
        .execute("UPDATE content SET content = '\"abcdefgi\"'", [])
        .unwrap();
    drop(connection);
    let error = store(&path).open("main").unwrap_err().to_string();
    assert!(
        error.contains("contact row") && error.contains("checksum differs"),
        "{error}"
    );
    let found = store(&path).check().unwrap().found;
    assert!(found.iter().any(|found| found.contains("contact row")), "{found:?}");
}
