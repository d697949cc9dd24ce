//! Where networks are kept: each store is a driver of the kernel, and gives the whole network back when it is opened.
#![forbid(unsafe_code)]

mod error;
pub mod fork;
pub mod json;
mod sqlite;

pub use error::StorageError;
pub use sqlite::{HistoryEntry, Opened, Sqlite, SqliteDriver, SqliteReader, Sync, TickInfo};
