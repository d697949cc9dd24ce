//! A parcel: a batch under way to a driver, whole or in pieces. Every tick in it ends acknowledged, put aside, or with the failure that
//! stops the driver.

use crate::batch::{Batch, Gap};
use crate::failure::{DriverFailure, FailureClass};
use crate::log::Mark;
use crate::retry::Retry;
use bassline_core::planted::{self, Bug};
use std::sync::Arc;
use std::time::Duration;

/// A batch under way.
#[derive(Debug)]
pub(crate) struct Parcel {
    /// What is to be handed over yet, the next piece last. Never empty of pieces while it is under way.
    pieces: Vec<Arc<Batch>>,
    /// Everything before this is acknowledged; it moves with each record only if the records follow each other in the log.
    reached: Mark,
    upto: Mark,
    stepwise: bool,
    /// How often the next piece was tried.
    failed: u32,
    /// It is not handed over before this.
    pub(crate) not_before: Duration,
}

/// What a piece's outcome means.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// It was taken.
    Taken,
    /// It comes again later.
    Again,
    /// It comes again in two halves.
    Split,
    /// It will never be taken: so often was it tried.
    PutAside(DriverFailure, u32),
    /// Nothing will be taken any more.
    Failed(DriverFailure),
}

impl Parcel {
    /// Records that follow each other in the log from a place on.
    pub(crate) fn of_log(batch: Batch, from: Mark, upto: Mark) -> Self {
        Self {
            pieces: vec![Arc::new(batch)],
            reached: from,
            upto,
            stepwise: true,
            failed: 0,
            not_before: Duration::ZERO,
        }
    }

    /// What stands for everything up to a place, once it is taken as a whole; until then `reached` is.
    pub(crate) fn whole(batch: Batch, reached: Mark, upto: Mark) -> Self {
        Self {
            stepwise: false,
            ..Self::of_log(batch, reached, upto)
        }
    }

    /// The piece that is next.
    pub(crate) fn piece(&self) -> Option<Arc<Batch>> {
        self.pieces.last().map(Arc::clone)
    }

    pub(crate) fn is_over(&self) -> bool {
        self.pieces.is_empty()
    }

    /// The place before which everything is acknowledged.
    pub(crate) fn reached(&self) -> Mark {
        if self.is_over() { self.upto } else { self.reached }
    }

    pub(crate) fn failed_tries(&self) -> u32 {
        self.failed
    }

    /// Takes the outcome of the next piece, at a time.
    pub(crate) fn after(
        &mut self,
        outcome: Result<(), DriverFailure>,
        retry: &Retry,
        dead_letters: bool,
        now: Duration,
        chance: u64,
    ) -> Outcome {
        let Err(failure) = outcome else {
            self.pass();
            return Outcome::Taken;
        };
        if let Some(pause) = failure.retry_after {
            self.not_before = now + pause;
            return Outcome::Again;
        }
        self.failed += 1;
        let tried = self.failed;
        match failure.class {
            FailureClass::Transient => match retry.pause_after(tried, chance) {
                Some(pause) => {
                    self.not_before = now + pause;
                    Outcome::Again
                }
                None => {
                    let message = format!("{} (tried {tried} times)", failure.message);
                    Outcome::Failed(failure.made_fatal(message))
                }
            },
            FailureClass::Permanent if dead_letters => {
                if self.split() {
                    return Outcome::Split;
                }
                match self.pieces.last() {
                    Some(piece) if piece.records.len() == 1 && piece.snapshot.is_none() => {
                        self.pass();
                        Outcome::PutAside(failure, tried)
                    }
                    // What is no tick cannot be put aside.
                    _ => Outcome::Failed(failure),
                }
            }
            FailureClass::Permanent | FailureClass::Fatal => Outcome::Failed(failure),
        }
    }

    /// The next piece is behind us.
    fn pass(&mut self) {
        if planted::is(Bug::DoubledOnRetry) && self.failed > 0 {
            self.failed = 0;
            return;
        }
        self.failed = 0;
        self.not_before = Duration::ZERO;
        if let Some(piece) = self.pieces.pop()
            && self.stepwise
        {
            let weight: usize = piece.records.iter().map(|record| record.weight()).sum();
            self.reached = Mark {
                sequence: self.reached.sequence + piece.records.len() as u64,
                weight: (self.reached.weight + weight as u64).min(self.upto.weight),
            };
        }
    }

    /// Tells with the next piece what a piece that was put aside was to tell as missing; answers it if there is no other piece.
    pub(crate) fn tell(&mut self, gap: Gap) -> Option<Gap> {
        let Some(next) = self.pieces.last_mut() else {
            return Some(gap);
        };
        let gap = next.gap.map_or(gap, |later| gap.and(later));
        *next = Arc::new(Batch {
            gap: Some(gap),
            ..(**next).clone()
        });
        None
    }

    /// Makes two of the next piece, so that what is wrong in it is found; whether it could.
    fn split(&mut self) -> bool {
        let splits = |piece: &Arc<Batch>| piece.records.len() + usize::from(piece.snapshot.is_some()) > 1;
        let Some(piece) = self.pieces.pop_if(|piece| splits(piece)) else {
            return false;
        };
        let at = if piece.snapshot.is_some() {
            0
        } else {
            piece.records.len() / 2
        };
        let (first, second) = (piece.records.part(0..at), piece.records.part(at..piece.records.len()));
        if !planted::is(Bug::SplitLosesHalf) {
            self.pieces.push(Arc::new(Batch::from(second)));
        }
        self.pieces.push(Arc::new(Batch {
            records: first,
            ..(*piece).clone()
        }));
        self.failed = 0;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::record;

    const NOW: Duration = Duration::from_secs(100);

    fn parcel(ticks: std::ops::RangeInclusive<u64>) -> Parcel {
        let records: Vec<_> = ticks.map(record).collect();
        let weight: usize = records.iter().map(|record| record.weight()).sum();
        let upto = Mark {
            sequence: records.len() as u64,
            weight: weight as u64,
        };
        let batch = Batch::from(records);
        Parcel::of_log(batch, Mark::default(), upto)
    }

    fn fails(class: FailureClass) -> Result<(), DriverFailure> {
        Err(DriverFailure::new(class, "scripted"))
    }

    /// Hands everything over to a driver that will never take some ticks; answers what it took and what was put aside, in order.
    fn deliver(parcel: &mut Parcel, poison: &[u64]) -> (Vec<u64>, Vec<u64>, usize) {
        let (mut taken, mut aside, mut calls) = (Vec::new(), Vec::new(), 0);
        while let Some(piece) = parcel.piece() {
            calls += 1;
            let ticks: Vec<u64> = piece.records.iter().map(|record| record.tick).collect();
            let outcome = if ticks.iter().any(|tick| poison.contains(tick)) {
                fails(FailureClass::Permanent)
            } else {
                Ok(())
            };
            match parcel.after(outcome, &Retry::default(), true, NOW, 0) {
                Outcome::Taken => taken.extend(ticks),
                Outcome::PutAside(_, _) => aside.extend(ticks),
                Outcome::Split => {}
                other => panic!("{other:?}"),
            }
            assert_eq!(parcel.reached().sequence as usize, taken.len() + aside.len());
        }
        (taken, aside, calls)
    }

    #[test]
    fn one_poisonous_tick_is_put_aside_and_the_rest_goes_through_in_order() {
        for poison in 1..=100 {
            let mut parcel = parcel(1..=100);
            let (taken, aside, calls) = deliver(&mut parcel, &[poison]);
            assert_eq!(aside, [poison]);
            assert_eq!(taken, (1..=100).filter(|tick| *tick != poison).collect::<Vec<_>>());
            assert!(calls <= 2 * 7 + 1, "{calls} calls to find one in a hundred");
            assert_eq!(parcel.reached(), parcel.upto);
        }
    }

    #[test]
    fn any_number_of_poisonous_ticks_is_found() {
        let every_third: Vec<u64> = (1..=30).filter(|tick| tick % 3 == 0).collect();
        let (taken, aside, _) = deliver(&mut parcel(1..=30), &every_third);
        assert_eq!(aside, every_third);
        assert_eq!(taken.len(), 20);
    }

    #[test]
    fn a_transient_failure_comes_again_after_longer_pauses_and_ends_the_driver_at_last() {
        let mut parcel = parcel(1..=2);
        for pause in [20, 80, 320, 1280] {
            let outcome = parcel.after(fails(FailureClass::Transient), &Retry::default(), true, NOW, 0);
            assert!(matches!(outcome, Outcome::Again));
            assert_eq!(parcel.not_before, NOW + Duration::from_millis(pause));
        }
        let outcome = parcel.after(fails(FailureClass::Transient), &Retry::default(), true, NOW, 0);
        let Outcome::Failed(failure) = outcome else {
            panic!("{outcome:?}")
        };
        assert_eq!(
            (failure.class, failure.message.as_str()),
            (FailureClass::Fatal, "scripted (tried 5 times)")
        );
        assert_eq!(parcel.reached(), Mark::default());
    }

    #[test]
    fn a_driver_that_asks_for_time_is_given_it_any_number_of_times() {
        let mut parcel = parcel(1..=2);
        for _ in 0..100 {
            let asks = Err(DriverFailure::backpressure(Duration::from_secs(3)));
            let outcome = parcel.after(asks, &Retry::default(), true, NOW, 0);
            assert!(matches!(outcome, Outcome::Again));
            assert_eq!(parcel.not_before, NOW + Duration::from_secs(3));
        }
        assert_eq!(deliver(&mut parcel, &[]).0, [1, 2]);
    }

    #[test]
    fn without_dead_letters_a_permanent_failure_ends_the_driver() {
        let outcome = parcel(1..=2).after(fails(FailureClass::Permanent), &Retry::default(), false, NOW, 0);
        assert!(matches!(outcome, Outcome::Failed(_)));
    }
}
