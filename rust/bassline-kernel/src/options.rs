//! How a driver is attached.

use std::time::Duration;

/// What a driver is held to and what the writer is held to for its sake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttachOptions {
    /// Whether `flush` waits for it.
    pub durable: bool,
    /// Whether it has nothing to do for a tick but what [`crate::Log::sync`] does: a store that is the log. `flush` then asks the log, and
    /// does not wait for the driver's thread.
    pub is_log: bool,
    /// Whether the next write fails once it has failed. Otherwise it is left behind, and its status says so.
    pub fail_fast: bool,
    /// How many records it may lag behind before the writer waits.
    pub max_records: usize,
    /// How many bytes it may lag behind before the writer waits.
    pub max_bytes: usize,
    /// How long the writer waits before its tick is refused.
    pub block_timeout: Duration,
    /// How many records it is handed at once, at most.
    pub batch_records: usize,
    /// How long a record waits for others to fill a batch; zero for not at all.
    pub max_age: Duration,
}

impl Default for AttachOptions {
    fn default() -> Self {
        Self {
            durable: false,
            is_log: false,
            fail_fast: false,
            max_records: 100_000,
            max_bytes: 64 << 20,
            block_timeout: Duration::from_secs(30),
            batch_records: 1_000,
            max_age: Duration::from_millis(50),
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

    /// The defaults of a store: durable, and its failure stops the writer.
    pub fn store() -> Self {
        Self {
            durable: true,
            fail_fast: true,
            ..Self::default()
        }
    }
}
