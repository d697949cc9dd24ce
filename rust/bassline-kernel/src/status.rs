//! How the drivers are doing.

use crate::board::Lane;
use crate::log::Mark;

/// How one driver is doing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DriverStatus {
    /// Its name.
    pub name: String,
    /// Whether `flush` waits for it.
    pub durable: bool,
    /// The last tick it acknowledged; 0 before the first.
    pub acknowledged_tick: u64,
    /// How many records it is behind.
    pub lag_records: u64,
    /// How many bytes it is behind.
    pub lag_bytes: u64,
    /// How many batches it took.
    pub batches: u64,
    /// How many records it took.
    pub records: u64,
    /// The most records it was ever seen behind.
    pub high_water: u64,
    /// What stopped it.
    pub failure: Option<String>,
}

/// What was left when the kernel was closed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CloseReport {
    /// The drivers that did not take everything, or did not shut down well: name, ticks not taken, error.
    pub undelivered: Vec<(String, u64, Option<String>)>,
}

impl DriverStatus {
    pub(crate) fn of(lane: &Lane, end: Mark) -> Self {
        let lag = lane.lag(end);
        Self {
            name: lane.name.clone(),
            durable: lane.options.durable,
            acknowledged_tick: lane.acknowledged_tick,
            lag_records: lag.sequence,
            lag_bytes: lag.weight,
            batches: lane.batches,
            records: lane.records,
            high_water: lane.high_water.max(lag.sequence),
            failure: lane.failure.as_ref().map(|failed| failed.failure.message.clone()),
        }
    }
}
