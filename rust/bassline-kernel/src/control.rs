//! What can be asked of attached drivers: how they are, commands, to begin again, to try dead letters once more.

use crate::board::Board;
use crate::driver::Ask;
use crate::error::KernelError;
use crate::gate::POLL;
use crate::kernel::Kernel;
use crate::lane::{Lane, Phase};
use crate::letters::{DeadLetter, DeadLetters};
use crate::lock::lock;
use crate::sync::mpsc::{RecvTimeoutError, channel};
use crate::worker::is_within_driver;
use bassline_core::Value;
use std::sync::Arc;
use std::time::{Duration, Instant};

impl Kernel {
    /// Asks a driver something, on its own thread between two batches, and waits for the answer.
    pub fn ask(
        &self,
        driver: &str,
        ask: Ask,
        timeout: Duration,
        interrupted: &dyn Fn() -> bool,
    ) -> Result<Value, KernelError> {
        if is_within_driver(&self.shared) {
            return Err(KernelError::WithinDriver);
        }
        let begun = Instant::now();
        let (sender, answer) = channel();
        self.change_lane(driver, |lane| {
            lane.asked.push_back((ask, sender));
            Ok(())
        })?;
        loop {
            let waited = begun.elapsed();
            let left = timeout.saturating_sub(waited);
            match answer.recv_timeout(POLL.min(left)) {
                Ok(answer) => {
                    return answer.map_err(|failure| KernelError::Refused {
                        driver: driver.to_owned(),
                        failure,
                    });
                }
                Err(RecvTimeoutError::Disconnected) => {
                    // It has left: the kernel is closed, or the driver was detached.
                    return self.change_lane(driver, |_| Err(KernelError::Closed));
                }
                Err(RecvTimeoutError::Timeout) if left.is_zero() => {
                    let now = self.shared.time.now();
                    let busy_since = self.change_lane(driver, |lane| Ok(lane.busy_since))?;
                    return Err(KernelError::NoAnswer {
                        driver: driver.to_owned(),
                        waited: timeout,
                        busy_for: busy_since.map(|since| now.saturating_sub(since)),
                    });
                }
                Err(RecvTimeoutError::Timeout) if interrupted() => return Err(KernelError::Interrupted),
                Err(RecvTimeoutError::Timeout) => {}
            }
        }
    }

    /// Has a driver that failed begin again, with what it has not acknowledged; what the log has let go of meanwhile is a gap, and a
    /// snapshot stands in for it.
    pub fn restart(&self, driver: &str) -> Result<(), KernelError> {
        self.change_lane(driver, |lane| {
            if !matches!(lane.phase, Phase::Failed(_)) {
                return Err(KernelError::NotFailed(driver.to_owned()));
            }
            if !self.is_needed() {
                self.shared.names.expire();
            }
            lane.restart = true;
            lane.phase = Phase::Starting;
            Ok(())
        })
    }

    /// The dead letters of a driver, of the members of a compound, or all, oldest first.
    pub fn dead_letters(&self, driver: Option<&str>) -> Result<Vec<DeadLetter>, KernelError> {
        let mut letters = self.shared.letters.list(None)?;
        if let Some(driver) = driver {
            let within = |name: &str| {
                name.strip_prefix(driver)
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            };
            letters.retain(|letter| within(&letter.driver));
        }
        Ok(letters)
    }

    /// Where the dead letters are kept.
    pub fn letters(&self) -> &Arc<dyn DeadLetters> {
        &self.shared.letters
    }

    /// Has the driver of each of these letters try it once more, after what it is at, or when it is attached the next time; answers how many
    /// there were.
    pub fn requeue(&self, ids: &[u64]) -> Result<u64, KernelError> {
        let _sorting = lock(&self.shared.sorting);
        let letters = self.shared.letters.list(None)?;
        let (mut count, mut absent) = (0, Vec::new());
        for letter in letters.into_iter().filter(|letter| ids.contains(&letter.id)) {
            let (id, driver) = (letter.id, letter.driver.to_string());
            let queued = self.change_lane(&driver, |lane| {
                lane.requeue(letter);
                Ok(())
            });
            match queued {
                Err(KernelError::UnknownDriver { .. }) => absent.push(id),
                queued => {
                    queued?;
                    count += 1;
                }
            }
        }
        if !absent.is_empty() {
            count += self.shared.letters.mark(&absent)?;
        }
        Ok(count)
    }

    /// Lets go of dead letters for good; answers how many there were.
    pub fn purge(&self, ids: &[u64]) -> Result<u64, KernelError> {
        let _sorting = lock(&self.shared.sorting);
        let mut board = lock(&self.shared.board);
        for lane in &mut board.lanes {
            // What is in its hands cannot be taken back.
            let in_hand = lane.busy_since.and(lane.requeued.front()).map(|letter| letter.id);
            lane.requeued
                .retain(|letter| Some(letter.id) == in_hand || !ids.contains(&letter.id));
        }
        self.shared.settled(board);
        Ok(self.shared.letters.remove(ids)?)
    }

    /// Changes the lane of a driver, or of a member of a compound by its name within it, and wakes its worker.
    fn change_lane<T>(
        &self,
        driver: &str,
        change: impl FnOnce(&mut Lane) -> Result<T, KernelError>,
    ) -> Result<T, KernelError> {
        let mut board = lock(&self.shared.board);
        if board.closed {
            return Err(KernelError::Closed);
        }
        // One that was detached while it hung is not asked any more.
        let held = |board: &Board, id: u64| board.parties.iter().any(|party| party.holds(id));
        let found = board
            .lanes
            .iter()
            .find(|lane| lane.name == driver && held(&board, lane.id));
        let id = found.map_or(0, |lane| lane.id);
        let Some(lane) = board.lane(id) else {
            let party = board.party(driver)?;
            let names = board.lanes.iter().filter(|lane| party.holds(lane.id));
            return Err(KernelError::IsCompound {
                driver: driver.to_owned(),
                members: names.map(|lane| lane.name.clone()).collect(),
            });
        };
        let changed = change(lane);
        lane.ring();
        self.shared.settled(board);
        changed
    }
}
