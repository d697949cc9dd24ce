//! Everything the kernel refuses, and why.

use crate::failure::DriverFailure;
use crate::letters::LettersError;
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
    /// It is to begin after one that is not there.
    #[error(
        "driver '{driver}' is to begin after '{after}', which is not attached{}",
        known(attached)
    )]
    UnknownPredecessor {
        /// Who was attached.
        driver: String,
        /// Whom it waits for.
        after: String,
        /// Who there is.
        attached: Vec<String>,
    },
    /// Each waits for the next to begin.
    #[error("drivers wait for each other to begin: {}; take one out of `after`", .0.join(" after "))]
    Circle(Vec<String>),
    /// To spill takes a log on a disk.
    #[error(
        "driver '{0}' is to spill, but the log lies in memory; open the network on a journal ('journal:directory'), or choose another policy"
    )]
    NowhereToSpill(String),
    /// What is spilt may lie for any time.
    #[error(
        "driver '{0}' is to spill, and what is spilt waits for any time: it cannot be held to max_lag; leave that out, or choose another policy"
    )]
    SpillsInTime(String),
    /// Only what has failed can be restarted.
    #[error("driver '{0}' has not failed: there is nothing to restart")]
    NotFailed(String),
    /// A compound cannot be asked, its members can.
    #[error("'{driver}' is a compound; ask one of its members: {}", members.join(", "))]
    IsCompound {
        /// Who was asked.
        driver: String,
        /// Who can be.
        members: Vec<String>,
    },
    /// A driver did not answer in time.
    #[error("driver '{driver}' did not answer within {waited:?}{}", busy(*busy_for))]
    NoAnswer {
        /// Who was asked.
        driver: String,
        /// How long was waited.
        waited: Duration,
        /// How long it has been at what it is at.
        busy_for: Option<Duration>,
    },
    /// A driver could not do what it was asked.
    #[error("driver '{driver}': {failure}")]
    Refused {
        /// Who was asked.
        driver: String,
        /// What it said.
        #[source]
        failure: DriverFailure,
    },
    /// Dead letters cannot be read or kept.
    #[error("dead letters: {0}")]
    Letters(#[from] LettersError),
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

fn busy(busy_for: Option<Duration>) -> String {
    busy_for.map_or_else(String::new, |time| format!("; it has been busy for {time:?}"))
}

fn known(attached: &[String]) -> String {
    if attached.is_empty() {
        String::new()
    } else {
        format!("; attached are {}", attached.join(", "))
    }
}
