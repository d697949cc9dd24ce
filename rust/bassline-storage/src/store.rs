//! What every store is: a place that keeps any number of networks by name, and gives each back as it was.

use crate::condition::Condition;
use crate::error::StorageError;
use bassline_core::{Cause, Content, Image, Population, Return, Text, Value};
use bassline_kernel::{Cursors, DeadLetters, Driver, Log, Notice, return_of};
use indexmap::IndexMap;
use std::ffi::OsString;
use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// A place where networks are kept. It is cheap to make, and holds nothing open until a network is opened.
pub trait Store: fmt::Debug + Send + Sync {
    /// The URL it is opened by.
    fn url(&self) -> String;

    /// The same with whatever must not be shown, as a password.
    fn address(&self) -> OsString {
        self.url().into()
    }

    /// What it can do.
    fn capabilities(&self) -> Capabilities;

    /// The networks in it, by name; none if it was never written.
    fn networks(&self) -> Result<Vec<NetworkInfo>, StorageError>;

    /// Opens a network to write it, made if it is not there. One opener at a time.
    fn open(&self, network: &str) -> Result<Opened, StorageError>;

    /// Opens a network to read it, which another may be writing.
    fn reader(&self, network: &str) -> Result<Box<dyn Reader>, StorageError>;

    /// The dead letters of a network, whether or not it is open, here or elsewhere.
    fn letters(&self, network: &str) -> Result<Arc<dyn DeadLetters>, StorageError>;

    /// Removes a network with its history, snapshots and dead letters; whether it was there. One that is open is refused.
    fn delete(&self, network: &str) -> Result<bool, StorageError>;

    /// The groups whose attributes contain others, and whose `tags` contain these, by path, each with all of its own attributes, found by an
    /// index; `None` if the store has none. There may be some too many among them: a list is found by what is in it.
    fn groups_with(
        &self,
        network: &str,
        wanted: &Value,
        tags: &[Text],
    ) -> Result<Option<Vec<(Text, Value)>>, StorageError> {
        let _ = (network, wanted, tags);
        Ok(None)
    }

    /// Follows what whoever has a network open commits to the contacts of a pattern; `None` if the store cannot tell.
    fn follow(&self, network: &str, pattern: &str) -> Result<Option<Box<dyn Follow>>, StorageError> {
        let _ = (network, pattern);
        Ok(None)
    }

    /// Copies the store to a place where nothing is yet, while whoever writes goes on, and answers with the size of the copy.
    fn backup(&self, to: &Path) -> Result<u64, StorageError> {
        let _ = to;
        Err(StorageError::Unable {
            url: self.url(),
            what: "be copied while it is open",
            instead: "close its networks and copy its files",
        })
    }

    /// Reads everything there is and says what is wrong with it. What cannot even be looked at is an error.
    fn check(&self) -> Result<Checkup, StorageError>;
}

/// A network that was opened to write it.
pub struct Opened {
    /// The network as it was stored last.
    pub image: Image,
    /// Where the readers of outside sources stand.
    pub positions: IndexMap<Text, Value>,
    /// The number of this opening.
    pub epoch: u64,
    /// Whether the network was not in the store before.
    pub is_new: bool,
    /// How it was found, and how it is.
    pub condition: Condition,
    /// Stores what is committed from now on.
    pub driver: Box<dyn Driver>,
    /// The log that the store is, if it is one; otherwise ticks wait in memory.
    pub log: Option<Box<dyn Log>>,
    /// Where the ticks are kept that a driver will never take.
    pub letters: Arc<dyn DeadLetters>,
    /// Where the cursors of drivers that spill are kept, if the store is a log.
    pub cursors: Option<Arc<dyn Cursors>>,
}

impl fmt::Debug for Opened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Opened")
            .field("tick", &self.image.tick)
            .field("epoch", &self.epoch)
            .field("is_new", &self.is_new)
            .finish_non_exhaustive()
    }
}

/// Reads what a store holds of one network.
pub trait Reader: fmt::Debug + Send {
    /// The network as it was stored last.
    fn image(&self) -> Result<Image, StorageError>;

    /// How much there is in the network as it was stored last.
    fn population(&self) -> Result<Population, StorageError> {
        self.image().map(|image| image.population())
    }

    /// The network as it was after a tick; `None` if the store does not go back so far, or has not come so far.
    fn image_at(&self, tick: u64) -> Result<Option<Image>, StorageError>;

    /// The last changes of the contact at a path, newest first; none if there is no such contact.
    fn history(&self, path: &str, limit: usize) -> Result<Vec<HistoryEntry>, StorageError>;

    /// When a tick was and who caused it; `None` if it is not stored, or not any more.
    fn tick(&self, tick: u64) -> Result<Option<TickInfo>, StorageError>;

    /// The ticks that undid others or did them again, oldest first, as far as the store goes back.
    fn returns(&self) -> Result<Vec<(u64, Return)>, StorageError> {
        let mut found = Vec::new();
        let mut tick = self.image()?.tick;
        while let Some(info) = self.tick(tick)? {
            found.extend(return_of(&info.source).map(|returned| (tick, returned)));
            tick -= 1;
        }
        found.reverse();
        Ok(found)
    }

    /// How many ticks of history are stored.
    fn tick_count(&self) -> Result<u64, StorageError>;

    /// The snapshots, oldest first.
    fn snapshots(&self) -> Result<Vec<SnapshotInfo>, StorageError>;

    /// The network of a snapshot; `None` if there is none of that number.
    fn snapshot(&self, id: u64) -> Result<Option<Image>, StorageError>;

    /// Keeps an image under a number of its own, and lets go of the oldest snapshots beyond `keep`.
    fn save_snapshot(&self, image: &Image, about: &NewSnapshot) -> Result<SnapshotInfo, StorageError>;

    /// Removes a snapshot; whether it was there.
    fn delete_snapshot(&self, id: u64) -> Result<bool, StorageError>;
}

/// Tells of what is committed to a network, wherever it is open.
pub trait Follow: fmt::Debug + Send {
    /// What was committed since the last time, in order; waits so long for something, or about a second, and answers nothing then.
    fn next(&mut self, wait: Duration) -> Result<Vec<Notice>, StorageError>;
}

/// One change of a contact.
#[derive(Debug, Clone, PartialEq)]
pub struct HistoryEntry {
    /// The tick.
    pub tick: u64,
    /// Which opening of the network it belongs to.
    pub epoch: u64,
    /// When it was committed: microseconds since 1970.
    pub time_micros: i64,
    /// What the contact held after it.
    pub content: Content,
    /// Who wrote it.
    pub cause: Cause,
}

/// A tick as it was stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TickInfo {
    /// When it was committed: microseconds since 1970.
    pub time_micros: i64,
    /// Who caused it; empty for an ordinary write.
    pub source: Text,
    /// Which opening of the network it belongs to.
    pub epoch: u64,
}

/// A snapshot to be taken.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NewSnapshot {
    /// A word for people; may be empty.
    pub label: Text,
    /// When it is taken: microseconds since 1970.
    pub time_micros: i64,
    /// How many snapshots there are to be at most; `None` for any number.
    pub keep: Option<usize>,
}

/// A snapshot that is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SnapshotInfo {
    /// Its number, never given twice.
    pub id: u64,
    /// A word for people; may be empty.
    pub label: Text,
    /// The tick it shows.
    pub tick: u64,
    /// When it was taken: microseconds since 1970.
    pub time_micros: i64,
}

/// How much of the past is kept, at least. What is older goes, a piece at a time, once there is a base to tell the rest from: at most
/// about as much again is there meanwhile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct KeepHistory {
    /// So many ticks; `None` for any number.
    pub ticks: Option<u64>,
    /// What is younger than that, as seen from the newest tick; `None` for any age.
    pub age: Option<Duration>,
}

/// A network in a store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NetworkInfo {
    /// Its name.
    pub name: String,
    /// Its last tick.
    pub tick: u64,
    /// When that was committed: microseconds since 1970.
    pub time_micros: i64,
}

/// What a store can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub struct Capabilities {
    /// What it holds is there after the process ends.
    pub durable: bool,
    /// It tells what a contact held before, and the network as it was after an earlier tick.
    pub history: bool,
    /// It keeps snapshots.
    pub snapshots: bool,
    /// Several processes may read it while one writes.
    pub concurrent_readers: bool,
}

/// What looking a store through has found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Checkup {
    /// What was read, in words, with its size.
    pub read: Vec<String>,
    /// What is wrong: where, and what to do.
    pub found: Vec<String>,
}
