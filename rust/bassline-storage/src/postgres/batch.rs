//! A batch of ticks in one transaction.

use super::contents;
use super::driver::Writer;
use super::entry::Entry;
use super::history::{self, Unwritten};
use super::link::Moment;
use super::positions;
use super::retention;
use super::structure::StructureWriter;
use super::trouble::Trouble;
use crate::json::JsonError;
use crate::record::write_structure;
use crate::tabular::changes::ChangesWriter;
use crate::tabular::key;
use crate::tabular::newest::Newest;
use bassline_core::planted::{self, Bug};
use bassline_core::{ContactId, StructureChange};
use bassline_kernel::Batch;
use tokio_postgres::Client;
use tokio_postgres::types::Type;

/// Memory that is used again for each batch.
#[derive(Debug, Default)]
pub(super) struct Buffers {
    changes: ChangesWriter,
    /// By slot, for [`Newest`].
    index: Vec<u32>,
    /// What ticks added and removed, in bytes, one after the other.
    structure: Vec<u8>,
}

/// What a batch has brought.
#[derive(Debug, Clone, Copy)]
pub(super) struct Written {
    pub(super) changes: u64,
    pub(super) tick: u64,
    pub(super) time: i64,
    /// Whether there is more to go of the past.
    pub(super) more: bool,
}

impl Writer {
    /// Writes what is new of a batch, all of it or nothing; `None` if all of it was there.
    #[expect(
        clippy::too_many_lines,
        reason = "one transaction, from its first statement to its last"
    )]
    pub(super) async fn write(&self, buffers: &mut Buffers, batch: &Batch) -> Result<Option<Written>, Trouble> {
        let client = self.connection.client();
        let begin = self.begin(Moment::Write);
        // Sent together: the answer to the second is that of both.
        let (answer, stored) = futures_util::join!(client.batch_execute(&begin), Entry::hold(client, self.network));
        answer?;
        let stored = stored?.ok_or_else(|| Trouble::NetworkGone(self.name.clone()))?;
        if stored.epoch != self.epoch && !planted::is(Bug::PostgresSupersededWrites) {
            return Err(Trouble::Superseded(self.name.clone()));
        }
        let known = if planted::is(Bug::PostgresNoDeduplication) {
            0
        } else {
            stored.tick
        };
        let fresh = || batch.records.iter().filter(|record| record.tick > known);
        let Some(last) = fresh().next_back() else {
            client.batch_execute("ROLLBACK").await?;
            return Ok(None);
        };
        if planted::is(Bug::PostgresCursorOutside) {
            let early = Entry {
                tick: last.tick,
                ..stored.clone()
            };
            early.update(client).await?;
            client.batch_execute("COMMIT").await?;
            client.batch_execute(&begin).await?;
        }
        let mut structure = StructureWriter {
            client,
            network: self.network,
            tick: 0,
            creation: stored.creation,
            died: stored.died,
            added: super::structure::Added::default(),
            removed: super::structure::Removed::default(),
            marks: indexmap::IndexMap::default(),
        };
        let Buffers {
            changes: texts,
            index,
            structure: bytes,
        } = buffers;
        texts.clear();
        bytes.clear();
        let mut newest = Newest::new(index);
        let mut ticks = Vec::with_capacity(batch.records.len());
        let mut count = 0;
        for record in fresh() {
            structure.tick = record.tick;
            for change in record.structure {
                structure.write(change).await?;
                if let StructureChange::ContactRemoved(contact) = change {
                    newest.forget(*contact);
                }
            }
            count += (record.changes().len() + record.structure.len()) as u64;
            let begin = bytes.len();
            if !record.structure.is_empty() {
                write_structure(record.structure, bytes);
            }
            let changes = match texts.write(&record) {
                Ok(changes) => changes,
                Err((contact, reason)) => return Err(unstorable(client, self.network, contact, reason).await),
            };
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
        structure.finish().await?;
        let after = Entry {
            tick: if planted::is(Bug::PostgresTickNotStored) {
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
        let newest = newest.into_latest();
        // Neither needs the other: while the server works at contents, the copy of the ticks is on its way.
        futures_util::try_join!(
            contents::write(client, self.network, &newest, texts),
            history::write(client, self.network, &ticks, texts, bytes)
        )?;
        positions::write(client, self.network, fresh()).await?;
        let more = match self.cut {
            // Twice what comes, so that it ends.
            Some(cut) => retention::trim(client, self.network, cut, 2 * batch.records.len() as u64).await?,
            None => true,
        };
        // The commit is sent behind the row, not when that is answered; if that failed, it commits nothing.
        let (updated, committed) = futures_util::join!(after.update(client), client.batch_execute("COMMIT"));
        updated?;
        committed?;
        Ok(Some(Written {
            changes: count,
            tick: last.tick,
            time: last.time_micros,
            more,
        }))
    }
}

/// The error of a value that has no JSON, with the path of its contact.
async fn unstorable(client: &Client, network: i64, contact: ContactId, reason: JsonError) -> Trouble {
    let id = key::row(network, contact);
    let sql = "SELECT path FROM contact_path WHERE id = $1";
    let rows = client.query_typed(sql, &[(&id, Type::INT8)]).await;
    let path = rows
        .ok()
        .and_then(|rows| rows.first()?.try_get::<_, Option<String>>(0).ok().flatten());
    Trouble::Value {
        contact: path.unwrap_or_else(|| format!("{contact:?}")),
        reason,
    }
}
