//! One driver's side of the board.

use crate::batch::{Gap, GapReason};
use crate::coalesce::{Keep, coalesce, drop_oldest};
use crate::driver::Ask;
use crate::error::KernelError;
use crate::failure::DriverFailure;
use crate::letters::DeadLetter;
use crate::log::{Limits, Log, LogError, Mark};
use crate::meter::Meter;
use crate::options::AttachOptions;
use crate::policy::Policy;
use crate::records::Records;
use crate::sync::Condvar;
use crate::sync::mpsc::Sender;
use crate::sync::thread::JoinHandle;
use bassline_core::Value;
use bassline_core::planted::{self, Bug};
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

/// No sequence: nothing is waited for.
pub(crate) const NEVER: u64 = u64::MAX;

/// No place in the log that is ever reached.
pub(crate) const NOWHERE: Mark = Mark {
    sequence: NEVER,
    weight: NEVER,
};

/// Where a driver is in its life.
#[derive(Debug, Clone)]
pub(crate) enum Phase {
    /// It was not initialized yet.
    Starting,
    /// It takes what comes.
    Running,
    /// It takes nothing more, unless it is restarted.
    Failed(Failed),
    /// Its worker has left.
    Finished(Option<Failed>),
}

/// A failure and the first tick that was not taken because of it.
#[derive(Debug, Clone)]
pub(crate) struct Failed {
    pub(crate) tick: u64,
    pub(crate) failure: DriverFailure,
}

/// A question, and where the answer goes.
pub(crate) type Asked = (Ask, Sender<Result<Value, DriverFailure>>);

/// One driver's side of the board.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub(crate) struct Lane {
    pub(crate) id: u64,
    pub(crate) name: String,
    pub(crate) options: AttachOptions,
    /// Wakes its worker.
    pub(crate) bell: Arc<Condvar>,
    /// How often it rang.
    pub(crate) rings: u64,
    pub(crate) phase: Phase,
    /// The parties that have to be running before it begins.
    pub(crate) after: Vec<String>,
    /// The lane ahead of it, whose acknowledgements it does not overtake.
    pub(crate) behind: Option<u64>,
    /// Everything before this is acknowledged.
    pub(crate) cursor: Mark,
    /// Everything before this is out of the log: acknowledged, in the worker's hands, or in the backlog.
    pub(crate) taken: Mark,
    /// What was taken out of the log and thinned out, and the place behind it.
    pub(crate) backlog: Records,
    /// How many records the backlog had when it was thinned out last.
    pub(crate) thinned_to: usize,
    /// What is missing, and is to be told with the next batch.
    pub(crate) gap: Option<Gap>,
    /// The next batch is a snapshot.
    pub(crate) resync: bool,
    /// It has not begun, or a snapshot is to come, or under way.
    pub(crate) owed: bool,
    /// Ticks may have gone by that are in no log, as nobody took any; and how often that had been so when it was attached or restarted.
    pub(crate) lost: bool,
    pub(crate) pauses: u64,
    /// It has begun, once.
    pub(crate) begun: bool,
    pub(crate) acknowledged_tick: u64,
    /// The end of the log at which the parked worker wants to be woken.
    pub(crate) wake_at: Mark,
    /// Everything before this is wanted at once.
    pub(crate) hurry: u64,
    /// The worker leaves after the batch it is at; at once if forced.
    pub(crate) stop: Option<Stop>,
    /// The driver is to be initialized anew.
    pub(crate) restart: bool,
    /// Since when it has been at what it is at.
    pub(crate) busy_since: Option<Duration>,
    /// When the oldest record that it has not acknowledged began to wait.
    pub(crate) waiting_since: Option<Duration>,
    /// How often the batch it is at was tried.
    pub(crate) failed_tries: u32,
    pub(crate) asked: VecDeque<Asked>,
    /// The first tick put aside that nobody was told of yet, and how many there are.
    pub(crate) put_aside: Option<(Failed, u64)>,
    /// Dead letters to be tried once more; the first one may be in its hands.
    pub(crate) requeued: VecDeque<DeadLetter>,
    pub(crate) meter: Arc<Meter>,
    pub(crate) thread: Option<JoinHandle<()>>,
}

/// How a worker is told to leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stop {
    Orderly,
    Forced,
}

impl Lane {
    pub(crate) fn new(id: u64, name: &str, options: AttachOptions, cursor: Mark) -> Self {
        Self {
            id,
            name: name.to_owned(),
            options,
            bell: Arc::new(Condvar::new()),
            rings: 0,
            phase: Phase::Starting,
            after: Vec::new(),
            behind: None,
            cursor,
            taken: cursor,
            backlog: Records::default(),
            thinned_to: 0,
            gap: None,
            resync: false,
            owed: true,
            lost: false,
            pauses: 0,
            begun: false,
            acknowledged_tick: 0,
            wake_at: NOWHERE,
            hurry: 0,
            stop: None,
            restart: false,
            busy_since: None,
            waiting_since: None,
            failed_tries: 0,
            asked: VecDeque::new(),
            put_aside: None,
            requeued: VecDeque::new(),
            meter: Arc::default(),
            thread: None,
        }
    }

    /// Acknowledges everything up to a place, where that tick is the last. Another may have come further.
    pub(crate) fn advance(&mut self, to: Mark, tick: u64) {
        self.acknowledged_tick = self.acknowledged_tick.max(tick);
        if to.sequence > self.cursor.sequence {
            self.meter.took(to.sequence - self.cursor.sequence);
            self.cursor = to;
            if self.taken.sequence < to.sequence {
                self.taken = to;
            }
        }
    }

    pub(crate) fn lag(&self, end: Mark) -> Mark {
        end.since(self.cursor)
    }

    pub(crate) fn failure(&self) -> Option<&Failed> {
        match &self.phase {
            Phase::Failed(failed) | Phase::Finished(Some(failed)) => Some(failed),
            _ => None,
        }
    }

    pub(crate) fn is_finished(&self) -> bool {
        matches!(self.phase, Phase::Finished(_))
    }

    pub(crate) fn is_starting(&self) -> bool {
        matches!(self.phase, Phase::Starting)
    }

    /// Whether it still takes records, or will.
    pub(crate) fn is_consuming(&self) -> bool {
        self.stop != Some(Stop::Forced) && matches!(self.phase, Phase::Starting | Phase::Running)
    }

    /// The first record that the log keeps for it.
    pub(crate) fn holds_log_from(&self) -> Option<u64> {
        // Who restarts it finds what it has missed.
        let waits = matches!(self.phase, Phase::Failed(_)) && self.options.fail_fast;
        (self.is_consuming() || waits).then(|| {
            if self.options.policy.thins_out() {
                self.taken.sequence
            } else {
                self.cursor.sequence
            }
        })
    }

    /// The first record that the log keeps for it in memory: one that spills reads from the disk what lies beyond its bounds.
    pub(crate) fn holds_memory_from(&self, end: Mark) -> Option<u64> {
        let lag = self.lag(end);
        let beyond = lag.sequence > self.options.max_records as u64 || lag.weight > self.options.max_bytes as u64;
        let spilt = self.options.policy == Policy::Spill && beyond;
        self.holds_log_from()
            .map(|from| if spilt { end.sequence } else { from })
    }

    /// Puts a failure on record; `tick` is the first that was not taken.
    pub(crate) fn fail(&mut self, tick: u64, failure: DriverFailure) {
        self.meter.failed(failure.class);
        self.end(tick, failure);
    }

    /// The same for a failure that was counted.
    pub(crate) fn end(&mut self, tick: u64, failure: DriverFailure) {
        self.backlog = Records::default();
        self.phase = Phase::Failed(Failed { tick, failure });
    }

    /// A tick was put aside; whoever flushes or closes is told.
    pub(crate) fn put_aside(&mut self, tick: u64, failure: &DriverFailure) {
        self.meter.put_aside();
        let first = || {
            let failure = failure.clone();
            (Failed { tick, failure }, 0)
        };
        self.put_aside.get_or_insert_with(first).1 += 1;
    }

    /// A dead letter is to be tried once more.
    pub(crate) fn requeue(&mut self, letter: DeadLetter) {
        if !self.requeued.iter().any(|known| known.id == letter.id) {
            self.requeued.push_back(letter);
        }
    }

    /// What was put aside since this was last asked, as the failure that is told.
    pub(crate) fn take_put_aside(&mut self) -> Option<Failed> {
        let (Failed { tick, failure }, count) = self.put_aside.take()?;
        let message = match count {
            1 => format!("{failure}; it is put aside as a dead letter"),
            _ => format!("{failure}; it and {} more are put aside as dead letters", count - 1),
        };
        let failure = DriverFailure { message, ..failure };
        Some(Failed { tick, failure })
    }

    /// A failure that no batch had: it concerns the tick after the last one that was taken.
    pub(crate) fn fail_next(&mut self, failure: DriverFailure) {
        self.fail(self.acknowledged_tick + 1, failure);
    }

    /// Its failure, as whoever writes or waits is told it.
    pub(crate) fn failed(&self) -> Option<KernelError> {
        self.failure().map(|failed| KernelError::DriverFailed {
            driver: self.name.clone(),
            tick: failed.tick,
            committed: true,
            failure: failed.failure.clone(),
        })
    }

    /// Wakes its worker.
    pub(crate) fn ring(&mut self) {
        self.rings += 1;
        self.bell.notify_one();
    }

    /// Asks its worker for everything before `sequence` at once.
    pub(crate) fn hurry_to(&mut self, sequence: u64) {
        self.hurry = self.hurry.max(sequence);
        self.ring();
    }

    /// Tells its worker to leave.
    pub(crate) fn stop(&mut self, how: Stop) {
        self.stop = Some(how);
        self.ring();
    }

    /// How far the end may be from what was taken before the backlog is thinned out again: so far that the work is paid for by those who
    /// came meanwhile, however many contacts there are.
    fn stretch(&self) -> u64 {
        (self.options.max_records.max(self.thinned_to) as u64 / 2).max(1)
    }

    /// Where the writer has to look at this lane, for its backlog's sake.
    pub(crate) fn thins_out_at(&self) -> Mark {
        if self.options.policy.thins_out() && self.is_consuming() {
            Mark {
                sequence: self.taken.sequence.saturating_add(self.stretch()),
                weight: self.taken.weight.saturating_add(self.options.max_bytes as u64 / 2),
            }
        } else {
            NOWHERE
        }
    }

    /// Whether the oldest record that it has not taken was committed before a time.
    pub(crate) fn is_late(&self, log: &dyn Log, since_micros: i64) -> Result<bool, LogError> {
        if let Some(oldest) = self.backlog.first() {
            return Ok(oldest.time_micros < since_micros);
        }
        let (mut next, one) = (Records::default(), Limits { records: 1, bytes: 0 });
        log.read(self.taken.sequence, one, &mut next)?;
        Ok(next.first().is_some_and(|record| record.time_micros < since_micros))
    }

    /// Takes what waits in the log into the backlog, and thins it out to its bounds, and to what was committed from a time on.
    pub(crate) fn thin_out(&mut self, log: &dyn Log, end: Mark, since_micros: i64) -> Result<(), LogError> {
        let limits = Limits {
            records: usize::MAX,
            bytes: usize::MAX,
        };
        while self.taken.sequence < end.sequence {
            self.taken = log.read(self.taken.sequence, limits, &mut self.backlog)?;
        }
        let bound = Keep {
            limits: Limits {
                records: self.options.max_records.max(2) / 2,
                bytes: self.options.max_bytes / 2,
            },
            since_micros,
        };
        let lost = if self.options.policy == Policy::Coalesce {
            let thinned = coalesce(&mut self.backlog, bound);
            self.meter.superseded(thinned.superseded);
            let ticks = thinned.events_ticks.unwrap_or_default();
            (thinned.events > 0).then_some((GapReason::Events, ticks.0, ticks.1, thinned.events))
        } else {
            drop_oldest(&mut self.backlog, bound).map(|(first, last, count)| (GapReason::Dropped, first, last, count))
        };
        if let Some((reason, first_tick, last_tick, missing)) = lost {
            self.miss(Gap {
                reason,
                first_tick: Some(first_tick),
                last_tick,
                missing: Some(missing),
            });
        }
        let edits: usize = self.backlog.iter().map(|record| record.structure.len()).sum();
        if edits > self.options.max_records.max(1_000)
            && let (Some(first), Some(last)) = (self.backlog.first(), self.backlog.last())
        {
            // More edits than can be held: the network as it is says the same.
            let (first_tick, last_tick) = (Some(first.tick), last.tick);
            self.resynchronise(first_tick, last_tick);
        }
        self.thinned_to = self.backlog.len();
        Ok(())
    }

    /// The next batch is a snapshot, as what lies between cannot be told any more.
    pub(crate) fn resynchronise(&mut self, first_tick: Option<u64>, last_tick: u64) {
        self.backlog = Records::default();
        self.owe_snapshot();
        self.miss(Gap {
            reason: GapReason::Resynchronised,
            first_tick,
            last_tick,
            missing: None,
        });
    }

    /// The next batch is a snapshot.
    pub(crate) fn owe_snapshot(&mut self) {
        (self.resync, self.owed) = (true, true);
        self.lost = false;
    }

    /// A snapshot stands for everything up to a tick, and a place; what was thinned out meanwhile may have come further.
    pub(crate) fn pass_over(&mut self, tick: u64, mark: Mark) {
        if !planted::is(Bug::SnapshotOlderThanRecords) {
            self.backlog = self.backlog.part(self.backlog.until(tick)..self.backlog.len());
        }
        if self.taken.sequence < mark.sequence {
            self.taken = mark;
        }
    }

    fn miss(&mut self, gap: Gap) {
        self.meter.missed(&gap);
        if !planted::is(Bug::GapNotTold) {
            self.gap = Some(self.gap.map_or(gap, |earlier| earlier.and(gap)));
        }
    }

    /// What was to be told as missing, and was not, comes before what is missing since.
    pub(crate) fn tell_later(&mut self, gap: Option<Gap>) {
        if let Some(gap) = gap {
            self.gap = Some(self.gap.map_or(gap, |later| gap.and(later)));
        }
    }
}
