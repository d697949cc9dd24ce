//! Hand-written: a table of contents with an integer key, one prepared upsert, and perhaps a row of history.

use crate::{CONTACTS, Contender, size, text_of};
use bassline_storage::Sync;
use rusqlite::{Connection, params};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum History {
    None,
    RowPerChange,
    RowPerBatch,
}

pub(crate) struct Raw {
    connection: Connection,
    path: PathBuf,
    history: History,
    texts: Vec<String>,
    next: usize,
}

impl Raw {
    pub(crate) fn new(path: &Path, sync: Sync, history: History) -> Self {
        let connection = Connection::open(path).unwrap();
        let level = if sync == Sync::Full { "FULL" } else { "NORMAL" };
        connection
            .execute_batch(&format!(
                "PRAGMA page_size = 8192; PRAGMA journal_mode = WAL; PRAGMA synchronous = {level}; PRAGMA cache_size = -65536;
                 PRAGMA wal_autocheckpoint = 4096;
                 CREATE TABLE contact (id INTEGER PRIMARY KEY, content TEXT NOT NULL) STRICT;
                 CREATE TABLE tick (id INTEGER PRIMARY KEY, time INTEGER NOT NULL, changes TEXT NOT NULL) STRICT;"
            ))
            .unwrap();
        let mut raw = Self {
            connection,
            path: path.to_owned(),
            history: History::None,
            texts: (0..CONTACTS).map(|n| format!("\"{}\"", text_of(n))).collect(),
            next: 0,
        };
        raw.run(CONTACTS, 10_000);
        raw.history = history;
        raw
    }
}

impl Contender for Raw {
    fn name(&self) -> &'static str {
        match self.history {
            History::None => "raw upserts",
            History::RowPerChange => "raw upserts, a history row per change",
            History::RowPerBatch => "raw upserts, a history row per transaction",
        }
    }

    fn run(&mut self, rows: usize, batch: usize) -> Duration {
        let started = Instant::now();
        let mut buffer = String::new();
        for _ in 0..rows / batch {
            let transaction = self.connection.transaction().unwrap();
            {
                let mut upsert = transaction
                    .prepare_cached(
                        "INSERT INTO contact VALUES (?1, ?2) ON CONFLICT DO UPDATE SET content = excluded.content",
                    )
                    .unwrap();
                let mut insert = transaction
                    .prepare_cached("INSERT INTO tick VALUES (?1, ?2, ?3)")
                    .unwrap();
                buffer.clear();
                for _ in 0..batch {
                    let id = self.next % CONTACTS;
                    // Another content than the last time: SQLite writes nothing where the bytes are the same.
                    let text = &self.texts[(self.next * 7 + self.next / CONTACTS) % CONTACTS];
                    upsert.execute(params![id as i64, text]).unwrap();
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
                        insert.execute(params![self.next as i64, 1_i64 << 50, buffer]).unwrap();
                    }
                    self.next += 1;
                }
                if self.history == History::RowPerBatch {
                    insert.execute(params![self.next as i64, 1_i64 << 50, buffer]).unwrap();
                }
            }
            transaction.commit().unwrap();
        }
        started.elapsed()
    }

    fn size(&self) -> f64 {
        size(&self.path)
    }
}
