//! Turns between the writers of one file. SQLite lets whoever asks at the right moment write, and one that writes without a pause
//! leaves the others hardly a moment: so a busy writer pauses now and then, and one that waits asks more often than the pause is long.

use rusqlite::Connection;
use std::thread;
use std::time::{Duration, Instant};

/// How long a writer goes on before it pauses.
const STRETCH: Duration = Duration::from_millis(20);
const PAUSE: Duration = Duration::from_micros(400);
/// How long the lock of another writer is waited for, asked for every [`ASK`], before it counts as a failure.
const PATIENCE: Duration = Duration::from_secs(10);
const ASK: Duration = Duration::from_micros(100);

/// Has a connection wait for other writers.
pub(crate) fn wait_for_others(connection: &mut Connection) -> rusqlite::Result<()> {
    connection.busy_handler(Some(|tries: i32| {
        thread::sleep(ASK);
        // A sleep takes longer than it is asked to: patience is counted generously.
        u128::from(tries.unsigned_abs()) * ASK.as_micros() < PATIENCE.as_micros()
    }))
}

/// A writer's turn.
#[derive(Debug)]
pub(crate) struct Turn {
    began: Instant,
    /// When its last transaction ended.
    wrote: Instant,
}

impl Turn {
    pub(crate) fn new() -> Self {
        let now = Instant::now();
        Self { began: now, wrote: now }
    }

    /// Before a transaction: lets others write if the turn has been long and without a pause.
    pub(crate) fn take(&mut self) {
        let now = Instant::now();
        if now - self.wrote >= PAUSE {
            self.began = now;
        } else if now - self.began >= STRETCH {
            thread::sleep(PAUSE);
            self.began = Instant::now();
        }
    }

    /// After a transaction.
    pub(crate) fn end(&mut self) {
        self.wrote = Instant::now();
    }
}
