//! A log takes the changes of a tick while it is locked: nobody's code may run then, and what can be undone is kept all the same.
#![allow(clippy::unwrap_used, reason = "tests")]

use bassline_core::{Changes, ContactId, Network, Object, Opaque, Value};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// An object that counts how many of its kind are gone.
struct Counted(usize, Arc<AtomicUsize>);

impl Object for Counted {
    fn type_name(&self) -> &'static str {
        "Counted"
    }
    fn identity(&self) -> usize {
        self.0
    }
    fn as_any(&self) -> &dyn std::any::Any {
        self
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.1.fetch_add(1, Ordering::Relaxed);
    }
}

fn declare(network: &mut Network, names: &[&str]) -> Vec<ContactId> {
    network.begin();
    let root = network.root();
    let contacts = names
        .iter()
        .map(|name| network.declare_contact(root, name, None, Value::Null).unwrap())
        .collect();
    network.settle().unwrap();
    network.commit(false, false);
    contacts
}

#[test]
fn a_tick_that_says_that_it_drops_nothing_drops_nothing_whatever_can_be_undone() {
    let mut drawn: u64 = 7;
    let mut draw = |upto: u64| {
        drawn = drawn.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (drawn >> 33) % upto
    };
    for (ticks, bytes, others) in [
        (0, 0, false),
        (3, 1 << 20, false),
        (3, 1 << 20, true),
        (1000, 2000, true),
        (20, 4000, false),
    ] {
        let gone = Arc::new(AtomicUsize::new(0));
        let mut network = Network::default();
        network.keep_history(ticks, bytes, others);
        let contacts = declare(&mut network, &["a", "b", "c", "d", "e"]);
        let (mut made, mut says) = (0, [0, 0]);
        for _ in 0..4000 {
            // What was handed over is dropped when nobody is in the way.
            let mut changes = Changes::default();
            network.begin();
            network.set_source(if draw(4) == 0 { "feed" } else { "" });
            let returned = match draw(12) {
                0 => network.undo(),
                1 => network.redo(),
                _ => {
                    for _ in 0..=draw(3) {
                        let contact = contacts[draw(5) as usize];
                        let value = if draw(6) > 0 {
                            Value::Int(draw(3) as i64)
                        } else {
                            made += 1;
                            Value::Opaque(Opaque::new(Counted(made, Arc::clone(&gone))))
                        };
                        network.write(contact, value).unwrap();
                    }
                    Ok(None)
                }
            };
            if returned.is_err() {
                // A later tick of a source has changed what that one changed.
                network.rollback();
                continue;
            }
            network.settle().unwrap();
            let (is_safe, before) = (network.drops_nothing(), gone.load(Ordering::Relaxed));
            network.commit_into(&mut changes, false);
            says[usize::from(is_safe)] += 1;
            assert!(!is_safe || gone.load(Ordering::Relaxed) == before);
        }
        assert!(
            says[1] > 500 && gone.load(Ordering::Relaxed) > 100,
            "{ticks} {bytes}: {says:?}"
        );
    }
}

#[test]
fn what_a_tick_of_values_on_the_heap_changed_is_handed_over_and_can_be_undone() {
    let mut network = Network::default();
    network.keep_history(10, 1 << 20, true);
    let contact = declare(&mut network, &["a"])[0];
    let mut changes = Changes::default();
    let steps = ["one", "two", "three"];
    for step in steps {
        network.begin();
        network.write(contact, Value::text(step)).unwrap();
        network.settle().unwrap();
        network.commit_into(&mut changes, false).unwrap();
    }
    let old = [None, Some("one"), Some("two")].map(|text| text.map(Value::text));
    assert_eq!(changes.iter().map(|change| change.old).collect::<Vec<_>>(), old);
    for before in [Some("two"), Some("one"), None] {
        network.begin();
        network.undo().unwrap();
        network.settle().unwrap();
        let done = network.commit_into(&mut changes, false).unwrap();
        assert!(done.returns.is_some());
        assert_eq!(network.content(contact).unwrap(), &before.map(Value::text));
    }
}
