//! What a journal must hold, known without asking it.

use bassline_storage::disk::{Fired, Random, SimulatedDisk};
use bassline_storage::journal::{Journal, JournalError, Opening, Options, Sync};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Chooses the planted bug that the environment names, if there is one.
pub(crate) fn plant() {
    #[cfg(feature = "planted")]
    if let Ok(name) = std::env::var("BASSLINE_PLANTED")
        && !name.is_empty()
    {
        assert!(
            bassline_core::planted::choose(&name),
            "there is no planted bug {name:?}"
        );
    }
}

/// A number from the environment, or how many there are without it.
pub(crate) fn number(variable: &str, otherwise: u64) -> u64 {
    let given = std::env::var(variable).ok().and_then(|word| word.parse().ok());
    given.unwrap_or(otherwise)
}

/// Says on failure what to run again.
pub(crate) struct Case(pub(crate) String);

impl Drop for Case {
    fn drop(&mut self) {
        if std::thread::panicking() {
            println!("failed in {}", self.0);
        }
    }
}

/// Tells how often each of these kinds of faults happened; none of them did not.
pub(crate) fn each_happened(fired: &Fired, kinds: &[&str]) {
    for kind in kinds {
        println!("  {kind}: {}", fired.of(kind));
        assert!(fired.of(kind) > 0, "{kind} never happened");
    }
}

pub(crate) fn seed() -> u64 {
    number("BASSLINE_SEED", 1)
}

/// Small enough that every boundary is met often.
pub(crate) fn options(random: &mut Random) -> Options {
    Options {
        sync: [Sync::Full, Sync::Full, Sync::Normal, Sync::None][random.below(4) as usize],
        segment_bytes: [600, 1500, 4000][random.below(3) as usize],
        ahead_bytes: [64, 512, 1024][random.below(3) as usize],
        pending_bytes: usize::MAX,
        ..Options::default()
    }
}

/// What is to be there.
#[derive(Debug, Clone, Default)]
pub(crate) struct Model {
    /// Every payload that was accepted and not lost since.
    pub(crate) accepted: Vec<Vec<u8>>,
    /// So many survive the end of the process.
    pub(crate) acknowledged: usize,
    /// So many survive a power loss.
    pub(crate) durable: usize,
    /// Where batches end.
    pub(crate) ends: BTreeSet<usize>,
    /// The newest checkpoint that was acknowledged, and the one before.
    pub(crate) kept: [u64; 2],
}

impl Model {
    pub(crate) fn payload(&mut self, random: &mut Random) -> Vec<u8> {
        let length = match random.below(20) {
            0 => random.below(2000),
            1 => 0,
            _ => random.below(60),
        };
        let payload: Vec<u8> = (0..length)
            .map(|_| if random.once_in(3) { 0 } else { random.draw() as u8 })
            .collect();
        self.accepted.push(payload.clone());
        payload
    }

    /// A batch may end here from now on.
    pub(crate) fn may_end(&mut self) {
        self.ends.insert(self.accepted.len());
    }

    pub(crate) fn acknowledge(&mut self, all: bool) {
        self.acknowledged = self.accepted.len();
        if all {
            self.durable = self.acknowledged;
        }
    }

    /// The state that a checkpoint before a record stands for.
    pub(crate) fn state(&self, sequence: u64) -> Vec<u8> {
        let mut state = Vec::new();
        for payload in &self.accepted[..sequence as usize] {
            state.extend_from_slice(&payload[..payload.len().min(9)]);
            state.push(payload.len() as u8);
        }
        state
    }

    /// The power fails: what was not durable may be gone.
    pub(crate) fn darken(&mut self) {
        self.acknowledged = self.durable;
    }

    /// Opens a journal, and holds what it gives against what it must. An error is the caller's to judge.
    pub(crate) fn open(&mut self, disk: &SimulatedDisk, options: &Options) -> Result<Journal, JournalError> {
        let mut opening = Opening::begin(Arc::new(disk.clone()), options.clone())?;
        let checkpoint = opening.checkpoint()?;
        let from = checkpoint.as_ref().map_or(0, |checkpoint| checkpoint.sequence);
        assert!(
            from >= self.kept[0],
            "checkpoint {} is gone, there is {from}",
            self.kept[0]
        );
        if let Some(checkpoint) = checkpoint {
            assert!(
                checkpoint.body == self.state(from),
                "checkpoint {from} has another state"
            );
            assert_eq!(
                checkpoint.meta,
                from.to_le_bytes(),
                "checkpoint {from} has another meta"
            );
        }
        let mut next = from;
        let journal = opening.replay(from, &mut |sequence, payload| {
            assert_eq!(sequence, next, "a record out of turn");
            let known = self.accepted.get(sequence as usize);
            assert!(
                known.is_some_and(|known| known == payload),
                "record {sequence} is another"
            );
            next += 1;
            Ok(())
        })?;
        assert_eq!(next, journal.end(), "the end is not behind the last record");
        let end = next as usize;
        assert!(
            end >= self.acknowledged,
            "{} were acknowledged, {end} are there",
            self.acknowledged
        );
        assert!(
            end == 0 || self.ends.contains(&end),
            "{end} is in the middle of a batch"
        );
        assert!(journal.recovery().damaged.is_empty(), "no crash damages a checkpoint");
        self.accepted.truncate(end);
        self.ends.split_off(&(end + 1));
        self.acknowledge(true);
        Ok(journal)
    }
}
