//! The embedded store: one SQLite file for any number of networks, readable with any SQLite tool.

mod backup;
mod base;
mod batch;
mod cause;
mod check;
mod checksum;
mod connection;
mod contents;
mod driver;
mod entry;
mod failure;
mod history;
mod letters;
mod load;
mod marks;
mod migrate;
mod open;
mod opener;
mod pace;
mod past;
mod positions;
mod presence;
mod reader;
mod retention;
mod rows;
mod schema;
mod snapshots;
mod store;
mod structure;
#[cfg(test)]
mod testing;
mod tidy;
mod turns;
mod wal;

pub use driver::SqliteDriver;
pub use reader::SqliteReader;
pub use store::{Sqlite, Sync};
