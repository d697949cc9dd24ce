//! What a simulated disk is to do wrong, and the count of what it did.

use std::collections::BTreeMap;

/// A way in which a call fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FaultKind {
    /// The call fails and has done nothing.
    Error,
    /// The disk is full; a write may have begun.
    NoSpace,
    /// A write stops in the middle.
    ShortWrite,
    /// A sync fails: some of what it was to make durable is, the rest never will be. Other calls fail as with `Error`.
    SyncFailure,
    /// The power fails during the call; no call succeeds after it.
    PowerLoss,
}

impl FaultKind {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Error,
        Self::NoSpace,
        Self::ShortWrite,
        Self::SyncFailure,
        Self::PowerLoss,
    ];
}

/// A fault that is to come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fault {
    /// During which call that changes the disk, counted from 0.
    pub at: u64,
    /// How.
    pub kind: FaultKind,
    /// Whether every later call fails too.
    pub sticky: bool,
}

impl Fault {
    /// What happens to a call, if anything.
    pub(super) fn during(self, call: u64) -> Option<FaultKind> {
        let due = call == self.at || (call > self.at && (self.sticky || self.kind == FaultKind::PowerLoss));
        due.then_some(self.kind)
    }
}

/// How often each kind of fault happened.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fired(BTreeMap<&'static str, u64>);

impl Fired {
    /// How calls and processes fail.
    pub const FAILURES: [&'static str; 5] = [
        "call failed",
        "disk full",
        "short write",
        "sync failed",
        "process killed",
    ];

    /// What a power loss does.
    pub const LOSSES: [&'static str; 7] = [
        "power lost",
        "sector lost",
        "sector torn",
        "sector of an earlier write",
        "length lost",
        "name lost",
        "removal undone",
    ];

    pub(super) fn count(&mut self, kind: &'static str) {
        *self.0.entry(kind).or_default() += 1;
    }

    /// Adds the counts of another disk.
    pub fn add(&mut self, other: &Self) {
        for (kind, count) in &other.0 {
            *self.0.entry(kind).or_default() += count;
        }
    }

    /// Whether anything happened.
    pub fn any(&self) -> bool {
        self.0.values().any(|&count| count > 0)
    }

    /// How often a kind happened.
    pub fn of(&self, kind: &str) -> u64 {
        self.0.get(kind).copied().unwrap_or(0)
    }
}
