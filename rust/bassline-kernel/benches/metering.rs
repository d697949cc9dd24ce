//! Ticks through the engine and nothing else, the same work each time: to have their instructions counted.
//!
//! `valgrind --tool=callgrind target/release/deps/metering-… 10` for a chain of ten gadgets; built of two commits, it tells
//! what the second takes more.
#![expect(clippy::unwrap_used, reason = "what cannot be set up ends the bench")]
#![expect(clippy::print_stdout, reason = "the figure is the result")]

use bassline_core::{Argument, Blend, Computation, GadgetDeclaration, Network, Value, primitive_of};
use bassline_kernel::{Engine, Kernel, Ring, SystemClock};
use indexmap::IndexMap;
use std::sync::Arc;
use std::time::Instant;

const TICKS: i64 = 100_000;

fn run(gadgets: usize) {
    let mut network = Network::default();
    network.begin();
    let root = network.root();
    let source = network
        .declare_contact(root, "x0", Some(Blend::AcceptLast), Value::Null)
        .unwrap();
    for at in 0..gadgets {
        let declaration = GadgetDeclaration {
            name: None,
            computation: Computation::Primitive(primitive_of("math.add").unwrap()),
            arguments: vec![
                ("a".into(), Argument::Path(format!("x{at}").into())),
                ("b".into(), Argument::Value(Value::Int(1))),
                ("sum".into(), Argument::Path(format!("x{}", at + 1).into())),
            ],
            contain: false,
        };
        network.declare_gadget(root, declaration).unwrap();
    }
    network.settle().unwrap();
    network.commit(false, false).unwrap();
    let kernel = Arc::new(Kernel::new(Ring::new()));
    let mut engine = Engine::new(network, kernel, Arc::new(SystemClock), 1, IndexMap::new(), 10_000);
    let begun = Instant::now();
    for n in 0..TICKS {
        engine.begin_plain();
        engine.network.write(source, Value::Int(n)).unwrap();
        engine.settle_some(usize::MAX).unwrap();
        engine.commit();
    }
    let nanos = begun.elapsed().as_nanos() as f64 / TICKS as f64;
    println!("{gadgets} gadgets: {nanos:.0} ns per tick");
}

fn main() {
    let chosen: Vec<usize> = std::env::args().filter_map(|word| word.parse().ok()).collect();
    for gadgets in if chosen.is_empty() { vec![0, 1, 10, 100] } else { chosen } {
        run(gadgets);
    }
}
