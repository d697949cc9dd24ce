//! What the writer and the workers share: the log, the board, and the few numbers that let the writer pass without a lock.

use crate::board::{Board, Lane, NEVER};
use crate::lock::lock;
use crate::log::{Log, LogError, Mark};
use crate::record::TickRecord;
use crate::retry::{Retry, Sleeper};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex};

pub(crate) struct Shared {
    pub(crate) log: Box<dyn Log>,
    pub(crate) retry: Retry,
    pub(crate) sleeper: Arc<dyn Sleeper>,
    pub(crate) board: Mutex<Board>,
    /// Wakes those who wait for a cursor to move.
    pub(crate) moved: Condvar,
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
}

impl Shared {
    pub(crate) fn new(log: Box<dyn Log>, retry: Retry, sleeper: Arc<dyn Sleeper>) -> Self {
        let end = log.end();
        Self {
            log,
            retry,
            sleeper,
            board: Mutex::default(),
            moved: Condvar::new(),
            tick: AtomicU64::new(0),
            sequence: AtomicU64::new(end.sequence),
            weight: AtomicU64::new(end.weight),
            attention: AtomicU64::new(NEVER),
            attention_weight: AtomicU64::new(NEVER),
            gate: AtomicBool::new(false),
            needed: AtomicBool::new(false),
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

    pub(crate) fn publish(&self, record: TickRecord) {
        let tick = record.tick;
        match self.log.append(Arc::new(record)) {
            Ok(end) => {
                self.tick.store(tick, Ordering::SeqCst);
                self.sequence.fetch_max(end.sequence, Ordering::SeqCst);
                self.weight.fetch_max(end.weight, Ordering::SeqCst);
                let due = end.sequence >= self.attention.load(Ordering::SeqCst);
                if due || end.weight >= self.attention_weight.load(Ordering::SeqCst) {
                    self.attend();
                }
            }
            Err(error) => self.break_off(tick, error),
        }
    }

    #[cold]
    fn attend(&self) {
        let mut board = lock(&self.board);
        let end = self.end();
        for lane in &mut board.lanes {
            if end.sequence >= lane.wake_at {
                lane.wake_at = NEVER;
                lane.bell.notify_one();
            }
        }
        self.rearm(&board);
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

    /// Brings the writer's numbers in line with the board; is called after each change of it, with the board locked.
    ///
    /// The writer moves the end, then reads what it has to attend to; this sets what to attend to, then reads the end. In a
    /// sequentially consistent order one of the two sees the other, so that no wake-up and no bound is missed.
    pub(crate) fn rearm(&self, board: &Board) {
        let (mut sequence, mut weight) = (NEVER, NEVER);
        for lane in board.lanes.iter().filter(|lane| lane.is_consuming()) {
            let bound = lane.cursor.sequence.saturating_add(lane.options.max_records as u64);
            sequence = sequence.min(lane.wake_at).min(bound);
            weight = weight.min(lane.cursor.weight.saturating_add(lane.options.max_bytes as u64));
        }
        self.attention.store(sequence, Ordering::SeqCst);
        self.attention_weight.store(weight, Ordering::SeqCst);
        let end = self.end();
        let shut = board.refusal().is_some() || board.lanes.iter().any(|lane| lane.is_full(end));
        self.gate.store(shut, Ordering::SeqCst);
        self.needed.store(
            !board.closed && board.lanes.iter().any(Lane::holds_log),
            Ordering::SeqCst,
        );
    }
}
