//! Runs seeds.

use crate::counts::{Counts, EACH};
use crate::world::World;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

const OPERATIONS: u64 = 500;

/// Runs one seed; answers what happened, and the trace of its end.
pub(crate) fn one(seed: u64) -> (String, String) {
    let mut world = World::new(seed);
    run(&mut world);
    (world.counts().lines(), world.trace())
}

fn run(world: &mut World) {
    for _ in 0..OPERATIONS {
        world.op();
    }
    world.calm();
}

/// Runs seeds up to the first that is red, which it prints with its trace; answers what happened in all.
pub(crate) fn seeds(seeds: impl Iterator<Item = u64>) -> Counts {
    let mut counts = Counts::default();
    for seed in seeds {
        let mut world = World::new(seed);
        if let Err(cause) = catch_unwind(AssertUnwindSafe(|| run(&mut world))) {
            println!("{}seed {seed} is red", world.trace());
            resume_unwind(cause);
        }
        counts.merge(&world.counts());
        counts.add("operation", OPERATIONS);
    }
    counts
}

/// Fails if a kind of fault never came.
pub(crate) fn each_happened(counts: &Counts) {
    for what in EACH {
        assert!(counts.of(what) > 0, "'{what}' never happened");
    }
}
