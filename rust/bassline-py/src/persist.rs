//! When ticks are handed to the store, and when snapshots are taken unasked.

use crate::argument::{Count, Seconds};
use crate::enter::{at_most, to_read};
use crate::error::DeclarationError;
use crate::shared::{Closing, Shared, lock};
use bassline_kernel::AttachOptions;
use pyo3::prelude::*;
use std::sync::{Arc, Weak};
use std::time::Duration;

/// How many snapshots a network in memory alone keeps, unless told otherwise.
const IN_MEMORY: usize = 100;
/// How often ticks are stored with `persist="interval"`, unless told otherwise.
const INTERVAL: Duration = Duration::from_secs(1);

#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    Immediate,
    Batch,
    Interval,
    Manual,
}

/// What `persist=` and the options beside it say.
pub(crate) struct Persist {
    mode: Mode,
    batch_size: Option<usize>,
    interval: Duration,
    snapshot_interval: Option<Duration>,
    max_snapshots: Option<usize>,
}

fn refuse<T>(message: String) -> PyResult<T> {
    Err(DeclarationError::new_err(message))
}

/// A time between two of something.
fn between(name: &str, seconds: Seconds) -> PyResult<Duration> {
    // Written so that what is no number is refused too.
    if seconds.0 > 0.0 {
        Ok(at_most(seconds.0).max(Duration::from_micros(1)))
    } else {
        refuse(format!("{name} is a number of seconds above 0, found {}", seconds.0))
    }
}

impl Persist {
    pub(crate) fn of(
        mode: &str,
        batch_size: Option<Count>,
        interval: Option<Seconds>,
        snapshot_interval: Option<Seconds>,
        max_snapshots: Option<Count>,
    ) -> PyResult<Self> {
        let mode = match mode {
            "immediate" => Mode::Immediate,
            "batch" => Mode::Batch,
            "interval" => Mode::Interval,
            "manual" => Mode::Manual,
            other => {
                return refuse(format!(
                    "persist must be 'immediate', 'batch', 'interval' or 'manual', found '{other}'"
                ));
            }
        };
        if batch_size.is_some() && mode != Mode::Batch {
            return refuse("batch_size goes with persist='batch'; give that, or leave batch_size out".to_owned());
        }
        if interval.is_some() && mode != Mode::Interval {
            return refuse("interval goes with persist='interval'; give that, or leave interval out".to_owned());
        }
        for (name, count) in [("batch_size", batch_size), ("max_snapshots", max_snapshots)] {
            if count.is_some_and(|count| count.0 == 0) {
                return refuse(format!("{name} is 1 or more, found 0"));
            }
        }
        let snapshot_interval = snapshot_interval.map(|seconds| between("snapshot_interval", seconds));
        Ok(Self {
            mode,
            batch_size: batch_size.map(|count| count.0),
            interval: interval.map_or(Ok(INTERVAL), |seconds| between("interval", seconds))?,
            snapshot_interval: snapshot_interval.transpose()?,
            max_snapshots: max_snapshots.map(|count| count.0),
        })
    }

    pub(crate) fn is_immediate(&self) -> bool {
        self.mode == Mode::Immediate
    }

    pub(crate) fn max_snapshots(&self, stored: bool) -> Option<usize> {
        self.max_snapshots.or((!stored).then_some(IN_MEMORY))
    }

    pub(crate) fn options(&self) -> AttachOptions {
        let options = AttachOptions::store();
        match self.mode {
            Mode::Immediate | Mode::Batch => AttachOptions {
                batch_records: self.batch_size.unwrap_or(options.batch_records),
                ..options
            },
            Mode::Interval | Mode::Manual => options.on_demand(),
        }
    }
}

/// What is done again and again.
#[derive(Clone, Copy)]
enum Task {
    Store,
    Snapshot { tick: u64 },
}

/// Sets the alarms that a network needs for its store.
pub(crate) fn set_alarms(shared: &Arc<Shared>, persist: &Persist) {
    if persist.mode == Mode::Interval && shared.stored {
        repeat(shared, persist.interval, Task::Store);
    }
    if let Some(interval) = persist.snapshot_interval {
        let tick = lock(&shared.state).engine.network.now();
        repeat(shared, interval, Task::Snapshot { tick });
    }
}

fn repeat(shared: &Arc<Shared>, interval: Duration, task: Task) {
    let weak = Arc::downgrade(shared);
    let micros = i64::try_from(interval.as_micros()).unwrap_or(i64::MAX);
    let at = lock(&shared.alarms).len();
    let clock = Arc::clone(lock(&shared.state).engine.clock());
    let task = std::sync::Mutex::new(task);
    let alarm = clock.alarm(Arc::new(move || ring(&weak, &task, at, micros)));
    alarm.set(clock.now_micros(), micros);
    lock(&shared.alarms).push(alarm);
}

fn ring(shared: &Weak<Shared>, task: &std::sync::Mutex<Task>, at: usize, micros: i64) {
    let Some(shared) = shared.upgrade() else { return };
    // At the very end of the interpreter nothing is due any more.
    let _ = Python::try_attach(|py| {
        let mut doing = *lock(task);
        let open = match to_read(py, &shared) {
            Ok(state) => state.closing == Closing::Open,
            Err(_) => return,
        };
        if !open {
            return;
        }
        match &mut doing {
            Task::Store => shared.kernel.hurry(),
            Task::Snapshot { tick } => match crate::snapshot::take_since(py, &shared, *tick) {
                Ok(taken) => *tick = taken,
                Err(error) => {
                    if let Ok(mut state) = to_read(py, &shared) {
                        state.late.push_back(error);
                    }
                }
            },
        }
        *lock(task) = doing;
        let now = to_read(py, &shared).map(|state| state.engine.now_micros());
        if let (Ok(now), Some(alarm)) = (now, lock(&shared.alarms).get(at)) {
            alarm.set(now, micros);
        }
        // What it may free when it goes needs the interpreter.
        drop(shared);
    });
}
