//! Where the networks of a ledger are: directories side by side.

use super::names::directory_of;
use crate::disk::{Disk, RealDisk};
use crate::error::StorageError;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The file that says what a network is called.
const NAME: &str = "name";

/// Where a ledger is.
#[derive(Debug, Clone)]
pub(crate) enum Place {
    Directory(PathBuf),
    /// One network, whatever its name.
    Disk(Arc<dyn Disk>),
}

impl Place {
    /// For messages.
    pub(crate) fn path(&self) -> PathBuf {
        match self {
            Place::Directory(path) => path.clone(),
            Place::Disk(disk) => PathBuf::from(disk.place()),
        }
    }

    /// Whether there is anything.
    pub(crate) fn is_there(&self) -> bool {
        match self {
            Place::Disk(_) => true,
            Place::Directory(path) => path.is_dir(),
        }
    }

    /// The disk of a network, made if it is not there.
    pub(crate) fn make(&self, network: &str) -> Result<Arc<dyn Disk>, StorageError> {
        match self {
            Place::Disk(disk) => Ok(Arc::clone(disk)),
            Place::Directory(path) => {
                let directory = path.join(directory_of(network));
                make(path, &directory, network).map_err(|error| self.failed("opened", error))?;
                Ok(Arc::new(RealDisk::at(directory)))
            }
        }
    }

    /// The disk of a network, if it is there.
    pub(crate) fn find(&self, network: &str) -> Result<Option<Arc<dyn Disk>>, StorageError> {
        match self {
            Place::Disk(disk) => Ok(Some(Arc::clone(disk))),
            Place::Directory(path) => {
                let directory = path.join(directory_of(network));
                let there = name_in(&directory).map_err(|error| self.failed("read", error))?;
                Ok(there.map(|_| Arc::new(RealDisk::at(directory)) as Arc<dyn Disk>))
            }
        }
    }

    /// The names of the networks, sorted.
    pub(crate) fn names(&self) -> Result<Vec<String>, StorageError> {
        match self {
            Place::Disk(_) => Ok(vec!["main".to_owned()]),
            Place::Directory(path) => {
                let failed = |error| self.failed("read", error);
                let entries = match fs::read_dir(path) {
                    Ok(entries) => entries,
                    Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
                    Err(error) => return Err(failed(error)),
                };
                let mut names = Vec::new();
                for entry in entries {
                    names.extend(name_in(&entry.map_err(failed)?.path()).map_err(failed)?);
                }
                names.sort();
                Ok(names)
            }
        }
    }

    /// Removes a network that nobody has open; whether it was there.
    pub(crate) fn remove(&self, network: &str) -> Result<bool, StorageError> {
        let Some(disk) = self.find(network)? else {
            return Ok(false);
        };
        let failed = |error| self.failed("written", error);
        let Some(lock) = disk.lock().map_err(failed)? else {
            return Err(StorageError::InUse {
                path: self.path(),
                network: network.to_owned(),
            });
        };
        match self {
            Place::Disk(disk) => {
                for name in disk.list().map_err(failed)? {
                    disk.remove(&name).map_err(failed)?;
                }
            }
            Place::Directory(path) => {
                let directory = path.join(directory_of(network));
                // Without its name it is no network any more, whatever interrupts the rest.
                fs::remove_file(directory.join(NAME)).map_err(failed)?;
                sync_directory(&directory).map_err(failed)?;
                fs::remove_dir_all(&directory).map_err(failed)?;
            }
        }
        drop(lock);
        Ok(true)
    }

    pub(crate) fn failed(&self, doing: &'static str, error: io::Error) -> StorageError {
        let path = self.path();
        match error.kind() {
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => StorageError::Denied {
                path,
                doing,
                reason: error.to_string(),
            },
            io::ErrorKind::NotFound if path.parent().is_some_and(|parent| !parent.exists()) => {
                StorageError::DirectoryMissing {
                    directory: path.parent().unwrap_or(Path::new("")).to_owned(),
                    path,
                }
            }
            io::ErrorKind::NotADirectory => StorageError::NotAStore {
                path,
                found: "a file".to_owned(),
            },
            _ => StorageError::Failed {
                path,
                doing,
                source: Box::new(error),
            },
        }
    }
}

/// Makes the directory of a network, and says in it what the network is called.
fn make(store: &Path, directory: &Path, network: &str) -> io::Result<()> {
    if name_in(directory)?.is_some() {
        return Ok(());
    }
    if !store.exists() {
        fs::create_dir(store)?;
        sync_directory(
            store
                .parent()
                .filter(|parent| !parent.as_os_str().is_empty())
                .unwrap_or(Path::new(".")),
        )?;
    }
    match fs::create_dir(directory) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
        _ => {}
    }
    let unfinished = directory.join("name.new");
    let mut file = fs::File::create(&unfinished)?;
    io::Write::write_all(&mut file, network.as_bytes())?;
    file.sync_all()?;
    fs::rename(unfinished, directory.join(NAME))?;
    sync_directory(directory)?;
    sync_directory(store)
}

/// What the network in a directory is called; `None` if there is none.
fn name_in(directory: &Path) -> io::Result<Option<String>> {
    match fs::read(directory.join(NAME)) {
        Ok(bytes) => Ok(Some(String::from_utf8_lossy(&bytes).into_owned())),
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => Ok(None),
        Err(error) => Err(error),
    }
}

pub(crate) fn sync_directory(path: &Path) -> io::Result<()> {
    if cfg!(unix) {
        fs::File::open(path)?.sync_all()
    } else {
        Ok(())
    }
}
