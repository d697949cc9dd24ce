//! The embedded store: one SQLite file for any number of networks, readable with any SQLite tool.

mod cause;
mod changes;
mod connection;
mod contents;
mod driver;
mod failure;
mod key;
mod load;
mod marks;
mod open;
mod opener;
mod reader;
mod schema;
mod structure;
#[cfg(test)]
mod testing;
mod turns;
mod wal;

pub use driver::SqliteDriver;
pub use open::{Opened, Sqlite, Sync};
pub use reader::SqliteReader;
