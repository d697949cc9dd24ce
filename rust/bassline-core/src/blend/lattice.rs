//! Lattices of the user's.

use crate::error::Fault;
use crate::network::Network;
use crate::value::{Text, Value};
use std::fmt;
use std::sync::Arc;

/// A lattice of the user's. It must be associative, commutative and idempotent; nothing here can see whether it is.
pub trait Lattice: Send + Sync {
    /// The join of two values; `None` if they have none. `network` is in the middle of a tick, and may be read as it was when the
    /// tick began.
    fn join(&self, network: &Network, current: &Value, incoming: &Value) -> Result<Option<Value>, Fault>;
}

/// A lattice of the user's, as it is declared and found again.
#[derive(Clone)]
pub struct LatticeSpec {
    /// Where it is found again: `module:qualified.name`.
    pub identity: Text,
    /// The lattice; `None` if it was not found when the network was opened.
    pub lattice: Option<Arc<dyn Lattice>>,
}

impl fmt::Debug for LatticeSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LatticeSpec({})", self.identity)
    }
}
