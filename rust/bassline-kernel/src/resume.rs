//! Resuming: the cursor of a driver that spills and has no memory of its own is kept for it, so that it goes on where it was in the
//! next opening. What it took since its cursor was kept last comes again.

use crate::courier::Courier;
use crate::driver::{Begin, Position};
use crate::failure::{DriverFailure, FailureClass};
use crate::lane::Lane;
use crate::lock::lock;
use crate::policy::Policy;
use std::time::Duration;

/// How long a cursor that has moved is not kept, at most while batches come.
const EVERY: Duration = Duration::from_secs(1);

/// The cursor of a driver, and how far it is kept.
#[derive(Debug, Default)]
pub(crate) struct Keeping {
    standing: Option<Position>,
    kept: Option<Position>,
    /// When it was kept last.
    at: Option<Duration>,
}

impl Courier {
    /// Where a driver begins that said so, if its cursor is kept for it.
    pub(crate) fn resume(&mut self, begin: Begin) -> Result<Begin, DriverFailure> {
        let spills = |lane: &mut Lane| (lane.options.policy == Policy::Spill).then_some(lane.begun);
        let Some(has_begun) = lock(&self.shared.board).lane(self.id).and_then(spills) else {
            return Ok(begin);
        };
        let Some(cursors) = self
            .shared
            .cursors
            .as_ref()
            .filter(|_| !matches!(begin, Begin::After(_)))
        else {
            return Ok(begin);
        };
        if has_begun {
            // It is restarted: what was let go of meanwhile is on the disk.
            let standing = self.keeping.as_ref().and_then(|keeping| keeping.standing);
            return Ok(standing.map_or(begin, Begin::After));
        }
        let known = cursors.get(&self.context.driver);
        let known = known.map_err(|error| DriverFailure::of(FailureClass::Fatal, error))?;
        self.keeping = Some(Keeping::default());
        if known.is_none() && begin == Begin::Here {
            self.stands_at(Position {
                epoch: self.context.epoch,
                tick: self.context.tick,
            });
            self.put_cursor()?;
        }
        Ok(known.map_or(begin, Begin::After))
    }

    fn stands_at(&mut self, position: Position) {
        if let Some(keeping) = &mut self.keeping {
            keeping.standing = Some(position);
        }
    }

    /// A piece was taken, or put aside, whose last tick stands there.
    pub(crate) fn note(&mut self, last: Option<Position>, now: Duration) {
        if let Some(position) = last {
            self.stands_at(position);
        }
        let Some(keeping) = &mut self.keeping else { return };
        if keeping.at.is_none_or(|at| now.saturating_sub(at) >= EVERY) {
            keeping.at = Some(now);
            self.keep_cursor();
        }
    }

    /// Keeps the cursor; a driver whose cursor cannot be kept has failed.
    pub(crate) fn keep_cursor(&mut self) {
        if let Err(failure) = self.put_cursor() {
            self.settle(|lane| lane.fail_next(failure));
        }
    }

    fn put_cursor(&mut self) -> Result<(), DriverFailure> {
        let (Some(keeping), Some(cursors)) = (&mut self.keeping, &self.shared.cursors) else {
            return Ok(());
        };
        let Some(standing) = keeping.standing.filter(|standing| keeping.kept != Some(*standing)) else {
            return Ok(());
        };
        // A cursor is never durable before the ticks that it stands behind are.
        let reached = lock(&self.shared.board)
            .lane(self.id)
            .map_or(0, |lane| lane.cursor.sequence);
        let synced = self.shared.log.sync(reached);
        synced.map_err(|error| DriverFailure::of(FailureClass::Fatal, error))?;
        let put = cursors.put(&self.context.driver, standing);
        put.map_err(|error| DriverFailure::of(FailureClass::Fatal, error))?;
        keeping.kept = Some(standing);
        Ok(())
    }
}
