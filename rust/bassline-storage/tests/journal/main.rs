//! The journal against a list kept outside of it: of what was accepted, what was acknowledged, and nothing else.
#![expect(clippy::print_stdout, reason = "how often each fault happened is a result")]
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "what fails here is a failed test"
)]

mod concurrency;
mod crash;
mod damage;
mod faults;
mod model;
mod plain;
mod scenario;
