//! The long run of the journal's crash tests:
//! `cargo run --release -p bassline-storage --example soak_storage -- --images 10000000 --seed 1`.
#![expect(clippy::print_stdout, reason = "the counts are the result")]
#![expect(clippy::expect_used, reason = "what fails here is a failed test")]
#![allow(dead_code, reason = "the tests use more of it")]

#[path = "../tests/journal/crash.rs"]
mod crash;
#[path = "../tests/journal/faults.rs"]
mod faults;
#[path = "../tests/journal/model.rs"]
mod model;
#[path = "../tests/journal/scenario.rs"]
mod scenario;

use bassline_storage::disk::Fired;

/// The number behind a word of the command line.
fn given(word: &str, otherwise: u64) -> u64 {
    let words: Vec<String> = std::env::args().collect();
    let at = words.iter().position(|found| found == word);
    let found = at.and_then(|at| words.get(at + 1));
    found.map_or(otherwise, |number| number.parse().expect("a whole number"))
}

fn main() {
    model::plant();
    let (wanted, first) = (given("--images", 100_000), given("--seed", 1));
    let (mut images, mut lives, mut fired) = (0, 0, Fired::default());
    while images < wanted {
        let part = (wanted - images).min(1_000_000);
        let (more, seeds) = crash::lose_power(first.wrapping_add(lives), part, &mut fired);
        (images, lives) = (images + more, lives + seeds);
        println!("{images} images of {lives} lives, seeds from {first}: nothing acknowledged lost, no half batch");
    }
    model::each_happened(&fired, &Fired::LOSSES);
    let mut fired = Fired::default();
    let (lives, seeds, failed) = faults::fail(first, wanted / 4, &mut fired);
    println!("{lives} lives of {seeds} seeds with a fault, {failed} ended by it: nothing acknowledged lost");
    model::each_happened(&fired, &Fired::FAILURES);
}
