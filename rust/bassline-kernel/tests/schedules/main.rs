//! The log and its cursors under every order in which their threads may run, as far as it can be drawn: a model checker decides at each
//! lock, signal and atomic who goes on. Time stands still, so that nobody is woken by it: a wake-up that is lost is a deadlock.
//!
//! A schedule that fails is printed, and replays alone: `BASSLINE_SCHEDULE=... cargo test -p bassline-kernel --features schedules --test
//! schedules -- the_test`. `BASSLINE_CASES` is how many are drawn for each sentence, `BASSLINE_SEED` what from.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "counts and schedules are the result"
)]
#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "what fails here is a failed test"
)]

mod attaching;
mod ending;
mod explore;
mod following;
mod holding;
mod thinning;
mod witness;
