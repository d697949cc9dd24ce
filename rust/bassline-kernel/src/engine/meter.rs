//! What is counted of one engine.

use super::Engine;
use crate::histogram::{Distribution, Histogram};
use crate::waits::Waited;
use bassline_core::{Counted, NetworkError, Settled};
use std::time::Duration;

/// One tick of so many is timed. It is a prime, so that what comes again every few ticks is not met by each or by none.
pub const TIMED_OF: u64 = 61;

/// What is counted of one engine. It is added to once per tick, and the time is looked at in few of them.
#[derive(Debug, Default)]
pub(crate) struct EngineMeter {
    committed: u64,
    taken_back: u64,
    /// How many ticks are committed before the next that is timed.
    timed_at: u64,
    /// How long the open tick has settled, if it is timed.
    spent: Duration,
    settled: Histogram,
}

/// What was counted of one engine up to a moment.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EngineMeasured {
    /// The last tick.
    pub tick: u64,
    /// Which opening of the network this is.
    pub epoch: u64,
    /// How many ticks were committed since the network was opened.
    pub committed: u64,
    /// How many were taken back.
    pub taken_back: u64,
    /// How long ticks settled, in nanoseconds; one of [`TIMED_OF`] is timed.
    pub settled: Distribution,
    /// What the network has counted.
    pub counted: Counted,
    /// How writers waited for drivers.
    pub waited: Waited,
}

impl EngineMeter {
    #[inline]
    pub(crate) fn is_timed(&self) -> bool {
        self.committed >= self.timed_at
    }

    /// A tick was committed.
    #[inline]
    pub(crate) fn committed(&mut self) {
        if self.is_timed() {
            self.timed();
        }
        self.committed += 1;
    }

    #[cold]
    fn timed(&mut self) {
        self.settled
            .add(u64::try_from(self.spent.as_nanos()).unwrap_or(u64::MAX));
        self.spent = Duration::ZERO;
        self.timed_at = self.committed + TIMED_OF;
    }

    /// A tick was taken back.
    pub(crate) fn taken_back(&mut self) {
        self.taken_back += 1;
        self.spent = Duration::ZERO;
    }

    /// A tick changed nothing, and is none.
    pub(crate) fn came_to_nothing(&mut self) {
        self.spent = Duration::ZERO;
    }
}

impl Engine {
    /// Settles for a while, and takes the time.
    #[cold]
    pub(super) fn settle_timed(&mut self, budget: usize) -> Result<Settled, NetworkError> {
        let begun = self.kernel.now();
        let settled = self.network.settle_some(budget);
        self.past.meter.spent += self.kernel.now().saturating_sub(begun);
        settled
    }

    /// What was counted of it.
    pub fn measured(&self) -> EngineMeasured {
        EngineMeasured {
            tick: self.network.now(),
            epoch: self.epoch,
            committed: self.past.meter.committed,
            taken_back: self.past.meter.taken_back,
            settled: self.past.meter.settled.read(),
            counted: self.network.counted(),
            waited: self.kernel.waited(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::SystemClock;
    use crate::kernel::{Equipment, Kernel};
    use crate::ring::Ring;
    use crate::time::Time;
    use bassline_core::{ContactId, Network, Value};
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU64, Ordering};

    /// Every look at the time takes a millisecond longer than the one before.
    #[derive(Default)]
    struct Slowing(AtomicU64);

    impl Time for Slowing {
        fn now(&self) -> Duration {
            let looks = self.0.fetch_add(1, Ordering::Relaxed);
            Duration::from_millis(looks * (looks + 1) / 2)
        }
    }

    fn engine() -> (Engine, ContactId) {
        let equipment = Equipment {
            time: Arc::new(Slowing::default()),
            ..Equipment::default()
        };
        let kernel = Arc::new(Kernel::with(Ring::new(), equipment));
        let clock = Arc::new(SystemClock);
        let mut engine = Engine::new(Network::default(), kernel, clock, 1, indexmap::IndexMap::new(), 0);
        let declare = |network: &mut Network| network.declare_contact(network.root(), "x", None, Value::Null);
        let x = engine.tick(&"".into(), None, declare).unwrap();
        (engine, x)
    }

    fn write(engine: &mut Engine, x: ContactId, value: i64) {
        engine
            .tick(&"".into(), None, |network| network.write(x, Value::Int(value)))
            .unwrap();
    }

    #[test]
    fn one_tick_of_61_is_timed_and_every_one_is_counted() {
        let (mut engine, x) = engine();
        (1..200).for_each(|value| write(&mut engine, x, value));
        let found = engine.measured();
        // Those with the numbers 1, 62, 123 and 184, between two looks each: the second, fourth, sixth and eighth of all.
        assert_eq!((found.committed, found.settled.count), (200, 4));
        assert_eq!(found.settled.sum, (1 + 3 + 5 + 7) * 1_000_000);
        assert_eq!(found.settled.max, 7_000_000);
    }

    #[test]
    fn what_is_taken_back_or_changes_nothing_is_not_timed_and_the_next_tick_is() {
        let (mut engine, x) = engine();
        (1..61).for_each(|value| write(&mut engine, x, value));
        assert_eq!(engine.measured().settled.count, 1);
        write(&mut engine, x, 60);
        let fail = |network: &mut Network| {
            network.write(x, Value::Int(7))?;
            network.settle()?;
            network.remove_contact(x)?;
            network.write(x, Value::Int(8))
        };
        engine.tick(&"".into(), None, fail).unwrap_err();
        let found = engine.measured();
        assert_eq!((found.committed, found.taken_back, found.settled.count), (61, 1, 1));
        write(&mut engine, x, 61);
        let found = engine.measured();
        assert_eq!(
            (found.committed, found.settled.count, found.settled.max),
            (62, 2, 5_000_000)
        );
    }
}
