//! Ingesting rows: one row, one tick, with the reader's position stored with it.

use crate::engine::Engine;
use crate::error::KernelError;
use crate::input::{Row, RowError, RowReader};
use bassline_core::{ContactId, Network, NetworkError, Settled, Text, Value};
use std::sync::Arc;
use thiserror::Error;

/// How much is settled between two looks for Ctrl-C.
const STRETCH: usize = 1_000_000;

/// Where rows go.
#[derive(Debug, Clone)]
pub enum Target {
    /// Each column is the path of a contact; an empty cell writes nothing.
    Columns,
    /// Each row is one map, written to this contact.
    Record(ContactId),
}

/// Why ingesting stopped. The rows before are committed, and the reader stands before the row that was refused.
#[derive(Debug, Clone, Error)]
pub enum IngestError {
    /// A row cannot be read.
    #[error(transparent)]
    Row(#[from] RowError),
    /// A row was refused by the network.
    #[error("row {row}: {error}")]
    Network {
        /// Which row, from 1.
        row: u64,
        /// Why.
        #[source]
        error: NetworkError,
    },
    /// A driver stands in the way, or the caller was interrupted.
    #[error(transparent)]
    Kernel(#[from] KernelError),
}

/// Who has rows ingested, and is asked between them.
pub trait Caller {
    /// Whether to stop here.
    fn is_interrupted(&self) -> bool;

    /// A row became a tick. Whether to pause behind it, as something is to happen before the next.
    fn committed(&self) -> bool;

    /// A row did not become a tick.
    fn refused(&self);
}

/// How far one call came.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Ingested {
    /// Rows that became ticks.
    pub rows: u64,
    /// Bad rows that were passed over.
    pub bad: u64,
    /// Rows passed over because the network has them already, or has passed over them.
    pub known: u64,
    /// Whether the reader wants more bytes; otherwise the budget was used up, or the caller wanted a pause.
    pub starved: bool,
}

/// What is ingested, and how.
#[derive(Debug, Clone)]
pub struct Ingest {
    /// Where rows go.
    pub target: Target,
    /// The name of the source: its position is the number of the last row read. Without a name there is no position, and no row is
    /// passed over as known.
    pub source: Text,
    /// Whether a bad row is counted and passed over.
    pub skip_bad: bool,
}

impl Ingest {
    /// Ingests at most `budget` rows of what the reader holds. However it ends, the position covers the bad rows passed over.
    pub fn run(
        &self,
        engine: &mut Engine,
        reader: &mut RowReader,
        budget: u64,
        caller: &dyn Caller,
    ) -> Result<Ingested, IngestError> {
        let mut done = Ingested::default();
        let result = self.rows(engine, reader, budget, caller, &mut done);
        if self.skip_bad && (done.starved || result.is_err()) {
            match self.cover(engine, reader.rows(), caller) {
                Err(error @ IngestError::Kernel(KernelError::Interrupted)) => return Err(error),
                covered => result.and(covered)?,
            }
        } else {
            result?;
        }
        Ok(done)
    }

    fn rows(
        &self,
        engine: &mut Engine,
        reader: &mut RowReader,
        budget: u64,
        caller: &dyn Caller,
        done: &mut Ingested,
    ) -> Result<(), IngestError> {
        let kernel = Arc::clone(engine.kernel());
        let known = self.known(engine);
        for _ in 0..budget {
            let row = match reader.next() {
                Ok(Some(row)) => row,
                Ok(None) => {
                    done.starved = true;
                    return Ok(());
                }
                Err(error) if error.row > 0 && error.row <= known => {
                    done.known += 1;
                    continue;
                }
                Err(error) if error.row > 0 && self.skip_bad => {
                    done.bad += 1;
                    continue;
                }
                Err(error) => {
                    if error.row > 0 {
                        reader.unread();
                    }
                    return Err(error.into());
                }
            };
            if row.number <= known {
                done.known += 1;
                continue;
            }
            if let Err(error) = kernel.admit(&|| caller.is_interrupted()) {
                reader.unread();
                return Err(error.into());
            }
            match self.row(engine, row, caller) {
                Ok(()) => {
                    done.rows += 1;
                    if caller.committed() || engine.has_news() {
                        return Ok(());
                    }
                }
                Err(error) => {
                    caller.refused();
                    let error = if caller.is_interrupted() {
                        KernelError::Interrupted.into()
                    } else {
                        error
                    };
                    if self.skip_bad && matches!(error, IngestError::Network { .. }) {
                        done.bad += 1;
                        continue;
                    }
                    reader.unread();
                    return Err(error);
                }
            }
        }
        Ok(())
    }

    /// The number of the last row that the network has.
    fn known(&self, engine: &Engine) -> u64 {
        match engine.position(&self.source) {
            Some(Value::Int(row)) if !self.source.is_empty() => u64::try_from(*row).unwrap_or(0),
            _ => 0,
        }
    }

    fn position(&self, row: u64) -> Option<Value> {
        (!self.source.is_empty()).then_some(Value::Int(row as i64))
    }

    /// Moves the position behind the bad rows at the end, in a tick that holds nothing else.
    fn cover(&self, engine: &mut Engine, row: u64, caller: &dyn Caller) -> Result<(), IngestError> {
        if self.source.is_empty() || self.known(engine) >= row {
            return Ok(());
        }
        let kernel = Arc::clone(engine.kernel());
        kernel.admit(&|| caller.is_interrupted())?;
        let moved = engine.tick(&self.source, self.position(row), |_| Ok(()));
        moved.map_err(|error| IngestError::Network { row, error })
    }

    fn row(&self, engine: &mut Engine, row: Row, caller: &dyn Caller) -> Result<(), IngestError> {
        let number = row.number;
        engine.begin(&self.source, self.position(number));
        let written = match self.target {
            Target::Record(contact) => engine.network.write(contact, row.into_map()),
            Target::Columns => write_columns(&mut engine.network, row),
        };
        let mut settled = written.and_then(|()| engine.settle_some(STRETCH));
        while let Ok(Settled::MoreToDo) = settled {
            if caller.is_interrupted() {
                engine.rollback();
                return Err(KernelError::Interrupted.into());
            }
            settled = engine.settle_some(STRETCH);
        }
        match settled {
            Ok(_) => {
                engine.commit();
                Ok(())
            }
            Err(error) => {
                engine.rollback();
                Err(IngestError::Network { row: number, error })
            }
        }
    }
}

fn write_columns(network: &mut Network, row: Row) -> Result<(), NetworkError> {
    let root = network.root();
    let contacts: Result<Vec<ContactId>, NetworkError> = row
        .columns()
        .iter()
        .map(|path| network.find_contact(root, path))
        .collect();
    for (contact, value) in contacts?.into_iter().zip(row.values) {
        if let Some(value) = value {
            network.write(contact, value)?;
        }
    }
    Ok(())
}
