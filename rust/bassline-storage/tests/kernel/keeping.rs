//! What the kernel keeps things in: a log on a disk that never fails, one that fails when it is told to, and letters that do.

use crate::story::{Shared, locked};
use bassline_core::Changes;
use bassline_kernel::{
    Commit, DeadLetter, DeadLetters, LettersError, LettersInMemory, Limits, Log, LogError, Mark, Position, Records,
    TickRecord,
};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Every record there was, with the weight up to its end.
#[derive(Debug, Default)]
pub(crate) struct Kept {
    pub(crate) records: Vec<(Arc<TickRecord>, u64)>,
}

impl Kept {
    /// Lets go of the ticks that a crash took.
    pub(crate) fn cut(&mut self, tick: u64) {
        self.records.retain(|(record, _)| record.tick <= tick);
    }

    /// The last tick in it.
    pub(crate) fn last(&self) -> u64 {
        self.records.last().map_or(0, |(record, _)| record.tick)
    }

    fn mark(&self, sequence: usize) -> Mark {
        let weight = sequence.checked_sub(1).map_or(0, |at| self.records[at].1);
        Mark {
            sequence: sequence as u64,
            weight,
        }
    }
}

/// A log that keeps everything, as one on a disk does.
#[derive(Debug, Clone)]
pub(crate) struct KeptLog(pub(crate) Shared<Kept>);

impl Log for KeptLog {
    fn append(&self, commit: Commit<'_>) -> Result<Option<Mark>, LogError> {
        let mut changes = Changes::default();
        let Some(head) = commit(&mut changes) else {
            return Ok(None);
        };
        let record = Arc::new(TickRecord {
            epoch: head.epoch,
            tick: head.tick,
            time_micros: head.time_micros,
            source: head.source,
            position: head.position,
            changes: changes.iter().collect(),
            structure: head.structure,
        });
        let mut kept = locked(&self.0);
        let weight = kept.mark(kept.records.len()).weight + record.weight() as u64;
        kept.records.push((record, weight));
        Ok(Some(kept.mark(kept.records.len())))
    }

    fn read(&self, from: u64, limits: Limits, into: &mut Records) -> Result<Mark, LogError> {
        let kept = locked(&self.0);
        let start = kept.mark(from as usize).weight;
        let mut at = from as usize;
        while let Some((record, weight)) = kept.records.get(at) {
            let count = at - from as usize;
            if count > 0 && (count >= limits.records || weight - start > limits.bytes as u64) {
                break;
            }
            into.push(record);
            at += 1;
        }
        Ok(kept.mark(at))
    }

    fn truncate_below(&self, _: u64) {}

    fn end(&self) -> Mark {
        let kept = locked(&self.0);
        kept.mark(kept.records.len())
    }

    fn is_kept(&self) -> bool {
        true
    }

    fn behind(&self, position: Position) -> Option<Mark> {
        let kept = locked(&self.0);
        let at = kept
            .records
            .iter()
            .position(|(record, _)| record.tick == position.tick)?;
        (kept.records[at].0.epoch == position.epoch).then(|| kept.mark(at + 1))
    }
}

/// A log that fails to take records when it is told to.
pub(crate) struct FlakyLog {
    pub(crate) log: Box<dyn Log>,
    pub(crate) fails: Arc<AtomicBool>,
}

impl Log for FlakyLog {
    fn append(&self, commit: Commit<'_>) -> Result<Option<Mark>, LogError> {
        if self.fails.load(Ordering::Relaxed) {
            // The network commits all the same.
            commit(&mut Changes::default());
            let source = Arc::new(std::io::Error::other("planned"));
            return Err(LogError::Failed {
                doing: "written",
                source,
            });
        }
        self.log.append(commit)
    }
    fn read(&self, from: u64, limits: Limits, into: &mut Records) -> Result<Mark, LogError> {
        self.log.read(from, limits, into)
    }
    fn sync(&self, sequence: u64) -> Result<(), LogError> {
        self.log.sync(sequence)
    }
    fn truncate_below(&self, sequence: u64) {
        self.log.truncate_below(sequence);
    }
    fn end(&self) -> Mark {
        self.log.end()
    }
    fn is_kept(&self) -> bool {
        self.log.is_kept()
    }
    fn behind(&self, position: Position) -> Option<Mark> {
        self.log.behind(position)
    }
}

/// Letters that outlive a crash, and cannot be put aside when they are told so.
#[derive(Debug, Default)]
pub(crate) struct FlakyLetters {
    letters: LettersInMemory,
    pub(crate) fails: AtomicBool,
    pub(crate) failed: std::sync::atomic::AtomicU64,
}

impl FlakyLetters {
    pub(crate) fn ticks_of(&self, driver: &str) -> Vec<Arc<TickRecord>> {
        let letters = self.letters.list(Some(driver)).unwrap_or_default();
        letters.into_iter().map(|letter| letter.record).collect()
    }

    pub(crate) fn holds(&self, driver: &str, tick: u64, epoch: u64) -> bool {
        self.ticks_of(driver)
            .iter()
            .any(|record| (record.tick, record.epoch) == (tick, epoch))
    }
}

impl DeadLetters for FlakyLetters {
    fn put(&self, letter: &DeadLetter) -> Result<u64, LettersError> {
        if self.fails.load(Ordering::Relaxed) {
            self.failed.fetch_add(1, Ordering::Relaxed);
            let message = "planned".to_owned();
            return Err(LettersError { message, source: None });
        }
        self.letters.put(letter)
    }
    fn list(&self, driver: Option<&str>) -> Result<Vec<DeadLetter>, LettersError> {
        self.letters.list(driver)
    }
    fn mark(&self, ids: &[u64]) -> Result<u64, LettersError> {
        self.letters.mark(ids)
    }
    fn remove(&self, ids: &[u64]) -> Result<u64, LettersError> {
        self.letters.remove(ids)
    }
}
