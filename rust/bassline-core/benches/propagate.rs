//! Set one source, settle, commit: the engine beside two hand-written floors, in one run, in ns per gadget fired.
//!
//! *plan* computes a fixed topological order over a column of f64 and decides nothing; *queue* keeps a dirty queue by rank and
//! stops where nothing changed: the least any dynamic engine does. All three must come to the same numbers.
//!
//! `cargo bench -p bassline-core --bench propagate -- chain fanout` runs the shapes with one of these in their name;
//! `--serve` makes it a contender of `./dev bench propagation`.
#![expect(clippy::print_stdout, reason = "the table is the result")]
#![expect(clippy::unwrap_used, reason = "what fails here is a bug in the bench")]
#![expect(clippy::disallowed_methods, reason = "it measures time")]
#![expect(clippy::float_cmp, reason = "any change is a change")]

#[path = "propagate/contest.rs"]
mod contest;
#[path = "propagate/counting.rs"]
mod counting;
#[path = "propagate/editable_queue.rs"]
mod editable_queue;
#[path = "propagate/engine.rs"]
mod engine;
#[path = "propagate/plan.rs"]
mod plan;
#[path = "propagate/queue.rs"]
mod queue;
#[path = "propagate/serve.rs"]
mod serve;
#[path = "propagate/shape.rs"]
mod shape;
#[path = "propagate/shapes.rs"]
mod shapes;

use contest::{Contender, Contest};
use counting::{ALLOCATIONS, BYTES};
use shapes::{Named, SHAPES};
use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant};

const ROUNDS: usize = 9;
const SAMPLE: Duration = Duration::from_millis(30);

/// How many ticks make a sample.
fn ticks_of(contest: &mut Contest, contender: Contender) -> usize {
    let mut ticks = 1;
    while contest.run(contender, ticks) < SAMPLE / 2 {
        ticks *= 2;
    }
    ticks
}

fn run(name: &str, shape: shape::Shape) {
    let (bytes, started) = (BYTES.load(Relaxed), Instant::now());
    let engine = engine::Engine::new(&shape);
    let gadgets = engine.gadgets.len() as f64;
    let build = started.elapsed().as_secs_f64() * 1e9 / gadgets;
    let size = (BYTES.load(Relaxed) - bytes) as f64 / gadgets;
    drop(engine);

    let mut contest = Contest::new(shape);
    let (fired, allocations) = contest.warm(name, || ALLOCATIONS.load(Relaxed));
    let fired = fired.max(1.0); // of the empty shape, per tick
    let able = Contender::ALL.map(|contender| contest.can(contender));
    let ticks = Contender::ALL.map(|contender| ticks_of(&mut contest, contender));
    let mut best = [f64::INFINITY; 4];
    for _ in 0..ROUNDS {
        for (at, contender) in Contender::ALL.into_iter().enumerate().filter(|&(at, _)| able[at]) {
            let took = contest.run(contender, ticks[at]).as_secs_f64() * 1e9;
            best[at] = best[at].min(took / ticks[at] as f64 / fired);
        }
    }
    let [plan, queue, engine, recorded] = best;
    println!(
        "| {name:<11} | {fired:>7.0} | {plan:>5.1} | {queue:>5.1} | {engine:>6.1} | {recorded:>8.1} | {:>6.1} | {:>7.1} | {allocations:>11.2} | {build:>5.0} | {size:>5.0} |",
        engine / plan,
        engine / queue,
    );
}

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    if words.iter().any(|word| word == "--serve") {
        serve::serve().unwrap();
        return;
    }
    let wanted: Vec<&String> = words.iter().filter(|word| !word.starts_with("--")).collect();
    let chosen = |name: &str| wanted.is_empty() || wanted.iter().any(|part| name.contains(part.as_str()));
    let shapes: Vec<&Named> = SHAPES.iter().filter(|(name, _)| chosen(name)).collect();
    if shapes.is_empty() {
        return;
    }
    println!(
        "ns per gadget fired, best of {ROUNDS}; build in ns and bytes per gadget, its output and its constant among them\n"
    );
    println!(
        "| shape       |   fired |  plan | queue | engine | recorded | x plan | x queue | allocs/tick | build | bytes |"
    );
    println!(
        "|-------------|--------:|------:|------:|-------:|---------:|-------:|--------:|------------:|------:|------:|"
    );
    for (name, shape) in shapes {
        run(name, shape());
    }
}
