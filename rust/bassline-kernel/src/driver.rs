//! A driver: whoever is told of every committed tick.

use crate::record::TickRecord;
use std::error::Error;
use std::sync::Arc;
use thiserror::Error;

/// A slice of the log, in order.
#[derive(Debug, Clone, Default)]
pub struct Batch {
    /// The ticks.
    pub records: Vec<Arc<TickRecord>>,
}

/// How bad a failure is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailureClass {
    /// The same batch may succeed later.
    Transient,
    /// This batch will never succeed; another may.
    Permanent,
    /// Nothing will succeed any more.
    Fatal,
}

/// Why a driver did not take a batch.
#[derive(Debug, Clone, Error)]
#[error("{message}")]
pub struct DriverFailure {
    /// How bad it is.
    pub class: FailureClass,
    /// What went wrong, in one line.
    pub message: String,
    /// What it came from.
    pub source: Option<Arc<dyn Error + Send + Sync>>,
}

impl DriverFailure {
    /// A failure without a deeper source.
    pub fn new(class: FailureClass, message: impl Into<String>) -> Self {
        Self {
            class,
            message: message.into(),
            source: None,
        }
    }

    /// A failure that comes from an error, with its message.
    pub fn of(class: FailureClass, error: impl Error + Send + Sync + 'static) -> Self {
        Self {
            class,
            message: error.to_string(),
            source: Some(Arc::new(error)),
        }
    }
}

/// Takes committed ticks somewhere. It runs on a thread of its own, with no lock of the kernel held.
///
/// A batch answered with `Ok` is acknowledged: it never comes again. One that was not may come again, so that a driver
/// whose effects last remembers the last tick it took, together with those effects.
pub trait Driver: Send {
    /// Takes a batch, wholly or not at all.
    fn handle_changes(&mut self, batch: &Batch) -> Result<(), DriverFailure>;

    /// Is called when nothing has come for a while after a batch: the time to tidy up.
    fn idle(&mut self) -> Result<(), DriverFailure> {
        Ok(())
    }

    /// Is called once, last.
    fn shutdown(&mut self) -> Result<(), DriverFailure> {
        Ok(())
    }
}
