//! Looking a store through: everything there is, read and compared.

use super::base;
use super::connection::open_to_read;
use super::entry::Entry;
use super::failure::storage_error;
use super::history::{self, Stored};
use super::letters::{self, Which};
use super::load::{BadRows, Loader};
use super::past;
use super::positions;
use super::schema::{BY_NETWORK, BY_SLOT, BY_TICK};
use super::snapshots::Place;
use crate::error::StorageError;
use crate::store::Checkup;
use crate::tabular::changes;
use crate::tabular::findings::{Findings, Following};
use crate::tabular::key;
use bassline_core::Image;
use rusqlite::{Connection, OptionalExtension};
use std::path::Path;

const ADVICE: &str = "restore a backup, or copy what can be read into a new store";

/// What is wrong with the store in a file.
pub(crate) fn check(path: &Path) -> Result<Checkup, StorageError> {
    let connection = open_to_read(path)?;
    let failed = |error| storage_error(error, path, "read");
    // One moment of it, whoever writes.
    let transaction = connection.unchecked_transaction().map_err(failed)?;
    let checker = Checker {
        connection: &transaction,
        path,
        findings: Findings::new(path.display().to_string(), ADVICE),
    };
    checker.pages();
    match Entry::all(&transaction) {
        Ok(networks) => {
            for network in networks {
                checker.network(&network);
            }
            checker.strays();
        }
        Err(error) => checker
            .findings
            .tell(format!("the table of networks cannot be read: {error}")),
    }
    Ok(checker.findings.into_checkup())
}

struct Checker<'a> {
    connection: &'a Connection,
    path: &'a Path,
    findings: Findings,
}

impl Checker<'_> {
    /// SQLite's own check: pages, the order in them, indexes.
    fn pages(&self) {
        let run = || -> rusqlite::Result<Vec<String>> {
            let mut statement = self.connection.prepare("PRAGMA integrity_check(100)")?;
            statement.query_map([], |row| row.get(0))?.collect()
        };
        match run() {
            Ok(lines) if lines == ["ok"] => {}
            Ok(lines) => lines
                .iter()
                .for_each(|line| self.findings.tell(format!("its pages: {line}"))),
            Err(error) => self.findings.tell(format!("its pages: {error}")),
        }
        let number = |pragma: &str| self.connection.query_row(pragma, [], |row| row.get::<_, i64>(0));
        if let (Ok(pages), Ok(size)) = (number("PRAGMA page_count"), number("PRAGMA page_size")) {
            self.findings.note(format!("{pages} pages, {} bytes", pages * size));
        }
    }

    fn network(&self, entry: &Entry) {
        let (name, number, last, epoch) = (entry.name.as_str(), entry.id, entry.tick, entry.epoch as i64);
        let image = self.rows(name, number);
        if let Err(error) = positions::load(self.connection, self.path, number) {
            self.findings.tell(format!("network '{name}': {error}"));
        }
        self.ticks(name, number, last, epoch);
        self.bases(name, number, last, image.as_ref());
        self.snapshots(name, number);
        self.letters(name);
    }

    /// The rows of what is there, and whether they make a network.
    fn rows(&self, name: &str, number: i64) -> Option<Image> {
        let before = self.findings.count();
        let tell = |what: String| self.findings.tell(format!("network '{name}', {what}"));
        let loader = Loader {
            connection: self.connection,
            path: self.path,
            network: number,
            bad_rows: BadRows::Tell(&tell),
        };
        let image = match loader.load() {
            Ok(found) => found,
            Err(error) => {
                tell(error.to_string());
                return None;
            }
        };
        self.findings.is_network(name, &image, before).then_some(image)
    }

    /// Every tick of history: whether it is what was written, and none is missing.
    fn ticks(&self, name: &str, number: i64, last: u64, epoch: i64) {
        let scan = || -> rusqlite::Result<(u64, u64)> {
            let mut statement = self.connection.prepare(history::SELECT)?;
            let mut rows = statement.query(key::tick_rows(number, key::LAST_TICK))?;
            let (mut count, mut unsummed) = (0, 0);
            let mut following = Following::default();
            while let Some(row) = rows.next()? {
                let stored = match Stored::read(row) {
                    Ok(stored) => stored,
                    Err(error) => {
                        let tick = key::tick_of(row.get(0)?);
                        self.findings.tell(format!("network '{name}', tick {tick}: {error}"));
                        continue;
                    }
                };
                count += 1;
                unsummed += u64::from(!stored.is_summed());
                let tell = |what: String| {
                    self.findings
                        .tell(format!("network '{name}', tick {}: {what}", stored.tick));
                };
                let whole = stored.verify().and_then(|()| {
                    changes::all(stored.changes, &stored.source.into()).map_err(|error| error.to_string())?;
                    stored.structure()
                });
                if let Err(reason) = whole {
                    tell(reason);
                }
                following.next(stored.tick, stored.epoch, epoch, tell);
            }
            if let Some(missing) = following.misses(last) {
                self.findings.tell(format!("network '{name}': {missing}"));
            }
            Ok((count, unsummed))
        };
        match scan() {
            Ok((count, 0)) => self.findings.note(format!("network '{name}': {count} ticks of history")),
            Ok((count, unsummed)) => self.findings.note(format!(
                "network '{name}': {count} ticks of history, {unsummed} of them without a checksum, as an older version has written them"
            )),
            Err(error) => self.findings.tell(format!("network '{name}': its history cannot be read: {error}")),
        }
    }

    /// Whether each base is whole, and history leads from the oldest to what is there now.
    fn bases(&self, name: &str, number: i64, last: u64, image: Option<&Image>) {
        let ticks = || -> rusqlite::Result<Vec<u64>> {
            let mut statement = self
                .connection
                .prepare("SELECT id FROM base WHERE id BETWEEN ?1 AND ?2 ORDER BY id")?;
            let ids = statement.query_map(key::tick_rows(number, key::LAST_TICK), |row| row.get::<_, i64>(0))?;
            ids.map(|id| id.map(key::tick_of)).collect()
        };
        let bases = match ticks() {
            Ok(bases) => bases,
            Err(error) => {
                return self
                    .findings
                    .tell(format!("network '{name}': its bases cannot be read: {error}"));
            }
        };
        for &tick in &bases {
            match base::read(self.connection, self.path, number, tick) {
                Ok(_) if tick <= last => {}
                Ok(_) => self.findings.tell(format!(
                    "network '{name}', the base of tick {tick}: the last tick is {last}"
                )),
                Err(error) => self.findings.tell(format!("network '{name}': {error}")),
            }
        }
        self.findings.note(format!("network '{name}': {} bases", bases.len()));
        let (Some(image), Some(_)) = (image, bases.first()) else {
            return;
        };
        match past::image_at(self.connection, self.path, number, last) {
            Ok(Some(told)) => self.findings.compare(name, image, &told),
            Ok(None) => {}
            Err(error) => self.findings.tell(format!("network '{name}': {error}")),
        }
    }

    fn snapshots(&self, name: &str, number: i64) {
        let place = Place {
            path: self.path,
            number,
            name,
        };
        match place.list(self.connection) {
            Ok(list) => {
                self.findings
                    .note(format!("network '{name}': {} snapshots", list.len()));
                for info in list {
                    if let Err(error) = place.load(self.connection, info.id) {
                        self.findings.tell(format!("network '{name}': {error}"));
                    }
                }
            }
            Err(error) => self.findings.tell(format!("network '{name}': {error}")),
        }
    }

    fn letters(&self, name: &str) {
        match letters::list(self.connection, self.path, name, Which::All, &mut |problem| {
            self.findings.tell(format!("network '{name}': {problem}"));
            Ok(())
        }) {
            Ok(list) => self
                .findings
                .note(format!("network '{name}': {} dead letters", list.len())),
            Err(error) => self.findings.tell(format!("network '{name}': {error}")),
        }
    }

    /// Rows of no network.
    fn strays(&self) {
        let by_slot = BY_SLOT.iter().map(|table| (table, key::SLOT_BITS));
        let by_tick = BY_TICK.iter().map(|table| (table, key::TICK_BITS));
        for (table, bits) in by_slot.chain(by_tick) {
            let sql = format!("SELECT id FROM {table} WHERE id >> {bits} NOT IN (SELECT id FROM network) LIMIT 1");
            match self
                .connection
                .query_row(&sql, [], |row| row.get::<_, i64>(0))
                .optional()
            {
                Ok(None) => {}
                Ok(Some(id)) => self
                    .findings
                    .tell(format!("row {id} of table {table} is of no network")),
                Err(error) => self.findings.tell(format!("table {table} cannot be read: {error}")),
            }
        }
        for table in BY_NETWORK {
            let sql = format!("SELECT count(*) FROM {table} WHERE network NOT IN (SELECT id FROM network)");
            match self.connection.query_row(&sql, [], |row| row.get::<_, i64>(0)) {
                Ok(0) => {}
                Ok(count) => self
                    .findings
                    .tell(format!("{count} rows of table {table} are of no network")),
                Err(error) => self.findings.tell(format!("table {table} cannot be read: {error}")),
            }
        }
    }
}
