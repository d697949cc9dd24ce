//! What structure costs: bytes per contact and wire end, building a million, and edits between ticks as the network grows.
//!
//! The floor of the edits is the editable queue. `cargo bench -p bassline-core --bench structure -- growth` runs what has this in
//! its name: `contact`, `wire`, `build`, `growth`, `cycles`.
#![expect(clippy::print_stdout, reason = "the table is the result")]
#![expect(clippy::unwrap_used, reason = "what fails here is a bug in the bench")]
#![expect(clippy::disallowed_methods, reason = "it measures time")]
#![expect(clippy::float_cmp, reason = "any change is a change")]

#[path = "propagate/counting.rs"]
mod counting;
#[path = "propagate/editable_queue.rs"]
#[expect(dead_code, reason = "it also runs shapes")]
mod editable_queue;
#[path = "structure/edits.rs"]
mod edits;
#[path = "structure/memory.rs"]
mod memory;
#[path = "propagate/shape.rs"]
#[expect(dead_code, reason = "only its operations are used here")]
mod shape;

use edits::{Engine, Floor, Random, steps};

const ROUNDS: usize = 9;
const STEPS: usize = 10_000;

/// ns per step of the engine and of the floor, the best of the rounds, in a network of so many contacts.
fn edits(contacts: usize) -> (f64, f64) {
    let (mut engine, mut floor) = (Engine::new(contacts), Floor::new(contacts));
    let (mut random, mut live) = (Random::new(), 0);
    let (mut ours, mut theirs) = (f64::INFINITY, f64::INFINITY);
    for _ in 0..ROUNDS {
        let steps = steps(&mut random, contacts, &mut live, STEPS);
        ours = ours.min(engine.run(&steps).as_secs_f64() * 1e9 / STEPS as f64);
        theirs = theirs.min(floor.run(&steps).as_secs_f64() * 1e9 / STEPS as f64);
    }
    assert!(
        engine.agrees(floor.column(contacts)),
        "the floor comes to other numbers"
    );
    (ours, theirs)
}

fn growth() {
    let mut smallest = None;
    for contacts in [1_000, 10_000, 100_000, 1_000_000] {
        let (ours, theirs) = edits(contacts);
        let (first, floor) = *smallest.get_or_insert((ours, theirs));
        let grown = (ours / first) / (theirs / floor);
        let what = format!("ns per edit or write, {contacts} contacts");
        println!("| {what:<40} | {ours:>8.0} | floor {theirs:>6.0} | grown over the floor {grown:>5.2} |");
    }
}

fn main() {
    let words: Vec<String> = std::env::args()
        .skip(1)
        .filter(|word| !word.starts_with("--"))
        .collect();
    let parts: [(&str, fn()); 5] = [
        ("contact", memory::per_contact),
        ("wire", memory::per_wire_end),
        ("build", memory::build),
        ("growth", growth),
        ("cycles", memory::cycles),
    ];
    for (name, run) in parts {
        if words.is_empty() || words.iter().any(|word| name.contains(word.as_str())) {
            run();
        }
    }
}
