//! Everything the kernel refuses, and why.

use crate::driver::DriverFailure;
use crate::log::LogError;
use std::sync::Arc;
use std::time::Duration;
use thiserror::Error;

/// Why the kernel did not do as asked.
#[derive(Debug, Clone, Error)]
#[non_exhaustive]
pub enum KernelError {
    /// A driver lags so far behind that the tick was refused; it was not applied.
    #[error(
        "driver '{driver}' is {records} ticks ({bytes} bytes) behind and did not catch up within {waited:?}; this tick was not applied, write again later"
    )]
    Backpressure {
        /// The driver.
        driver: String,
        /// How many ticks it is behind.
        records: u64,
        /// How many bytes it is behind.
        bytes: u64,
        /// How long the writer waited.
        waited: Duration,
    },
    /// A driver has failed.
    #[error("driver '{driver}' failed at tick {tick}: {failure}")]
    DriverFailed {
        /// The driver.
        driver: String,
        /// The first tick it did not take.
        tick: u64,
        /// Whether that tick is committed in the network.
        committed: bool,
        /// What went wrong.
        #[source]
        failure: DriverFailure,
    },
    /// Not everything was acknowledged in time.
    #[error("after {waited:?} not everything is delivered: {}", behind(drivers))]
    FlushTimeout {
        /// Who is behind, by how many ticks.
        drivers: Vec<(String, u64)>,
        /// How long was waited.
        waited: Duration,
    },
    /// The caller was interrupted while waiting.
    #[error("interrupted while waiting for drivers")]
    Interrupted,
    /// A driver asked to wait for all drivers, itself among them.
    #[error("a driver cannot wait for the drivers, as it would wait for itself; do it on another thread")]
    WithinDriver,
    /// The kernel was closed.
    #[error("the network is closed")]
    Closed,
    /// A driver of that name is attached.
    #[error("a driver named '{0}' is attached already; detach it first, or give another name")]
    NameTaken(String),
    /// No driver of that name is attached.
    #[error("no driver named '{driver}' is attached{}", known(attached))]
    UnknownDriver {
        /// The name asked for.
        driver: String,
        /// Those that are.
        attached: Vec<String>,
    },
    /// The log did not take a committed tick, or could not make it durable.
    #[error("{error}")]
    Log {
        /// The first tick that it concerns.
        tick: u64,
        /// What the log says.
        #[source]
        error: LogError,
    },
    /// No thread could be started.
    #[error("no thread for driver '{driver}': {source}")]
    Thread {
        /// The driver.
        driver: String,
        /// Why not.
        source: Arc<std::io::Error>,
    },
}

fn behind(drivers: &[(String, u64)]) -> String {
    let shown: Vec<String> = drivers
        .iter()
        .map(|(name, ticks)| format!("'{name}' is {ticks} ticks behind"))
        .collect();
    shown.join(", ")
}

fn known(attached: &[String]) -> String {
    if attached.is_empty() {
        String::new()
    } else {
        format!("; attached are {}", attached.join(", "))
    }
}
