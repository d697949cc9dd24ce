//! Who watches: which of them a change concerns, and how each comes to know of it.

use crate::engine::Notice;
use crate::lock::lock;
use crate::record::{Head, return_of};
use crate::sync::Mutex;
use bassline_core::{Change, Changes, Network, Pattern, PatternIndex};
use rustc_hash::FxHashMap;
use std::collections::VecDeque;
use std::sync::Arc;

mod queue;

pub use queue::WatchQueue;

/// The watchers of a network.
///
/// A change that concerns nobody costs a look at what was found for its contact. What concerns somebody is put into the queues of those
/// who have one, and kept for whoever calls the others.
#[derive(Debug, Default)]
pub struct Watchers {
    index: PatternIndex,
    parties: FxHashMap<u64, Party>,
    last: u64,
    /// Those whose queue was let go of.
    gone: Arc<Mutex<Vec<u64>>>,
    /// Those who asked to be woken, and have something.
    rung: Vec<u64>,
    told: VecDeque<Vec<Told>>,
}

#[derive(Debug)]
struct Party {
    pattern: Pattern,
    queue: Option<Arc<WatchQueue>>,
}

/// A change, and the numbers of those who are to be called with it, oldest first; one that has a queue may be among them.
#[derive(Debug, Clone)]
pub struct Told {
    /// The change.
    pub notice: Arc<Notice>,
    /// The numbers.
    pub watchers: Arc<[u64]>,
}

impl Watchers {
    /// Someone who is called; the number that tells whom.
    pub fn add(&mut self, pattern: &str) -> u64 {
        self.enter(pattern, None)
    }

    /// Someone who has a queue, in which at most `bound` changes wait; see [`WatchQueue`].
    pub fn add_queue(&mut self, pattern: &str, bound: usize) -> Arc<WatchQueue> {
        let queue = Arc::new(WatchQueue::new(self.last + 1, bound, Arc::clone(&self.gone)));
        self.enter(pattern, Some(Arc::clone(&queue)));
        queue
    }

    fn enter(&mut self, pattern: &str, queue: Option<Arc<WatchQueue>>) -> u64 {
        self.forget_gone();
        self.last += 1;
        let pattern = Pattern::new(pattern);
        self.index.add(&pattern, self.last);
        self.parties.insert(self.last, Party { pattern, queue });
        self.last
    }

    /// Tells one of them nothing any more.
    pub fn remove(&mut self, number: u64) {
        if let Some(party) = self.parties.remove(&number) {
            self.index.remove(&party.pattern, number);
        }
    }

    fn forget_gone(&mut self) {
        let gone = std::mem::take(&mut *lock(&self.gone));
        for number in gone {
            self.remove(number);
        }
    }

    /// Whether what the open tick has written concerns anybody.
    #[inline]
    pub(crate) fn are_concerned(&mut self, network: &Network) -> bool {
        !self.parties.is_empty() && self.look(network)
    }

    fn look(&mut self, network: &Network) -> bool {
        self.forget_gone();
        let index = &mut self.index;
        network
            .written_contacts()
            .any(|id| index.matching(id, || network.path(id)).is_some())
    }

    /// Tells of a committed tick and what it changed.
    pub(crate) fn tell(&mut self, head: &Head, changes: &Changes, network: &Network) {
        // Who watches is told of contents; a store also of who wrote what stays the same.
        let is_told = |change: &Change| network.is_named(change.contact) && (change.event || change.old != change.new);
        let mut told = Vec::new();
        for (index, change) in changes.iter().filter(is_told).enumerate() {
            let found = self.index.matching(change.contact, || network.path(change.contact));
            let Some(watchers) = found else { continue };
            let notice = Arc::new(Notice {
                epoch: head.epoch,
                tick: head.tick,
                index,
                path: network.path(change.contact),
                old: change.old,
                new: change.new,
                cause: match return_of(&head.source) {
                    Some(_) => head.source.clone(),
                    None => network.cause_text(&change.cause),
                },
                time_micros: head.time_micros,
            });
            let mut is_called = false;
            for number in watchers.iter() {
                let Some(party) = self.parties.get(number) else {
                    continue;
                };
                let Some(queue) = &party.queue else {
                    is_called = true;
                    continue;
                };
                if queue.push(change.contact, change.event, &notice) {
                    self.rung.push(*number);
                }
            }
            if is_called {
                told.push(Told {
                    notice,
                    watchers: Arc::clone(watchers),
                });
            }
        }
        if !told.is_empty() {
            self.told.push_back(told);
        }
    }

    /// The changes of the oldest tick that somebody is to be called with.
    pub fn next_told(&mut self) -> Option<Vec<Told>> {
        self.told.pop_front()
    }

    /// The numbers of those who asked to be woken and have something since.
    pub fn take_rung(&mut self) -> Vec<u64> {
        std::mem::take(&mut self.rung)
    }

    /// Whether somebody is to be called or woken.
    pub fn have_news(&self) -> bool {
        !(self.told.is_empty() && self.rung.is_empty())
    }
}
