//! Dead letters: a file of them beside the journal. A letter is an entry; so is that some are let go of, or are to be tried once more.

use super::failure::storage_error;
use super::framed::{Contents, Framed, size};
use super::place::Place;
use crate::disk::{Disk, DiskFile};
use crate::error::StorageError;
use crate::fork::Use;
use crate::journal::{Journal, JournalError};
use crate::record::{read_letter, write_letter};
use crate::store::Checkup;
use bassline_kernel::{DeadLetter, DeadLetters, LettersError};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

pub(crate) const FILE: Framed = Framed {
    name: "letters",
    magic: *b"BASSLETT",
    what: "the dead letters of a network",
};

const LETTER: u8 = 1;
const REMOVED: u8 = 2;
const MARKED: u8 = 3;
/// The number of the next letter, where those before it may be gone.
const NEXT: u8 = 4;

/// The file is written anew when so much of it, and more than half, is of letters that are gone.
const DEAD_BYTES: u64 = 64 << 10;

/// Which letters there are.
#[derive(Debug, Default)]
struct Index {
    /// Of each letter, how many bytes it takes.
    live: BTreeMap<u64, u64>,
    marked: BTreeSet<u64>,
    next: u64,
}

/// The dead letters of one network.
#[derive(Debug)]
pub(crate) struct Letters {
    disk: Arc<dyn Disk>,
    path: PathBuf,
    network: String,
    held: Held,
}

/// Who may write.
#[derive(Debug)]
enum Held {
    /// Whoever has the network open.
    Open(Arc<Journal>, Mutex<State>),
    /// Whoever can lock the network's place for a moment.
    Momentary,
}

/// The file of who has the network open.
#[derive(Debug, Default)]
struct State {
    file: Option<Written>,
    failed: Option<JournalError>,
    closed: bool,
}

/// A file that is being written.
#[derive(Debug)]
struct Written {
    index: Index,
    file: Box<dyn DiskFile>,
    end: u64,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // What a panic leaves behind is at most an entry that is not acknowledged.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn numbers(kind: u8, ids: &[u64]) -> Vec<u8> {
    let mut body = vec![kind];
    body.extend(ids.iter().flat_map(|id| id.to_le_bytes()));
    body
}

fn ids_in(body: &[u8]) -> Option<Vec<u64>> {
    let (ids, rest) = body.as_chunks::<8>();
    rest.is_empty()
        .then(|| ids.iter().map(|id| u64::from_le_bytes(*id)).collect())
}

fn entry_of(letter: &DeadLetter) -> Vec<u8> {
    let mut body = vec![LETTER];
    write_letter(letter, &mut body);
    body
}

impl Index {
    /// Reads the entries of a file in order; each letter is shown, whether or not a later entry lets go of it.
    fn of(contents: &Contents, mut show: impl FnMut(DeadLetter, &[u8])) -> Result<Self, JournalError> {
        let mut index = Self {
            next: 1,
            ..Self::default()
        };
        for (number, (offset, body)) in contents.entries().enumerate() {
            let refused = |source: Arc<dyn std::error::Error + Send + Sync>| JournalError::Refused {
                file: FILE.name.to_owned(),
                offset,
                sequence: number as u64,
                source,
            };
            let unknown = || {
                refused(Arc::from(Box::from(
                    "an entry of a kind that may be of a newer bassline",
                )))
            };
            let (kind, rest) = body.split_first().ok_or_else(unknown)?;
            match *kind {
                LETTER => {
                    let letter = read_letter(rest).map_err(|error| refused(Arc::new(error)))?;
                    index.take(&letter, body);
                    show(letter, body);
                }
                REMOVED => index.let_go(&ids_in(rest).ok_or_else(unknown)?),
                MARKED => index.marked.extend(ids_in(rest).ok_or_else(unknown)?),
                NEXT => index.next = ids_in(rest).and_then(|ids| ids.first().copied()).ok_or_else(unknown)?,
                _ => return Err(unknown()),
            }
        }
        Ok(index)
    }

    fn take(&mut self, letter: &DeadLetter, body: &[u8]) {
        self.live.insert(letter.id, size(body));
        if letter.again {
            self.marked.insert(letter.id);
        }
        self.next = self.next.max(letter.id + 1);
    }

    fn let_go(&mut self, ids: &[u64]) {
        for id in ids {
            self.live.remove(id);
            self.marked.remove(id);
        }
    }

    fn there(&self, ids: &[u64]) -> Vec<u64> {
        let mut there: Vec<u64> = ids.iter().copied().filter(|id| self.live.contains_key(id)).collect();
        there.sort_unstable();
        there.dedup();
        there
    }
}

/// The letters of a file that are there still, oldest first.
fn letters_in(contents: &Contents) -> Result<(Index, Vec<DeadLetter>), JournalError> {
    let mut all = Vec::new();
    let index = Index::of(contents, |letter, _| all.push(letter))?;
    all.retain(|letter| index.live.contains_key(&letter.id));
    for letter in &mut all {
        letter.again = index.marked.contains(&letter.id);
    }
    Ok((index, all))
}

impl Written {
    fn open(disk: &dyn Disk) -> Result<Self, JournalError> {
        if let Some(contents) = FILE.read(disk)? {
            return Ok(Self {
                index: Index::of(&contents, |_, _| {})?,
                file: FILE.open(disk, &contents)?,
                end: contents.end,
            });
        }
        Self::anew(disk, 1, &[])
    }

    /// Writes the file as a whole.
    fn anew(disk: &dyn Disk, next: u64, letters: &[DeadLetter]) -> Result<Self, JournalError> {
        let mut index = Index {
            next,
            ..Index::default()
        };
        let mut bodies = vec![numbers(NEXT, &[next])];
        for letter in letters {
            let body = entry_of(letter);
            index.take(letter, &body);
            bodies.push(body);
        }
        let end = FILE.write(disk, bodies.iter().map(Vec::as_slice))?;
        let file = FILE.open(disk, &Contents::default())?;
        Ok(Self { index, file, end })
    }

    fn append(&mut self, body: &[u8]) -> Result<(), JournalError> {
        self.end = FILE.append(&*self.file, self.end, body)?;
        Ok(())
    }

    fn put(&mut self, letter: &DeadLetter) -> Result<u64, JournalError> {
        let id = self.index.next;
        let letter = DeadLetter { id, ..letter.clone() };
        let body = entry_of(&letter);
        self.append(&body)?;
        self.index.take(&letter, &body);
        Ok(id)
    }

    fn mark(&mut self, ids: &[u64]) -> Result<u64, JournalError> {
        let there = self.index.there(ids);
        if !there.is_empty() {
            self.append(&numbers(MARKED, &there))?;
            self.index.marked.extend(there.iter().copied());
        }
        Ok(there.len() as u64)
    }

    fn remove(&mut self, disk: &dyn Disk, ids: &[u64]) -> Result<u64, JournalError> {
        let there = self.index.there(ids);
        if there.is_empty() {
            return Ok(0);
        }
        self.append(&numbers(REMOVED, &there))?;
        self.index.let_go(&there);
        let live: u64 = self.index.live.values().sum();
        let dead = self.end.saturating_sub(live);
        if dead > DEAD_BYTES
            && dead > live
            && let Some(contents) = FILE.read(disk)?
        {
            let (index, letters) = letters_in(&contents)?;
            *self = Self::anew(disk, index.next, &letters)?;
        }
        Ok(there.len() as u64)
    }
}

impl Letters {
    /// The letters of a network that is open here.
    pub(crate) fn of_open(disk: Arc<dyn Disk>, place: &Place, network: &str, journal: Arc<Journal>) -> Self {
        Self::new(disk, place, network, Held::Open(journal, Mutex::default()))
    }

    /// The letters of a network that may be open anywhere.
    pub(crate) fn find(place: &Place, network: &str) -> Result<Self, StorageError> {
        let Some(disk) = place.find(network)? else {
            return Err(StorageError::UnknownNetwork {
                path: place.path(),
                network: network.to_owned(),
                networks: place.names()?,
            });
        };
        Ok(Self::new(disk, place, network, Held::Momentary))
    }

    fn new(disk: Arc<dyn Disk>, place: &Place, network: &str, held: Held) -> Self {
        Self {
            disk,
            path: place.path(),
            network: network.to_owned(),
            held,
        }
    }

    /// Nothing is written any more: the network's place is about to be free for others.
    pub(crate) fn close(&self) {
        if let Held::Open(_, state) = &self.held {
            let mut state = lock(state);
            state.file = None;
            state.closed = true;
        }
    }

    fn error(&self, error: JournalError) -> LettersError {
        storage_error(&self.path, &self.network)(error).into()
    }

    /// Writes, and nobody else meanwhile. After a failure nothing is written any more: what is on the disk is not known.
    fn write<T>(&self, work: impl FnOnce(&mut Written) -> Result<T, JournalError>) -> Result<T, LettersError> {
        let _use = Use::begin();
        let done = match &self.held {
            Held::Open(journal, state) => {
                journal.is_of_this_process().map_err(|error| self.error(error))?;
                let mut state = lock(state);
                state.write(&*self.disk, work)
            }
            Held::Momentary => self.lock_and_write(work),
        };
        done.map_err(|error| self.error(error))
    }

    fn lock_and_write<T>(&self, work: impl FnOnce(&mut Written) -> Result<T, JournalError>) -> Result<T, JournalError> {
        let place = self.disk.place();
        let locked = self.disk.lock().map_err(|source| JournalError::Failed {
            file: place.clone(),
            doing: "locked",
            source: source.into(),
        })?;
        let Some(_lock) = locked else {
            return Err(JournalError::InUse { place });
        };
        work(&mut Written::open(&*self.disk)?)
    }

    fn read(&self) -> Result<Vec<DeadLetter>, JournalError> {
        let _use = Use::begin();
        let _still = match &self.held {
            Held::Open(_, state) => Some(lock(state)),
            Held::Momentary => None,
        };
        match FILE.read(&*self.disk)? {
            Some(contents) => Ok(letters_in(&contents)?.1),
            None => Ok(Vec::new()),
        }
    }

    pub(crate) fn check(&self, checkup: &mut Checkup) {
        let name = &self.network;
        match self.read() {
            Ok(letters) => {
                let read = format!("network '{name}': {} dead letters", letters.len());
                checkup.read.push(read);
            }
            Err(error) => checkup.found.push(format!("network '{name}': {error}")),
        }
    }
}

impl State {
    fn write<T>(
        &mut self,
        disk: &dyn Disk,
        work: impl FnOnce(&mut Written) -> Result<T, JournalError>,
    ) -> Result<T, JournalError> {
        if let Some(failed) = &self.failed {
            return Err(failed.clone());
        }
        if self.closed {
            return Err(JournalError::Closed { place: disk.place() });
        }
        let file = match &mut self.file {
            Some(file) => file,
            // What cannot be read was not changed, and may be mended meanwhile.
            none => none.insert(Written::open(disk)?),
        };
        let done = work(file);
        if let Err(error) = &done {
            self.failed = Some(error.clone());
            self.file = None;
        }
        done
    }
}

impl DeadLetters for Letters {
    fn put(&self, letter: &DeadLetter) -> Result<u64, LettersError> {
        self.write(|file| file.put(letter))
    }

    fn list(&self, driver: Option<&str>) -> Result<Vec<DeadLetter>, LettersError> {
        let mut letters = self.read().map_err(|error| self.error(error))?;
        letters.retain(|letter| driver.is_none_or(|driver| *letter.driver == *driver));
        Ok(letters)
    }

    fn mark(&self, ids: &[u64]) -> Result<u64, LettersError> {
        self.write(|file| file.mark(ids))
    }

    fn remove(&self, ids: &[u64]) -> Result<u64, LettersError> {
        self.write(|file| file.remove(&*self.disk, ids))
    }
}
