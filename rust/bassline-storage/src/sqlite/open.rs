//! Opening: the whole network comes back, and a new epoch begins.

use super::base;
use super::connection::{IfMissing, open_to_write};
use super::driver::{SqliteDriver, Start};
use super::entry::Entry;
use super::failure::storage_error;
use super::load::load;
use super::opener::Opener;
use super::pace;
use super::positions;
use super::store::Sqlite;
use crate::error::StorageError;
use crate::tabular::key::LAST_NETWORK;
use bassline_core::{Died, Image, Text, Value};
use bassline_kernel::{Clock, SystemClock};
use indexmap::IndexMap;
use rusqlite::{Transaction, TransactionBehavior};

/// A network that was opened, with its driver as it is.
#[derive(Debug)]
pub(crate) struct Started {
    pub(crate) image: Image,
    pub(crate) positions: IndexMap<Text, Value>,
    pub(crate) epoch: u64,
    pub(crate) driver: SqliteDriver,
    pub(crate) is_new: bool,
}

impl Sqlite {
    /// Opens a network, makes it if it is not there, and keeps others from opening it to write.
    pub(crate) fn start(&self, network: &str) -> Result<Started, StorageError> {
        let path = self.path.as_path();
        let _use = crate::fork::Use::begin();
        let directory = path.parent().filter(|directory| !directory.as_os_str().is_empty());
        if let Some(directory) = directory
            && !directory.is_dir()
        {
            return Err(StorageError::DirectoryMissing {
                path: path.to_owned(),
                directory: directory.to_owned(),
            });
        }
        if path.is_dir() {
            return Err(StorageError::NotAStore {
                path: path.to_owned(),
                found: "a directory".to_owned(),
            });
        }
        let opener = Opener::acquire(path, network)?;
        let mut connection = open_to_write(path, self.sync, IfMissing::Make, Some(network))?;
        let failed = |error| storage_error(error, path, "opened");
        let transaction = connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(failed)?;
        let (entry, is_new) = enter(&transaction, network).map_err(failed)?;
        let number = entry.id;
        if number > LAST_NETWORK {
            let source =
                format!("it holds {LAST_NETWORK} networks, the most one file can hold; use another file").into();
            return Err(StorageError::Failed {
                path: path.to_owned(),
                doing: "opened",
                source,
            });
        }
        let image = load(&transaction, path, number)?;
        let positions = positions::load(&transaction, path, number)?;
        let pace = pace::of(&transaction, number, &image).map_err(failed)?;
        transaction.commit().map_err(failed)?;
        let driver = SqliteDriver::new(Start {
            connection,
            network: number,
            epoch: entry.epoch,
            sync: self.sync,
            keep: self.keep,
            pace,
            opener,
        });
        Ok(Started {
            image,
            positions,
            epoch: entry.epoch,
            driver,
            is_new,
        })
    }
}

/// A network with its next epoch begun, made if it is not there; and whether it was made.
fn enter(transaction: &Transaction<'_>, network: &str) -> rusqlite::Result<(Entry, bool)> {
    if let Some(known) = Entry::named(transaction, network)? {
        let next = Entry {
            epoch: known.epoch + 1,
            ..known
        };
        // With a new checksum it would be taken for whole by whoever reads it.
        if next.is_whole {
            next.write(transaction)?;
        }
        return Ok((next, false));
    }
    let now = SystemClock.now_micros();
    let highest: Option<i64> = transaction.query_row("SELECT max(id) FROM network", [], |row| row.get(0))?;
    let entry = Entry {
        id: highest.unwrap_or_default() + 1,
        name: network.to_owned(),
        created: now,
        updated: now,
        epoch: 1,
        tick: 0,
        tick_epoch: 0,
        creation: 0,
        died: Died::default(),
        is_whole: true,
    };
    entry.write(transaction)?;
    base::write(transaction, entry.id, &Image::default())?;
    transaction.execute(
        "INSERT INTO group_ (id, handle, name, path) VALUES (?1 << 32, 0, '', '')",
        [entry.id],
    )?;
    Ok((entry, true))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;
    use crate::sqlite::testing::{Session, at, content, declare, gadget, map, place, write};
    use crate::store::Store;
    use bassline_core::{Argument, Network, OnContradiction, WireKind};
    use std::path::Path;
    use std::sync::Arc;

    /// Streams, a router with statistics in each group, lattices, wires, constants, attributes.
    fn build(network: &mut Network) {
        declare(network, "records", "stream");
        declare(network, "peak", "max");
        let template = r#"{"contacts": [{"id": "record", "blend": "stream"}, {"id": "delay", "blend": "stream"}, {"id": "mean"}],
            "gadgets": [{"primitive": "stream.field", "inputs": {"record": "record"}, "outputs": {"value": "delay"}, "config": {"field": "delay"}},
                        {"id": "mean", "primitive": "stat.mean", "inputs": {"value": "delay"}, "outputs": {"mean": "mean"}, "on_error": "contain"}],
            "wires": [{"from": "delay", "to": "/peak", "kind": "directed"}]}"#;
        let value = |text: &str| Argument::Value(Value::text(text));
        gadget(
            network,
            "stream.route",
            vec![
                ("record", at("records")),
                ("key", value("carrier")),
                ("into", value("carriers")),
                ("entry", value("record")),
                ("template", Argument::Value(json::from_str(template).unwrap())),
            ],
        );
        gadget(
            network,
            "stat.count",
            vec![("value", at("records")), ("count", at("count"))],
        );
        gadget(
            network,
            "math.add",
            vec![
                ("a", at("count")),
                ("b", Argument::Value(Value::Float(0.5))),
                ("sum", at("deep/er/sum")),
            ],
        );
        let root = network.root();
        network
            .declare_group(root, "deep/empty", map(&[("author", Value::text("ann"))]))
            .unwrap();
        let x = network
            .declare_contact(root, "x", None, map(&[("unit", Value::text("m"))]))
            .unwrap();
        let y = network.declare_contact(root, "y", None, Value::Null).unwrap();
        network.declare_wire(x, y, WireKind::Bidirectional).unwrap();
    }

    fn record(carrier: &str, delay: i64) -> Value {
        map(&[
            ("carrier", Value::text(carrier)),
            ("delay", Value::Int(delay)),
            ("blob", Value::Bytes(Arc::new(vec![1, 2]))),
        ])
    }

    fn reopened(path: &Path) -> Network {
        let opened = Sqlite::at(path).start("main").unwrap();
        Network::load(opened.image, OnContradiction::Record, None).unwrap()
    }

    #[test]
    fn a_reopened_network_is_the_one_that_was_closed_and_goes_on_as_if_it_never_had_been() {
        let (_directory, path) = place();
        let mut session = Session::open(&path, "main");
        session.tick(build);
        for n in 0..40 {
            session.tick(|network| write(network, "records", record(["AA", "B/6", "UA"][n % 3], n as i64)));
        }
        session.tick(|network| write(network, "x", Value::Float(f64::NEG_INFINITY)));
        session.tick(|network| {
            let y = network.find_contact(network.root(), "y").unwrap();
            network.erase(y).unwrap();
        });
        let mut live = session.close();
        let loaded = reopened(&path);
        assert_eq!(loaded.image(), live.image());
        assert!(
            loaded.gadget_ids().iter().all(|&id| loaded.firings(id).unwrap() == 0),
            "loading fires nothing"
        );

        let mut session = Session::open(&path, "main");
        assert_eq!(session.epoch, 3);
        for n in 40..60 {
            let work = |network: &mut Network| write(network, "records", record(["UA", "new"][n % 2], n as i64));
            session.tick(work);
            live.begin();
            work(&mut live);
            live.settle().unwrap();
            live.commit(false, false);
        }
        assert_eq!(
            content(&live, "carriers/UA/mean"),
            content(&session.network, "carriers/UA/mean")
        );
        let closed = session.close();
        assert_eq!(closed.image(), live.image());
        assert_eq!(reopened(&path).image(), live.image());
    }

    #[test]
    fn what_was_removed_is_gone_and_its_place_may_be_taken_in_the_same_batch() {
        let (_directory, path) = place();
        let mut session = Session::open(&path, "main");
        session.tick(build);
        session.tick(|network| write(network, "records", record("AA", 1)));
        session.flush();
        for round in 0..3 {
            session.tick(|network| {
                let group = network.find_group(network.root(), "carriers/AA").unwrap();
                network.remove_group(group).unwrap();
                let x = network.find_contact(network.root(), "x").unwrap();
                network.remove_contact(x).unwrap();
            });
            session.tick(|network| {
                write(network, "records", record("AA", round));
                declare(network, "x", "accept-last");
                write(network, "x", Value::Int(round));
            });
        }
        session.tick(|network| {
            let sum = network.find_group(network.root(), "deep").unwrap();
            network.remove_group(sum).unwrap();
        });
        let live = session.close();
        let loaded = reopened(&path);
        assert_eq!(loaded.image(), live.image());
        assert!(loaded.find_contact(loaded.root(), "deep/er/sum").is_err());
        assert_eq!(content(&loaded, "x"), Some(Value::Int(2)));
    }

    #[test]
    fn positions_come_back_and_each_source_has_its_own() {
        let (_directory, path) = place();
        let mut session = Session::open(&path, "main");
        session.tick(|network| declare(network, "n", "accept-last"));
        for n in 0..10 {
            session.tick_from("a.csv", Some(Value::Int(n)), |network| {
                write(network, "n", Value::Int(n));
            });
        }
        session.tick_from("b.csv", Some(map(&[("row", Value::Int(7))])), |_| {});
        session.close();
        let opened = Sqlite::at(&path).start("main").unwrap();
        let positions: Vec<(&str, &Value)> = opened
            .positions
            .iter()
            .map(|(source, position)| (source.as_str(), position))
            .collect();
        assert_eq!(
            positions,
            [("a.csv", &Value::Int(9)), ("b.csv", &map(&[("row", Value::Int(7))]))]
        );
        assert_eq!(opened.image.tick, 12);
    }

    fn names(path: &Path) -> Vec<String> {
        let networks = Sqlite::at(path).networks().unwrap();
        networks.into_iter().map(|network| network.name).collect()
    }

    #[test]
    fn a_file_holds_many_networks_and_several_may_be_open() {
        let (_directory, path) = place();
        let mut sessions: Vec<Session> = ["main", "ünï/cödé", ""]
            .into_iter()
            .map(|name| Session::open(&path, name))
            .collect();
        for (n, session) in sessions.iter_mut().enumerate() {
            session.tick(|network| declare(network, "n", "accept-last"));
            for k in 0..5 {
                session.tick(|network| write(network, "n", Value::Int(k * 10 + n as i64)));
                session.flush();
            }
        }
        for (n, session) in sessions.into_iter().enumerate() {
            assert_eq!(names(&path), ["", "main", "ünï/cödé"]);
            session.close();
            let name = ["main", "ünï/cödé", ""][n];
            let opened = Sqlite::at(&path).start(name).unwrap();
            assert!(!opened.is_new);
            assert_eq!(opened.image.contacts[0].content, Some(Value::Int(40 + n as i64)));
        }
        let left: Vec<_> = std::fs::read_dir(path.parent().unwrap())
            .unwrap()
            .map(|entry| entry.unwrap().file_name())
            .collect();
        assert_eq!(left, ["test.db"], "a closed store is one file");
    }

    #[test]
    fn a_network_is_opened_by_one_at_a_time_and_again_after_it_was_closed() {
        let (_directory, path) = place();
        let opened = Sqlite::at(&path).start("main").unwrap();
        assert!(opened.is_new);
        let error = Sqlite::at(&path).start("main").unwrap_err();
        assert!(
            matches!(&error, StorageError::InUse { network, .. } if network == "main"),
            "{error}"
        );
        assert_eq!(opened.epoch, 1);
        drop(opened);
        assert_eq!(Sqlite::at(&path).start("main").unwrap().epoch, 2);
    }

    #[test]
    fn a_file_that_is_no_store_of_this_version_is_refused_and_left_alone() {
        let (directory, path) = place();
        let refusal = |path: &Path| Sqlite::at(path).start("main").unwrap_err().to_string();
        std::fs::write(&path, "these are my notes, and no database at all").unwrap();
        assert!(refusal(&path).contains("no SQLite file"), "{}", refusal(&path));
        assert!(std::fs::read_to_string(&path).unwrap().starts_with("these are"));

        let foreign = directory.path().join("foreign.db");
        rusqlite::Connection::open(&foreign)
            .unwrap()
            .execute_batch("CREATE TABLE mine (x)")
            .unwrap();
        assert!(
            refusal(&foreign).contains("another application"),
            "{}",
            refusal(&foreign)
        );

        let newer = directory.path().join("newer.db");
        drop(Sqlite::at(&newer).start("main").unwrap());
        rusqlite::Connection::open(&newer)
            .unwrap()
            .pragma_update(None, "user_version", 99)
            .unwrap();
        assert!(
            refusal(&newer).contains("version 99") && refusal(&newer).contains("newer bassline"),
            "{}",
            refusal(&newer)
        );

        assert!(refusal(&directory.path().join("no/such/file.db")).contains("does not exist"));
        assert!(refusal(directory.path()).contains("a directory"));
    }

    #[test]
    fn a_row_of_a_network_that_is_not_whole_is_refused_and_left_as_it_is() {
        let (_directory, path) = place();
        Session::open(&path, "main").close();
        let connection = rusqlite::Connection::open(&path).unwrap();
        connection.execute("UPDATE network SET tick = 7", []).unwrap();
        for _ in 0..2 {
            let error = Sqlite::at(&path).start("main").unwrap_err().to_string();
            assert!(
                error.contains("the row of network") && error.contains("checksum differs"),
                "{error}"
            );
        }
    }

    #[test]
    fn a_row_that_makes_no_sense_is_named() {
        let (_directory, path) = place();
        let mut session = Session::open(&path, "main");
        session.tick(build);
        session.close();
        rusqlite::Connection::open(&path)
            .unwrap()
            .execute(
                "UPDATE content SET content = '{' WHERE id IN (SELECT id FROM contact WHERE name = 'x')",
                [],
            )
            .unwrap();
        let error = Sqlite::at(&path).start("main").unwrap_err().to_string();
        assert!(error.contains("damaged: contact row"), "{error}");
    }
}
