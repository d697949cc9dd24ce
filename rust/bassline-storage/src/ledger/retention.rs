//! Letting go of the past: what is older than is to be kept goes, up to a checkpoint that tells the rest.

use crate::journal::{Journal, JournalError};
use crate::store::KeepHistory;

/// What a checkpoint or a snapshot says of the network in it, beside its body: the last tick, and when that was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct About {
    pub(crate) tick: u64,
    pub(crate) time_micros: i64,
}

impl About {
    /// How many bytes it takes.
    pub(crate) const SIZE: usize = 16;

    pub(crate) fn to_meta(self) -> [u8; Self::SIZE] {
        let mut meta = [0; Self::SIZE];
        meta[..8].copy_from_slice(&self.tick.to_le_bytes());
        meta[8..].copy_from_slice(&self.time_micros.to_le_bytes());
        meta
    }

    pub(crate) fn of(meta: &[u8]) -> Self {
        let number = |at: usize| {
            let bytes: Option<[u8; 8]> = meta.get(at..at + 8).and_then(|bytes| bytes.try_into().ok());
            bytes.map_or(0, u64::from_le_bytes)
        };
        Self {
            tick: number(0),
            time_micros: number(8) as i64,
        }
    }

    /// Whether everything before it is older than what is to be kept as of `newest`.
    fn is_beyond(self, keep: KeepHistory, newest: Self) -> bool {
        let ticks = keep.ticks.map(|ticks| self.tick <= newest.tick.saturating_sub(ticks));
        let age = keep.age.map(|age| {
            let age = i64::try_from(age.as_micros()).unwrap_or(i64::MAX);
            self.time_micros <= newest.time_micros.saturating_sub(age)
        });
        // Both are promises.
        (ticks.is_some() || age.is_some()) && ticks != Some(false) && age != Some(false)
    }
}

/// Lets go of what is older than `keep` says as of the newest checkpoint. Two checkpoints stay at least: one may turn out damaged.
pub(crate) fn let_go(journal: &Journal, keep: KeepHistory, newest: About) -> Result<(), JournalError> {
    if keep == KeepHistory::default() {
        return Ok(());
    }
    for sequence in journal.checkpoints().into_iter().rev().skip(1) {
        if About::of(&journal.checkpoint_meta(sequence)?).is_beyond(keep, newest) {
            return journal.forget_before(sequence);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn about(tick: u64, seconds: i64) -> About {
        About {
            tick,
            time_micros: seconds * 1_000_000,
        }
    }

    #[test]
    fn what_a_checkpoint_says_of_itself_comes_back() {
        assert_eq!(About::of(&about(7, -3).to_meta()), about(7, -3));
    }

    #[test]
    fn nothing_goes_that_either_promise_covers() {
        let (ticks, age) = (Some(10), Some(Duration::from_secs(60)));
        let newest = about(100, 1000);
        let is_beyond = |ticks, age, about: About| about.is_beyond(KeepHistory { ticks, age }, newest);
        assert!(is_beyond(ticks, None, about(90, 1000)) && !is_beyond(ticks, None, about(91, 0)));
        assert!(is_beyond(None, age, about(100, 940)) && !is_beyond(None, age, about(0, 941)));
        assert!(is_beyond(ticks, age, about(90, 940)));
        assert!(!is_beyond(ticks, age, about(91, 940)) && !is_beyond(ticks, age, about(90, 941)));
        assert!(!is_beyond(None, None, about(0, 0)));
    }
}
