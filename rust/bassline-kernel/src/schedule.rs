//! When writes become ticks.
//!
//! Under [`Scheduler::Batch`] the tick of the writes that wait is open, and nobody looks at it: contacts and lattices hold what they would
//! after all of them, streams have every event, and nothing has fired. It is committed when enough wait, when the oldest has waited long
//! enough, or when something comes that wants a tick of its own.

use crate::clock::{Alarm, OnTime};
use crate::engine::Engine;
use bassline_core::{Network, NetworkError};
use std::time::Duration;

/// When writes become ticks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Scheduler {
    /// Each at once.
    #[default]
    Immediate,
    /// Many together.
    Batch {
        /// How many writes wait at most; those that take the place of one that waits do not count.
        size: usize,
        /// How long a write waits at most.
        delay: Option<Duration>,
    },
    /// When whoever wrote says so.
    Transactional,
}

/// What to do after a write that waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Due {
    /// Enough wait: commit.
    Now,
    /// Others may join it.
    Later,
}

/// The writes that wait.
#[derive(Default)]
pub(crate) struct Waiting {
    /// How many; `None` while no tick is open for them.
    pub(crate) count: Option<usize>,
    /// When the oldest has waited long enough, in microseconds since 1970.
    pub(crate) due: Option<i64>,
    pub(crate) alarm: Option<Box<dyn Alarm>>,
}

impl Engine {
    /// How writes become ticks.
    #[inline]
    pub fn scheduler(&self) -> Scheduler {
        self.scheduler
    }

    /// Changes how writes become ticks; what waits is committed before. `ring` is called when what waits is due.
    pub fn set_scheduler(&mut self, scheduler: Scheduler, ring: OnTime) {
        self.scheduler = scheduler;
        self.waiting.alarm = match scheduler {
            Scheduler::Batch { delay: Some(_), .. } => Some(self.clock.alarm(ring)),
            _ => None,
        };
    }

    /// Whether writes wait in the open tick.
    #[inline]
    pub fn is_waiting(&self) -> bool {
        self.waiting.count.is_some()
    }

    /// Whether the oldest write has waited long enough.
    pub fn is_due(&self) -> bool {
        self.waiting.due.is_some_and(|due| due <= self.clock.now_micros())
    }

    /// Makes a write that waits with those before it.
    pub fn collect(
        &mut self,
        write: impl FnOnce(&mut Network) -> Result<(), NetworkError>,
    ) -> Result<Due, NetworkError> {
        let Scheduler::Batch { size, delay } = self.scheduler else {
            return write(&mut self.network).map(|()| Due::Now);
        };
        let first = !self.is_waiting();
        if first {
            self.begin_plain();
        }
        let before = self.network.written();
        if let Err(error) = self.network.attempt(write) {
            if first {
                self.rollback();
            }
            return Err(error);
        }
        let count = self.waiting.count.unwrap_or(0) + usize::from(self.network.written() > before);
        self.waiting.count = Some(count);
        if let (true, Some(delay)) = (first, delay) {
            let (now, delay) = (
                self.clock.now_micros(),
                i64::try_from(delay.as_micros()).unwrap_or(i64::MAX),
            );
            self.waiting.due = Some(now.saturating_add(delay));
            if let Some(alarm) = &self.waiting.alarm {
                alarm.set(now, delay);
            }
        }
        Ok(if count >= size { Due::Now } else { Due::Later })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::{Clock, ManualClock, SharedClock};
    use crate::kernel::Kernel;
    use bassline_core::{Blend, ContactId, Value};
    use std::sync::Arc;

    fn engine(size: usize) -> (Engine, ContactId, ContactId, Arc<ManualClock>) {
        let clock = ManualClock::new(0);
        let shared: Arc<dyn Clock> = Arc::new(SharedClock(Arc::clone(&clock)));
        let kernel = Arc::new(Kernel::new(crate::Ring::new()));
        let mut engine = Engine::new(Network::default(), kernel, shared, 1, indexmap::IndexMap::new(), 10);
        let declare = |network: &mut Network| {
            let root = network.root();
            let register = network.declare_contact(root, "register", None, Value::Null)?;
            network
                .declare_contact(root, "stream", Some(Blend::Stream), Value::Null)
                .map(|stream| (register, stream))
        };
        let (register, stream) = engine.tick(&"".into(), None, declare).unwrap();
        let delay = Some(Duration::from_micros(10));
        engine.set_scheduler(Scheduler::Batch { size, delay }, Arc::new(|| ()));
        (engine, register, stream, clock)
    }

    #[test]
    fn writes_to_one_register_count_once_and_events_each() {
        let (mut engine, register, stream, _) = engine(4);
        for n in 0..5 {
            let due = engine
                .collect(|network| network.write(register, Value::Int(n)))
                .unwrap();
            assert_eq!((due, engine.is_waiting()), (Due::Later, true));
        }
        let mut send = || engine.collect(|network| network.write(stream, Value::Int(1))).unwrap();
        assert_eq!([send(), send(), send()], [Due::Later, Due::Later, Due::Now]);
    }

    #[test]
    fn the_oldest_write_says_when_they_are_due() {
        let (mut engine, register, _, clock) = engine(100);
        engine
            .collect(|network| network.write(register, Value::Int(1)))
            .unwrap();
        clock.advance(6);
        engine
            .collect(|network| network.write(register, Value::Int(2)))
            .unwrap();
        assert!(!engine.is_due());
        clock.advance(4);
        assert!(engine.is_due());
        engine.settle_some(100).unwrap();
        engine.commit();
        assert!(!engine.is_waiting() && !engine.is_due());
        assert_eq!(engine.network.content(register).unwrap(), &Some(Value::Int(2)));
        assert_eq!(engine.network.now(), 2);
    }

    #[test]
    fn a_write_that_is_refused_waits_for_nothing() {
        let (mut engine, register, ..) = engine(100);
        engine
            .tick(&"".into(), None, |network| network.remove_contact(register))
            .unwrap();
        assert!(
            engine
                .collect(|network| network.write(register, Value::Int(1)))
                .is_err()
        );
        assert!(!engine.is_waiting() && !engine.network.in_tick());
    }
}
