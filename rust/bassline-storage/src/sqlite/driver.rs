//! The driver: it stands on the store's files, and stores what it is handed.

use super::batch::Buffers;
use super::connection::{IfMissing, open_to_write};
use super::failure::{WriteError, failure};
use super::opener::Opener;
use super::presence::Presence;
use super::store::Sync;
use super::turns::Turn;
use super::wal::Files;
use crate::fork::Use;
use crate::store::KeepHistory;
use crate::tabular::pace::Pace;
use bassline_kernel::{Batch, Driver, DriverFailure, FailureClass};
use rusqlite::Connection;
use std::path::PathBuf;

/// Stores ticks in a SQLite file.
///
/// In one transaction per batch it writes structure, the newest content of each contact that changed, one history row per tick,
/// positions, and the number of the last tick. As that number is stored with the data, a batch that comes again is known and skipped.
/// The marks of a contact, its contradiction and its fault, have a row beside it.
#[derive(Debug)]
pub struct SqliteDriver {
    // Closed in this order: the last connection finds nobody else, and the network is free for others when there is none.
    presence: Option<Presence>,
    pub(super) connection: Connection,
    pub(super) path: PathBuf,
    pub(super) name: String,
    pub(super) network: i64,
    pub(super) epoch: u64,
    sync: Sync,
    pub(super) keep: KeepHistory,
    pub(super) buffers: Buffers,
    files: Files,
    turn: Turn,
    pub(super) pace: Pace,
    /// Up to where the past is to go, as far as it has not.
    pub(super) cut: Option<u64>,
    _opener: Opener,
}

/// What a driver is started with.
pub(crate) struct Start {
    pub(crate) connection: Connection,
    pub(crate) network: i64,
    pub(crate) epoch: u64,
    pub(crate) sync: Sync,
    pub(crate) keep: KeepHistory,
    pub(crate) pace: Pace,
    pub(crate) opener: Opener,
}

impl SqliteDriver {
    pub(crate) fn new(start: Start) -> Self {
        let Start {
            connection,
            network,
            epoch,
            sync,
            keep,
            pace,
            opener,
        } = start;
        let (path, name) = (opener.store.clone(), opener.network.clone());
        Self {
            presence: Presence::hold(&path),
            files: Files::of(&path),
            connection,
            path,
            name,
            network,
            epoch,
            sync,
            keep,
            buffers: Buffers::default(),
            turn: Turn::new(),
            pace,
            cut: None,
            _opener: opener,
        }
    }
}

impl Driver for SqliteDriver {
    fn handle_changes(&mut self, batch: &Batch) -> Result<(), DriverFailure> {
        self.turn.take();
        let _use = Use::begin();
        self.stand_on_the_files()?;
        self.write(batch).map_err(|error| failure(error, &self.path))?;
        while self.stand_on_the_files()? {
            // Taken away while it was written: what is in the store already is skipped.
            self.write(batch).map_err(|error| failure(error, &self.path))?;
        }
        self.tidy_up_if_overdue();
        self.turn.end();
        Ok(())
    }

    fn idle(&mut self) -> Result<(), DriverFailure> {
        let _use = Use::begin();
        self.stand_on_the_files()?;
        self.tidy_up();
        Ok(())
    }

    fn shutdown(&mut self, _: bool) -> Result<(), DriverFailure> {
        let _use = Use::begin();
        self.checkpoint("PRAGMA wal_checkpoint(TRUNCATE)");
        Ok(())
    }
}

impl SqliteDriver {
    /// Opens the store anew if its write-ahead log is no longer the file that was written to; answers whether it did.
    fn stand_on_the_files(&mut self) -> Result<bool, DriverFailure> {
        let now = Files::of(&self.path);
        if now == self.files {
            return Ok(false);
        }
        if now.store != self.files.store {
            return Err(failure(WriteError::FileGone, &self.path));
        }
        let sqlite = |error| failure(WriteError::Sqlite(error), &self.path);
        self.presence = None;
        // Closed before the new one is opened: it may have something to move into the file.
        drop(std::mem::replace(
            &mut self.connection,
            Connection::open_in_memory().map_err(sqlite)?,
        ));
        let opened = open_to_write(&self.path, self.sync, IfMissing::Refuse, Some(&self.name));
        self.connection = opened.map_err(|error| DriverFailure::of(FailureClass::Fatal, error))?;
        self.connection
            .execute("UPDATE network SET epoch = epoch WHERE id = ?1", [self.network])
            .map_err(sqlite)?;
        self.presence = Presence::hold(&self.path);
        self.files = Files::of(&self.path);
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sqlite::Sqlite;
    use crate::sqlite::testing::{NEVER, Session, content, declare, place, query, write};
    use bassline_core::{
        Blend, Cause, Change, ContactId, ContactRecord, GroupId, Handle, Network, OnContradiction, StructureChange,
        Value,
    };
    use bassline_kernel::{AttachOptions, Kernel, KernelError, Ring, TickRecord};
    use std::sync::Arc;
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
        let mut opened = Sqlite::at(&path).start("main").unwrap();
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
        let batch = |range: std::ops::Range<usize>| Batch::from(records[range].to_vec());
        opened.driver.handle_changes(&batch(0..2)).unwrap();
        opened.driver.handle_changes(&batch(0..2)).unwrap();
        opened.driver.handle_changes(&batch(1..4)).unwrap();
        opened.driver.handle_changes(&Batch::default()).unwrap();
        drop(opened.driver);
        assert_eq!(query(&path, "SELECT count(*), max(tick) FROM history"), ["4 | 4"]);
        let again = Sqlite::at(&path).start("main").unwrap();
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
        let opened = Sqlite::at(&path).start("main").unwrap();
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
            let opened = match Sqlite::at(&copy).start("main") {
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
        let mut opened = Sqlite::at(&path).start("main").unwrap();
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
            .handle_changes(&Batch::from(vec![Arc::new(record)]))
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
        let opened = Sqlite::at(&path).start("main").unwrap();
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
