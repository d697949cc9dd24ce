//! What the kernel asks of the network it serves.

use crate::engine::Engine;
use crate::failure::DriverFailure;

/// A network, as its kernel may ask it from a driver's thread.
pub trait Source: Send + Sync {
    /// Has the network looked at while it is at rest, between two ticks.
    fn look(&self, look: &mut dyn FnMut(&Engine)) -> Result<(), DriverFailure>;

    /// In which opening a tick was committed, if that is known.
    fn epoch_of(&self, tick: u64) -> Option<u64>;

    /// What time it is: microseconds since 1970.
    fn now_micros(&self) -> i64;
}
