//! What it costs a tick that it can be undone: two networks that are alike, but for `history=0` of one, in turns.
//!
//! `cargo bench -p bassline-core --bench undo -- fan` runs the shapes with this in their name; `--ticks 1000 on write` runs
//! so many ticks of one shape in one network only, `on` or `off`, to be counted by callgrind.
#![expect(clippy::print_stdout, reason = "the table is the result")]
#![expect(clippy::unwrap_used, reason = "what fails here is a bug in the bench")]
#![expect(clippy::disallowed_methods, reason = "it measures time")]

#[path = "propagate/counting.rs"]
mod counting;

use bassline_core::{Argument, Computation, ContactId, GadgetDeclaration, Network, Value, primitive_of};
use std::hint::black_box;
use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant};

const ROUNDS: usize = 41;
const SAMPLE: Duration = Duration::from_millis(10);
/// As a network of Python keeps them.
const HISTORY: (usize, usize) = (10_000, 64 << 20);

/// Gadgets that add one to the contact that is written, or to what the one before came to.
#[derive(Clone, Copy)]
struct Shape {
    name: &'static str,
    gadgets: usize,
    is_chain: bool,
    is_text: bool,
}

const fn shape(name: &'static str, gadgets: usize) -> Shape {
    Shape {
        name,
        gadgets,
        is_chain: false,
        is_text: false,
    }
}

const SHAPES: [Shape; 8] = [
    shape("write", 0),
    Shape {
        is_text: true,
        ..shape("write-text", 0)
    },
    shape("fan-10", 10),
    shape("fan-50", 50),
    shape("fan-100", 100),
    shape("fan-1000", 1_000),
    Shape {
        is_chain: true,
        ..shape("chain-1000", 1_000)
    },
    shape("fan-20000", 20_000),
];

struct Engine {
    network: Network,
    source: ContactId,
    texts: Option<[Value; 2]>,
    tick: usize,
}

impl Engine {
    fn new(shape: Shape, history: usize) -> Self {
        let mut network = Network::default();
        network.keep_history(history, HISTORY.1, true);
        let root = network.root();
        network.begin();
        let [source, one] =
            ["source", "one"].map(|name| network.declare_contact(root, name, None, Value::Null).unwrap());
        network.write(one, Value::Float(1.0)).unwrap();
        let mut last = source;
        for at in 0..shape.gadgets {
            let out = network
                .declare_contact(root, &format!("c{at}"), None, Value::Null)
                .unwrap();
            let first = if shape.is_chain { last } else { source };
            let arguments = [("a", first), ("b", one), ("sum", out)];
            let declaration = GadgetDeclaration {
                name: None,
                computation: Computation::Primitive(primitive_of("math.add").unwrap()),
                arguments: arguments
                    .map(|(port, contact)| (port.into(), Argument::Contact(contact)))
                    .into(),
                contain: false,
            };
            network.declare_gadget(root, declaration).unwrap();
            last = out;
        }
        network.settle().unwrap();
        network.commit(false, false);
        Self {
            network,
            source,
            texts: shape.is_text.then(|| ["one text", "another text"].map(Value::text)),
            tick: 0,
        }
    }

    fn run(&mut self, ticks: usize) -> Duration {
        let started = Instant::now();
        for _ in 0..ticks {
            self.tick += 1;
            let value = match &self.texts {
                Some(texts) => texts[self.tick % 2].clone(),
                None => Value::Float(self.tick as f64),
            };
            self.network.begin();
            self.network.write(self.source, value).unwrap();
            self.network.settle().unwrap();
            black_box(self.network.commit(false, false));
        }
        started.elapsed()
    }

    fn undone(&mut self) -> usize {
        let mut count = 0;
        loop {
            self.network.begin();
            let undone = self.network.undo().unwrap();
            self.network.commit(false, false);
            if undone.is_none() {
                return count;
            }
            count += 1;
        }
    }
}

fn run(shape: Shape) {
    let mut engines = [HISTORY.0, 0].map(|history| Engine::new(shape, history));
    let mut ticks = 1;
    while engines[1].run(ticks) < SAMPLE / 2 {
        ticks *= 2;
    }
    // Until the history is full, it still takes room.
    for engine in &mut engines {
        engine.run((2 * HISTORY.0).min(20_000_000 / (shape.gadgets + 1)));
    }
    let allocations = allocations(&mut engines[0], ticks);
    let mut best = [f64::INFINITY; 2];
    let mut ratios = Vec::new();
    for round in 0..ROUNDS {
        let mut took = [0.0; 2];
        for turn in 0..2 {
            let at = (turn + round) % 2;
            took[at] = engines[at].run(ticks).as_secs_f64() * 1e9 / ticks as f64;
            best[at] = best[at].min(took[at]);
        }
        ratios.push(took[0] / took[1]);
    }
    ratios.sort_by(f64::total_cmp);
    let undone = engines[0].undone();
    println!(
        "| {:<10} | {:>9.0} | {:>9.0} | {:>5.2} | {:>6.2} | {allocations:>11.2} | {undone:>6} |",
        shape.name,
        best[0],
        best[1],
        best[0] / best[1],
        ratios[ROUNDS / 2],
    );
}

fn allocations(engine: &mut Engine, ticks: usize) -> f64 {
    let before = counting::ALLOCATIONS.load(Relaxed);
    engine.run(ticks);
    (counting::ALLOCATIONS.load(Relaxed) - before) as f64 / ticks as f64
}

fn main() {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
    if let [flag, ticks, which, name] = words.as_slice()
        && flag == "--ticks"
    {
        for shape in SHAPES.into_iter().filter(|shape| shape.name == name) {
            let mut engine = Engine::new(shape, if which == "on" { HISTORY.0 } else { 0 });
            engine.run(ticks.parse().unwrap());
        }
        return;
    }
    let is_asked = |shape: &Shape| words.is_empty() || words.iter().any(|word| shape.name.contains(word.as_str()));
    let mut shapes = SHAPES.into_iter().filter(is_asked).peekable();
    if shapes.peek().is_some() {
        println!("| shape      |     on ns |    off ns | ratio | median | allocations | undone |");
        println!("|------------|-----------|-----------|-------|--------|-------------|--------|");
    }
    shapes.for_each(run);
}
