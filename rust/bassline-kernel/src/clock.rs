//! Time: what it is, and being woken when it has come.

use crate::lock::{lock, wait};
use crate::sync::{Condvar, Mutex, thread};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// What is called when the time has come. It may be called for nothing.
pub type OnTime = Arc<dyn Fn() + Send + Sync>;

/// Tells the time, in microseconds since 1970.
pub trait Clock: Send + Sync {
    /// Now.
    fn now_micros(&self) -> i64;

    /// Something to be woken by.
    fn alarm(&self, ring: OnTime) -> Box<dyn Alarm> {
        Box::new(ThreadAlarm::new(ring))
    }
}

/// Rings once when its time has come.
pub trait Alarm: Send + Sync {
    /// Sets it to ring in so many microseconds from `now`, by its clock.
    fn set(&self, now_micros: i64, in_micros: i64);
}

/// The machine's clock.
#[derive(Debug, Default, Clone, Copy)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now_micros(&self) -> i64 {
        let since = std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .unwrap_or_default();
        // In 64 bits, which last until the year 294246, as 128 take longer to divide.
        since.as_secs() as i64 * 1_000_000 + i64::from(since.subsec_micros())
    }
}

/// An alarm that rings on a thread of its own, which is started when it is first set.
struct ThreadAlarm {
    setting: Arc<(Mutex<Setting>, Condvar)>,
    ring: OnTime,
}

#[derive(Default)]
struct Setting {
    at: Option<Instant>,
    started: bool,
    over: bool,
}

impl ThreadAlarm {
    fn new(ring: OnTime) -> Self {
        Self {
            setting: Arc::default(),
            ring,
        }
    }
}

impl Alarm for ThreadAlarm {
    fn set(&self, _: i64, in_micros: i64) {
        let mut setting = lock(&self.setting.0);
        setting.at = Some(Instant::now() + Duration::from_micros(in_micros.max(0) as u64));
        if !setting.started {
            let (shared, ring) = (Arc::clone(&self.setting), Arc::clone(&self.ring));
            let thread = thread::Builder::new().name("bassline-alarm".to_owned());
            // Without a thread nothing rings; what waits is committed by whoever comes next.
            setting.started = thread.spawn(move || ring_when_due(&shared, &ring)).is_ok();
        }
        self.setting.1.notify_one();
    }
}

impl Drop for ThreadAlarm {
    fn drop(&mut self) {
        // The thread may be the one that drops it: it is told to end, and not waited for.
        lock(&self.setting.0).over = true;
        self.setting.1.notify_one();
    }
}

fn ring_when_due(shared: &(Mutex<Setting>, Condvar), ring: &OnTime) {
    let mut setting = lock(&shared.0);
    while !setting.over {
        let left = setting.at.map(|at| at.saturating_duration_since(Instant::now()));
        if left == Some(Duration::ZERO) {
            setting.at = None;
            drop(setting);
            ring();
            setting = lock(&shared.0);
        } else {
            setting = wait(&shared.1, setting, left);
        }
    }
}

/// A clock that stands until it is moved on; its alarms ring on the thread that does.
#[derive(Default)]
pub struct ManualClock {
    hands: Mutex<Hands>,
}

#[derive(Default)]
struct Hands {
    now: i64,
    /// By when they were made.
    alarms: Vec<(u64, Option<i64>, OnTime)>,
    made: u64,
}

impl ManualClock {
    /// A clock that stands at a time.
    pub fn new(now_micros: i64) -> Arc<Self> {
        Arc::new(Self {
            hands: Mutex::new(Hands {
                now: now_micros,
                ..Hands::default()
            }),
        })
    }

    /// Now.
    pub fn now(&self) -> i64 {
        lock(&self.hands).now
    }

    /// Moves it on. What falls due on the way rings at its time, the earliest first.
    pub fn advance(&self, micros: i64) {
        let until = self.now().saturating_add(micros.max(0));
        while let Some(ring) = self.next_due(until) {
            ring();
        }
        let mut hands = lock(&self.hands);
        hands.now = hands.now.max(until);
    }

    fn next_due(&self, until: i64) -> Option<OnTime> {
        let mut hands = lock(&self.hands);
        let due = |alarm: &(u64, Option<i64>, OnTime)| alarm.1.filter(|&at| at <= until);
        let (at, place) = hands
            .alarms
            .iter()
            .enumerate()
            .filter_map(|(place, alarm)| due(alarm).map(|at| (at, place)))
            .min()?;
        hands.now = hands.now.max(at);
        hands.alarms[place].1 = None;
        Some(Arc::clone(&hands.alarms[place].2))
    }
}

/// A manual clock as many may share it.
pub struct SharedClock(pub Arc<ManualClock>);

impl Clock for SharedClock {
    fn now_micros(&self) -> i64 {
        self.0.now()
    }

    fn alarm(&self, ring: OnTime) -> Box<dyn Alarm> {
        let mut hands = lock(&self.0.hands);
        hands.made += 1;
        let number = hands.made;
        hands.alarms.push((number, None, ring));
        Box::new(ManualAlarm {
            clock: Arc::clone(&self.0),
            number,
        })
    }
}

struct ManualAlarm {
    clock: Arc<ManualClock>,
    number: u64,
}

impl Alarm for ManualAlarm {
    fn set(&self, now_micros: i64, in_micros: i64) {
        let mut hands = lock(&self.clock.hands);
        if let Some(alarm) = hands.alarms.iter_mut().find(|alarm| alarm.0 == self.number) {
            alarm.1 = Some(now_micros.saturating_add(in_micros));
        }
    }
}

impl Drop for ManualAlarm {
    fn drop(&mut self) {
        let gone = {
            let mut hands = lock(&self.clock.hands);
            let place = hands.alarms.iter().position(|alarm| alarm.0 == self.number);
            place.map(|place| hands.alarms.remove(place))
        };
        drop(gone);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::eventually;
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[test]
    fn a_manual_clock_rings_at_each_time_in_order() {
        let clock = ManualClock::new(100);
        let rung = Arc::new(Mutex::new(Vec::new()));
        let alarm = |name: &'static str| {
            let (rung, at) = (Arc::clone(&rung), Arc::clone(&clock));
            SharedClock(Arc::clone(&clock)).alarm(Arc::new(move || lock(&rung).push((name, at.now()))))
        };
        let (late, early, never) = (alarm("late"), alarm("early"), alarm("never"));
        late.set(100, 50);
        early.set(100, 20);
        never.set(100, 30);
        drop(never);
        clock.advance(19);
        assert!(lock(&rung).is_empty());
        clock.advance(60);
        assert_eq!(*lock(&rung), [("early", 120), ("late", 150)]);
        assert_eq!(clock.now(), 179);
    }

    #[test]
    fn an_alarm_of_the_system_rings_once_when_its_time_has_come() {
        let count = Arc::new(AtomicUsize::new(0));
        let alarm = SystemClock.alarm({
            let count = Arc::clone(&count);
            Arc::new(move || {
                count.fetch_add(1, Ordering::SeqCst);
            })
        });
        alarm.set(0, 3_600_000_000);
        thread::sleep(Duration::from_millis(20));
        assert_eq!(count.load(Ordering::SeqCst), 0);
        alarm.set(0, 1_000);
        eventually(|| count.load(Ordering::SeqCst) == 1);
        thread::sleep(Duration::from_millis(20));
        assert_eq!(count.load(Ordering::SeqCst), 1);
    }
}
