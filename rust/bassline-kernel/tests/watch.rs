//! Who watches a network is told what concerns it, and nothing else is made for it.
#![expect(clippy::unwrap_used, reason = "it is a test")]

use bassline_core::{Blend, ContactId, Network, NetworkError, Value};
use bassline_kernel::{Engine, Kernel, Ring, SystemClock};
use indexmap::IndexMap;
use std::sync::Arc;

fn engine() -> Engine {
    let kernel = Arc::new(Kernel::new(Ring::new()));
    Engine::new(Network::default(), kernel, Arc::new(SystemClock), 1, IndexMap::new(), 0)
}

fn tick<T>(engine: &mut Engine, run: impl FnOnce(&mut Network) -> Result<T, NetworkError>) -> T {
    engine.tick(&"".into(), None, run).unwrap()
}

fn contact(engine: &mut Engine, path: &str, blend: Blend) -> ContactId {
    tick(engine, |network| {
        network.declare_contact(network.root(), path, Some(blend), Value::Null)
    })
}

fn write(engine: &mut Engine, id: ContactId, value: i64) {
    tick(engine, |network| network.write(id, Value::Int(value)));
}

#[test]
fn each_is_told_of_its_pattern_in_order_and_keeps_the_place_in_the_tick() {
    let mut engine = engine();
    let [a, b, c] = ["a/x", "b", "a/y"].map(|path| contact(&mut engine, path, Blend::AcceptLast));
    let all = engine.watchers().add("**");
    let queue = engine.watchers().add_queue("a/*", 10);
    let also = engine.watchers().add("a/y");
    tick(&mut engine, |network| {
        [b, a, c].iter().try_for_each(|id| network.write(*id, Value::Int(1)))
    });
    let told = engine.watchers().next_told().unwrap();
    let told: Vec<(&str, usize, Vec<u64>)> = told
        .iter()
        .map(|one| (one.notice.path.as_str(), one.notice.index, one.watchers.to_vec()))
        .collect();
    let number = queue.number();
    assert_eq!(
        told,
        [
            ("b", 0, vec![all]),
            ("a/x", 1, vec![all, number]),
            ("a/y", 2, vec![all, number, also])
        ]
    );
    let queued: Vec<(String, usize)> = queue
        .drain()
        .iter()
        .map(|notice| (notice.path.to_string(), notice.index))
        .collect();
    assert_eq!(queued, [("a/x".to_owned(), 1), ("a/y".to_owned(), 2)]);
}

#[test]
fn what_concerns_nobody_any_more_is_no_news() {
    let mut engine = engine();
    let x = contact(&mut engine, "x", Blend::AcceptLast);
    let called = engine.watchers().add("x");
    write(&mut engine, x, 1);
    assert!(engine.has_news() && engine.watchers().next_told().is_some());
    engine.watchers().remove(called);
    let queue = engine.watchers().add_queue("x", 10);
    engine.watchers().add("y");
    write(&mut engine, x, 2);
    assert_eq!((queue.len(), engine.has_news()), (1, false));
    queue.end();
    write(&mut engine, x, 3);
    assert_eq!((queue.len(), engine.has_news()), (1, false));
    assert_eq!(Arc::strong_count(&queue), 1);
}

#[test]
fn a_contact_made_in_place_of_another_is_told_under_its_own_path() {
    let mut engine = engine();
    let x = contact(&mut engine, "x", Blend::AcceptLast);
    let (xs, ys) = (
        engine.watchers().add_queue("x", 10),
        engine.watchers().add_queue("y", 10),
    );
    write(&mut engine, x, 1);
    tick(&mut engine, |network| network.remove_contact(x));
    let y = contact(&mut engine, "y", Blend::AcceptLast);
    write(&mut engine, y, 2);
    let x = contact(&mut engine, "x", Blend::AcceptLast);
    write(&mut engine, x, 3);
    assert_eq!((xs.len(), ys.len()), (2, 1));
}

#[test]
fn a_tick_that_is_taken_back_tells_nobody_and_leaves_no_wrong_path_behind() {
    let mut engine = engine();
    let queue = engine.watchers().add_queue("x", 10);
    let taken_back: Result<(), NetworkError> = engine.tick(&"".into(), None, |network| {
        let y = network.declare_contact(network.root(), "y", None, Value::Null)?;
        network.write(y, Value::Int(1))?;
        Err(NetworkError::Declaration("taken back".to_owned()))
    });
    taken_back.unwrap_err();
    let x = contact(&mut engine, "x", Blend::AcceptLast);
    write(&mut engine, x, 1);
    assert_eq!(queue.len(), 1);
}

#[test]
fn a_slow_watcher_ends_with_the_newest_state_and_the_newest_events() {
    let mut engine = engine();
    let x = contact(&mut engine, "x", Blend::AcceptLast);
    let events = contact(&mut engine, "events", Blend::Stream);
    let queue = engine.watchers().add_queue("**", 4);
    for value in 1..=100 {
        write(&mut engine, x, value);
        write(&mut engine, events, value);
    }
    let left: Vec<(String, Option<Value>, Option<Value>)> = queue
        .drain()
        .iter()
        .map(|notice| (notice.path.to_string(), notice.old.clone(), notice.new.clone()))
        .collect();
    let event = |value| {
        (
            "events".to_owned(),
            Some(Value::Int(value - 1)),
            Some(Value::Int(value)),
        )
    };
    let state = ("x".to_owned(), None, Some(Value::Int(100)));
    assert_eq!(left, [event(98), event(99), state, event(100)]);
    assert_eq!((queue.coalesced(), queue.missed()), (99, 97));
}

#[test]
fn a_watcher_that_asked_is_rung_once_for_a_burst() {
    let mut engine = engine();
    let x = contact(&mut engine, "x", Blend::AcceptLast);
    let queue = engine.watchers().add_queue("x", 10);
    assert!(queue.arm());
    (1..=5).for_each(|value| write(&mut engine, x, value));
    assert!(engine.has_news());
    assert_eq!(engine.watchers().take_rung(), [queue.number()]);
    assert!(!engine.has_news());
}
