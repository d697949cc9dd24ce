//! The courier: what is done next for one driver. Each step calls the driver at most once, and takes the time as it is told, so that a
//! thread can run it, or a simulation.

use crate::batch::{Batch, Gap};
use crate::board::Board;
use crate::driver::{Ask, Context, Driver, Position};
use crate::failure::{DriverFailure, FailureClass};
use crate::lane::{Asked, Failed, Lane, NOWHERE, Phase, Stop};
use crate::letters::DeadLetter;
use crate::lock::lock;
use crate::log::{Limits, LogError, Mark};
use crate::parcel::{Outcome, Parcel};
use crate::records::Records;
use crate::resume::Keeping;
use crate::retry::next_chance;
use crate::shared::Shared;
use crate::sync::mpsc::Sender;
use bassline_core::Value;
use bassline_core::planted::{self, Bug};
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

/// How long nothing comes before a driver is called idle.
const QUIET: Duration = Duration::from_secs(1);
/// A driver that refuses so many ticks in a row takes none.
const REFUSED: u32 = 100;

/// What whoever runs a courier does after a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// The next one at once.
    Again,
    /// The next one when the bell rings, or after this time if one is given.
    Wait(Option<Duration>),
    /// None: the driver is gone.
    Over,
}

/// Hands one driver its slices of the log.
pub struct Courier {
    pub(crate) shared: Arc<Shared>,
    pub(crate) id: u64,
    /// How often the bell had rung when the last step looked.
    pub(crate) heard: u64,
    pub(crate) driver: Box<dyn Driver>,
    pub(crate) context: Context,
    parcel: Option<Parcel>,
    /// Since when a record has been waiting for others to fill its batch.
    since: Option<Duration>,
    /// When the last batch was handed over, if the driver was not called idle since.
    pub(crate) busy_until: Option<Duration>,
    /// How many ticks were put aside since one was taken.
    refused: u32,
    chance: u64,
    /// The cursor, of a driver that has no memory of its own.
    pub(crate) keeping: Option<Keeping>,
}

impl std::fmt::Debug for Courier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Courier")
            .field("driver", &self.context.driver)
            .finish_non_exhaustive()
    }
}

/// What a step does, once the board is free again.
enum Turn {
    Initialize,
    Snapshot,
    Take(Ahead),
    Hand,
    Letter(Box<DeadLetter>),
    Answer(Asked),
    Idle,
    Restart,
    Leave(Stop),
    Wait(Option<Duration>),
}

/// What may be taken, and from where.
#[derive(Clone, Copy)]
struct Ahead {
    from: Mark,
    limits: Limits,
    last_tick: u64,
}

impl Courier {
    pub(crate) fn new(shared: Arc<Shared>, id: u64, driver: Box<dyn Driver>, context: Context) -> Self {
        let chance = shared.seed.wrapping_add(id);
        Self {
            shared,
            id,
            heard: 0,
            driver,
            context,
            parcel: None,
            since: None,
            busy_until: None,
            refused: 0,
            chance,
            keeping: None,
        }
    }

    /// Does what is next, at a time on a clock that never goes back.
    pub fn step(&mut self, now: Duration) -> Step {
        let shared = Arc::clone(&self.shared);
        let mut board = lock(&shared.board);
        let Some(turn) = self.turn(&mut board, now) else {
            return Step::Over;
        };
        if let Some(lane) = board.lane(self.id) {
            lane.busy_since = (!matches!(turn, Turn::Wait(_))).then_some(now);
        }
        shared.rearm(&board);
        // The end may have come past the place where the writer was to ring, before it knew of it.
        if let Turn::Wait(wait) = turn {
            let rings_at = board.lane(self.id).map_or(NOWHERE, |lane| lane.wake_at);
            let has_passed = shared.end().has_reached(rings_at);
            return if has_passed && !planted::is(Bug::EndPassedUnseen) {
                Step::Again
            } else {
                Step::Wait(wait)
            };
        }
        drop(board);
        match turn {
            Turn::Initialize => self.initialize(),
            Turn::Snapshot => self.take_snapshot(),
            Turn::Take(ahead) => self.take(ahead),
            Turn::Hand => self.hand(now),
            Turn::Letter(letter) => self.hand_letter(&letter, now),
            Turn::Answer((ask, to)) => self.answer(&ask, &to),
            Turn::Idle => self.idle(),
            Turn::Restart => self.restart(),
            Turn::Leave(how) => {
                self.leave(how);
                return Step::Over;
            }
            Turn::Wait(_) => {}
        }
        Step::Again
    }

    fn turn(&mut self, board: &mut Board, now: Duration) -> Option<Turn> {
        let end = self.shared.end();
        let at = board.lanes.iter().position(|lane| lane.id == self.id)?;
        let (limit, last_tick) = board.limit(&board.lanes[at], end);
        let may_begin = board.lanes[at].is_starting() && !is_held_up(board, at);
        let lane = &mut board.lanes[at];
        lane.wake_at = NOWHERE;
        self.heard = lane.rings;
        if let Some(how) = lane.stop {
            return Some(Turn::Leave(how));
        }
        if let Some(asked) = lane.asked.pop_front() {
            return Some(Turn::Answer(asked));
        }
        if std::mem::take(&mut lane.restart) {
            lane.meter.restarted();
            return Some(Turn::Restart);
        }
        match lane.phase {
            Phase::Starting if may_begin => return Some(Turn::Initialize),
            Phase::Starting | Phase::Failed(_) => return Some(Turn::Wait(None)),
            Phase::Finished(_) => return None,
            Phase::Running => {}
        }
        let pending = limit.since(lane.cursor);
        lane.meter.lagged(end.since(lane.cursor));
        if pending.sequence == 0 {
            lane.waiting_since = None;
        } else {
            lane.waiting_since.get_or_insert(now);
        }
        if let Some(parcel) = &self.parcel {
            return Some(match parcel.not_before.checked_sub(now) {
                Some(left) if !left.is_zero() => Turn::Wait(Some(left)),
                _ => Turn::Hand,
            });
        }
        if let Some(letter) = lane.requeued.front() {
            return Some(Turn::Letter(Box::new(letter.clone())));
        }
        if lane.resync {
            return Some(Turn::Snapshot);
        }
        let options = &lane.options;
        let limits = Limits {
            records: options.batch_records,
            bytes: options.batch_bytes,
        };
        let ahead = |records: usize| {
            let limits = Limits { records, ..limits };
            let from = lane.taken;
            Turn::Take(Ahead {
                from,
                limits,
                last_tick,
            })
        };
        if let Some(first) = lane.backlog.first() {
            let may = first.tick <= last_tick;
            return Some(if may { ahead(limits.records) } else { Turn::Wait(None) });
        }
        if limit.sequence <= lane.taken.sequence {
            self.since = None;
            if limit.sequence >= end.sequence {
                lane.wake_at.sequence = lane.taken.sequence + 1;
            }
            let quiet = self.busy_until.map(|until| (until + QUIET).saturating_sub(now));
            return Some(if quiet == Some(Duration::ZERO) {
                Turn::Idle
            } else {
                Turn::Wait(quiet)
            });
        }
        let waited = now.saturating_sub(*self.since.get_or_insert(now));
        let waiting = limit.since(lane.taken);
        let full = waiting.sequence >= limits.records as u64 || waiting.weight >= limits.bytes as u64;
        if full || lane.hurry > lane.taken.sequence || waited >= options.max_age {
            let may = if planted::is(Bug::RowOvertaken) {
                usize::MAX
            } else {
                waiting.sequence as usize
            };
            return Some(ahead(limits.records.min(may)));
        }
        // For one in a row the leader rings.
        if limit.sequence >= end.sequence {
            lane.wake_at.sequence = lane.taken.sequence + limits.records as u64;
            if limit == end {
                lane.wake_at.weight = lane.taken.weight.saturating_add(limits.bytes as u64);
            }
        }
        Some(Turn::Wait(Some(options.max_age.saturating_sub(waited))))
    }

    fn take_snapshot(&mut self) {
        match self.shared.snapshot() {
            Ok((snapshot, mark)) => {
                let tick = snapshot.position.tick;
                let mut reached = mark;
                let gap = self.take_gap(|lane| {
                    lane.resync = false;
                    lane.pass_over(tick, mark);
                    reached = lane.cursor;
                });
                let empty = snapshot.image.contacts.is_empty() && snapshot.image.groups.is_empty();
                if empty && gap.is_none() {
                    self.settle(|lane| {
                        lane.advance(mark, tick);
                        lane.owed = false;
                    });
                    return;
                }
                let batch = Batch {
                    gap: gap.map(|gap| gap.up_to(tick)).filter(Gap::is_any),
                    snapshot: Some(snapshot),
                    ..Batch::default()
                };
                self.parcel = Some(Parcel::whole(batch, reached, mark));
                // Who attached it waits for this.
                self.shared.moved.notify_all();
            }
            Err(failure) => self.settle(|lane| lane.fail_next(failure)),
        }
    }

    /// Changes the lane, and takes what is to be told as missing.
    fn take_gap(&self, change: impl FnOnce(&mut Lane)) -> Option<Gap> {
        let mut board = lock(&self.shared.board);
        let lane = board.lane(self.id)?;
        change(lane);
        lane.gap.take()
    }

    fn take(&mut self, ahead: Ahead) {
        self.since = None;
        let taken = match self.take_thinned(ahead) {
            Some(taken) => taken,
            None => self.read(ahead, |change| self.take_gap(change)),
        };
        match taken {
            Ok(parcel) => self.parcel = parcel,
            Err(LogError::Truncated { .. }) if self.may_resynchronise() => {
                let tick = self.shared.tick();
                self.settle(|lane| lane.resynchronise(Some(lane.acknowledged_tick + 1), tick));
            }
            Err(error) => {
                let failure = DriverFailure::of(FailureClass::Fatal, error);
                self.settle(|lane| lane.fail_next(failure));
            }
        }
    }

    /// Reads what is next from the log, and writes that on the lane.
    fn read(
        &self,
        ahead: Ahead,
        on_lane: impl FnOnce(&dyn Fn(&mut Lane)) -> Option<Gap>,
    ) -> Result<Option<Parcel>, LogError> {
        let mut records = Records::default();
        let upto = self.shared.log.read(ahead.from.sequence, ahead.limits, &mut records)?;
        if planted::is(Bug::BatchReordered) && records.len() > 1 {
            let mut reordered = records.part(1..2);
            reordered.extend(&records.part(0..1));
            reordered.extend(&records.part(2..records.len()));
            records = reordered;
        }
        if planted::is(Bug::LastOfBatchDropped) && records.len() > 1 {
            records = records.part(0..records.len() - 1);
        }
        let batch = Batch {
            gap: on_lane(&|lane| {
                lane.taken = upto;
                if planted::is(Bug::AcknowledgedBeforeDelivery) {
                    lane.cursor = upto;
                }
            }),
            ..Batch::from(records)
        };
        Ok(Some(Parcel::of_log(batch, ahead.from, upto)))
    }

    /// A store that lost its place in the log has lost ticks, and says so; anybody else is told what the network is now.
    pub(crate) fn may_resynchronise(&self) -> bool {
        self.shared.has_source()
            && lock(&self.shared.board)
                .lane(self.id)
                .is_some_and(|lane| lane.options.dead_letters)
    }

    /// Takes from the backlog, or from the log for a driver that has none yet, with the board locked: the writer may be about to thin out.
    /// What has waited for too long is thinned out first. `None` for a driver of which nothing is.
    fn take_thinned(&self, ahead: Ahead) -> Option<Result<Option<Parcel>, LogError>> {
        let wall = self.shared.wall_micros();
        let mut board = lock(&self.shared.board);
        let lane = board.lane(self.id).filter(|lane| lane.options.policy.thins_out())?;
        if let Some(most) = lane.options.max_lag
            && !lane.resync
        {
            let since = wall.saturating_sub(i64::try_from(most.as_micros()).unwrap_or(i64::MAX));
            let log = self.shared.log.as_ref();
            let thinned = lane.is_late(log, since).and_then(|late| {
                if late {
                    lane.thin_out(log, self.shared.end(), since)
                } else {
                    Ok(())
                }
            });
            if let Err(error) = thinned {
                return Some(Err(error));
            }
        }
        if lane.resync {
            return Some(Ok(None));
        }
        if lane.backlog.is_empty() {
            return Some(self.read(ahead, |change| {
                change(lane);
                lane.gap.take()
            }));
        }
        let may = lane.backlog.until(ahead.last_tick);
        if may == 0 {
            return Some(Ok(None));
        }
        let at = may.min(ahead.limits.records.max(1));
        let (first, rest) = (lane.backlog.part(0..at), lane.backlog.part(at..lane.backlog.len()));
        // What is left of the backlog lies before the place that it ends at.
        let upto = if rest.is_empty() { lane.taken } else { lane.cursor };
        lane.backlog = rest;
        let batch = Batch {
            gap: lane.gap.take(),
            ..Batch::from(first)
        };
        Some(Ok(Some(Parcel::whole(batch, lane.cursor, upto))))
    }

    fn hand(&mut self, now: Duration) {
        let Some(piece) = self.parcel.as_ref().and_then(Parcel::piece) else {
            self.parcel = None;
            return;
        };
        let begun = self.shared.time.now();
        let outcome = guarded(|| {
            self.driver.check_preconditions(&piece)?;
            self.driver.handle_changes(&piece)?;
            self.driver.check_postconditions(&piece)
        });
        let outcome = outcome.or_else(|failure| {
            if planted::is(Bug::FailureSwallowed) {
                Ok(())
            } else {
                Err(failure)
            }
        });
        let took = self.shared.time.now().saturating_sub(begun);
        let options = lock(&self.shared.board).lane(self.id).map(|lane| lane.options.clone());
        let (Some(parcel), Some(options)) = (&mut self.parcel, options) else {
            return;
        };
        let class = match &outcome {
            Err(failure) if failure.retry_after.is_none() => Some(failure.class),
            _ => None,
        };
        let chance = next_chance(&mut self.chance);
        let mut next = parcel.after(outcome, &options.retry, options.dead_letters, now + took, chance);
        let (reached, tries, over) = (parcel.reached(), parcel.failed_tries(), parcel.is_over());
        let mut untold = None;
        match &next {
            Outcome::Taken => self.refused = 0,
            Outcome::PutAside(failure, tries) => match self.put_aside(&piece, failure, *tries, None) {
                Ok(()) => {
                    self.refused += 1;
                    let gap = piece.gap.filter(|_| !planted::is(Bug::GapLostWithLetter));
                    untold = gap.and_then(|gap| self.parcel.as_mut()?.tell(gap));
                }
                Err(failure) => next = Outcome::Failed(failure),
            },
            Outcome::Again | Outcome::Split | Outcome::Failed(_) => {}
        }
        if self.refused == REFUSED
            && let Outcome::PutAside(failure, _) = &next
        {
            let message = format!("{failure} (it refused {REFUSED} ticks in a row, which are dead letters)");
            next = Outcome::Failed(failure.clone().made_fatal(message));
            self.refused = 0;
        }
        if over || matches!(next, Outcome::Failed(_)) {
            self.parcel = None;
        }
        let moved = matches!(next, Outcome::Taken | Outcome::PutAside(..));
        let (records, first_tick, last_tick) = (piece.records.len(), piece.first_tick(), piece.last_tick());
        let (is_snapshot, position) = (piece.snapshot.is_some(), piece.last_position());
        // The log writes anew where nobody reads any more.
        drop(piece);
        self.settle(|lane| {
            lane.meter.handled(took, records);
            if let Some(class) = class {
                lane.meter.failed(class);
            }
            lane.failed_tries = tries;
            lane.waiting_since = None;
            let is_tried = planted::is(Bug::TriedIsAcknowledged) && matches!(next, Outcome::Again);
            if is_tried || matches!(next, Outcome::Taken | Outcome::PutAside(..)) {
                lane.owed &= !is_snapshot || !over;
                lane.advance(reached, last_tick);
            }
            match next {
                Outcome::Failed(failure) => lane.end(first_tick, failure),
                Outcome::Again => lane.meter.retried(),
                Outcome::PutAside(failure, _) => {
                    lane.put_aside(first_tick, &failure);
                    lane.tell_later(untold);
                }
                Outcome::Taken | Outcome::Split => {}
            }
        });
        self.busy_until = Some(now + took);
        if moved {
            self.note(position, now + took);
        }
    }

    fn answer(&mut self, ask: &Ask, to: &Sender<Result<Value, DriverFailure>>) {
        let begun = self.shared.time.now();
        let answer = guarded(|| self.driver.ask(ask));
        let took = self.shared.time.now().saturating_sub(begun);
        self.settle(|lane| {
            if let Ask::Command(..) = ask {
                lane.meter.commanded(took, answer.is_err());
            }
        });
        // Who asked may have gone.
        let _ = to.send(answer);
    }

    fn idle(&mut self) {
        self.busy_until = None;
        self.keep_cursor();
        self.shared.log.rest();
        if let Err(failure) = guarded(|| self.driver.idle()) {
            self.settle(|lane| lane.fail_next(failure));
        }
    }

    /// Begins anew with what was not acknowledged.
    fn restart(&mut self) {
        // What it says in the end is of no use: it is to begin anew all the same.
        let _ = guarded(|| self.driver.shutdown(true));
        self.parcel = None;
        self.since = None;
        let (pauses, end) = (self.shared.pauses(), self.shared.end());
        self.settle(|lane| {
            lane.lost |= pauses != std::mem::replace(&mut lane.pauses, pauses);
            lane.taken = lane.cursor;
            if planted::is(Bug::RestartSkips) {
                (lane.cursor, lane.taken) = (end, end);
            }
            lane.backlog = Records::default();
            // What was missing lies behind the cursor, and so does what a snapshot was to stand for.
            lane.gap = None;
            (lane.resync, lane.owed) = (false, true);
            lane.failed_tries = 0;
            lane.phase = Phase::Starting;
        });
    }

    fn leave(&mut self, how: Stop) {
        self.keep_cursor();
        let outcome = guarded(|| self.driver.shutdown(how == Stop::Forced));
        self.settle(|lane| {
            let failed = match (lane.failure(), outcome) {
                (Some(failed), _) => Some(failed.clone()),
                (None, Err(failure)) => Some(Failed {
                    tick: lane.acknowledged_tick + 1,
                    failure,
                }),
                (None, Ok(())) => None,
            };
            // Who asked and was not answered is told that nobody will.
            lane.asked.clear();
            lane.phase = Phase::Finished(failed);
        });
    }

    /// Writes on the board, tells those who wait, and lets the log drop what nobody needs any more.
    pub(crate) fn settle(&self, write: impl FnOnce(&mut Lane)) {
        let mut board = lock(&self.shared.board);
        if let Some(lane) = board.lane(self.id) {
            lane.busy_since = None;
            write(lane);
        }
        self.shared.settled(board);
    }
}

/// Whether one it begins after has not begun, or one before it in its row; behind one that could not begin nobody does.
fn is_held_up(board: &Board, at: usize) -> bool {
    let lane = &board.lanes[at];
    let first = |name: &String| board.parties.iter().find(|party| party.name == *name);
    let starting = |id: u64| {
        let waits = |other: &Lane| other.id == id && (other.is_starting() || !other.begun);
        board.lanes.iter().any(waits)
    };
    let parties = lane.after.iter().filter_map(first);
    parties.flat_map(|party| party.root.lanes()).any(starting) || lane.behind.is_some_and(starting)
}

impl Batch {
    pub(crate) fn first_tick(&self) -> u64 {
        let snapshot = self.snapshot.as_ref().map(|snapshot| snapshot.position.tick);
        self.records.first().map_or(snapshot.unwrap_or(0), |record| record.tick)
    }

    /// The place of the last tick in it.
    fn last_position(&self) -> Option<Position> {
        let last = self.records.last().map(|record| Position {
            epoch: record.epoch,
            tick: record.tick,
        });
        last.or(self.snapshot.as_ref().map(|snapshot| snapshot.position))
    }

    pub(crate) fn last_tick(&self) -> u64 {
        let snapshot = self.snapshot.as_ref().map(|snapshot| snapshot.position.tick);
        self.records.last().map_or(snapshot.unwrap_or(0), |record| record.tick)
    }
}

/// Calls a driver; a panic in it is a fatal failure.
pub(crate) fn guarded<T>(call: impl FnOnce() -> Result<T, DriverFailure>) -> Result<T, DriverFailure> {
    catch_unwind(AssertUnwindSafe(call)).unwrap_or_else(|payload| {
        Err(DriverFailure::new(
            FailureClass::Fatal,
            format!("the driver panicked: {}", panic_message(payload.as_ref())),
        ))
    })
}

fn panic_message(payload: &(dyn Any + Send)) -> &str {
    let text = payload.downcast_ref::<&str>().copied();
    text.or_else(|| payload.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("without a message")
}
