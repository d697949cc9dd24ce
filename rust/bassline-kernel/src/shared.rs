//! What the writer and the workers share: the log, the board, and the few numbers that let the writer pass without a lock.

use crate::batch::Snapshot;
use crate::board::Board;
use crate::cursors::Cursors;
use crate::driver::Position;
use crate::failure::{DriverFailure, FailureClass};
use crate::kernel::Equipment;
use crate::lane::{Lane, NEVER, NOWHERE};
use crate::letters::DeadLetters;
use crate::lock::lock;
use crate::log::{Log, LogError, Mark};
use crate::names::Names;
use crate::segment::Commit;
use crate::source::Source;
use crate::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use crate::sync::{Condvar, Mutex, MutexGuard};
use crate::time::Time;
use crate::waits::Waits;
use bassline_core::StructureChange;
use bassline_core::planted::{self, Bug};
use std::sync::{Arc, OnceLock, Weak};

pub(crate) struct Shared {
    pub(crate) log: Box<dyn Log>,
    pub(crate) time: Arc<dyn Time>,
    pub(crate) letters: Arc<dyn DeadLetters>,
    /// Held while letters go from one place to another, so that none is tried that is gone.
    pub(crate) sorting: Mutex<()>,
    pub(crate) cursors: Option<Arc<dyn Cursors>>,
    /// What the jitter of retries is drawn from.
    pub(crate) seed: u64,
    pub(crate) names: Arc<Names>,
    pub(crate) waits: Waits,
    pub(crate) board: Mutex<Board>,
    /// Wakes those who wait for a cursor to move.
    pub(crate) moved: Condvar,
    pub(crate) source: OnceLock<Weak<dyn Source>>,
    /// The last tick; it is moved before the end is.
    tick: AtomicU64,
    sequence: AtomicU64,
    weight: AtomicU64,
    /// The end of the log at which the writer has to look at the board: a worker wants to be woken, or a bound is reached.
    attention: AtomicU64,
    attention_weight: AtomicU64,
    /// Whether the writer has to ask before its next tick.
    gate: AtomicBool,
    needed: AtomicBool,
    /// How often the last driver that took records has ceased to: what is committed then is in no log.
    pauses: AtomicU64,
}

impl Shared {
    pub(crate) fn new(log: Box<dyn Log>, equipment: Equipment) -> Self {
        let end = log.end();
        Self {
            log,
            time: equipment.time,
            letters: equipment.letters,
            sorting: Mutex::default(),
            cursors: equipment.cursors,
            seed: equipment.seed,
            names: Arc::default(),
            waits: Waits::default(),
            board: Mutex::default(),
            moved: Condvar::new(),
            source: OnceLock::new(),
            tick: AtomicU64::new(0),
            sequence: AtomicU64::new(end.sequence),
            weight: AtomicU64::new(end.weight),
            attention: AtomicU64::new(NEVER),
            attention_weight: AtomicU64::new(NEVER),
            gate: AtomicBool::new(false),
            needed: AtomicBool::new(false),
            pauses: AtomicU64::new(0),
        }
    }

    #[inline]
    pub(crate) fn is_needed(&self) -> bool {
        self.needed.load(Ordering::Relaxed)
    }

    #[inline]
    pub(crate) fn is_open(&self) -> bool {
        !self.gate.load(Ordering::Relaxed)
    }

    pub(crate) fn pauses(&self) -> u64 {
        self.pauses.load(Ordering::SeqCst)
    }

    /// The end of the log.
    pub(crate) fn end(&self) -> Mark {
        Mark {
            sequence: self.sequence.load(Ordering::SeqCst),
            weight: self.weight.load(Ordering::SeqCst),
        }
    }

    /// The last tick before the end, or one before it.
    pub(crate) fn tick(&self) -> u64 {
        self.tick.load(Ordering::SeqCst)
    }

    /// Knows the names of what the tick adds that is published next, before anybody can read its record.
    pub(crate) fn learn(&self, structure: &[StructureChange]) {
        if !structure.is_empty() && self.names.are_known() {
            self.names.learn(structure, self.end().sequence);
        }
    }

    /// Takes a tick that `commit` writes.
    #[inline]
    pub(crate) fn publish(&self, tick: u64, commit: Commit<'_>) {
        let appended = self.log.append(commit);
        match appended {
            Ok(Some(end)) => {
                // Whoever sees the sequence sees these: there is one writer.
                self.tick.store(tick, Ordering::Release);
                self.weight.store(end.weight, Ordering::Release);
                self.sequence.store(end.sequence, Ordering::SeqCst);
                let due = end.sequence >= self.attention.load(Ordering::SeqCst);
                if due || end.weight >= self.attention_weight.load(Ordering::SeqCst) {
                    self.attend();
                }
            }
            Ok(None) => {}
            Err(error) => self.break_off(tick, error),
        }
    }

    #[cold]
    fn attend(&self) {
        let mut board = lock(&self.board);
        let end = self.end();
        for lane in &mut board.lanes {
            if end.has_reached(lane.wake_at) {
                lane.wake_at = NOWHERE;
                if !planted::is(Bug::WakeUpLost) {
                    lane.ring();
                }
            }
            let at = lane.thins_out_at();
            if end.has_reached(at)
                && let Err(error) = lane.thin_out(self.log.as_ref(), end, i64::MIN)
            {
                lane.fail_next(DriverFailure::of(FailureClass::Fatal, error));
            }
        }
        self.settled(board);
    }

    /// The log lost a committed tick: no later one may go on as if nothing were missing.
    #[cold]
    pub(crate) fn break_off(&self, tick: u64, error: LogError) {
        let mut board = lock(&self.board);
        board.broken.get_or_insert((tick, error));
        self.rearm(&board);
        drop(board);
        self.moved.notify_all();
    }

    /// After a change of the board: tells those who wait, and lets go of what nobody needs any more.
    pub(crate) fn settled(&self, mut board: MutexGuard<'_, Board>) {
        let waits = |lane: &&mut Lane| lane.behind.is_some() || lane.is_starting();
        board.lanes.iter_mut().filter(waits).for_each(Lane::ring);
        board.forget_finished();
        self.rearm(&board);
        let end = self.end();
        let (low, untold) = (board.low(end), board.untold(end));
        drop(board);
        self.moved.notify_all();
        self.log.truncate_below(low);
        self.names.forget_below(untold);
    }

    /// Brings the writer's numbers in line with the board; is called after each change of it, with the board locked.
    ///
    /// The writer moves the end, then reads what it has to attend to; this sets what to attend to, then reads the end. In a
    /// sequentially consistent order one of the two sees the other, so that no wake-up and no bound is missed.
    pub(crate) fn rearm(&self, board: &Board) {
        let bound = board.bound(self.end());
        let awaited = board.lanes.iter().map(|lane| lane.wake_at);
        let first = awaited.fold(bound, |first, at| Mark {
            sequence: first.sequence.min(at.sequence),
            weight: first.weight.min(at.weight),
        });
        self.attention.store(first.sequence, Ordering::SeqCst);
        self.attention_weight.store(first.weight, Ordering::SeqCst);
        let shut = board.refusal().is_some() || board.is_timed() || board.full(self.end(), self.time.now()).is_some();
        self.gate.store(shut, Ordering::SeqCst);
        let needed = !board.closed && board.lanes.iter().any(|lane| lane.holds_log_from().is_some());
        if self.needed.swap(needed, Ordering::SeqCst) && !needed {
            self.pauses.fetch_add(1, Ordering::SeqCst);
        }
    }
}

impl Shared {
    fn source(&self) -> Option<Arc<dyn Source>> {
        self.source.get().and_then(Weak::upgrade)
    }

    pub(crate) fn has_source(&self) -> bool {
        self.source().is_some()
    }

    /// In which opening a tick was committed, if that is known.
    pub(crate) fn epoch_of(&self, tick: u64) -> Option<u64> {
        self.source()?.epoch_of(tick)
    }

    /// What time it is; 0 if there is nobody to ask.
    pub(crate) fn wall_micros(&self) -> i64 {
        self.source().map_or(0, |source| source.now_micros())
    }

    /// The network at rest, and the place in the log that it stands at.
    pub(crate) fn snapshot(&self) -> Result<(Arc<Snapshot>, Mark), DriverFailure> {
        let Some(source) = self.source() else {
            let message = "there is no network to take a snapshot of";
            return Err(DriverFailure::new(FailureClass::Fatal, message));
        };
        let mut taken: Option<(Snapshot, Mark)> = None;
        source.look(&mut |engine| {
            let position = Position {
                epoch: engine.epoch(),
                tick: engine.network.now(),
            };
            let snapshot = Snapshot {
                position,
                time_micros: engine.now_micros(),
                image: engine.network.image(),
            };
            if !self.names.are_known() {
                self.names.begin(&snapshot.image);
            }
            taken = Some((snapshot, self.end()));
        })?;
        let Some((mut snapshot, mark)) = taken else {
            return Err(DriverFailure::new(
                FailureClass::Fatal,
                "the network cannot be looked at",
            ));
        };
        // Its last tick may be of an earlier opening, and a driver that comes back is asked for the place by that.
        if let Some(epoch) = source.epoch_of(snapshot.position.tick) {
            snapshot.position.epoch = epoch;
        }
        Ok((Arc::new(snapshot), mark))
    }
}
