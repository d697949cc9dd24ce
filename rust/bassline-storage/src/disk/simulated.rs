//! A disk that forgets what was not synced, tears what was under way, and fails when it is told to; the same for the same seed.

use super::faults::{Fault, FaultKind, Fired};
use super::memory::MemoryLock;
use super::world::World;
use super::{Disk, DiskFile, Held};
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A simulated disk. Clones are the same disk.
#[derive(Debug, Clone)]
pub struct SimulatedDisk {
    world: Arc<Mutex<World>>,
    taken: Arc<AtomicBool>,
}

impl SimulatedDisk {
    /// An empty disk; the seed chooses how much of a failing call is done.
    pub fn new(seed: u64) -> Self {
        Self::of(World::new(seed))
    }

    fn of(world: World) -> Self {
        Self {
            world: Arc::new(Mutex::new(world)),
            taken: Arc::default(),
        }
    }

    fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Says what is to go wrong; `None` for nothing.
    pub fn plan(&self, fault: Option<Fault>) {
        self.world().fault = fault;
    }

    /// How many calls changed the disk, or tried to.
    pub fn calls(&self) -> u64 {
        self.world().calls
    }

    /// What went wrong so far.
    pub fn fired(&self) -> Fired {
        self.world().fired.clone()
    }

    /// Another disk: this one as a power loss would leave it. The seed chooses what survives.
    #[must_use]
    pub fn after_power_loss(&self, seed: u64) -> Self {
        Self::of(self.world().after_power_loss(seed))
    }

    /// Another disk: this one after its process was killed. Nothing is lost yet, and what was not synced still may be.
    #[must_use]
    pub fn after_kill(&self) -> Self {
        Self::of(self.world().after_kill())
    }

    /// Changes a file behind everyone's back, durably: what rot, or another program, does.
    pub fn tamper(&self, name: &str, change: impl FnOnce(&mut Vec<u8>)) -> io::Result<()> {
        let mut world = self.world();
        let file = world.file_of(name)?;
        let sectors = world.files.get_mut(&file).ok_or(io::ErrorKind::NotFound)?;
        let mut content = sectors.bytes().to_vec();
        change(&mut content);
        *sectors = super::sectors::Sectors::durable(content);
        Ok(())
    }

    /// One call that changes the disk: done, failed, or failed halfway.
    fn call<T>(
        &self,
        whole: impl FnOnce(&mut World) -> io::Result<T>,
        part: impl FnOnce(&mut World, FaultKind),
    ) -> io::Result<T> {
        let mut world = self.world();
        if world.is_dark() {
            world.calls += 1;
            return Err(io::Error::other("the power is gone"));
        }
        match world.call() {
            None => whole(&mut world),
            Some(kind) => {
                part(&mut world, kind);
                Err(match kind {
                    FaultKind::NoSpace => io::ErrorKind::StorageFull.into(),
                    FaultKind::ShortWrite => io::ErrorKind::WriteZero.into(),
                    FaultKind::PowerLoss => io::Error::other("the power is gone"),
                    FaultKind::Error | FaultKind::SyncFailure => io::Error::other("injected failure"),
                })
            }
        }
    }

    /// A look at the disk, which fails in the dark only.
    fn look<T>(&self, at: impl FnOnce(&World) -> io::Result<T>) -> io::Result<T> {
        let world = self.world();
        if world.is_dark() {
            return Err(io::Error::other("the power is gone"));
        }
        at(&world)
    }
}

impl Disk for SimulatedDisk {
    fn place(&self) -> String {
        "simulated".into()
    }

    fn list(&self) -> io::Result<Vec<String>> {
        self.look(|world| Ok(world.names.keys().cloned().collect()))
    }

    fn create(&self, name: &str) -> io::Result<Box<dyn DiskFile>> {
        let file = self.call(
            |world| world.create(name),
            |world, kind| {
                // Under way when the power failed: it may be there.
                if kind == FaultKind::PowerLoss {
                    let _ = world.create(name);
                }
            },
        )?;
        Ok(Box::new(SimulatedFile {
            disk: self.clone(),
            file,
        }))
    }

    fn open(&self, name: &str) -> io::Result<Box<dyn DiskFile>> {
        let file = self.call(|world| world.file_of(name), |_, _| ())?;
        Ok(Box::new(SimulatedFile {
            disk: self.clone(),
            file,
        }))
    }

    fn read(&self, name: &str, into: &mut Vec<u8>) -> io::Result<()> {
        self.look(|world| {
            let file = world.file_of(name)?;
            into.clear();
            into.extend_from_slice(world.files.get(&file).ok_or(io::ErrorKind::NotFound)?.bytes());
            Ok(())
        })
    }

    fn read_part(&self, name: &str, offset: u64, into: &mut [u8]) -> io::Result<usize> {
        let file = self.look(|world| world.file_of(name))?;
        let disk = self.clone();
        SimulatedFile { disk, file }.read_at(offset, into)
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        self.call(
            |world| world.rename(from, to),
            |world, kind| {
                if kind == FaultKind::PowerLoss {
                    let _ = world.rename(from, to);
                }
            },
        )
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        self.call(
            |world| world.remove(name),
            |world, kind| {
                if kind == FaultKind::PowerLoss {
                    let _ = world.remove(name);
                }
            },
        )
    }

    fn sync_dir(&self) -> io::Result<()> {
        self.call(
            |world| {
                world.sync_dir();
                Ok(())
            },
            |_, _| (),
        )
    }

    fn lock(&self) -> io::Result<Option<Box<dyn Held>>> {
        if self.taken.swap(true, Ordering::AcqRel) {
            return Ok(None);
        }
        Ok(Some(Box::new(MemoryLock(Arc::clone(&self.taken)))))
    }
}

#[derive(Debug)]
struct SimulatedFile {
    disk: SimulatedDisk,
    file: u64,
}

impl DiskFile for SimulatedFile {
    fn write_at(&self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        let at = offset as usize;
        self.disk.call(
            |world| {
                let file = world.files.get_mut(&self.file).ok_or(io::ErrorKind::NotFound)?;
                file.write(at, bytes);
                Ok(())
            },
            |world, kind| {
                let part = match kind {
                    FaultKind::PowerLoss => bytes.len(),
                    FaultKind::ShortWrite | FaultKind::NoSpace => world.random.below(bytes.len() as u64) as usize,
                    FaultKind::Error | FaultKind::SyncFailure => 0,
                };
                if let Some(file) = world.files.get_mut(&self.file) {
                    file.write(at, &bytes[..part]);
                }
            },
        )
    }

    fn read_at(&self, offset: u64, into: &mut [u8]) -> io::Result<usize> {
        self.disk.look(|world| {
            let content = world.files.get(&self.file).ok_or(io::ErrorKind::NotFound)?.bytes();
            let from = (offset as usize).min(content.len());
            let part = &content[from..content.len().min(from + into.len())];
            into[..part.len()].copy_from_slice(part);
            Ok(part.len())
        })
    }

    fn length(&self) -> io::Result<u64> {
        self.disk.look(|world| {
            let file = world.files.get(&self.file).ok_or(io::ErrorKind::NotFound)?;
            Ok(file.bytes().len() as u64)
        })
    }

    fn set_len(&self, length: u64) -> io::Result<()> {
        let change = |world: &mut World| -> io::Result<()> {
            let file = world.files.get_mut(&self.file).ok_or(io::ErrorKind::NotFound)?;
            file.set_len(length as usize);
            Ok(())
        };
        self.disk.call(change, |world, kind| {
            if kind == FaultKind::PowerLoss {
                let _ = change(world);
            }
        })
    }

    fn sync_data(&self) -> io::Result<()> {
        self.disk.call(
            |world| {
                let file = world.files.get_mut(&self.file).ok_or(io::ErrorKind::NotFound)?;
                file.sync();
                Ok(())
            },
            |world, kind| {
                if kind == FaultKind::SyncFailure {
                    let World {
                        files, random, fired, ..
                    } = world;
                    if let Some(file) = files.get_mut(&self.file) {
                        file.fail_sync(random, fired);
                    }
                }
            },
        )
    }
}
