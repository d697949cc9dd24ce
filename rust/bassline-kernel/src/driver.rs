//! A driver: whoever is told of every committed tick.

use crate::batch::Batch;
use crate::failure::{DriverFailure, FailureClass};
use crate::names::Names;
use bassline_core::{Text, Value};
use std::sync::Arc;

/// What a driver is told when it begins.
#[derive(Debug, Clone)]
pub struct Context {
    /// The name it was attached by.
    pub driver: Text,
    /// Which opening of the network this is.
    pub epoch: u64,
    /// The last tick committed before it was attached.
    pub tick: u64,
    /// The paths of contacts, as the changes need them.
    pub names: Arc<Names>,
}

/// A place in the history of a network: a tick, and in which opening it was committed, as a number may be given again after a crash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Position {
    /// Which opening of the network.
    pub epoch: u64,
    /// The tick.
    pub tick: u64,
}

/// Where a driver begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Begin {
    /// With the ticks that are committed from when it was attached.
    Here,
    /// With the network as it is, and every later tick.
    Snapshot,
    /// Behind the tick that it has taken last, in an earlier life of its own; with a snapshot, and a gap, if those between are gone.
    After(Position),
}

/// What a driver is asked between two batches.
#[derive(Debug, Clone, PartialEq)]
pub enum Ask {
    /// How it is: null if it is well, or what is wrong in words.
    Health,
    /// Its own figures, by name.
    Stats,
    /// A command of its own, with its arguments.
    Command(Text, Value),
}

/// Takes committed ticks somewhere. It runs on a thread of its own, with no lock of the kernel held.
///
/// A batch answered with `Ok` is acknowledged: it never comes again. One that was not may come again, so that a driver
/// whose effects last remembers the last tick it took, together with those effects.
pub trait Driver: Send {
    /// Is called first, and again when a driver that had failed is restarted; answers where to begin.
    fn initialize(&mut self, context: &Context) -> Result<Begin, DriverFailure> {
        let _ = context;
        Ok(Begin::Here)
    }

    /// Is asked before a batch is handed over, whether it can be.
    fn check_preconditions(&mut self, batch: &Batch) -> Result<(), DriverFailure> {
        let _ = batch;
        Ok(())
    }

    /// Takes a batch, wholly or not at all.
    fn handle_changes(&mut self, batch: &Batch) -> Result<(), DriverFailure>;

    /// Is asked after a batch was handed over, whether its effects are there; only then it is acknowledged.
    fn check_postconditions(&mut self, batch: &Batch) -> Result<(), DriverFailure> {
        let _ = batch;
        Ok(())
    }

    /// Answers what it is asked.
    fn ask(&mut self, ask: &Ask) -> Result<Value, DriverFailure> {
        match ask {
            Ask::Health | Ask::Stats => Ok(Value::Null),
            Ask::Command(name, _) => Err(DriverFailure::new(
                FailureClass::Permanent,
                format!("the driver takes no commands, found '{name}'"),
            )),
        }
    }

    /// Is called when nothing has come for a while after a batch: the time to tidy up.
    fn idle(&mut self) -> Result<(), DriverFailure> {
        Ok(())
    }

    /// Is called once, last, and before a restart; with `force` there is no time to finish anything.
    fn shutdown(&mut self, force: bool) -> Result<(), DriverFailure> {
        let _ = force;
        Ok(())
    }
}
