//! Reading a store that someone else may be writing.

use super::connection::open_to_read;
use super::failure::storage_error;
use super::history::{self, Stored};
use super::load::load;
use super::past;
use super::snapshots::Place;
use super::store::networks;
use crate::error::StorageError;
use crate::fork::Use;
use crate::store::{HistoryEntry, NewSnapshot, Reader, SnapshotInfo, TickInfo};
use crate::tabular::changes;
use crate::tabular::key;
use bassline_core::{ContactId, Handle, Image, Population, Return};
use bassline_kernel::return_of;
use rusqlite::{Connection, OptionalExtension};
use std::cmp::Ordering;
use std::path::{Path, PathBuf};

/// Reads what a store holds of one network.
#[derive(Debug)]
pub struct SqliteReader {
    connection: Connection,
    path: PathBuf,
    network: i64,
    name: String,
}

impl SqliteReader {
    /// Opens a network to read. Whoever has it open to write is not disturbed.
    pub fn open(path: &Path, network: &str) -> Result<Self, StorageError> {
        let _use = Use::begin();
        let connection = open_to_read(path)?;
        let failed = |error| storage_error(error, path, "read");
        let number = connection
            .query_row("SELECT id FROM network WHERE name = ?1", [network], |row| row.get(0))
            .optional()
            .map_err(failed)?;
        let Some(number) = number else {
            let networks = networks(&connection).map_err(failed)?;
            return Err(StorageError::UnknownNetwork {
                path: path.to_owned(),
                network: network.to_owned(),
                networks: networks.into_iter().map(|network| network.name).collect(),
            });
        };
        Ok(Self {
            connection,
            path: path.to_owned(),
            network: number,
            name: network.to_owned(),
        })
    }

    fn failed(&self) -> impl Fn(rusqlite::Error) -> StorageError + '_ {
        |error| storage_error(error, &self.path, "read")
    }

    /// The contact of a path, if it is stored and not removed.
    pub fn find(&self, path: &str) -> Result<Option<ContactId>, StorageError> {
        let _use = Use::begin();
        let (group, name) = path.trim_start_matches('/').rsplit_once('/').unwrap_or(("", path));
        let sql = "SELECT c.handle FROM contact c JOIN group_ g ON g.id = c.group_id
                   WHERE g.path = ?1 AND c.name = ?2 AND g.id BETWEEN ?3 AND ?4";
        let [first, last] = key::rows(self.network);
        let mut statement = self.connection.prepare_cached(sql).map_err(self.failed())?;
        let found = statement.query_row(
            rusqlite::params![group, name.trim_start_matches('/'), first, last],
            |row| row.get::<_, i64>(0),
        );
        Ok(found
            .optional()
            .map_err(self.failed())?
            .map(|bits| ContactId::from_bits(bits as u64)))
    }

    /// The last changes of a contact, newest first.
    pub fn history_of(&self, contact: ContactId, limit: usize) -> Result<Vec<HistoryEntry>, StorageError> {
        let _use = Use::begin();
        let sql = "SELECT v.version FROM contact c JOIN content v ON v.id = c.id WHERE c.id = ?1 AND c.handle = ?2";
        let mut statement = self.connection.prepare_cached(sql).map_err(self.failed())?;
        let version = statement
            .query_row([key::row(self.network, contact), contact.to_bits() as i64], |row| {
                row.get::<_, i64>(0)
            })
            .optional();
        let newest = version
            .map_err(self.failed())?
            .map_or(u64::MAX, |version| version as u64);
        // The text of a change begins with its contact, so that most ticks need not be parsed.
        let mut statement = self
            .connection
            .prepare_cached(history::SELECT_WITH)
            .map_err(self.failed())?;
        let [first, last] = key::tick_rows(self.network, newest);
        let mut rows = statement
            .query(rusqlite::params![first, last, format!("[{},", contact.to_bits())])
            .map_err(self.failed())?;
        let mut history = Vec::new();
        while history.len() < limit
            && let Some(row) = rows.next().map_err(self.failed())?
        {
            let stored = Stored::read(row).map_err(self.failed())?;
            let (tick, epoch, time) = (stored.tick, stored.epoch as u64, stored.time);
            let of_contact = || changes::of_contact(stored.changes, contact, &stored.source.into());
            let found = stored
                .verify()
                .and_then(|()| of_contact().map_err(|error| error.to_string()))
                .map_err(|reason| StorageError::Corrupt {
                    path: self.path.clone(),
                    what: format!("tick {tick}"),
                    reason,
                })?;
            history.extend(found.into_iter().rev().map(|(content, cause)| HistoryEntry {
                tick,
                epoch,
                time_micros: time,
                content,
                cause,
            }));
        }
        history.truncate(limit);
        Ok(history)
    }

    fn place(&self) -> Place<'_> {
        Place {
            path: &self.path,
            number: self.network,
            name: &self.name,
        }
    }

    fn load(&self) -> Result<Image, StorageError> {
        load(&self.connection, &self.path, self.network)
    }
}

impl Reader for SqliteReader {
    fn image(&self) -> Result<Image, StorageError> {
        let _use = Use::begin();
        let _moment = self.connection.unchecked_transaction().map_err(self.failed())?;
        self.load()
    }

    fn population(&self) -> Result<Population, StorageError> {
        let _use = Use::begin();
        let sql = "SELECT
            (SELECT count(*) FROM contact WHERE id BETWEEN ?1 AND ?2 AND name IS NOT NULL),
            (SELECT count(*) FROM group_ WHERE id BETWEEN ?1 AND ?2 AND parent IS NOT NULL),
            (SELECT count(*) FROM gadget WHERE id BETWEEN ?1 AND ?2),
            (SELECT count(*) FROM wire WHERE id BETWEEN ?1 AND ?2),
            (SELECT count(*) FROM mark WHERE id BETWEEN ?1 AND ?2 AND contradiction IS NOT NULL)";
        let rows = key::rows(self.network);
        let mut statement = self.connection.prepare_cached(sql).map_err(self.failed())?;
        let counted = statement.query_row(rows, |row| {
            let count = |at: usize| row.get::<_, i64>(at).map(|count| count as usize);
            Ok(Population {
                contacts: count(0)?,
                groups: count(1)?,
                gadgets: count(2)?,
                wires: count(3)?,
                contradictions: count(4)?,
            })
        });
        counted.map_err(self.failed())
    }

    fn image_at(&self, tick: u64) -> Result<Option<Image>, StorageError> {
        let _use = Use::begin();
        let _moment = self.connection.unchecked_transaction().map_err(self.failed())?;
        let sql = "SELECT tick FROM network WHERE id = ?1";
        let last: Option<i64> = self
            .connection
            .query_row(sql, [self.network], |row| row.get(0))
            .optional()
            .map_err(self.failed())?;
        match last.map(|last| tick.cmp(&(last as u64))) {
            None | Some(Ordering::Greater) => Ok(None),
            Some(Ordering::Equal) => self.load().map(Some),
            Some(Ordering::Less) => past::image_at(&self.connection, &self.path, self.network, tick),
        }
    }

    fn history(&self, path: &str, limit: usize) -> Result<Vec<HistoryEntry>, StorageError> {
        let _use = Use::begin();
        self.find(path)?
            .map_or_else(|| Ok(Vec::new()), |contact| self.history_of(contact, limit))
    }

    fn tick(&self, tick: u64) -> Result<Option<TickInfo>, StorageError> {
        let _use = Use::begin();
        let mut statement = self
            .connection
            .prepare_cached("SELECT time, source, epoch FROM tick WHERE id = ?1")
            .map_err(self.failed())?;
        let found = statement.query_row([key::tick_row(self.network, tick)], |row| {
            Ok(TickInfo {
                time_micros: row.get(0)?,
                source: row.get::<_, String>(1)?.into(),
                epoch: row.get::<_, i64>(2)? as u64,
            })
        });
        found.optional().map_err(self.failed())
    }

    fn returns(&self) -> Result<Vec<(u64, Return)>, StorageError> {
        let _use = Use::begin();
        let sql = "SELECT id, source FROM tick WHERE id BETWEEN ?1 AND ?2 \
                   AND (source GLOB 'undo:*' OR source GLOB 'redo:*') ORDER BY id";
        let mut statement = self.connection.prepare_cached(sql).map_err(self.failed())?;
        let [first, last] = key::tick_rows(self.network, u64::MAX);
        let rows = statement.query_map([first, last], |row| {
            Ok((key::tick_of(row.get(0)?), row.get::<_, String>(1)?))
        });
        let mut found = Vec::new();
        for row in rows.map_err(self.failed())? {
            let (tick, source) = row.map_err(self.failed())?;
            found.extend(return_of(&source).map(|returned| (tick, returned)));
        }
        Ok(found)
    }

    fn tick_count(&self) -> Result<u64, StorageError> {
        let _use = Use::begin();
        let mut statement = self
            .connection
            .prepare_cached("SELECT count(*) FROM tick WHERE id BETWEEN ?1 AND ?2")
            .map_err(self.failed())?;
        let count = statement
            .query_row(key::tick_rows(self.network, key::LAST_TICK), |row| row.get::<_, i64>(0))
            .map_err(self.failed())?;
        Ok(count as u64)
    }

    fn snapshots(&self) -> Result<Vec<SnapshotInfo>, StorageError> {
        let _use = Use::begin();
        self.place().list(&self.connection)
    }

    fn snapshot(&self, id: u64) -> Result<Option<Image>, StorageError> {
        let _use = Use::begin();
        self.place().load(&self.connection, id)
    }

    fn save_snapshot(&self, image: &Image, about: &NewSnapshot) -> Result<SnapshotInfo, StorageError> {
        let _use = Use::begin();
        self.place().save(image, about)
    }

    fn delete_snapshot(&self, id: u64) -> Result<bool, StorageError> {
        let _use = Use::begin();
        self.place().delete(id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sqlite::testing::{Session, at, declare, gadget, map, place, query, write};
    use bassline_core::{Argument, Cause, Value, WireKind};

    fn entry(tick: u64, value: Value, cause: Cause) -> HistoryEntry {
        HistoryEntry {
            tick,
            epoch: 1,
            time_micros: tick as i64 * 1_000_000,
            content: Some(value),
            cause,
        }
    }

    fn work(session: &mut Session) {
        session.tick(|network| {
            declare(network, "price", "accept-last");
            declare(network, "shop/copy", "accept-last");
            gadget(
                network,
                "math.multiply",
                vec![
                    ("a", at("price")),
                    ("b", Argument::Value(Value::Int(3))),
                    ("product", at("total")),
                ],
            );
            let (price, copy) = (
                network.find_contact(network.root(), "price").unwrap(),
                network.find_contact(network.root(), "shop/copy").unwrap(),
            );
            network.declare_wire(price, copy, WireKind::Directed).unwrap();
        });
        session.tick_from("till", None, |network| write(network, "price", Value::Float(2.0)));
        session.tick(|network| write(network, "price", Value::Int(5)));
    }

    #[test]
    fn history_and_ticks_are_read_while_the_store_is_open() {
        let (_directory, path) = place();
        let mut session = Session::open(&path, "main");
        work(&mut session);
        session.flush();
        let reader = session.reader("main");
        assert_eq!(reader.tick_count().unwrap(), 3);
        assert_eq!(
            reader.tick(2).unwrap().unwrap(),
            TickInfo {
                time_micros: 2_000_000,
                source: "till".into(),
                epoch: 1
            }
        );
        assert_eq!(reader.tick(4).unwrap(), None);
        let external = |source: &str| Cause::External(source.into());
        assert_eq!(
            reader.history("price", 10).unwrap(),
            [
                entry(3, Value::Int(5), external("")),
                entry(2, Value::Float(2.0), external("till"))
            ]
        );
        let total = reader.history("total", 1).unwrap();
        assert!(
            matches!(
                &total[..],
                [HistoryEntry {
                    tick: 3,
                    content: Some(Value::Int(15)),
                    cause: Cause::Gadget(_),
                    ..
                }]
            ),
            "{total:?}"
        );
        assert_eq!(reader.history("no/such", 1).unwrap(), []);
        let price = reader.find("/price").unwrap().unwrap();
        session.tick(|network| network.remove_contact(price).unwrap());
        session.flush();
        assert_eq!(reader.find("price").unwrap(), None);
        assert_eq!(
            reader.history_of(price, 10).unwrap().len(),
            2,
            "what is removed keeps its history"
        );
        session.close();
    }

    #[test]
    fn the_views_show_what_the_specification_names() {
        let (_directory, path) = place();
        let mut session = Session::open(&path, "main");
        work(&mut session);
        let record = map(&[("k", Value::Int(1))]);
        session.tick(|network| {
            write(network, "price", record.clone());
            write(network, "shop/copy", record);
            let total = network.find_contact(network.root(), "total").unwrap();
            network.remove_contact(total).unwrap();
        });
        session.close();
        assert_eq!(query(&path, "SELECT id, tick, epoch FROM networks"), ["main | 4 | 1"]);
        assert_eq!(
            query(&path, "SELECT network_id, group_id, structure FROM groups"),
            [
                r#"main |  | {"contacts":["price"],"groups":["shop"]}"#,
                r#"main | shop | {"contacts":["copy"],"groups":[]}"#,
            ]
        );
        assert_eq!(
            query(
                &path,
                "SELECT path, content, blend_mode, updated, updated_at FROM contacts ORDER BY path"
            ),
            [
                r#"price | {"k":1} | accept-last | 4 | 1970-01-01T00:00:04.000Z"#,
                r#"shop/copy | {"k":1} | accept-last | 4 | 1970-01-01T00:00:04.000Z"#,
            ]
        );
        assert_eq!(
            query(&path, "SELECT from_path, to_path, kind FROM wires"),
            ["price | shop/copy | directed"]
        );
        assert_eq!(query(&path, "SELECT * FROM gadgets"), Vec::<String>::new());
        assert_eq!(
            query(
                &path,
                "SELECT tick, time, path, value, cause FROM history ORDER BY tick, path"
            ),
            [
                "2 | 1970-01-01T00:00:02.000Z | price | 2.0 | external:till",
                "2 | 1970-01-01T00:00:02.000Z | shop/copy | 2.0 | wire:price->shop/copy",
                "2 | 1970-01-01T00:00:02.000Z | total | 6.0 | math.multiply(a=price, b=(3), product=total)",
                "3 | 1970-01-01T00:00:03.000Z | price | 5 | external:",
                "3 | 1970-01-01T00:00:03.000Z | shop/copy | 5 | wire:price->shop/copy",
                "3 | 1970-01-01T00:00:03.000Z | total | 15 | math.multiply(a=price, b=(3), product=total)",
                r#"4 | 1970-01-01T00:00:04.000Z | price | {"k":1} | external:"#,
                r#"4 | 1970-01-01T00:00:04.000Z | shop/copy | {"k":1} | wire:price->shop/copy"#,
            ]
        );
        assert!(
            query(&path, "SELECT changes FROM tick WHERE id & 255 = 4")[0].contains("null,"),
            "a shared value is stored once"
        );
    }

    #[test]
    fn gadgets_are_shown_with_the_paths_they_are_bound_to() {
        let (_directory, path) = place();
        let mut session = Session::open(&path, "main");
        work(&mut session);
        session.close();
        assert_eq!(
            query(
                &path,
                "SELECT path, computation, inputs, outputs, on_error FROM gadgets"
            ),
            [
                r#"math.multiply(a=price, b=(3), product=total) | math.multiply | {"a":"price","b":"(3)"} | {"product":"total"} | raise"#
            ]
        );
    }

    #[test]
    fn what_is_not_there_is_said() {
        let (_directory, path) = place();
        let error = SqliteReader::open(&path, "main").unwrap_err();
        assert!(matches!(error, StorageError::Missing { .. }));
        Session::open(&path, "main").close();
        let error = SqliteReader::open(&path, "other").unwrap_err().to_string();
        assert!(error.contains("no network 'other'; it holds main"), "{error}");
    }
}
