//! A batch of ticks in one transaction.

use super::contents;
use super::driver::SqliteDriver;
use super::entry::Entry;
use super::failure::WriteError;
use super::history::{self, Unwritten};
use super::positions;
use super::retention;
use super::structure::StructureWriter;
use crate::json::JsonError;
use crate::record::write_structure;
use crate::tabular::changes::ChangesWriter;
use crate::tabular::key;
use crate::tabular::newest::Newest;
use bassline_core::planted::{self, Bug};
use bassline_core::{ContactId, StructureChange};
use bassline_kernel::Batch;
use rusqlite::{Transaction, TransactionBehavior};

/// Memory that is used again for each batch.
#[derive(Debug, Default)]
pub(super) struct Buffers {
    changes: ChangesWriter,
    /// By slot, for [`Newest`].
    index: Vec<u32>,
    /// What ticks added and removed, in bytes, one after the other.
    structure: Vec<u8>,
}

impl SqliteDriver {
    /// Writes what is new of a batch, all of it or nothing.
    pub(super) fn write(&mut self, batch: &Batch) -> Result<(), WriteError> {
        let transaction = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)?;
        let stored =
            Entry::of(&transaction, self.network)?.ok_or_else(|| WriteError::NetworkGone(self.name.clone()))?;
        if stored.epoch != self.epoch {
            return Err(WriteError::Superseded(self.name.clone()));
        }
        let known = if planted::is(Bug::BatchAppliedTwice) {
            0
        } else {
            stored.tick
        };
        let fresh = || batch.records.iter().filter(|record| record.tick > known);
        let Some(last) = fresh().next_back() else { return Ok(()) };
        if planted::is(Bug::PositionWithoutBatch) {
            positions::write(&transaction, self.network, fresh())?;
            transaction.execute_batch("COMMIT; BEGIN IMMEDIATE")?;
        }
        let mut structure = StructureWriter {
            transaction: &transaction,
            network: self.network,
            tick: 0,
            creation: stored.creation,
            died: stored.died,
        };
        let Buffers {
            changes: texts,
            index,
            structure: bytes,
        } = &mut self.buffers;
        texts.clear();
        let mut newest = Newest::new(index);
        let mut ticks = Vec::with_capacity(batch.records.len());
        bytes.clear();
        let mut changes_count = 0;
        for record in fresh() {
            structure.tick = record.tick;
            for change in record.structure {
                structure.write(change)?;
                if let StructureChange::ContactRemoved(contact) = change {
                    newest.forget(*contact);
                }
            }
            changes_count += record.changes().len() + record.structure.len();
            let begin = bytes.len();
            if !record.structure.is_empty() && !planted::is(Bug::PastStructureNotStored) {
                write_structure(record.structure, bytes);
            }
            let changes = texts
                .write(&record)
                .map_err(|(contact, reason)| unstorable(&transaction, self.network, contact, reason))?;
            for (change, text) in record.changes().zip(texts.values()) {
                newest.note(change, text.clone(), record.tick);
            }
            let structure = begin..bytes.len();
            ticks.push(Unwritten {
                record,
                changes,
                structure: (!structure.is_empty()).then_some(structure),
            });
        }
        history::write(&transaction, self.network, &ticks, texts, bytes)?;
        contents::write(newest, &transaction, self.network, texts)?;
        positions::write(&transaction, self.network, fresh())?;
        let after = Entry {
            tick: if planted::is(Bug::TickNumberNotStored) {
                stored.tick
            } else {
                last.tick
            },
            tick_epoch: last.epoch,
            updated: last.time_micros,
            creation: structure.creation,
            died: structure.died,
            ..stored
        };
        after.write(&transaction)?;
        let more = match self.cut {
            // Twice what comes, so that it ends.
            Some(cut) => retention::trim(&transaction, self.network, cut, 2 * batch.records.len() as u64)?,
            None => true,
        };
        transaction.commit()?;
        if !more {
            self.cut = None;
        }
        self.pace.changes += changes_count as u64;
        (self.pace.last_tick, self.pace.last_time) = (last.tick, last.time_micros);
        Ok(())
    }
}

/// The error of a value that has no JSON, with the path of its contact.
fn unstorable(transaction: &Transaction<'_>, network: i64, contact: ContactId, reason: JsonError) -> WriteError {
    let sql = "SELECT path FROM contact_path WHERE id = ?1";
    let path = transaction.query_row(sql, [key::row(network, contact)], |row| row.get(0));
    WriteError::Value {
        contact: path.unwrap_or_else(|_| format!("{contact:?}")),
        reason,
    }
}
