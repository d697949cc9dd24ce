//! How a driver is attached.

use crate::policy::Policy;
use crate::retry::Retry;
use std::time::Duration;

/// What a driver is held to and what the writer is held to for its sake.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a choice of its own")]
pub struct AttachOptions {
    /// Whether `flush` waits for it.
    pub durable: bool,
    /// Whether it has nothing to do for a tick but what [`crate::Log::sync`] does: a store that is the log. `flush` then asks the log, and
    /// does not wait for the driver's thread.
    pub is_log: bool,
    /// Whether the next write fails once it has failed. Otherwise it is left behind, and its status says so.
    pub fail_fast: bool,
    /// Whether a tick that it will never take is put aside, so that those behind it go through. Otherwise that is its end.
    pub dead_letters: bool,
    /// What happens when it lags behind by one of the three bounds that follow.
    pub policy: Policy,
    /// How many records it may lag behind.
    pub max_records: usize,
    /// How many bytes it may lag behind.
    pub max_bytes: usize,
    /// How long a record may wait for it; `None` for any time. One that spills has no such bound.
    pub max_lag: Option<Duration>,
    /// How long the writer waits before its tick is refused.
    pub block_timeout: Duration,
    /// How many records it is handed at once, at most.
    pub batch_records: usize,
    /// How many bytes it is handed at once, at most; one record is handed over however large it is.
    pub batch_bytes: usize,
    /// How long a record waits for others to fill a batch; zero for not at all.
    pub max_age: Duration,
    /// How often a failure that may pass is tried again, and how long apart.
    pub retry: Retry,
}

impl Default for AttachOptions {
    fn default() -> Self {
        Self {
            durable: false,
            is_log: false,
            fail_fast: false,
            dead_letters: true,
            policy: Policy::Block,
            max_records: 100_000,
            max_bytes: 64 << 20,
            max_lag: None,
            block_timeout: Duration::from_secs(30),
            batch_records: 1_000,
            batch_bytes: 1 << 20,
            max_age: Duration::from_millis(50),
            retry: Retry::default(),
        }
    }
}

impl AttachOptions {
    /// It is handed nothing before it is asked for ([`crate::Kernel::flush`], [`crate::Kernel::hurry`]), or its bound is reached.
    #[must_use]
    pub fn on_demand(self) -> Self {
        Self {
            batch_records: self.max_records,
            max_age: Duration::from_secs(1 << 30),
            ..self
        }
    }

    /// The defaults of a store: durable, its failure stops the writer, and it takes every tick or none.
    pub fn store() -> Self {
        Self {
            durable: true,
            fail_fast: true,
            dead_letters: false,
            // What is written in one transaction is cheaper the more it is.
            batch_bytes: 16 << 20,
            ..Self::default()
        }
    }
}
