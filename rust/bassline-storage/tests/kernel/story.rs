//! What was committed, as a plain list kept outside of the kernel, and what the drivers are held against.

use bassline_core::{ContactId, Content, Image, Value};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What one contact was given: each value bears a number that is never given again, and grows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Written {
    pub(crate) contact: ContactId,
    pub(crate) number: u64,
    pub(crate) event: bool,
}

/// A committed tick.
#[derive(Debug, Clone, Default)]
pub(crate) struct Told {
    pub(crate) epoch: u64,
    pub(crate) written: Vec<Written>,
    pub(crate) removed: Option<ContactId>,
}

/// Every committed tick, the first at 0.
#[derive(Debug, Default)]
pub(crate) struct Story {
    pub(crate) ticks: Vec<Told>,
}

pub(crate) type Shared<T> = Arc<Mutex<T>>;

pub(crate) fn shared<T>(of: T) -> Shared<T> {
    Arc::new(Mutex::new(of))
}

pub(crate) fn locked<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Story {
    pub(crate) fn last(&self) -> u64 {
        self.ticks.len() as u64
    }

    pub(crate) fn tick(&self, number: u64) -> Option<&Told> {
        self.ticks.get(number.checked_sub(1)? as usize)
    }

    /// In which opening a tick was committed; before the first, in none.
    pub(crate) fn epoch_of(&self, tick: u64) -> Option<u64> {
        if tick == 0 {
            Some(0)
        } else {
            self.tick(tick).map(|told| told.epoch)
        }
    }

    /// What registers hold after a tick.
    pub(crate) fn contents(&self, tick: u64) -> BTreeMap<ContactId, u64> {
        let mut contents = BTreeMap::new();
        for told in &self.ticks[..tick as usize] {
            for written in told.written.iter().filter(|written| !written.event) {
                contents.insert(written.contact, written.number);
            }
            if let Some(removed) = told.removed {
                contents.remove(&removed);
            }
        }
        contents
    }

    /// How many events there were in a tick.
    pub(crate) fn events(&self, tick: u64) -> u64 {
        let told = self.tick(tick);
        told.map_or(0, |told| {
            told.written.iter().filter(|written| written.event).count() as u64
        })
    }
}

/// A value that bears a number, with so many bytes.
pub(crate) fn value(number: u64, bytes: usize) -> Value {
    if bytes == 0 {
        Value::Int(number as i64)
    } else {
        Value::text(&format!("{number}:{}", "x".repeat(bytes)))
    }
}

/// The number that a value bears.
pub(crate) fn number(content: &Content) -> Option<u64> {
    match content {
        Some(Value::Int(number)) => Some(*number as u64),
        Some(Value::Text(text)) => text.split(':').next().and_then(|number| number.parse().ok()),
        _ => None,
    }
}

/// What the registers of an image hold.
pub(crate) fn contents_of(image: &Image) -> BTreeMap<ContactId, u64> {
    let registers = image
        .contacts
        .iter()
        .filter(|contact| contact.record.blend != bassline_core::Blend::Stream);
    registers
        .filter_map(|contact| Some((contact.record.id, number(&contact.content)?)))
        .collect()
}
