//! The promises of the SQLite store; with the feature `planted`, whether they find each planted bug.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "what fails here is a promise that is not kept"
)]
#![allow(clippy::print_stderr, reason = "which promise it is is seen where it fails")]

#[cfg(not(feature = "planted"))]
#[path = "sqlite/accidents.rs"]
mod accidents;
mod keeping;
#[path = "sqlite/promises.rs"]
mod promises;
#[path = "sqlite/world.rs"]
mod world;

#[cfg(not(feature = "planted"))]
#[test]
fn every_promise_is_kept() {
    keeping::keep(promises::PROMISES);
}

#[cfg(feature = "planted")]
#[test]
fn each_planted_bug_breaks_a_promise() {
    keeping::find_bugs(promises::PROMISES, "sqlite-");
}
