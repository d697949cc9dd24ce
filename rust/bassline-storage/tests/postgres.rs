//! The promises of the `PostgreSQL` store, on a real server; with the feature `planted`, whether they find each planted bug.
#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "what fails here is a promise that is not kept"
)]
#![allow(clippy::print_stderr, reason = "which promise it is is seen where it fails")]

#[cfg(not(feature = "planted"))]
#[path = "postgres/accidents.rs"]
mod accidents;
mod keeping;
#[path = "postgres/promises.rs"]
mod promises;
#[path = "postgres/proxy.rs"]
mod proxy;
#[allow(dead_code, reason = "each program needs a part of it")]
#[path = "postgres/server.rs"]
mod server;
#[allow(dead_code, reason = "each store needs a part of it")]
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
    keeping::find_bugs(promises::PROMISES, "postgres-");
}
