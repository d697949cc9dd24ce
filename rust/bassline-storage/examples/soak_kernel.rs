//! The long run of the kernel's simulation:
//! `cargo run --release -p bassline-storage --example soak_kernel -- --seeds 1000000 --seed 1`.
#![expect(clippy::print_stdout, reason = "the counts are the result")]
#![expect(clippy::expect_used, clippy::panic, reason = "what fails here is a failed test")]
#![allow(dead_code, reason = "the tests use more of it")]

#[path = "../tests/kernel/books.rs"]
mod books;
#[path = "../tests/kernel/calm.rs"]
mod calm;
#[path = "../tests/kernel/counts.rs"]
mod counts;
#[path = "../tests/kernel/keeping.rs"]
mod keeping;
#[path = "../tests/kernel/model.rs"]
mod model;
#[path = "../tests/kernel/network.rs"]
mod network;
#[path = "../tests/kernel/plan.rs"]
mod plan;
#[path = "../tests/kernel/rules.rs"]
mod rules;
#[path = "../tests/kernel/run.rs"]
mod run;
#[path = "../tests/kernel/story.rs"]
mod story;
#[path = "../tests/kernel/world.rs"]
mod world;

/// The number behind a word of the command line.
fn given(word: &str, otherwise: u64) -> u64 {
    let words: Vec<String> = std::env::args().collect();
    let at = words.iter().position(|found| found == word);
    let found = at.and_then(|at| words.get(at + 1));
    found.map_or(otherwise, |number| number.parse().expect("a whole number"))
}

fn main() {
    let (seeds, first) = (given("--seeds", 10_000), given("--seed", 1));
    let (mut done, mut counts) = (0, counts::Counts::default());
    while done < seeds {
        let part = (seeds - done).min(10_000);
        counts.merge(&run::seeds(first + done..first + done + part));
        done += part;
        println!("{done} seeds from {first}: nothing lost, doubled or out of order");
    }
    println!("{}", counts.lines());
    run::each_happened(&counts);
}
