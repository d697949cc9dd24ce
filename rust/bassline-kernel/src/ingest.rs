//! Ingesting rows: one row, one tick, with the reader's position stored with it.

use crate::engine::Engine;
use crate::error::KernelError;
use crate::input::{Row, RowError, RowReader};
use bassline_core::{ContactId, Network, NetworkError, Text, Value};
use thiserror::Error;

/// Where rows go.
#[derive(Debug, Clone)]
pub enum Target {
    /// Each column is the path of a contact; an empty cell writes nothing.
    Columns,
    /// Each row is one map, written to this contact.
    Record(ContactId),
}

/// Why ingesting stopped. The rows before are committed.
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
    /// A driver stands in the way.
    #[error(transparent)]
    Kernel(#[from] KernelError),
}

/// How far one call came.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Ingested {
    /// Rows that became ticks.
    pub rows: u64,
    /// Bad rows that were passed over.
    pub bad: u64,
    /// Rows passed over because the network has them already.
    pub known: u64,
    /// Whether the reader wants more bytes; otherwise the budget was used up.
    pub starved: bool,
}

/// What is ingested, and how.
#[derive(Debug, Clone)]
pub struct Ingest {
    /// Where rows go.
    pub target: Target,
    /// The name of the source: its position is the number of the last row read.
    pub source: Text,
    /// Whether a bad row is counted and passed over.
    pub skip_bad: bool,
}

impl Ingest {
    /// Ingests at most `budget` rows of what the reader holds.
    pub fn run(
        &self,
        engine: &mut Engine,
        reader: &mut RowReader,
        budget: u64,
        interrupted: &dyn Fn() -> bool,
    ) -> Result<Ingested, IngestError> {
        let mut done = Ingested::default();
        let known = match engine.position(&self.source) {
            Some(Value::Int(row)) => *row as u64,
            _ => 0,
        };
        for _ in 0..budget {
            let row = match reader.next() {
                Ok(Some(row)) => row,
                Ok(None) => {
                    done.starved = true;
                    return Ok(done);
                }
                Err(error) if self.skip_bad && error.row > 0 => {
                    done.bad += 1;
                    continue;
                }
                Err(error) => return Err(error.into()),
            };
            if row.number <= known {
                done.known += 1;
                continue;
            }
            let kernel = std::sync::Arc::clone(engine.kernel());
            kernel.admit(interrupted)?;
            let number = row.number;
            match self.row(engine, row) {
                Ok(()) => done.rows += 1,
                Err(_) if self.skip_bad => done.bad += 1,
                Err(error) => return Err(IngestError::Network { row: number, error }),
            }
        }
        Ok(done)
    }

    fn row(&self, engine: &mut Engine, row: Row) -> Result<(), NetworkError> {
        let position = Some(Value::Int(row.number as i64));
        match self.target {
            Target::Record(contact) => {
                engine.tick(&self.source, position, |network| network.write(contact, row.into_map()))
            }
            Target::Columns => engine.tick(&self.source, position, |network| write_columns(network, row)),
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
