//! Putting aside: ticks that a driver will never take are kept as dead letters, and tried once more when it is asked for.

use crate::batch::Batch;
use crate::courier::{Courier, guarded};
use crate::failure::{DriverFailure, FailureClass};
use crate::letters::DeadLetter;
use crate::lock::lock;
use crate::record::return_of;
use bassline_core::Change;
use bassline_core::planted::{self, Bug};
use std::sync::Arc;
use std::time::Duration;

impl Courier {
    /// Keeps a tick that the driver will never take; if that fails, the driver has.
    pub(crate) fn put_aside(
        &self,
        piece: &Batch,
        failure: &DriverFailure,
        tries: u32,
        known: Option<&DeadLetter>,
    ) -> Result<(), DriverFailure> {
        let Some(record) = piece.records.first() else {
            return Ok(());
        };
        let names = match known {
            Some(letter) => letter.names.clone(),
            None => self.shared.names.look(|directory| {
                let name = |change: Change| {
                    let path = directory.path(change.contact).cloned().unwrap_or_default();
                    let cause = match return_of(record.source) {
                        Some(_) => record.source.clone(),
                        None => directory.cause(&change.cause),
                    };
                    (path, cause)
                };
                record.changes().map(name).collect()
            }),
        };
        let letter = DeadLetter {
            id: 0,
            driver: self.context.driver.clone(),
            time_micros: self.shared.wall_micros(),
            error: failure.message.as_str().into(),
            tries: tries + known.map_or(0, |letter| letter.tries),
            record: Arc::new(record.whole()),
            names,
            again: false,
        };
        let put = || {
            if planted::is(Bug::DeadLetterLost) {
                return Ok(0);
            }
            self.shared.letters.put(&letter)
        };
        let kept =
            put().and_then(|_| known.map_or(Ok(()), |letter| self.shared.letters.remove(&[letter.id]).map(drop)));
        kept.map_err(|error| {
            let text = format!("{failure}; and it cannot be put aside: {error}");
            DriverFailure::new(FailureClass::Fatal, text)
        })
    }

    /// Tries a dead letter once more: it is taken, or put aside again.
    pub(crate) fn hand_letter(&mut self, letter: &DeadLetter, now: Duration) {
        let batch = Batch {
            letter: Some(Arc::new(letter.clone())),
            ..Batch::from(vec![Arc::clone(&letter.record)])
        };
        let outcome = guarded(|| self.driver.handle_changes(&batch));
        let shared = Arc::clone(&self.shared);
        let _sorting = lock(&shared.sorting);
        let kept = match &outcome {
            Ok(()) => self.shared.letters.remove(&[letter.id]).map(drop).map_err(|error| {
                let message = format!("a dead letter was taken, and cannot be let go of: {error}");
                DriverFailure::new(FailureClass::Fatal, message)
            }),
            Err(failure) => self.put_aside(&batch, failure, 1, Some(letter)),
        };
        let tick = letter.record.tick;
        self.settle(|lane| {
            lane.requeued.pop_front();
            match (kept, outcome) {
                (Err(failure), _) => lane.fail(tick, failure),
                (Ok(()), Err(failure)) => {
                    lane.put_aside(tick, &failure);
                    if failure.class == FailureClass::Fatal {
                        lane.fail(tick, failure);
                    } else {
                        lane.meter.failed(failure.class);
                    }
                }
                (Ok(()), Ok(())) => {}
            }
        });
        self.busy_until = Some(now);
    }
}
