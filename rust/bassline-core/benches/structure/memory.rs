//! Live bytes of a network: per contact, its name apart, and per wire end; and after a great many additions and removals.

use crate::counting::BYTES;
use crate::edits::add;
use bassline_core::{ContactId, Network, Value, WireKind};
use std::sync::atomic::Ordering::Relaxed;
use std::time::Instant;

const MILLION: usize = 1_000_000;

const KINDS: [(WireKind, &str); 2] = [
    (WireKind::Directed, "directed"),
    (WireKind::Bidirectional, "bidirectional"),
];

fn line(what: &str, figure: f64) {
    println!("| {what:<56} | {figure:>12.2} |");
}

fn bytes() -> f64 {
    BYTES.load(Relaxed) as f64
}

fn tick<T>(network: &mut Network, work: impl FnOnce(&mut Network) -> T) -> T {
    network.begin();
    let done = work(network);
    network.settle().unwrap();
    network.commit(false, false);
    done
}

/// Declares a million numbers in a group.
fn contacts(network: &mut Network, group: &str) -> Vec<ContactId> {
    let root = network.root();
    tick(network, |network| {
        let group = network.declare_group(root, group, Value::Null).unwrap();
        let contact = |at| {
            let contact = network
                .declare_contact(group, &format!("c{at}"), None, Value::Null)
                .unwrap();
            network.write(contact, Value::Float(at as f64)).unwrap();
            contact
        };
        (0..MILLION).map(contact).collect()
    })
}

/// Lets the network go back to what it keeps between ticks.
fn idle(network: &mut Network) {
    tick(network, |_| {});
}

pub(crate) fn per_contact() {
    let mut network = Network::default();
    let mut kept: Vec<Vec<ContactId>> = Vec::new();
    let mut measured = Vec::new();
    // The names of the second group are those of the first, interned once.
    for group in ["first", "second"] {
        let before = bytes();
        kept.push(contacts(&mut network, group));
        idle(&mut network);
        let handles = MILLION as f64 * size_of::<ContactId>() as f64;
        measured.push((bytes() - before - handles) / MILLION as f64);
    }
    line("bytes per numeric contact, 1 M, with its name", measured[0]);
    line("... of a second million, whose names are there already", measured[1]);
    line("... so the text of a name costs", measured[0] - measured[1]);
}

pub(crate) fn per_wire_end() {
    for (kind, what) in KINDS {
        let mut network = Network::default();
        let contacts = contacts(&mut network, "all");
        idle(&mut network);
        let before = bytes();
        let pairs = contacts.chunks(2).flat_map(|pair| [(pair[0], pair[1])]);
        tick(&mut network, |network| {
            for (from, to) in pairs {
                network.declare_wire(from, to, kind).unwrap();
            }
        });
        idle(&mut network);
        let ends = (bytes() - before) / MILLION as f64;
        line(&format!("bytes per wire end, 0.5 M {what} pairs"), ends);
    }
}

/// Seconds of the processor this thread has had, on Linux; of the wall clock elsewhere. On a busy machine the first is steadier.
fn seconds(started: Instant) -> f64 {
    let schedstat = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let processor = schedstat.split(' ').next().and_then(|ns| ns.parse::<f64>().ok());
    processor.map_or_else(|| started.elapsed().as_secs_f64(), |ns| ns / 1e9)
}

/// A million contacts in one tick and a million wires, a tree, in the next.
pub(crate) fn build() {
    for (kind, what) in KINDS {
        let start = Instant::now();
        let started = seconds(start);
        let mut network = Network::default();
        let contacts = contacts(&mut network, "all");
        let declared = seconds(start) - started;
        let before = bytes();
        tick(&mut network, |network| {
            for at in 1..MILLION {
                network.declare_wire(contacts[at / 2], contacts[at], kind).unwrap();
            }
        });
        let wired = seconds(start) - started;
        idle(&mut network);
        line("processor seconds for 1 M contacts", declared);
        line(&format!("... and a tree of 1 M {what} wires"), wired);
        line("bytes per wire end in it", (bytes() - before) / (2 * MILLION) as f64);
    }
}

/// A million times a contact and a gadget are added in one tick and removed in the next.
pub(crate) fn cycles() {
    for fresh in [false, true] {
        let mut network = Network::default();
        let root = network.root();
        let source = tick(&mut network, |network| {
            let source = network.declare_contact(root, "source", None, Value::Null).unwrap();
            network.write(source, Value::Float(1.0)).unwrap();
            source
        });
        let mut start = 0.0;
        let started = Instant::now();
        for cycle in 0..MILLION {
            if cycle == MILLION / 1000 {
                start = bytes();
            }
            let name = if fresh { format!("c{cycle}") } else { "c".into() };
            let (contact, gadget) = tick(&mut network, |network| {
                let contact = network.declare_contact(root, &name, None, Value::Null).unwrap();
                (contact, add(network, source, source, contact))
            });
            tick(&mut network, |network| {
                network.remove_gadget(gadget).unwrap();
                network.remove_contact(contact).unwrap();
            });
        }
        let took = started.elapsed().as_secs_f64() * 1e9 / MILLION as f64;
        let names = if fresh { "each a new name" } else { "one name" };
        line(&format!("bytes after 1,000 times add/remove, {names}"), start);
        line("... after 1 M times", bytes());
        line("... ns per time", took);
    }
}
