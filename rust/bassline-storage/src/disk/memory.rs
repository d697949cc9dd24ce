//! A directory in memory, for as long as someone holds it.

use super::{Disk, DiskFile, Held};
use std::collections::BTreeMap;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

type Content = Arc<Mutex<Vec<u8>>>;

/// A directory in memory. Clones are the same directory.
#[derive(Debug, Clone, Default)]
pub struct MemoryDisk {
    files: Arc<Mutex<BTreeMap<String, Content>>>,
    taken: Arc<AtomicBool>,
}

impl MemoryDisk {
    /// An empty directory.
    pub fn new() -> Self {
        Self::default()
    }

    fn content(&self, name: &str) -> io::Result<Content> {
        let found = held(&self.files).get(name).cloned();
        found.ok_or_else(|| io::ErrorKind::NotFound.into())
    }
}

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Disk for MemoryDisk {
    fn place(&self) -> String {
        "memory".into()
    }

    fn list(&self) -> io::Result<Vec<String>> {
        Ok(held(&self.files).keys().cloned().collect())
    }

    fn create(&self, name: &str) -> io::Result<Box<dyn DiskFile>> {
        let mut files = held(&self.files);
        if files.contains_key(name) {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        let content = Content::default();
        files.insert(name.into(), Arc::clone(&content));
        Ok(Box::new(MemoryFile(content)))
    }

    fn open(&self, name: &str) -> io::Result<Box<dyn DiskFile>> {
        Ok(Box::new(MemoryFile(self.content(name)?)))
    }

    fn read(&self, name: &str, into: &mut Vec<u8>) -> io::Result<()> {
        let content = self.content(name)?;
        let content = held(&content);
        into.clear();
        into.try_reserve(content.len())
            .map_err(|_| io::ErrorKind::OutOfMemory)?;
        into.extend_from_slice(&content);
        Ok(())
    }

    fn read_part(&self, name: &str, offset: u64, into: &mut [u8]) -> io::Result<usize> {
        MemoryFile(self.content(name)?).read_at(offset, into)
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        let mut files = held(&self.files);
        let content = files.remove(from).ok_or(io::ErrorKind::NotFound)?;
        files.insert(to.into(), content);
        Ok(())
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        let gone = held(&self.files).remove(name);
        gone.map(drop).ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn sync_dir(&self) -> io::Result<()> {
        Ok(())
    }

    fn lock(&self) -> io::Result<Option<Box<dyn Held>>> {
        if self.taken.swap(true, Ordering::AcqRel) {
            return Ok(None);
        }
        Ok(Some(Box::new(MemoryLock(Arc::clone(&self.taken)))))
    }
}

/// A flag that is up for as long as this lives.
#[derive(Debug)]
pub(super) struct MemoryLock(pub(super) Arc<AtomicBool>);

impl Held for MemoryLock {}

impl Drop for MemoryLock {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Release);
    }
}

#[derive(Debug)]
struct MemoryFile(Content);

/// The end of `more` bytes at an offset, if memory can hold so much.
fn end_of(offset: u64, more: usize) -> io::Result<usize> {
    let end = usize::try_from(offset).ok().and_then(|at| at.checked_add(more));
    end.ok_or_else(|| io::ErrorKind::OutOfMemory.into())
}

fn grow(content: &mut Vec<u8>, length: usize) -> io::Result<()> {
    let more = length.saturating_sub(content.len());
    content.try_reserve(more).map_err(|_| io::ErrorKind::OutOfMemory)?;
    content.resize(length, 0);
    Ok(())
}

impl DiskFile for MemoryFile {
    fn write_at(&self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        let end = end_of(offset, bytes.len())?;
        let mut content = held(&self.0);
        if content.len() < end {
            grow(&mut content, end)?;
        }
        content[end - bytes.len()..end].copy_from_slice(bytes);
        Ok(())
    }

    fn read_at(&self, offset: u64, into: &mut [u8]) -> io::Result<usize> {
        let content = held(&self.0);
        let from = end_of(offset, 0)?.min(content.len());
        let part = &content[from..content.len().min(from + into.len())];
        into[..part.len()].copy_from_slice(part);
        Ok(part.len())
    }

    fn length(&self) -> io::Result<u64> {
        Ok(held(&self.0).len() as u64)
    }

    fn set_len(&self, length: u64) -> io::Result<()> {
        grow(&mut held(&self.0), end_of(length, 0)?)
    }

    fn sync_data(&self) -> io::Result<()> {
        Ok(())
    }
}
