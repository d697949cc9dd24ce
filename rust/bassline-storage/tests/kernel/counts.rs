//! How often each thing happened.

use std::collections::BTreeMap;

#[derive(Debug, Clone, Default)]
pub(crate) struct Counts(BTreeMap<&'static str, u64>);

/// What has to happen in a run of any length.
pub(crate) const EACH: [&str; 30] = [
    "answer lost",
    "attached",
    "backpressure",
    "clock jumped",
    "crash",
    "crash that lost ticks",
    "dead letter put aside",
    "dead letter store failed",
    "dead letter tried again",
    "detached",
    "disk failed",
    "driver hung",
    "failure to begin",
    "failure while idle",
    "fatal failure",
    "flush that returned",
    "flush that timed out",
    "flush that told of a failure",
    "gap",
    "idle",
    "log failed",
    "panic",
    "permanent failure",
    "power lost",
    "question answered",
    "restart",
    "snapshot",
    "tick",
    "tick refused at a bound",
    "transient failure",
];

impl Counts {
    pub(crate) fn add(&mut self, what: &'static str, count: u64) {
        *self.0.entry(what).or_default() += count;
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        for (what, count) in &other.0 {
            self.add(what, *count);
        }
    }

    pub(crate) fn of(&self, what: &str) -> u64 {
        self.0.get(what).copied().unwrap_or(0)
    }

    /// Every kind with its count, in one line each.
    pub(crate) fn lines(&self) -> String {
        let line = |(what, count): (&&str, &u64)| format!("  {what:30} {count:>12}");
        self.0.iter().map(line).collect::<Vec<_>>().join("\n")
    }
}
