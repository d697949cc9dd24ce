//! The cursors of drivers: a small file beside the journal, written as a whole each time.

use super::failure::storage_error;
use super::framed::{Contents, Framed};
use crate::disk::Disk;
use crate::fork::Use;
use crate::journal::{Journal, JournalError};
use crate::record::{read_cursors, write_cursors};
use bassline_core::Text;
use bassline_kernel::{Cursors, CursorsError, Position};
use indexmap::IndexMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

pub(crate) const FILE: Framed = Framed {
    name: "cursors",
    magic: *b"BASSCURS",
    what: "the cursors of drivers (without the file, they begin with the network as it is)",
};

type Standing = IndexMap<Text, Position>;

/// The cursors of a network that is open here.
#[derive(Debug)]
pub(crate) struct LedgerCursors {
    disk: Arc<dyn Disk>,
    path: PathBuf,
    network: String,
    journal: Arc<Journal>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    standing: Option<Standing>,
    closed: bool,
}

fn standing_in(contents: &Contents) -> Result<Standing, JournalError> {
    let mut entries = contents.entries();
    match (entries.next(), entries.next(), contents.torn) {
        (Some((_, body)), None, 0) => {
            read_cursors(body).map_err(|error| FILE.damaged(error.at as u64, 0, error.to_string()))
        }
        _ => Err(FILE.damaged(contents.end, 0, FILE.what.to_owned())),
    }
}

impl LedgerCursors {
    pub(crate) fn of(disk: Arc<dyn Disk>, path: &Path, network: &str, journal: Arc<Journal>) -> Self {
        Self {
            disk,
            path: path.to_owned(),
            network: network.to_owned(),
            journal,
            state: Mutex::default(),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Nothing is written any more: the network's place is about to be free for others.
    pub(crate) fn close(&self) {
        self.state().closed = true;
    }

    fn asked<T>(
        &self,
        ask: impl FnOnce(&dyn Disk, &mut Standing) -> Result<T, JournalError>,
    ) -> Result<T, CursorsError> {
        let _use = Use::begin();
        let asked = || {
            self.journal.is_of_this_process()?;
            let mut state = self.state();
            if state.closed {
                return Err(JournalError::Closed {
                    place: self.disk.place(),
                });
            }
            let standing = match &mut state.standing {
                Some(standing) => standing,
                none => {
                    let read = FILE.read(&*self.disk)?;
                    none.insert(read.as_ref().map_or_else(|| Ok(Standing::new()), standing_in)?)
                }
            };
            ask(&*self.disk, standing)
        };
        asked().map_err(|error| {
            let error = storage_error(&self.path, &self.network)(error);
            CursorsError {
                message: error.to_string(),
                source: Some(Arc::new(error)),
            }
        })
    }
}

impl Cursors for LedgerCursors {
    fn get(&self, driver: &str) -> Result<Option<Position>, CursorsError> {
        self.asked(|_, standing| Ok(standing.get(driver).copied()))
    }

    fn put(&self, driver: &str, position: Position) -> Result<(), CursorsError> {
        self.asked(|disk, standing| {
            if standing.insert(driver.into(), position) == Some(position) {
                return Ok(());
            }
            let mut body = Vec::new();
            write_cursors(standing, &mut body);
            // What a failure leaves in memory is nearer the truth than what it leaves on the disk.
            FILE.write(disk, [&body[..]]).map(drop)
        })
    }
}
