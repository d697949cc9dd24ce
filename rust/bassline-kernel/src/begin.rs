//! Beginning: a driver is initialized, and its place in the log is found.

use crate::courier::{Courier, guarded};
use crate::driver::{Begin, Position};
use crate::failure::{DriverFailure, FailureClass};
use crate::lane::{Lane, Phase};
use crate::letters::DeadLetter;
use crate::lock::lock;
use crate::log::{Limits, Mark};
use crate::records::Records;

const ONE: Limits = Limits {
    records: 1,
    bytes: usize::MAX,
};

impl Courier {
    pub(crate) fn initialize(&mut self) {
        let initialized = guarded(|| self.driver.initialize(&self.context));
        let marked = initialized.as_ref().map_or(Ok(Vec::new()), |_| self.marked_letters());
        let initialized = initialized.and_then(|begin| self.resume(begin));
        let (answer, letters) = match marked {
            Ok(letters) => (initialized, letters),
            Err(failure) => (Err(failure), Vec::new()),
        };
        // What was thinned out for it may have been superseded by a tick that a crash took: the place it stood at is no state.
        let thinned = lock(&self.shared.board)
            .lane(self.id)
            .is_some_and(|lane| lane.options.policy.thins_out());
        let place = match &answer {
            Ok(Begin::After(position)) if !thinned => self.place_behind(*position),
            _ => None,
        };
        let is_known = match &answer {
            Ok(Begin::After(position)) => self.shared.epoch_of(position.tick) == Some(position.epoch),
            _ => true,
        };
        let (may_resynchronise, tick) = (self.may_resynchronise(), self.shared.tick());
        let mut recall = false;
        self.settle(|lane| match answer {
            Err(failure) => lane.fail_next(failure),
            Ok(Begin::Here) if lane.lost && !may_resynchronise => {
                let message = "ticks were let go of while it had failed; detach it, and attach it anew";
                lane.fail_next(DriverFailure::new(FailureClass::Fatal, message));
            }
            Ok(begin) => {
                lane.phase = Phase::Running;
                lane.begun = true;
                lane.owed = false;
                for letter in letters {
                    lane.requeue(letter);
                }
                match (begin, place) {
                    (Begin::Here | Begin::Snapshot, _) if lane.lost => {
                        lane.resynchronise(Some(lane.acknowledged_tick + 1), tick);
                    }
                    // Before the first tick there is nothing to show.
                    (Begin::Snapshot, _) if self.context.tick.max(lane.acknowledged_tick) > 0 => {
                        lane.owe_snapshot();
                    }
                    (Begin::Here | Begin::Snapshot, _) => {}
                    (Begin::After(position), Some(mark)) => {
                        recall = mark.sequence < lane.cursor.sequence;
                        // What was thinned out before it began is to be read again.
                        (lane.backlog, lane.gap) = (Records::default(), None);
                        (lane.cursor, lane.taken) = (mark, mark);
                        lane.acknowledged_tick = position.tick;
                    }
                    (Begin::After(position), None) => {
                        // Of a place that never was in this network nobody knows what is missing since.
                        let first = is_known.then_some(position.tick + 1);
                        lane.resynchronise(first, self.context.tick);
                    }
                }
            }
        });
        // Behind its new cursor nothing that is recalled is forgotten again.
        if let Some(mark) = place.filter(|_| recall) {
            match self.shared.log.recall(mark.sequence) {
                Ok(recalled) => recalled
                    .into_iter()
                    .for_each(|recalled| self.shared.names.recall(recalled)),
                Err(error) => {
                    let failure = DriverFailure::of(FailureClass::Fatal, error);
                    self.settle(|lane| lane.fail_next(failure));
                }
            }
        }
    }

    /// The dead letters that wait for the driver to begin.
    fn marked_letters(&self) -> Result<Vec<DeadLetter>, DriverFailure> {
        let puts_aside = |lane: &mut Lane| lane.options.dead_letters;
        if !lock(&self.shared.board).lane(self.id).is_some_and(puts_aside) {
            return Ok(Vec::new());
        }
        let letters = self.shared.letters.marked(&self.context.driver);
        letters.map_err(|error| DriverFailure::of(FailureClass::Fatal, error))
    }

    /// The place behind a tick that the driver has taken in an earlier life, if all that came after is there.
    fn place_behind(&self, position: Position) -> Option<Mark> {
        let (cursor, acknowledged, lost) = {
            let mut board = lock(&self.shared.board);
            let lane = board.lane(self.id)?;
            (lane.cursor, lane.acknowledged_tick, lane.lost)
        };
        let is_there = self.shared.epoch_of(position.tick) == Some(position.epoch);
        if lost || !is_there || position.tick < acknowledged {
            return self.shared.log.behind(position);
        }
        // It may have taken more than it could say.
        let mut at = cursor;
        let mut tick = acknowledged;
        while tick < position.tick {
            let mut records = Records::default();
            at = self.shared.log.read(at.sequence, ONE, &mut records).ok()?;
            tick = records.first()?.tick;
        }
        let is_whole = self.shared.log.read(at.sequence, ONE, &mut Records::default()).is_ok();
        (tick == position.tick && is_whole).then_some(at)
    }
}
