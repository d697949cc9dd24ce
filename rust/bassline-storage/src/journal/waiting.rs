//! Who waits for a batch. Each thread is woken by itself and looks before it locks anything: a batch wakes those it was for and one more
//! to write the next, and they do not queue for a lock to learn that they may go on.

use bassline_core::planted::{self, Bug};
use bassline_kernel::sync::atomic::{AtomicU64, Ordering};
use bassline_kernel::sync::thread::{self, Thread};

/// What those who wait see without a lock.
#[derive(Debug)]
pub(super) struct Tidings {
    /// As in the state.
    acknowledged: AtomicU64,
    /// How many batches are done.
    batches: AtomicU64,
    /// The number of the next record, as in the state.
    next: AtomicU64,
}

impl Tidings {
    pub(super) fn new(next: u64) -> Self {
        Self {
            acknowledged: AtomicU64::new(next),
            batches: AtomicU64::new(0),
            next: AtomicU64::new(next),
        }
    }

    pub(super) fn appended(&self, next: u64) {
        self.next.store(next, Ordering::Relaxed);
    }

    /// Lets others run until so many records were appended, but not for long.
    pub(super) fn gather(&self, next: u64, yields: usize) {
        for _ in 0..yields {
            if self.next.load(Ordering::Relaxed) >= next {
                break;
            }
            thread::yield_now();
        }
    }

    pub(super) fn batches(&self) -> u64 {
        self.batches.load(Ordering::Acquire)
    }

    /// A batch is done, well or not.
    pub(super) fn landed(&self, acknowledged: u64) {
        self.acknowledged.store(acknowledged, Ordering::Release);
        self.batches.fetch_add(1, Ordering::Release);
    }

    /// Waits until more batches are done than there were. Answers whether the record is acknowledged.
    pub(super) fn wait(&self, batches: u64, wanted: Option<u64>) -> bool {
        loop {
            thread::park();
            let is_there = wanted.is_some_and(|wanted| self.acknowledged.load(Ordering::Acquire) > wanted);
            if is_there || self.batches() != batches {
                return is_there;
            }
        }
    }
}

#[derive(Debug)]
struct Waiter {
    /// The record it waits for; without one, it wants to look after every batch.
    wanted: Option<u64>,
    thread: Thread,
}

/// The threads that wait, in the order in which they came.
#[derive(Debug, Default)]
pub(super) struct Waiters(Vec<Waiter>);

impl Waiters {
    pub(super) fn enter(&mut self, wanted: Option<u64>) {
        let thread = thread::current();
        self.0.push(Waiter { wanted, thread });
    }

    /// Takes out those that a batch was for, and one of those that are left: somebody is to write the next.
    pub(super) fn landed(&mut self, acknowledged: u64, failed: bool) -> Woken {
        let is_served = |waiter: &Waiter| failed || waiter.wanted.is_none_or(|wanted| wanted < acknowledged);
        let served = self
            .0
            .extract_if(.., |waiter| is_served(waiter))
            .map(|waiter| waiter.thread);
        let served: Vec<Thread> = served.collect();
        let next = (!self.0.is_empty()).then(|| self.0.remove(0).thread);
        Woken { served, next }
    }
}

/// Threads to be woken, once no lock is held.
#[derive(Debug)]
pub(super) struct Woken {
    served: Vec<Thread>,
    next: Option<Thread>,
}

impl Woken {
    /// How many are about to append again.
    pub(super) fn served(&self) -> u64 {
        self.served.len() as u64
    }

    pub(super) fn wake(self) {
        let all = self.next.into_iter().chain(self.served);
        let awake = if planted::is(Bug::OneFollowerWoken) {
            1
        } else {
            usize::MAX
        };
        for thread in all.take(awake) {
            thread.unpark();
        }
    }
}
