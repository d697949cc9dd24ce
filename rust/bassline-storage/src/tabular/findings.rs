//! What a check of a store has read and found, and what it asks of rows that are read.

use crate::store::Checkup;
use bassline_core::{Image, Network, OnContradiction};
use std::cell::RefCell;
use std::fmt::Display;

/// More than that is not listed.
const AT_MOST: usize = 100;

pub(crate) struct Findings {
    /// The store, as a user names it.
    place: String,
    /// What to do about what is found.
    advice: &'static str,
    found: RefCell<Vec<String>>,
    read: RefCell<Vec<String>>,
}

impl Findings {
    pub(crate) fn new(place: String, advice: &'static str) -> Self {
        Self {
            place,
            advice,
            found: RefCell::default(),
            read: RefCell::default(),
        }
    }

    pub(crate) fn tell(&self, what: impl Display) {
        let told = format!("'{}', {what}; {}", self.place, self.advice);
        self.found.borrow_mut().push(told);
    }

    pub(crate) fn note(&self, what: String) {
        self.read.borrow_mut().push(what);
    }

    pub(crate) fn count(&self) -> usize {
        self.found.borrow().len()
    }

    /// Notes the size of a network; whether it is one, if nothing was found since there were `before` findings.
    pub(crate) fn is_network(&self, name: &str, image: &Image, before: usize) -> bool {
        self.note(format!(
            "network '{name}': {} groups, {} contacts, {} wires, {} gadgets, {} links at tick {}",
            image.groups.len(),
            image.contacts.len(),
            image.wires.len(),
            image.gadgets.len(),
            image.links.len(),
            image.tick
        ));
        if self.count() > before {
            return false;
        }
        let made = Network::load(image.clone(), OnContradiction::Record, None);
        if let Err(error) = &made {
            self.tell(format!("network '{name}', it makes no network: {error}"));
        }
        made.is_ok()
    }

    /// Whether the rows are what history tells.
    pub(crate) fn compare(&self, name: &str, image: &Image, told: &Image) {
        for (stored, told) in image.contacts.iter().zip(&told.contacts) {
            if (&stored.record, &stored.content, stored.version) != (&told.record, &told.content, told.version) {
                self.tell(format!(
                    "network '{name}', contact {:?}: its row and its history do not agree",
                    stored.record.id
                ));
            }
        }
        if image.contacts.len() != told.contacts.len() {
            self.tell(format!(
                "network '{name}': there are {} contacts, and by its history {}",
                image.contacts.len(),
                told.contacts.len()
            ));
        }
    }

    pub(crate) fn into_checkup(self) -> Checkup {
        let mut found = self.found.into_inner();
        if found.len() > AT_MOST {
            let more = found.len() - AT_MOST;
            found.truncate(AT_MOST);
            found.push(format!("and {more} more"));
        }
        Checkup {
            read: self.read.into_inner(),
            found,
        }
    }
}

/// What is wrong with a tick that comes after this one and is not the next.
pub(crate) fn follows(tick: u64) -> String {
    format!("it follows tick {tick}; those between are missing")
}

/// Whether the ticks of a history follow one another.
#[derive(Default)]
pub(crate) struct Following {
    before: Option<(u64, i64)>,
}

impl Following {
    /// The next tick and the opening it is of; `openings` there were.
    pub(crate) fn next(&mut self, tick: u64, epoch: i64, openings: i64, tell: impl Fn(String)) {
        match self.before {
            Some((before, _)) if tick != before + 1 => {
                tell(follows(before));
            }
            Some((_, earlier)) if epoch < earlier => {
                tell(format!("it is of opening {epoch}, and the one before of {earlier}"));
            }
            _ => {}
        }
        if epoch > openings {
            tell(format!("it is of opening {epoch}, and there were {openings}"));
        }
        self.before = Some((tick, epoch));
    }

    /// What is wrong with its end, if the last tick of the network is that.
    pub(crate) fn misses(&self, last: u64) -> Option<String> {
        let (tick, _) = self.before.filter(|(tick, _)| *tick != last)?;
        Some(format!("its last tick is {last}, and history ends at {tick}"))
    }
}
