//! What lies under a journal: one flat directory of files. The journal's code is the same over the system's files, over memory, and
//! over a simulated disk that loses, tears and refuses.

mod faults;
mod memory;
mod random;
mod real;
mod sectors;
mod simulated;
mod world;

pub use faults::{Fault, FaultKind, Fired};
pub use memory::MemoryDisk;
pub use random::Random;
pub use real::RealDisk;
pub use simulated::SimulatedDisk;

use std::fmt;
use std::io;

/// A directory of files. Names hold no separator.
pub trait Disk: fmt::Debug + Send + Sync {
    /// Where it is, in words for people.
    fn place(&self) -> String;

    /// The names of the files, sorted.
    fn list(&self) -> io::Result<Vec<String>>;

    /// Makes a file that is not there yet. Its name is durable after [`Disk::sync_dir`].
    fn create(&self, name: &str) -> io::Result<Box<dyn DiskFile>>;

    /// Opens a file to read and write it.
    fn open(&self, name: &str) -> io::Result<Box<dyn DiskFile>>;

    /// Reads a whole file into `into`, which is emptied first.
    fn read(&self, name: &str, into: &mut Vec<u8>) -> io::Result<()>;

    /// Reads as much of a file, from an offset on, as `into` holds; less at the end of the file only.
    fn read_part(&self, name: &str, offset: u64, into: &mut [u8]) -> io::Result<usize>;

    /// Gives a file another name, in place of the file that had it. Durable after [`Disk::sync_dir`].
    fn rename(&self, from: &str, to: &str) -> io::Result<()>;

    /// Removes a file. Durable after [`Disk::sync_dir`].
    fn remove(&self, name: &str) -> io::Result<()>;

    /// Makes the names durable.
    fn sync_dir(&self) -> io::Result<()>;

    /// Takes the place for one opener until what is returned is dropped; `None` if another has it.
    fn lock(&self) -> io::Result<Option<Box<dyn Held>>>;
}

/// An open file.
pub trait DiskFile: fmt::Debug + Send + Sync {
    /// Writes all of `bytes`. After an error any part of them may be written.
    fn write_at(&self, offset: u64, bytes: &[u8]) -> io::Result<()>;

    /// Reads at most as much as `into` holds; less at the end of the file only.
    fn read_at(&self, offset: u64, into: &mut [u8]) -> io::Result<usize>;

    /// How long it is.
    fn length(&self) -> io::Result<u64>;

    /// Cuts it off, or fills it up with zeros.
    fn set_len(&self, length: u64) -> io::Result<()>;

    /// Makes content and length durable. What a failed call leaves durable is unknown, and a second call does not mend it.
    fn sync_data(&self) -> io::Result<()>;
}

/// A place taken for one opener.
pub trait Held: fmt::Debug + Send + Sync {}
