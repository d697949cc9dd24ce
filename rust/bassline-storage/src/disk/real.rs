//! A directory of the system's files.

use super::{Disk, DiskFile, Held};
use crate::fork::Process;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

const LOCK: &str = "lock";

/// A directory of the system's files.
#[derive(Debug, Clone)]
pub struct RealDisk {
    directory: PathBuf,
}

impl RealDisk {
    /// The directory at a path, made if it is not there. The directory it is in must be.
    pub fn create(directory: impl Into<PathBuf>) -> io::Result<Self> {
        let directory = directory.into();
        match fs::create_dir(&directory) {
            Ok(()) => sync_directory(directory.parent().unwrap_or(Path::new("")))?,
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && directory.is_dir() => {}
            Err(error) => return Err(error),
        }
        Ok(Self { directory })
    }

    /// The directory at a path, which is not touched.
    pub fn at(directory: impl Into<PathBuf>) -> Self {
        Self {
            directory: directory.into(),
        }
    }
}

#[cfg(unix)]
fn sync_directory(path: &Path) -> io::Result<()> {
    let path = if path.as_os_str().is_empty() {
        Path::new(".")
    } else {
        path
    };
    File::open(path)?.sync_all()
}

/// Elsewhere a directory cannot be opened as a file, and names are durable with the file system's own journal.
#[cfg(not(unix))]
fn sync_directory(_path: &Path) -> io::Result<()> {
    Ok(())
}

impl Disk for RealDisk {
    fn place(&self) -> String {
        self.directory.display().to_string()
    }

    fn list(&self) -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in fs::read_dir(&self.directory)? {
            // A name that is no text was not given here.
            if let Ok(name) = entry?.file_name().into_string()
                && name != LOCK
            {
                names.push(name);
            }
        }
        names.sort();
        Ok(names)
    }

    fn create(&self, name: &str) -> io::Result<Box<dyn DiskFile>> {
        let mut how = OpenOptions::new();
        let file = how
            .read(true)
            .write(true)
            .create_new(true)
            .open(self.directory.join(name))?;
        Ok(Box::new(RealFile(file)))
    }

    fn open(&self, name: &str) -> io::Result<Box<dyn DiskFile>> {
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .open(self.directory.join(name))?;
        Ok(Box::new(RealFile(file)))
    }

    fn read(&self, name: &str, into: &mut Vec<u8>) -> io::Result<()> {
        into.clear();
        let mut file = File::open(self.directory.join(name))?;
        let length = usize::try_from(file.metadata()?.len()).map_err(|_| io::ErrorKind::OutOfMemory)?;
        into.try_reserve(length).map_err(|_| io::ErrorKind::OutOfMemory)?;
        file.read_to_end(into).map(drop)
    }

    fn read_part(&self, name: &str, offset: u64, into: &mut [u8]) -> io::Result<usize> {
        RealFile(File::open(self.directory.join(name))?).read_at(offset, into)
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        fs::rename(self.directory.join(from), self.directory.join(to))
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        fs::remove_file(self.directory.join(name))
    }

    fn sync_dir(&self) -> io::Result<()> {
        sync_directory(&self.directory)
    }

    fn lock(&self) -> io::Result<Option<Box<dyn Held>>> {
        let mut how = OpenOptions::new();
        let file = how
            .write(true)
            .create(true)
            .truncate(false)
            .open(self.directory.join(LOCK))?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Box::new(RealLock {
                file,
                taken_in: Process::this(),
            }))),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }
}

/// The system frees it with the last handle, also when the process is killed.
#[derive(Debug)]
struct RealLock {
    file: File,
    taken_in: Process,
}

impl Held for RealLock {}

impl Drop for RealLock {
    /// A forked child has a handle of the same lock: it must not let go of it, nor hold it when the parent has.
    fn drop(&mut self) {
        if self.taken_in.is_this() {
            // At the worst the child's end frees it.
            let _ = self.file.unlock();
        }
    }
}

#[derive(Debug)]
struct RealFile(File);

impl DiskFile for RealFile {
    #[cfg(unix)]
    fn write_at(&self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        std::os::unix::fs::FileExt::write_all_at(&self.0, bytes, offset)
    }

    #[cfg(windows)]
    fn write_at(&self, mut offset: u64, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            let written = std::os::windows::fs::FileExt::seek_write(&self.0, bytes, offset)?;
            if written == 0 {
                return Err(io::ErrorKind::WriteZero.into());
            }
            offset += written as u64;
            bytes = &bytes[written..];
        }
        Ok(())
    }

    fn read_at(&self, offset: u64, into: &mut [u8]) -> io::Result<usize> {
        let mut done = 0;
        while done < into.len() {
            let (at, rest) = (offset + done as u64, &mut into[done..]);
            #[cfg(unix)]
            let read = std::os::unix::fs::FileExt::read_at(&self.0, rest, at);
            #[cfg(windows)]
            let read = std::os::windows::fs::FileExt::seek_read(&self.0, rest, at);
            match read {
                Ok(0) => break,
                Ok(read) => done += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(done)
    }

    fn length(&self) -> io::Result<u64> {
        Ok(self.0.metadata()?.len())
    }

    fn set_len(&self, length: u64) -> io::Result<()> {
        self.0.set_len(length)
    }

    fn sync_data(&self) -> io::Result<()> {
        self.0.sync_data()
    }
}
