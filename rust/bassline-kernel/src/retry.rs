//! How often a transient failure is tried again, and how long apart.

use std::time::Duration;

/// Bounded exponential backoff.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retry {
    /// How often a batch is tried in all.
    pub tries: u32,
    /// The first pause; each one after is `factor` times as long.
    pub first_pause: Duration,
    /// What a pause grows by.
    pub factor: u32,
}

impl Default for Retry {
    fn default() -> Self {
        Self {
            tries: 5,
            first_pause: Duration::from_millis(20),
            factor: 4,
        }
    }
}

impl Retry {
    /// The pause after the failed try of this number (1 for the first), if there is another.
    pub fn pause_after(&self, failed: u32) -> Option<Duration> {
        (failed < self.tries).then(|| self.first_pause * self.factor.saturating_pow(failed.saturating_sub(1)))
    }
}

/// Lets time pass; a test lets none.
pub trait Sleeper: Send + Sync {
    /// Returns after so long.
    fn sleep(&self, time: Duration);
}

/// Sleeps on the thread.
#[derive(Debug, Clone, Copy, Default)]
pub struct ThreadSleeper;

impl Sleeper for ThreadSleeper {
    fn sleep(&self, time: Duration) {
        std::thread::sleep(time);
    }
}
