//! Hand-written: a table of contents with an integer key, one prepared upsert, and perhaps a row of history.

use crate::{CONTACTS, Contender, size, text_of};
use bassline_storage::Sync;
use rusqlite::{Connection, params};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// What it writes beside contents.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum History {
    None,
    RowPerChange,
    RowPerBatch,
}

/// Which columns its rows have.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Columns {
    /// A key and what has to be told.
    Few,
    /// Those of the store, with its keys; the checksums are numbers at hand.
    Same,
}

const FEW: &str = "CREATE TABLE content (id INTEGER PRIMARY KEY, content TEXT NOT NULL) STRICT;
    CREATE TABLE tick (id INTEGER PRIMARY KEY, time INTEGER NOT NULL, changes TEXT NOT NULL) STRICT;";
const SAME: &str = "CREATE TABLE content (
        id INTEGER PRIMARY KEY, version INTEGER NOT NULL, cause ANY, content TEXT, checksum INTEGER) STRICT;
    CREATE TABLE tick (id INTEGER PRIMARY KEY, epoch INTEGER NOT NULL, time INTEGER NOT NULL, source TEXT NOT NULL,
        changes TEXT NOT NULL, structure BLOB, checksum INTEGER) STRICT;";

const UPSERT_FEW: &str = "INSERT INTO content VALUES (?1, ?2) ON CONFLICT DO UPDATE SET content = excluded.content";
const UPSERT_SAME: &str = "INSERT INTO content VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO UPDATE SET
    version = excluded.version, cause = excluded.cause, content = excluded.content, checksum = excluded.checksum";
const INSERT_FEW: &str = "INSERT INTO tick VALUES (?1, ?2, ?3)";
const INSERT_SAME: &str = "INSERT INTO tick VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";

const TIME: i64 = 1 << 50;
const CHECKSUM: i64 = 0x1234_5678;

pub(crate) struct Raw {
    name: &'static str,
    connection: Connection,
    path: PathBuf,
    history: History,
    columns: Columns,
    texts: Vec<String>,
    next: usize,
}

impl Raw {
    pub(crate) fn new(path: &Path, sync: Sync, history: History, columns: Columns, name: &'static str) -> Self {
        let connection = Connection::open(path).unwrap();
        let level = if sync == Sync::Full { "FULL" } else { "NORMAL" };
        let tables = if columns == Columns::Few { FEW } else { SAME };
        connection
            .execute_batch(&format!(
                "PRAGMA page_size = 8192; PRAGMA journal_mode = WAL; PRAGMA synchronous = {level}; PRAGMA cache_size = -65536;
                 PRAGMA wal_autocheckpoint = 4096; {tables}"
            ))
            .unwrap();
        let mut raw = Self {
            name,
            connection,
            path: path.to_owned(),
            history: History::None,
            columns,
            texts: (0..CONTACTS).map(|n| format!("\"{}\"", text_of(n))).collect(),
            next: 0,
        };
        raw.run(CONTACTS, 10_000);
        raw.history = history;
        raw
    }

    fn transaction(&mut self, batch: usize, buffer: &mut String) {
        let transaction = self.connection.transaction().unwrap();
        {
            let few = self.columns == Columns::Few;
            let (upsert, insert) = if few {
                (UPSERT_FEW, INSERT_FEW)
            } else {
                (UPSERT_SAME, INSERT_SAME)
            };
            let mut upsert = transaction.prepare_cached(upsert).unwrap();
            let mut insert = transaction.prepare_cached(insert).unwrap();
            let mut keep = |tick: usize, changes: &str| {
                let tick = tick as i64;
                if few {
                    insert.execute(params![tick, TIME, changes]).unwrap();
                } else {
                    insert
                        .execute(params![1 << 47 | tick, 1, TIME, "", changes, None::<i64>, CHECKSUM])
                        .unwrap();
                }
            };
            buffer.clear();
            for _ in 0..batch {
                let id = self.next % CONTACTS;
                // Another content than the last time: SQLite writes nothing where the bytes are the same.
                let text = &self.texts[(self.next * 7 + self.next / CONTACTS) % CONTACTS];
                if few {
                    upsert.execute(params![id as i64, text]).unwrap();
                } else {
                    let row = params![1 << 32 | id as i64, self.next as i64, "", text, CHECKSUM];
                    upsert.execute(row).unwrap();
                }
                if self.history == History::RowPerChange {
                    buffer.clear();
                }
                if self.history != History::None {
                    buffer.push_str("[[");
                    buffer.push_str(&id.to_string());
                    buffer.push(',');
                    buffer.push_str(text);
                    buffer.push_str(",0]]");
                }
                if self.history == History::RowPerChange {
                    keep(self.next, buffer);
                }
                self.next += 1;
            }
            if self.history == History::RowPerBatch {
                keep(self.next, buffer);
            }
        }
        transaction.commit().unwrap();
    }
}

impl Contender for Raw {
    fn name(&self) -> &'static str {
        self.name
    }

    fn run(&mut self, rows: usize, batch: usize) -> Duration {
        let mut buffer = String::new();
        let started = Instant::now();
        for _ in 0..rows / batch {
            self.transaction(batch, &mut buffer);
        }
        started.elapsed()
    }

    fn size(&self) -> f64 {
        size(&self.path)
    }
}
