//! The kernel and its stores in a world of their own: time, disk, faults and the order of all steps are drawn from a seed, and what was
//! committed is kept outside as a plain list. A red seed replays alone: `BASSLINE_SEED=7 BASSLINE_CASES=1`.

#![expect(
    clippy::print_stdout,
    reason = "the counts and the trace of a red seed are the result"
)]
#![expect(clippy::expect_used, clippy::panic, reason = "what fails here is a failed test")]

mod books;
mod calm;
mod counts;
mod keeping;
mod model;
mod network;
mod plan;
mod rules;
mod run;
mod story;
mod threads;
mod world;

/// Seeds that once were red: each found a mistake of the kernel that was mended.
const ONCE_RED: &[u64] = &[1, 2, 3, 4, 6, 23, 26, 43, 49, 529, 662, 1000, 1838];

/// Chooses the planted bug that the environment names, if there is one.
fn plant() {
    #[cfg(feature = "planted")]
    if let Ok(name) = std::env::var("BASSLINE_PLANTED")
        && !name.is_empty()
    {
        let is_known = bassline_core::planted::choose(&name);
        assert!(is_known, "there is no planted bug {name:?}");
    }
}

fn given(name: &str) -> Option<u64> {
    std::env::var(name)
        .ok()
        .map(|text| text.parse().expect("a whole number"))
}

#[test]
fn whatever_fails_nothing_is_lost_doubled_or_told_out_of_order() {
    plant();
    let (first, seeds) = (
        given("BASSLINE_SEED").unwrap_or(1),
        given("BASSLINE_CASES").unwrap_or(2_000),
    );
    let counts = run::seeds(first..first + seeds);
    println!("{seeds} seeds\n{}", counts.lines());
    if seeds >= 1_000 {
        run::each_happened(&counts);
    }
}

#[test]
fn a_seed_that_once_was_red_is_green() {
    plant();
    run::seeds(ONCE_RED.iter().copied());
}

#[test]
fn the_same_seed_is_the_same_run() {
    plant();
    for seed in 1..20 {
        assert_eq!(run::one(seed), run::one(seed));
    }
}
