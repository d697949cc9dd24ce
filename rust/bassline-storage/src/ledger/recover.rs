//! From entries to the network they made.

use crate::journal::{Checkpoint, JournalError, VisitError};
use crate::record::{Base, Entry, read_base, read_entry};
use crate::replica::Replica;
use bassline_core::{Text, Value};
use indexmap::IndexMap;
use std::sync::Arc;

/// A network on its way from a base to the end of its ledger.
#[derive(Debug, Default)]
pub(crate) struct Recovery {
    pub(crate) epoch: u64,
    pub(crate) time_micros: i64,
    pub(crate) positions: IndexMap<Text, Value>,
    replica: Replica,
}

impl Recovery {
    /// A network as a checkpoint tells it, and the record to go on from; without one, before the first record.
    pub(crate) fn begin(checkpoint: Option<&Checkpoint>) -> Result<(u64, Self), JournalError> {
        let Some(checkpoint) = checkpoint else {
            return Ok((0, Self::default()));
        };
        let base = read_base(&checkpoint.body).map_err(|source| JournalError::Refused {
            file: format!("the checkpoint at record {}", checkpoint.sequence),
            offset: source.at as u64,
            sequence: checkpoint.sequence,
            source: Arc::new(source),
        })?;
        let begun = Self {
            epoch: base.epoch,
            time_micros: base.time_micros,
            positions: base.positions,
            replica: Replica::new(base.image),
        };
        Ok((checkpoint.sequence, begun))
    }

    /// The last tick.
    pub(crate) fn tick(&self) -> u64 {
        self.replica.tick()
    }

    /// Applies an entry as it stands in the journal.
    pub(crate) fn apply(&mut self, bytes: &[u8]) -> Result<(), VisitError> {
        match read_entry(bytes)? {
            Entry::Tick(record) => {
                if record.epoch != self.epoch {
                    let (tick, of) = (record.tick, record.epoch);
                    return Err(format!("tick {tick} is of epoch {of}, in epoch {}", self.epoch).into());
                }
                self.replica.apply(&record)?;
                self.time_micros = record.time_micros;
                if let Some(position) = record.position {
                    self.positions.insert(record.source, position);
                }
            }
            Entry::Opened { epoch, time_micros } => {
                if epoch <= self.epoch {
                    return Err(format!("epoch {epoch} follows epoch {}", self.epoch).into());
                }
                self.epoch = epoch;
                // Time is the last tick's, as the past is dated by ticks.
                if self.replica.tick() == 0 {
                    self.time_micros = time_micros;
                }
            }
        }
        Ok(())
    }

    pub(crate) fn into_base(self) -> Base {
        Base {
            epoch: self.epoch,
            time_micros: self.time_micros,
            positions: self.positions,
            image: self.replica.into_image(),
        }
    }
}
