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
mod kept {
    use super::promises::PROMISES;

    #[test]
    fn every_promise_is_kept() {
        for (name, promise) in PROMISES {
            eprintln!("{name}");
            promise();
        }
    }
}

#[cfg(feature = "planted")]
mod planted {
    use super::promises::PROMISES;
    use bassline_core::planted::{BUGS, choose};
    use std::panic::catch_unwind;

    fn broken() -> Vec<&'static str> {
        let broken = PROMISES.iter().filter(|(_, promise)| catch_unwind(promise).is_err());
        broken.map(|(name, _)| *name).collect()
    }

    #[test]
    fn each_planted_bug_breaks_a_promise() {
        assert_eq!(broken(), Vec::<&str>::new(), "without a bug");
        for (bug, _) in BUGS.iter().filter(|(name, _)| name.starts_with("postgres-")) {
            assert!(choose(bug));
            let found = broken();
            eprintln!("{bug}: {found:?}");
            assert!(!found.is_empty(), "{bug} is not found");
        }
    }
}
