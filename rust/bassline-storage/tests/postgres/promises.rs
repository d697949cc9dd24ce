//! What the `PostgreSQL` store promises, each as a story with an end that was worked out by hand or kept aside in memory.

use super::keeping::Promise;
use crate::proxy::Proxy;
use crate::server::{new_url, shared};
use crate::world::{Numbers, World, content, declare, map, write};
use bassline_core::{Image, Network, OnContradiction, Set, Value};
use bassline_kernel::{Batch, FailureClass};
use bassline_storage::{NewSnapshot, Postgres, Store};
use std::sync::Arc;

pub(crate) const PROMISES: &[Promise] = &[
    ("reopened", what_is_reopened_is_what_was_closed),
    ("typed", values_come_back_with_their_types),
    ("again", a_batch_that_comes_again_changes_nothing),
    ("cut", wherever_a_connection_is_cut_nothing_is_lost_or_doubled),
    ("lost commit", a_commit_whose_answer_was_lost_is_not_done_again),
    ("one opener", who_has_opened_a_network_before_another_writes_no_more),
    ("version 1", version_1_is_brought_to_this_one),
    ("past", every_tick_is_told_as_it_was),
    ("ticks kept", history_keeps_what_it_is_to_keep),
    ("flipped", a_flipped_content_is_found),
];

fn store(url: &str) -> Postgres {
    Postgres::at(url).unwrap()
}

/// An image as a network gives it that was loaded from it.
fn settled(image: Image) -> Image {
    let mut image = Network::load(image, OnContradiction::Record, None).unwrap().image();
    for contact in image.contacts.iter_mut().filter(|contact| contact.version == 0) {
        contact.cause = bassline_core::Cause::Nobody;
    }
    Image { creation: 0, ..image }
}

fn no_finding(store: &Postgres) {
    let checkup = store.check().unwrap();
    assert_eq!(checkup.found, Vec::<String>::new());
    assert!(!checkup.read.is_empty());
}

/// Hands over what waits, for as long as the store asks for time.
fn insist(world: &mut World<Postgres>) {
    let batch = Batch::from(std::mem::take(&mut world.waiting));
    for _ in 0..1_000 {
        match world.driver.handle_changes(&batch) {
            Ok(()) => return,
            Err(failure) => {
                let pause = failure.retry_after.unwrap_or_else(|| panic!("{failure}"));
                std::thread::sleep(pause);
            }
        }
    }
    panic!("the store asks for time for ever");
}

/// A tick of structure, and ticks of values, some in groups of their own.
fn work(world: &mut World<Postgres>, from: i64, ticks: i64) {
    for n in from..from + ticks {
        world.tick_from("steps", Some(Value::Int(n)), |network| {
            if n % 7 == 0 {
                declare(network, &format!("made/g{n}/c"), "accept-last");
                write(network, &format!("made/g{n}/c"), Value::Int(n));
            }
            if n % 21 == 20 {
                let group = network.find_group(network.root(), &format!("made/g{}", n - 6)).unwrap();
                network.remove_group(group).unwrap();
            }
            declare(network, "n", "accept-last");
            declare(network, "text", "accept-last");
            write(network, "n", Value::Int(n));
            write(network, "text", Value::text(&"x".repeat((n % 50) as usize)));
        });
    }
}

/// What is stored is what the world holds, in content, history and structure.
fn is_stored(world: &World<Postgres>, store: &Postgres) {
    let reader = store.reader("main").unwrap();
    assert_eq!(settled(reader.image().unwrap()), settled(world.network.image()));
    assert_eq!(reader.tick_count().unwrap(), world.network.now());
    no_finding(store);
}

fn what_is_reopened_is_what_was_closed() {
    let store = store(&new_url(shared()));
    let mut world = World::open(&store);
    work(&mut world, 0, 60);
    insist(&mut world);
    is_stored(&world, &store);
    let closed = world.close();
    let world = World::open(&store);
    assert_eq!((settled(world.network.image()), world.epoch), (settled(closed), 2));
    assert_eq!(world.positions.get("steps"), Some(&Value::Int(59)));
}

fn values_come_back_with_their_types() {
    let values = [
        Value::Int(1),
        Value::Float(1.0),
        Value::Float(-0.0),
        Value::Bool(true),
        Value::Null,
        Value::text("a\0\\u0000b \u{10fffe}"),
        Value::Bytes(Arc::new(vec![0, 255])),
        Value::List(Arc::new(vec![Value::Int(1), Value::Float(1.0)])),
        Value::Set(Arc::new(Set::new(vec![Value::Int(1), Value::text("1")]))),
        map(&[("$set", Value::Float(2.0)), ("\0", Value::Int(i64::MIN))]),
    ];
    let store = store(&new_url(shared()));
    let mut world = World::open(&store);
    world.tick_from("a\0b", None, |network| {
        for (n, value) in values.iter().enumerate() {
            declare(network, &format!("v{n}"), "accept-last");
            write(network, &format!("v{n}"), value.clone());
        }
    });
    insist(&mut world);
    drop(world);
    let image = World::open(&store).network.image();
    for (n, value) in values.iter().enumerate() {
        let found = content(&image, &format!("v{n}"));
        assert_eq!(format!("{found:?}"), format!("{:?}", Some(value)));
    }
    let reader = store.reader("main").unwrap();
    assert_eq!(reader.tick(1).unwrap().unwrap().source.as_str(), "a\0b");
    let told = &reader.history("v5", 1).unwrap()[0];
    assert_eq!(told.content, Some(values[5].clone()));
}

fn a_batch_that_comes_again_changes_nothing() {
    let store = store(&new_url(shared()));
    let mut world = World::open(&store);
    work(&mut world, 0, 20);
    let records = world.waiting.clone();
    for part in [0..10, 0..10, 5..20, 0..20] {
        world
            .driver
            .handle_changes(&Batch::from(records[part].to_vec()))
            .unwrap();
    }
    world.driver.handle_changes(&Batch::default()).unwrap();
    is_stored(&world, &store);
}

/// At bytes that are drawn, and at each of the first of a transaction and of its last.
fn wherever_a_connection_is_cut_nothing_is_lost_or_doubled() {
    let server = shared();
    let proxy = Proxy::to(server.port);
    let url = new_url(server).replace(&format!(":{}/", server.port), &format!(":{}/", proxy.port));
    let store = store(&url);
    let mut world = World::open(&store);
    let mut numbers = Numbers(0x9e37_79b9);
    let mut next = 0;
    for round in 0..60 {
        work(&mut world, next, 12);
        next += 12;
        let bytes = if round % 3 == 0 {
            round * 7
        } else {
            numbers.below(9_000) as i64
        };
        proxy.cut_after(bytes);
        insist(&mut world);
        proxy.heal();
        if round % 20 == 19 {
            is_stored(&world, &store);
        }
    }
}

fn a_commit_whose_answer_was_lost_is_not_done_again() {
    let server = shared();
    let proxy = Proxy::to(server.port);
    let url = new_url(server).replace(&format!(":{}/", server.port), &format!(":{}/", proxy.port));
    let store = store(&url);
    let mut world = World::open(&store);
    for round in 0..5 {
        work(&mut world, round * 12, 12);
        proxy.lose_commit();
        insist(&mut world);
        assert_eq!(proxy.lost(), round + 1);
        is_stored(&world, &store);
    }
    // Of what is written beside the ticks, too.
    let reader = store.reader("main").unwrap();
    proxy.lose_commit();
    let about = NewSnapshot {
        label: "one".into(),
        ..NewSnapshot::default()
    };
    let taken = reader.save_snapshot(&world.network.image(), &about).unwrap();
    assert_eq!(proxy.lost(), 6);
    let ids: Vec<u64> = reader.snapshots().unwrap().iter().map(|info| info.id).collect();
    assert_eq!(ids, [taken.id]);
}

/// Even if the lock of the first is lost, as when the server is started again.
fn who_has_opened_a_network_before_another_writes_no_more() {
    let server = shared();
    let store = store(&new_url(server));
    let mut first = World::open(&store);
    work(&mut first, 0, 3);
    insist(&mut first);
    let refused = store.open("main").unwrap_err().to_string();
    assert!(refused.contains("open already"), "{refused}");
    server.sql(
        "postgres",
        "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'",
    );
    let mut second = World::open(&store);
    assert_eq!(second.epoch, first.epoch + 1);
    work(&mut second, 3, 3);
    insist(&mut second);
    work(&mut first, 3, 9);
    let failure = first.hand_over().unwrap_err();
    assert_eq!(failure.class, FailureClass::Fatal);
    assert!(failure.message.contains("opened by another process"), "{failure}");
    is_stored(&second, &store);
}

fn version_1_is_brought_to_this_one() {
    let server = shared();
    let url = new_url(server);
    let mut world = World::open(&store(&url));
    world.tick(|network| {
        let attributes = map(&[("author", Value::text("ann"))]);
        network.declare_group(network.root(), "kitchen", attributes).unwrap();
    });
    insist(&mut world);
    let before = world.close();
    let schema = url.rsplit('=').next().unwrap();
    server.sql(
        "postgres",
        &format!("DROP INDEX {schema}.group_attributes; UPDATE {schema}.store SET version = 1"),
    );
    // Another opener, who has not seen it yet.
    let later = store(&format!("{url}&application_name=later"));
    assert_eq!(settled(World::open(&later).network.image()), settled(before));
    let version = server.sql("postgres", &format!("SELECT version FROM {schema}.store"));
    let index = "SELECT count(*) FROM pg_indexes WHERE indexname = 'group_attributes' AND schemaname";
    let index = server.sql("postgres", &format!("{index} = '{schema}'"));
    assert_eq!((version[0][0].as_str(), index[0][0].as_str()), ("2", "1"));
    server.sql("postgres", &format!("UPDATE {schema}.store SET version = 99"));
    let refused = store(&format!("{url}&application_name=newer"))
        .open("main")
        .unwrap_err()
        .to_string();
    assert!(
        refused.contains("version 99") && refused.contains("newer bassline"),
        "{refused}"
    );
}

fn every_tick_is_told_as_it_was() {
    let store = store(&new_url(shared()));
    let mut world = World::open(&store);
    let mut seen = Vec::new();
    for part in 0..8 {
        work(&mut world, part * 11, 11);
        seen.push((world.network.now(), world.network.image()));
        insist(&mut world);
    }
    let reader = store.reader("main").unwrap();
    for (tick, image) in seen {
        assert_eq!(
            settled(reader.image_at(tick).unwrap().unwrap()),
            settled(image),
            "as of tick {tick}"
        );
    }
    assert_eq!(reader.image_at(1_000).unwrap(), None);
}

fn history_keeps_what_it_is_to_keep() {
    let url = format!("{}&keep_ticks=500", new_url(shared()));
    let store = store(&url);
    let mut world = World::open(&store);
    for part in 0..40 {
        work(&mut world, part * 100, 100);
        insist(&mut world);
        if part % 4 == 3 {
            world.driver.idle().unwrap();
        }
    }
    let reader = store.reader("main").unwrap();
    let kept = reader.tick_count().unwrap();
    assert!((500..2_500).contains(&kept), "{kept} ticks are kept");
    assert!(reader.image_at(3_500).unwrap().is_some());
    assert_eq!(reader.image_at(1).unwrap(), None);
    assert_eq!(settled(reader.image().unwrap()), settled(world.network.image()));
    no_finding(&store);
}

fn a_flipped_content_is_found() {
    let server = shared();
    let url = new_url(server);
    let store = store(&url);
    let mut world = World::open(&store);
    work(&mut world, 0, 10);
    insist(&mut world);
    world.close();
    no_finding(&store);
    let schema = url.rsplit('=').next().unwrap();
    server.sql(
        "postgres",
        &format!("UPDATE {schema}.content SET content = '8' WHERE content = '9'"),
    );
    let refused = store.open("main").unwrap_err().to_string();
    assert!(
        refused.contains("damaged") && refused.contains("checksum differs"),
        "{refused}"
    );
    assert_eq!(store.check().unwrap().found.len(), 1);
}
