//! Time that never goes back: for pauses and for how long something took.

use std::time::{Duration, Instant};

/// Tells how long it has been since it began.
pub trait Time: Send + Sync {
    /// Now.
    fn now(&self) -> Duration;
}

/// The machine's.
#[derive(Debug, Clone, Copy)]
pub struct SinceStart(Instant);

impl Default for SinceStart {
    fn default() -> Self {
        Self(Instant::now())
    }
}

impl Time for SinceStart {
    fn now(&self) -> Duration {
        self.0.elapsed()
    }
}
