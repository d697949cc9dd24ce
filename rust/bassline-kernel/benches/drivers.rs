//! What drivers cost the writer: ticks through the engine without one, with one that counts, and with eight, in turns.
//!
//! `cargo bench -p bassline-kernel --bench drivers`
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a bench says what it found, and ends where it cannot be set up"
)]

use bassline_core::{Argument, Blend, Computation, ContactId, GadgetDeclaration, Network, Value, primitive_of};
use bassline_kernel::{AttachOptions, Batch, Driver, DriverFailure, Engine, Kernel, Ring, SystemClock};
use indexmap::IndexMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

const ROUNDS: usize = 9;

/// Counts changes.
struct Counts(Arc<AtomicU64>);

impl Driver for Counts {
    fn handle_changes(&mut self, batch: &Batch) -> Result<(), DriverFailure> {
        let changes: usize = batch.records.iter().map(|record| record.changes().len()).sum();
        self.0.fetch_add(changes as u64, Ordering::Relaxed);
        Ok(())
    }
}

/// An engine whose tick writes a number and fires a chain of so many gadgets.
struct World {
    engine: Engine,
    source: ContactId,
    counted: Arc<AtomicU64>,
    n: i64,
}

impl World {
    fn new(gadgets: usize, drivers: usize) -> Self {
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
        let counted = Arc::new(AtomicU64::new(0));
        let options = AttachOptions {
            max_records: 1_000_000,
            max_bytes: 1 << 30,
            ..AttachOptions::default()
        };
        for driver in 0..drivers {
            let counts = Box::new(Counts(Arc::clone(&counted)));
            kernel
                .attach(&format!("counts{driver}"), counts, options.clone())
                .unwrap();
        }
        let engine = Engine::new(network, kernel, Arc::new(SystemClock), 1, IndexMap::new(), 10_000);
        Self {
            engine,
            source,
            counted,
            n: 0,
        }
    }

    /// So many ticks; answers ns per tick: those that passed until the last was delivered, and those that the writer worked.
    fn run(&mut self, ticks: usize) -> [f64; 2] {
        let (begun, worked) = (Instant::now(), worked());
        let kernel = Arc::clone(self.engine.kernel());
        for _ in 0..ticks {
            self.n += 1;
            kernel.admit(&|| false).unwrap();
            self.engine.begin_plain();
            self.engine.network.write(self.source, Value::Int(self.n)).unwrap();
            self.engine.settle_some(usize::MAX).unwrap();
            self.engine.commit();
        }
        let worked = self::worked() - worked;
        let delivered = || kernel.status().iter().all(|driver| driver.lag_records == 0);
        kernel.hurry();
        while !delivered() {
            std::thread::sleep(Duration::from_micros(50));
        }
        [begun.elapsed().as_nanos() as f64, worked as f64].map(|took| took / ticks as f64)
    }
}

/// For how many nanoseconds this thread has been on a processor.
fn worked() -> u64 {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    stat.split_whitespace().next().unwrap().parse().unwrap()
}

fn median(mut of: Vec<f64>) -> f64 {
    of.sort_by(f64::total_cmp);
    of[of.len() / 2]
}

fn main() {
    let arguments: Vec<usize> = std::env::args().filter_map(|argument| argument.parse().ok()).collect();
    if let [gadgets, drivers, ticks] = arguments[..] {
        // One of them alone, for who counts instructions.
        let [passed, worked] = World::new(gadgets, drivers).run(ticks);
        println!("{gadgets} gadgets, {drivers} drivers: {passed:.0} ns per tick, the writer worked {worked:.0}");
        return;
    }
    println!("ns per tick, medians of {ROUNDS} rounds in turns, until all is delivered, and as the writer worked;");
    println!("rate beside no driver, by the writer's work; cost of eight beside one; changes/s that reach one driver");
    println!(
        "{:>8} {:>8} {:>8} {:>8} {:>8} {:>8} {:>8} {:>9} {:>7} {:>7} {:>10}",
        "gadgets", "none", "one", "eight", "w.none", "w.one", "w.eight", "one/none", "8/1", "w.8/1", "changes/s"
    );
    for (gadgets, ticks) in [(0, 400_000), (1, 400_000), (10, 200_000), (100, 40_000), (1_000, 4_000)] {
        let mut worlds = [0, 1, 8].map(|drivers| World::new(gadgets, drivers));
        let mut times = [const { [const { Vec::new() }; 2] }; 3];
        for round in 0..=ROUNDS {
            for (world, times) in worlds.iter_mut().zip(&mut times) {
                let run = world.run(ticks);
                if round > 0 {
                    times.iter_mut().zip(run).for_each(|(times, time)| times.push(time));
                }
            }
        }
        assert_eq!(
            worlds[1].counted.load(Ordering::Relaxed),
            ((ROUNDS + 1) * ticks * (gadgets + 1)) as u64
        );
        let [none, one, eight] = times.map(|times| times.map(median));
        println!(
            "{gadgets:>8} {:>8.0} {:>8.0} {:>8.0} {:>8.0} {:>8.0} {:>8.0} {:>8.0}% {:>7.2} {:>7.2} {:>9.1}M",
            none[0],
            one[0],
            eight[0],
            none[1],
            one[1],
            eight[1],
            100.0 * none[1] / one[1],
            eight[0] / one[0],
            eight[1] / one[1],
            (gadgets + 1) as f64 * 1e3 / one[0],
        );
    }
}
