//! The driver: a batch of ticks is one transaction.

use super::changes::ChangesWriter;
use super::connection::open_to_write;
use super::contents::Newest;
use super::failure::{WriteError, failure};
use super::key;
use super::opener::Opener;
use super::structure::StructureWriter;
use super::turns::Turn;
use super::wal::WalFile;
use crate::fork::Use;
use crate::json::{self, JsonError};
use bassline_core::{ContactId, StructureChange};
use bassline_kernel::{Batch, Driver, DriverFailure, FailureClass, TickRecord};
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, OptionalExtension, Row, Transaction, TransactionBehavior, params};
use std::path::PathBuf;
use std::sync::Arc;

/// Stores ticks in a SQLite file.
///
/// In one transaction per batch it writes structure, the newest content of each contact that changed, one history row per tick,
/// positions, and the number of the last tick. As that number is stored with the data, a batch that comes again is known and skipped.
/// The marks of a contact, its contradiction and its fault, have a row beside it.
#[derive(Debug)]
pub struct SqliteDriver {
    // Declared first, to be closed before the network is free for others.
    connection: Connection,
    path: PathBuf,
    name: String,
    network: i64,
    epoch: u64,
    writer: ChangesWriter,
    /// By slot, for [`Newest`].
    index: Vec<u32>,
    content: Vec<u8>,
    wal: WalFile,
    turn: Turn,
    _opener: Opener,
}

impl SqliteDriver {
    pub(crate) fn new(connection: Connection, network: i64, epoch: u64, opener: Opener) -> Self {
        let (path, name) = (opener.store.clone(), opener.network.clone());
        let (writer, index, content) = (ChangesWriter::default(), Vec::new(), Vec::new());
        let wal = WalFile::of(&path);
        Self {
            wal,
            connection,
            path,
            name,
            network,
            epoch,
            writer,
            index,
            content,
            turn: Turn::new(),
            _opener: opener,
        }
    }

    fn write(&mut self, batch: &Batch) -> Result<(), WriteError> {
        let transaction = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)?;
        let stored =
            Stored::of(&transaction, self.network)?.ok_or_else(|| WriteError::NetworkGone(self.name.clone()))?;
        if stored.epoch != self.epoch {
            return Err(WriteError::Superseded(self.name.clone()));
        }
        let fresh = || {
            batch
                .records
                .iter()
                .map(Arc::as_ref)
                .filter(|record| record.tick > stored.tick)
        };
        let Some(last) = fresh().next_back() else { return Ok(()) };
        let mut structure = StructureWriter {
            transaction: &transaction,
            network: self.network,
            creation: stored.creation,
        };
        let mut newest = Newest::new(&mut self.index);
        let mut insert = transaction
            .prepare_cached("INSERT INTO tick (id, epoch, time, source, changes) VALUES (?1, ?2, ?3, ?4, ?5)")?;
        for record in fresh() {
            for change in &record.structure {
                structure.write(change)?;
                if let StructureChange::ContactRemoved(contact) = change {
                    newest.forget(*contact);
                }
            }
            for change in &record.changes {
                newest.note(change, record.tick);
            }
            let changes = self
                .writer
                .write(record)
                .map_err(|(contact, reason)| unstorable(&transaction, self.network, contact, reason))?;
            let changes = ToSqlOutput::Borrowed(ValueRef::Text(changes));
            let id = key::tick_row(self.network, record.tick);
            insert.execute(params![
                id,
                record.epoch as i64,
                record.time_micros,
                record.source.as_str(),
                changes
            ])?;
        }
        drop(insert);
        newest.write(&transaction, self.network, &mut self.content)?;
        write_positions(&transaction, self.network, fresh())?;
        let sql = "UPDATE network SET tick = ?2, tick_epoch = ?3, updated = ?4, creation = ?5 WHERE id = ?1";
        let (tick, epoch, creation) = (last.tick as i64, last.epoch as i64, structure.creation as i64);
        transaction
            .prepare_cached(sql)?
            .execute(params![self.network, tick, epoch, last.time_micros, creation])?;
        transaction.commit()?;
        Ok(())
    }
}

/// What the store knows of the network when a transaction begins.
struct Stored {
    tick: u64,
    creation: u64,
    /// Is another than the driver's when the lock did not keep a second opener out, as on some network file systems.
    epoch: u64,
}

impl Stored {
    fn of(transaction: &Transaction<'_>, network: i64) -> rusqlite::Result<Option<Self>> {
        let mut statement = transaction.prepare_cached("SELECT tick, creation, epoch FROM network WHERE id = ?1")?;
        let number = |row: &Row<'_>, at| Ok::<_, rusqlite::Error>(row.get::<_, i64>(at)? as u64);
        let read = |row: &Row<'_>| {
            Ok(Self {
                tick: number(row, 0)?,
                creation: number(row, 1)?,
                epoch: number(row, 2)?,
            })
        };
        statement.query_row([network], read).optional()
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

fn write_positions<'a>(
    transaction: &Transaction<'_>,
    network: i64,
    records: impl Iterator<Item = &'a TickRecord>,
) -> Result<(), WriteError> {
    let mut newest = indexmap::IndexMap::<&str, &TickRecord, rustc_hash::FxBuildHasher>::default();
    newest.extend(
        records
            .filter(|record| record.position.is_some())
            .map(|record| (record.source.as_str(), record)),
    );
    for (source, record) in newest {
        if let Some(position) = &record.position {
            let mut upsert = transaction.prepare_cached(
                "INSERT INTO position (network, source, position, tick) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT DO UPDATE SET position = excluded.position, tick = excluded.tick",
            )?;
            upsert.execute(params![network, source, json::to_string(position)?, record.tick as i64])?;
        }
    }
    Ok(())
}

impl Driver for SqliteDriver {
    fn handle_changes(&mut self, batch: &Batch) -> Result<(), DriverFailure> {
        self.turn.take();
        let _use = Use::begin();
        self.stand_on_the_log()?;
        self.write(batch).map_err(|error| failure(error, &self.path))?;
        while self.stand_on_the_log()? {
            // Taken away while it was written: what is in the store already is skipped.
            self.write(batch).map_err(|error| failure(error, &self.path))?;
        }
        self.turn.end();
        Ok(())
    }

    fn idle(&mut self) -> Result<(), DriverFailure> {
        let _use = Use::begin();
        self.checkpoint("PRAGMA wal_checkpoint(PASSIVE)");
        Ok(())
    }

    fn shutdown(&mut self) -> Result<(), DriverFailure> {
        let _use = Use::begin();
        self.checkpoint("PRAGMA wal_checkpoint(TRUNCATE)");
        Ok(())
    }
}

impl SqliteDriver {
    /// Opens the store anew if its write-ahead log is no longer the file that was written to; answers whether it did.
    fn stand_on_the_log(&mut self) -> Result<bool, DriverFailure> {
        if WalFile::of(&self.path) == self.wal {
            return Ok(false);
        }
        let sqlite = |error| failure(WriteError::Sqlite(error), &self.path);
        let synchronous: i64 = self
            .connection
            .query_row("PRAGMA synchronous", [], |row| row.get(0))
            .map_err(sqlite)?;
        // Closed before the new one is opened: it may have something to move into the file.
        drop(std::mem::replace(
            &mut self.connection,
            Connection::open_in_memory().map_err(sqlite)?,
        ));
        let opened = open_to_write(&self.path, if synchronous == 2 { "FULL" } else { "NORMAL" });
        self.connection = opened.map_err(|error| DriverFailure::of(FailureClass::Fatal, error))?;
        self.connection
            .execute("UPDATE network SET epoch = epoch WHERE id = ?1", [self.network])
            .map_err(|error| failure(WriteError::Sqlite(error), &self.path))?;
        self.wal = WalFile::of(&self.path);
        Ok(true)
    }

    /// Moves what is in the write-ahead log into the file. Readers may keep it from being done; nothing is lost by that.
    fn checkpoint(&self, pragma: &str) {
        let _ = self.connection.query_row(pragma, [], |_| Ok(()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sqlite::testing::{NEVER, Session, content, declare, place, query, write};
    use crate::sqlite::{Sqlite, Sync};
    use bassline_core::{
        Blend, Cause, Change, ContactId, ContactRecord, GroupId, Handle, Network, OnContradiction, Value,
    };
    use bassline_kernel::{AttachOptions, Kernel, KernelError, Ring};
    use std::time::Duration;

    fn counting(session: &mut Session, ticks: i64) {
        session.tick(|network| {
            declare(network, "n", "accept-last");
            declare(network, "same", "accept-last");
        });
        for n in 0..ticks {
            session.tick(|network| {
                write(network, "n", Value::Int(n));
                write(network, "same", Value::Int(n));
            });
        }
    }

    #[test]
    fn a_batch_that_comes_again_is_skipped() {
        let (_directory, path) = place();
        let mut opened = Sqlite::open(&path, "main", Sync::Full).unwrap();
        let mut network = Network::load(opened.image, OnContradiction::Record, None).unwrap();
        let mut records = Vec::new();
        for n in 0..4 {
            network.begin();
            declare(&mut network, "n", "accept-last");
            write(&mut network, "n", Value::Int(n));
            network.settle().unwrap();
            let committed = network.commit(true, false).unwrap();
            records.push(Arc::new(TickRecord::new(committed, 1, 0, "".into(), None)));
        }
        let batch = |range: std::ops::Range<usize>| Batch {
            records: records[range].to_vec(),
        };
        opened.driver.handle_changes(&batch(0..2)).unwrap();
        opened.driver.handle_changes(&batch(0..2)).unwrap();
        opened.driver.handle_changes(&batch(1..4)).unwrap();
        opened.driver.handle_changes(&Batch::default()).unwrap();
        drop(opened.driver);
        assert_eq!(query(&path, "SELECT count(*), max(tick) FROM history"), ["4 | 4"]);
        let again = Sqlite::open(&path, "main", Sync::Full).unwrap();
        assert_eq!(
            Network::load(again.image, OnContradiction::Record, None)
                .unwrap()
                .image(),
            network.image()
        );
    }

    #[test]
    fn a_batch_that_fails_leaves_no_trace_and_stops_the_writer() {
        let (_directory, path) = place();
        let mut session = Session::open(&path, "main");
        counting(&mut session, 3);
        session.flush();
        let deep = (0..200).fold(Value::Null, |inner, _| Value::List(Arc::new(vec![inner])));
        session.tick(|network| write(network, "n", Value::Int(77)));
        session.tick(|network| write(network, "same", deep.clone()));
        let error = session.kernel.flush(None, NEVER).unwrap_err();
        assert!(
            matches!(&error, KernelError::DriverFailed { tick: 5, failure, .. } if failure.class == FailureClass::Permanent),
            "{error}"
        );
        assert!(
            error.to_string().contains("contact 'same'") && error.to_string().contains("deeper than"),
            "{error}"
        );
        assert!(matches!(
            session.kernel.admit(NEVER),
            Err(KernelError::DriverFailed { .. })
        ));
        let report = session.kernel.close(None);
        assert_eq!(report.undelivered[0].1, 2);
        let opened = Sqlite::open(&path, "main", Sync::Full).unwrap();
        assert_eq!(opened.image.tick, 4);
        let network = Network::load(opened.image, OnContradiction::Record, None).unwrap();
        assert_eq!(content(&network, "n"), Some(Value::Int(2)));
    }

    #[test]
    fn a_copy_taken_at_any_moment_holds_whole_ticks() {
        let (directory, path) = place();
        let mut session = Session::open(&path, "main");
        counting(&mut session, 1);
        session.flush();
        let mut acknowledged = 2;
        for crash in 0..20 {
            for n in 0..50 {
                session.tick(|network| {
                    write(network, "n", Value::Int(crash * 50 + n));
                    write(network, "same", Value::Int(crash * 50 + n));
                });
            }
            if crash % 2 == 0 {
                session.flush();
                acknowledged = session.network.now();
            }
            let mut acknowledged_here = acknowledged;
            let copy = directory.path().join(format!("crash{crash}.db"));
            // The log is too short for a checkpoint, so that only its end moves while this copies.
            std::fs::copy(&path, &copy).unwrap();
            std::fs::copy(path.with_extension("db-wal"), copy.with_extension("db-wal")).unwrap();
            if crash % 3 == 1 {
                // A log that was not written to its end; what was acknowledged may be in it, so that only wholeness is left to hold.
                let log = std::fs::File::options()
                    .write(true)
                    .open(copy.with_extension("db-wal"))
                    .unwrap();
                log.set_len(log.metadata().unwrap().len() / 20 * crash as u64).unwrap();
                acknowledged_here = 0;
            }
            let opened = match Sqlite::open(&copy, "main", Sync::Full) {
                Ok(opened) if !opened.is_new => opened,
                other => {
                    assert_eq!(acknowledged_here, 0, "{other:?}");
                    continue;
                }
            };
            assert!(opened.image.tick >= acknowledged_here);
            let network = Network::load(opened.image, OnContradiction::Record, None).unwrap();
            if network.now() == 0 {
                continue;
            }
            assert_eq!(
                content(&network, "n"),
                content(&network, "same"),
                "a tick is there as a whole"
            );
            assert_eq!(query(&copy, "SELECT count(*) FROM tick"), [network.now().to_string()]);
        }
        session.close();
    }

    #[test]
    fn a_driver_whose_network_was_opened_again_writes_no_more() {
        let (_directory, path) = place();
        let mut session = Session::open(&path, "main");
        counting(&mut session, 1);
        session.flush();
        Connection::open(&path)
            .unwrap()
            .execute_batch("UPDATE network SET epoch = epoch + 1")
            .unwrap();
        counting(&mut session, 1);
        session.tick(|network| write(network, "n", Value::Int(5)));
        let error = session.kernel.flush(None, NEVER).unwrap_err();
        assert!(error.to_string().contains("opened by another process"), "{error}");
    }

    #[test]
    fn a_change_of_something_the_store_does_not_know_is_refused() {
        let (_directory, path) = place();
        let mut opened = Sqlite::open(&path, "main", Sync::Full).unwrap();
        let change = Change {
            contact: ContactId::from_bits(3),
            old: None,
            new: Some(Value::Int(1)),
            cause: Cause::Nobody,
            event: false,
        };
        let record = TickRecord {
            epoch: 1,
            tick: 1,
            time_micros: 0,
            source: "".into(),
            position: None,
            changes: vec![change],
            structure: vec![],
        };
        let failure = opened
            .driver
            .handle_changes(&Batch {
                records: vec![Arc::new(record)],
            })
            .unwrap_err();
        assert_eq!(failure.class, FailureClass::Fatal);
        assert!(failure.message.contains("does not know contact c3v1"), "{failure}");
    }

    #[test]
    fn contents_are_coalesced_and_history_has_every_tick() {
        let (_directory, path) = place();
        let mut session = Session::open(&path, "main");
        counting(&mut session, 500);
        session.flush();
        assert_eq!(
            query(&path, "SELECT path, content, blend_mode, updated FROM contacts"),
            ["n | 499 | accept-last | 501", "same | 499 | accept-last | 501"]
        );
        assert_eq!(
            query(
                &path,
                "SELECT count(*), count(DISTINCT tick), min(value + 0), max(value + 0) FROM history"
            ),
            ["1000 | 500 | 0 | 499"]
        );
        session.close();
    }

    #[test]
    fn an_error_of_sqlite_that_may_pass_is_transient() {
        let (_directory, path) = place();
        let opened = Sqlite::open(&path, "main", Sync::Normal).unwrap();
        opened.driver.connection.busy_timeout(Duration::from_millis(1)).unwrap();
        let kernel = Kernel::new(Ring::new());
        let other = Connection::open(&path).unwrap();
        other.execute_batch("BEGIN IMMEDIATE").unwrap();
        kernel
            .attach(
                "store",
                Box::new(opened.driver),
                AttachOptions {
                    max_age: Duration::ZERO,
                    ..AttachOptions::store()
                },
            )
            .unwrap();
        let id = ContactId::from_bits(0);
        let place = Ok((GroupId::from_bits(0), "n".into()));
        let contact = ContactRecord {
            id,
            place,
            blend: Blend::AcceptLast,
            lattice: None,
            attributes: Value::Null,
            boundary: None,
        };
        let change = Change {
            contact: id,
            old: None,
            new: Some(Value::Int(1)),
            cause: Cause::Nobody,
            event: false,
        };
        let plain = |tick| TickRecord {
            epoch: 1,
            tick,
            time_micros: 0,
            source: "".into(),
            position: None,
            changes: vec![change.clone()],
            structure: if tick == 1 {
                vec![StructureChange::ContactAdded(contact.clone())]
            } else {
                vec![]
            },
        };
        kernel.publish(plain(1));
        std::thread::sleep(Duration::from_millis(50));
        assert_eq!(kernel.status()[0].failure, None, "it is tried again");
        other.execute_batch("COMMIT").unwrap();
        kernel.flush(None, NEVER).unwrap();
        other.execute_batch("DELETE FROM network").unwrap();
        kernel.publish(plain(2));
        let error = kernel.flush(None, NEVER).unwrap_err();
        assert!(error.to_string().contains("no longer in the store"), "{error}");
    }
}
