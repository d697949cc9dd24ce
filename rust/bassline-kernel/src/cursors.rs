//! Where drivers stand that have no memory of their own, kept for the next opening of the network.

use crate::driver::Position;
use std::fmt::Debug;
use std::sync::Arc;
use thiserror::Error;

/// Why a cursor cannot be kept or read.
#[derive(Debug, Clone, Error)]
#[error("{message}")]
pub struct CursorsError {
    /// What went wrong, in one line.
    pub message: String,
    /// What it came from.
    pub source: Option<Arc<dyn std::error::Error + Send + Sync>>,
}

/// Keeps the cursors of the drivers of one network, by name: when a call returns, what it did lasts as long as the store does.
pub trait Cursors: Debug + Send + Sync {
    /// The last tick that a driver is known to have taken.
    fn get(&self, driver: &str) -> Result<Option<Position>, CursorsError>;

    /// A driver has taken everything up to a tick.
    fn put(&self, driver: &str, position: Position) -> Result<(), CursorsError>;
}
