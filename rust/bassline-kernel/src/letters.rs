//! Dead letters: ticks that a driver will never take, put aside so that those behind them go through.

use crate::lock::lock;
use crate::record::TickRecord;
use crate::sync::Mutex;
use bassline_core::Text;
use std::fmt::Debug;
use std::sync::Arc;
use thiserror::Error;

/// A tick that a driver did not take, and why.
#[derive(Debug, Clone, PartialEq)]
pub struct DeadLetter {
    /// Its number, never given twice in its network; 0 before it is kept.
    pub id: u64,
    /// Who did not take it.
    pub driver: Text,
    /// When it was put aside: microseconds since 1970.
    pub time_micros: i64,
    /// What the driver said.
    pub error: Text,
    /// How often it was tried in all.
    pub tries: u32,
    /// The tick.
    pub record: Arc<TickRecord>,
    /// Of each change, its contact's path and who wrote it, in words, as they were called then; empty for what has no name.
    pub names: Vec<(Text, Text)>,
    /// Whether its driver is to try it once more when it begins the next time.
    pub again: bool,
}

/// Why letters cannot be kept or read.
#[derive(Debug, Clone, Error)]
#[error("{message}")]
pub struct LettersError {
    /// What went wrong, in one line.
    pub message: String,
    /// What it came from.
    pub source: Option<Arc<dyn std::error::Error + Send + Sync>>,
}

/// Keeps the dead letters of one network: when a call returns, what it did lasts as long as the store does.
pub trait DeadLetters: Debug + Send + Sync {
    /// Keeps a letter; answers its number.
    fn put(&self, letter: &DeadLetter) -> Result<u64, LettersError>;

    /// The letters of a driver, or all, oldest first.
    fn list(&self, driver: Option<&str>) -> Result<Vec<DeadLetter>, LettersError>;

    /// Has some tried once more when their drivers begin the next time; answers how many were there.
    fn mark(&self, ids: &[u64]) -> Result<u64, LettersError>;

    /// Those of a driver that are to be tried once more, oldest first.
    fn marked(&self, driver: &str) -> Result<Vec<DeadLetter>, LettersError> {
        let mut letters = self.list(Some(driver))?;
        letters.retain(|letter| letter.again);
        Ok(letters)
    }

    /// Lets go of some; answers how many were there.
    fn remove(&self, ids: &[u64]) -> Result<u64, LettersError>;
}

/// Letters in memory, for a network that is nowhere else.
#[derive(Debug, Default)]
pub struct LettersInMemory {
    held: Mutex<(u64, Vec<DeadLetter>)>,
}

impl DeadLetters for LettersInMemory {
    fn put(&self, letter: &DeadLetter) -> Result<u64, LettersError> {
        let mut held = lock(&self.held);
        held.0 += 1;
        let id = held.0;
        held.1.push(DeadLetter { id, ..letter.clone() });
        Ok(id)
    }

    fn list(&self, driver: Option<&str>) -> Result<Vec<DeadLetter>, LettersError> {
        let held = lock(&self.held);
        let wanted = |letter: &&DeadLetter| driver.is_none_or(|driver| *letter.driver == *driver);
        Ok(held.1.iter().filter(wanted).cloned().collect())
    }

    fn mark(&self, ids: &[u64]) -> Result<u64, LettersError> {
        let mut held = lock(&self.held);
        let there = held.1.iter_mut().filter(|letter| ids.contains(&letter.id));
        Ok(there.map(|letter| letter.again = true).count() as u64)
    }

    fn remove(&self, ids: &[u64]) -> Result<u64, LettersError> {
        let mut held = lock(&self.held);
        let before = held.1.len();
        held.1.retain(|letter| !ids.contains(&letter.id));
        Ok((before - held.1.len()) as u64)
    }
}
