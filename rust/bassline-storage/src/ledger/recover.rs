//! From entries to the network they made.

use crate::journal::VisitError;
use crate::record::{Base, Entry, read_entry};
use crate::replica::Replica;
use bassline_core::{Text, Value};
use bassline_kernel::TickRecord;
use indexmap::IndexMap;

/// A network on its way from a base to the end of its ledger.
#[derive(Debug, Default)]
pub(crate) struct Recovery {
    pub(crate) epoch: u64,
    pub(crate) time_micros: i64,
    pub(crate) positions: IndexMap<Text, Value>,
    replica: Replica,
}

impl Recovery {
    pub(crate) fn new(base: Base) -> Self {
        Self {
            epoch: base.epoch,
            time_micros: base.time_micros,
            positions: base.positions,
            replica: Replica::new(base.image),
        }
    }

    /// The last tick.
    pub(crate) fn tick(&self) -> u64 {
        self.replica.tick()
    }

    /// Applies an entry as it stands in the journal.
    pub(crate) fn apply(&mut self, bytes: &[u8]) -> Result<(), VisitError> {
        match read_entry(bytes)? {
            Entry::Tick(record) => self.apply_tick(&record)?,
            Entry::Opened { epoch, time_micros } => {
                if epoch <= self.epoch {
                    return Err(format!("epoch {epoch} follows epoch {}", self.epoch).into());
                }
                (self.epoch, self.time_micros) = (epoch, time_micros);
            }
        }
        Ok(())
    }

    pub(crate) fn apply_tick(&mut self, record: &TickRecord) -> Result<(), VisitError> {
        if record.epoch != self.epoch {
            return Err(format!(
                "tick {} is of epoch {}, in epoch {}",
                record.tick, record.epoch, self.epoch
            )
            .into());
        }
        self.replica.apply(record)?;
        self.time_micros = record.time_micros;
        if let Some(position) = &record.position {
            self.positions.insert(record.source.clone(), position.clone());
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
