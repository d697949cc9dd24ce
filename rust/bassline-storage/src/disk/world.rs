//! The state of a simulated disk: its files, its directory, and what of both is durable.

use super::faults::{Fault, FaultKind, Fired};
use super::random::Random;
use super::sectors::Sectors;
use std::collections::BTreeMap;
use std::io;

/// A change of the directory that is not durable yet.
#[derive(Debug, Clone)]
enum Entry {
    Created(String, u64),
    Renamed(String, String, u64),
    Removed(String),
}

type Names = BTreeMap<String, u64>;

#[derive(Debug, Clone)]
pub(super) struct World {
    pub(super) files: BTreeMap<u64, Sectors>,
    pub(super) names: Names,
    durable_names: Names,
    entries: Vec<Entry>,
    next_file: u64,
    pub(super) calls: u64,
    pub(super) fault: Option<Fault>,
    pub(super) fired: Fired,
    pub(super) random: Random,
}

fn apply(names: &mut Names, entry: &Entry) {
    match entry {
        Entry::Created(name, file) => {
            names.insert(name.clone(), *file);
        }
        Entry::Renamed(from, to, file) => {
            names.remove(from);
            names.insert(to.clone(), *file);
        }
        Entry::Removed(name) => {
            names.remove(name);
        }
    }
}

impl World {
    pub(super) fn new(seed: u64) -> Self {
        Self {
            files: BTreeMap::new(),
            names: Names::new(),
            durable_names: Names::new(),
            entries: Vec::new(),
            next_file: 0,
            calls: 0,
            fault: None,
            fired: Fired::default(),
            random: Random::new(seed),
        }
    }

    /// Counts a call that changes the disk, and says how it fails.
    pub(super) fn call(&mut self) -> Option<FaultKind> {
        let call = self.calls;
        self.calls += 1;
        let kind = self.fault?.during(call)?;
        self.fired.count(match kind {
            FaultKind::Error => "call failed",
            FaultKind::NoSpace => "disk full",
            FaultKind::ShortWrite => "short write",
            FaultKind::SyncFailure => "sync failed",
            FaultKind::PowerLoss => "power lost",
        });
        Some(kind)
    }

    /// Whether the power is gone.
    pub(super) fn is_dark(&self) -> bool {
        self.fault
            .is_some_and(|fault| fault.kind == FaultKind::PowerLoss && fault.at < self.calls)
    }

    pub(super) fn file_of(&self, name: &str) -> io::Result<u64> {
        self.names
            .get(name)
            .copied()
            .ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    pub(super) fn create(&mut self, name: &str) -> io::Result<u64> {
        if self.names.contains_key(name) {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        let file = self.next_file;
        self.next_file += 1;
        self.files.insert(file, Sectors::default());
        self.change(Entry::Created(name.into(), file));
        Ok(file)
    }

    pub(super) fn rename(&mut self, from: &str, to: &str) -> io::Result<()> {
        let file = self.file_of(from)?;
        self.change(Entry::Renamed(from.into(), to.into(), file));
        Ok(())
    }

    pub(super) fn remove(&mut self, name: &str) -> io::Result<()> {
        self.file_of(name)?;
        self.change(Entry::Removed(name.into()));
        Ok(())
    }

    fn change(&mut self, entry: Entry) {
        apply(&mut self.names, &entry);
        self.entries.push(entry);
    }

    pub(super) fn sync_dir(&mut self) {
        self.durable_names.clone_from(&self.names);
        self.entries.clear();
    }

    /// What a power loss leaves, chosen by a seed.
    pub(super) fn after_power_loss(&self, seed: u64) -> Self {
        let (mut random, mut fired) = (Random::new(seed), Fired::default());
        let mut names = self.durable_names.clone();
        let mood = random.below(4);
        for entry in &self.entries {
            let survives = match mood {
                0 => true,
                1 => false,
                _ => random.once_in(2),
            };
            if survives {
                apply(&mut names, entry);
            } else {
                fired.count(if matches!(entry, Entry::Removed(_)) {
                    "removal undone"
                } else {
                    "name lost"
                });
            }
        }
        let mut files = BTreeMap::new();
        for file in names.values() {
            if let Some(sectors) = self.files.get(file) {
                files.insert(*file, Sectors::durable(sectors.survivors(&mut random, &mut fired)));
            }
        }
        Self {
            files,
            durable_names: names.clone(),
            names,
            entries: Vec::new(),
            next_file: self.next_file,
            calls: 0,
            fault: None,
            fired,
            random,
        }
    }

    /// What is there after the process was killed: everything, and what was not durable still is not.
    pub(super) fn after_kill(&self) -> Self {
        let mut fired = Fired::default();
        fired.count("process killed");
        Self {
            calls: 0,
            fault: None,
            fired,
            ..self.clone()
        }
    }
}
