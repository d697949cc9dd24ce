//! Drawing schedules, and replaying one.

use shuttle::scheduler::{PctScheduler, RandomScheduler, ReplayScheduler};
use shuttle::{Config, Runner};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

/// Schedules of each sentence, unless told otherwise.
const CASES: usize = 500;
/// How often threads change places against their priorities.
const DEPTHS: [usize; 3] = [2, 3, 5];

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

fn given(name: &str) -> Option<usize> {
    let text = std::env::var(name).ok()?;
    Some(text.parse().expect("a whole number"))
}

fn config() -> Config {
    let mut config = Config::new();
    config.stack_size = 1 << 18;
    config.silence_warnings = true;
    config
}

/// Runs a scenario under many schedules: half of them at random, half by random priorities with few changes. Answers how many they were.
pub(crate) fn explore(sentence: &str, scenario: fn()) -> usize {
    plant();
    if let Ok(schedule) = std::env::var("BASSLINE_SCHEDULE") {
        return Runner::new(ReplayScheduler::new_from_encoded(&schedule), config()).run(scenario);
    }
    let cases = given("BASSLINE_CASES").unwrap_or(CASES);
    let seed = given("BASSLINE_SEED").unwrap_or(1) as u64;
    let explored = catch_unwind(AssertUnwindSafe(|| {
        let mut explored = Runner::new(RandomScheduler::new_from_seed(seed, cases / 2), config()).run(scenario);
        for (at, depth) in DEPTHS.into_iter().enumerate() {
            let part = (cases - cases / 2 + at) / DEPTHS.len();
            explored += Runner::new(PctScheduler::new_from_seed(seed, depth, part), config()).run(scenario);
        }
        explored
    }));
    match explored {
        Ok(explored) => {
            println!("{explored} schedules: {sentence}");
            explored
        }
        Err(failed) => {
            eprintln!("not so: {sentence}; replay it with BASSLINE_SCHEDULE set to the schedule above");
            resume_unwind(failed)
        }
    }
}

/// How often something happened, over all schedules of a sentence: what never happens is not tested.
pub(crate) struct Tally(std::sync::atomic::AtomicUsize);

impl Tally {
    pub(crate) const fn new() -> Self {
        Self(std::sync::atomic::AtomicUsize::new(0))
    }

    pub(crate) fn count(&self, happened: bool) {
        self.0
            .fetch_add(usize::from(happened), std::sync::atomic::Ordering::Relaxed);
    }

    /// Tells, and asks that it happened in one of a hundred schedules at least.
    pub(crate) fn tell(&self, explored: usize, what: &str) {
        let times = self.0.load(std::sync::atomic::Ordering::Relaxed);
        println!("  {times} times {what}");
        assert!(
            times * 100 >= explored || explored < 100,
            "{what} in {times} of {explored}"
        );
    }
}
