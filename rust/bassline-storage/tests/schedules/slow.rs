//! A disk whose calls take their time: others may run before each of them and behind it.

use bassline_kernel::sync::thread::yield_now;
use bassline_storage::disk::{Disk, DiskFile, Held, SimulatedDisk};
use std::io;

#[derive(Debug)]
pub(crate) struct SlowDisk(pub(crate) SimulatedDisk);

#[derive(Debug)]
struct SlowFile(Box<dyn DiskFile>);

fn slowly<T>(call: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
    yield_now();
    let done = call();
    yield_now();
    done
}

impl Disk for SlowDisk {
    fn place(&self) -> String {
        self.0.place()
    }
    fn list(&self) -> io::Result<Vec<String>> {
        self.0.list()
    }
    fn create(&self, name: &str) -> io::Result<Box<dyn DiskFile>> {
        Ok(Box::new(SlowFile(self.0.create(name)?)))
    }
    fn open(&self, name: &str) -> io::Result<Box<dyn DiskFile>> {
        Ok(Box::new(SlowFile(self.0.open(name)?)))
    }
    fn read(&self, name: &str, into: &mut Vec<u8>) -> io::Result<()> {
        self.0.read(name, into)
    }
    fn read_part(&self, name: &str, offset: u64, into: &mut [u8]) -> io::Result<usize> {
        self.0.read_part(name, offset, into)
    }
    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        slowly(|| self.0.rename(from, to))
    }
    fn remove(&self, name: &str) -> io::Result<()> {
        slowly(|| self.0.remove(name))
    }
    fn sync_dir(&self) -> io::Result<()> {
        slowly(|| self.0.sync_dir())
    }
    fn lock(&self) -> io::Result<Option<Box<dyn Held>>> {
        self.0.lock()
    }
}

impl DiskFile for SlowFile {
    fn write_at(&self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        slowly(|| self.0.write_at(offset, bytes))
    }
    fn read_at(&self, offset: u64, into: &mut [u8]) -> io::Result<usize> {
        self.0.read_at(offset, into)
    }
    fn length(&self) -> io::Result<u64> {
        self.0.length()
    }
    fn set_len(&self, length: u64) -> io::Result<()> {
        slowly(|| self.0.set_len(length))
    }
    fn sync_data(&self) -> io::Result<()> {
        slowly(|| self.0.sync_data())
    }
}
