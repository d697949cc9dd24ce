//! Whether a store keeps its promises and, with the feature `planted`, whether each bug planted in it breaks one.

/// What is promised, and a test of it that panics if it is not kept.
pub(crate) type Promise = (&'static str, fn());

#[cfg(not(feature = "planted"))]
pub(crate) fn keep(promises: &[Promise]) {
    for (name, promise) in promises {
        eprintln!("{name}");
        promise();
    }
}

/// The bugs are those whose names begin so.
#[cfg(feature = "planted")]
pub(crate) fn find_bugs(promises: &[Promise], prefix: &str) {
    use bassline_core::planted::{BUGS, choose};
    use std::panic::catch_unwind;

    let broken = || -> Vec<&str> {
        let broken = promises.iter().filter(|(_, promise)| catch_unwind(promise).is_err());
        broken.map(|(name, _)| *name).collect()
    };
    assert_eq!(broken(), Vec::<&str>::new(), "without a bug");
    for (bug, _) in BUGS.iter().filter(|(name, _)| name.starts_with(prefix)) {
        assert!(choose(bug));
        let found = broken();
        eprintln!("{bug}: {found:?}");
        assert!(!found.is_empty(), "{bug} is not found");
    }
}
