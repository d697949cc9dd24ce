//! What the tests of the store share: a network at work on a store.

use super::open::Started;
use super::{Sqlite, SqliteReader, Sync};
use bassline_core::{
    Argument, Computation, Content, GadgetDeclaration, Map, Network, OnContradiction, Text, Value, primitive_of,
};
use bassline_kernel::{AttachOptions, Kernel, Ring, TickRecord};
use rusqlite::Connection;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tempfile::TempDir;

pub(crate) const NEVER: &dyn Fn() -> bool = &|| false;

/// A directory for one test, and the file in it.
pub(crate) fn place() -> (TempDir, PathBuf) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("test.db");
    (directory, path)
}

/// A network that is open.
pub(crate) struct Session {
    pub(crate) network: Network,
    pub(crate) kernel: Kernel,
    pub(crate) epoch: u64,
    pub(crate) path: PathBuf,
}

impl Session {
    pub(crate) fn open(path: &Path, name: &str) -> Self {
        Self::of(&Sqlite::at(path).sync(Sync::Normal), name)
    }

    pub(crate) fn of(store: &Sqlite, name: &str) -> Self {
        let Started {
            image, epoch, driver, ..
        } = store.start(name).unwrap();
        let network = Network::load(image, OnContradiction::Record, None).unwrap();
        let kernel = Kernel::new(Ring::new());
        kernel
            .attach("store", Box::new(driver), AttachOptions::store())
            .unwrap();
        Self {
            network,
            kernel,
            epoch,
            path: store.path.clone(),
        }
    }

    /// One tick, made by `work`.
    pub(crate) fn tick(&mut self, work: impl FnOnce(&mut Network)) {
        self.tick_from("", None, work);
    }

    pub(crate) fn tick_from(&mut self, source: &str, position: Option<Value>, work: impl FnOnce(&mut Network)) {
        self.kernel.admit(NEVER).unwrap();
        self.network.begin();
        self.network.set_source(source);
        work(&mut self.network);
        self.network.settle().unwrap();
        if let Some(committed) = self.network.commit(true, position.is_some()) {
            let time = 1_000_000 * committed.tick as i64;
            self.kernel
                .publish(TickRecord::new(committed, self.epoch, time, source.into(), position));
        }
    }

    pub(crate) fn flush(&self) {
        self.kernel.flush(None, NEVER).unwrap();
    }

    pub(crate) fn close(self) -> Network {
        assert!(self.kernel.close(None).undelivered.is_empty());
        self.network
    }

    pub(crate) fn reader(&self, name: &str) -> SqliteReader {
        SqliteReader::open(&self.path, name).unwrap()
    }
}

pub(crate) fn declare(network: &mut Network, path: &str, blend: &str) {
    let root = network.root();
    network
        .declare_contact(root, path, Some(bassline_core::blend_of(blend).unwrap()), Value::Null)
        .unwrap();
}

pub(crate) fn write(network: &mut Network, path: &str, value: Value) {
    let contact = network.find_contact(network.root(), path).unwrap();
    network.write(contact, value).unwrap();
}

pub(crate) fn content(network: &Network, path: &str) -> Content {
    network
        .content(network.find_contact(network.root(), path).unwrap())
        .unwrap()
        .clone()
}

/// Declares a gadget; a `&str` is a path, any other value a constant.
pub(crate) fn gadget(network: &mut Network, primitive: &str, arguments: Vec<(&str, Argument)>) {
    let root = network.root();
    let arguments = arguments
        .into_iter()
        .map(|(port, argument)| (Text::from(port), argument))
        .collect();
    let computation = Computation::Primitive(primitive_of(primitive).unwrap());
    network
        .declare_gadget(
            root,
            GadgetDeclaration {
                name: None,
                computation,
                arguments,
                contain: false,
            },
        )
        .unwrap();
}

pub(crate) fn at(path: &str) -> Argument {
    Argument::Path(path.into())
}

pub(crate) fn map(pairs: &[(&str, Value)]) -> Value {
    Value::Map(Arc::new(Map::new(
        pairs
            .iter()
            .map(|(key, value)| (Text::from(*key), value.clone()))
            .collect(),
    )))
}

/// Everything a query gives, as text.
pub(crate) fn query(path: &Path, sql: &str) -> Vec<String> {
    let connection = Connection::open(path).unwrap();
    let mut statement = connection.prepare(sql).unwrap();
    let columns = statement.column_count();
    let rows = statement.query_map([], |row| {
        let cells: Vec<String> = (0..columns)
            .map(|at| match row.get_ref(at).unwrap() {
                rusqlite::types::ValueRef::Null => "NULL".to_owned(),
                rusqlite::types::ValueRef::Integer(int) => int.to_string(),
                cell => String::from_utf8_lossy(cell.as_bytes().unwrap()).into_owned(),
            })
            .collect();
        Ok(cells.join(" | "))
    });
    rows.unwrap().map(Result::unwrap).collect()
}
