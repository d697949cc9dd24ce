//! Where networks are kept: each store is a driver of the kernel, and gives the whole network back when it is opened.
#![forbid(unsafe_code)]

mod error;
pub mod fork;
pub mod json;
mod memory;
pub mod record;
pub mod replica;
mod sqlite;
mod store;
mod url;

pub use error::StorageError;
pub use memory::Memory;
pub use sqlite::{KeepHistory, Sqlite, SqliteDriver, SqliteReader, Sync};
pub use store::{
    Capabilities, Checkup, HistoryEntry, NetworkInfo, NewSnapshot, Opened, Reader, SnapshotInfo, Store, TickInfo,
};
pub use url::{anchored, store_of};
