//! Where networks are kept: each store is a driver of the kernel, and gives the whole network back when it is opened.
#![forbid(unsafe_code)]

mod condition;
pub mod disk;
mod error;
pub mod fork;
pub mod journal;
pub mod json;
mod ledger;
mod memory;
mod paths;
mod postgres;
pub mod record;
pub mod replica;
mod sqlite;
mod store;
mod tabular;
mod trail;
mod url;

pub use condition::{Condition, TornTail};
pub use error::StorageError;
pub use ledger::Ledger;
pub use memory::Memory;
pub use postgres::{Postgres, PostgresDriver, PostgresError, PostgresReader};
pub use sqlite::{Sqlite, SqliteDriver, SqliteReader, Sync};
pub use store::{
    Capabilities, Checkup, Follow, HistoryEntry, KeepHistory, NetworkInfo, NewSnapshot, Opened, Reader, SnapshotInfo,
    Store, TickInfo,
};
pub use trail::{Found, redoable, undoable};
pub use url::{anchored, store_of};
