//! Closing and detaching: drivers are drained, shut down and their threads joined.

use crate::board::Board;
use crate::error::KernelError;
use crate::gate::POLL;
use crate::kernel::Kernel;
use crate::lane::{Lane, Stop};
use crate::lock::{lock, wait};
use crate::shared::Shared;
use crate::status::CloseReport;
use crate::sync::{MutexGuard, thread};
use crate::worker::is_within_driver;
use bassline_core::planted::{self, Bug};
use std::time::{Duration, Instant};

/// What a driver gets to shut down in when the time given is over already.
const GRACE: Duration = Duration::from_millis(100);

impl Kernel {
    /// Drains the drivers, shuts them down in reverse order, joins their threads, and reports what could not be delivered. No tick
    /// is admitted any more; the caller sees to it that none is under way. A driver that does not return in time is left to
    /// itself, and so is one that closes its own kernel.
    pub fn close(&self, timeout: Option<Duration>) -> CloseReport {
        self.close_unless(timeout, &|| false)
    }

    /// The same; whoever is interrupted waits for no driver any more.
    pub fn close_unless(&self, timeout: Option<Duration>, interrupted: &dyn Fn() -> bool) -> CloseReport {
        let timeout = if is_within_driver(&self.shared) {
            Some(Duration::ZERO)
        } else {
            timeout
        };
        let mut patience = Patience::until(timeout.map(|timeout| Instant::now() + timeout), interrupted);
        let mut board = lock(&self.shared.board);
        if std::mem::replace(&mut board.closed, true) {
            return CloseReport::default();
        }
        self.shared.rearm(&board);
        let ids: Vec<u64> = board.parties.iter().flat_map(|party| party.root.lanes()).collect();
        board = drain(&self.shared, board, &ids, &mut patience);
        let mut undelivered = Vec::new();
        for &id in ids.iter().rev() {
            board = retire(&self.shared, board, id, &mut patience);
            if let Some(lane) = board.lane(id) {
                undelivered.extend(left_over(lane, &self.shared));
            }
        }
        self.shared.settled(board);
        undelivered.reverse();
        CloseReport {
            undelivered,
            interrupted: patience.lost,
        }
    }

    /// Takes a party off: it is drained for as long as a writer would wait for it, then shut down. Its failure is the error. A driver that
    /// does not return in time is left to itself, and shut down when it does.
    pub fn detach(&self, name: &str) -> Result<(), KernelError> {
        self.detach_unless(name, &|| false)
    }

    /// The same; whoever is interrupted waits no longer.
    pub fn detach_unless(&self, name: &str, interrupted: &dyn Fn() -> bool) -> Result<(), KernelError> {
        if is_within_driver(&self.shared) {
            return Err(KernelError::WithinDriver);
        }
        let mut board = lock(&self.shared.board);
        let party = board.party(name)?;
        let (ids, waited) = (party.root.lanes(), party.options.block_timeout);
        let mut patience = Patience::until(Some(Instant::now() + waited), interrupted);
        // What is published from here on is not for it any more.
        let target = self.shared.end().sequence;
        board = drain(&self.shared, board, &ids, &mut patience);
        for &id in ids.iter().rev() {
            board = retire(&self.shared, board, id, &mut patience);
        }
        let Some(at) = board.parties.iter().position(|party| party.name == name) else {
            return Ok(());
        };
        let party = board.parties.remove(at);
        let failed = party.failed(&board.lanes);
        let behind: Vec<(String, u64)> = board
            .lanes
            .iter()
            .filter(|lane| party.holds(lane.id))
            .map(|lane| (lane.name.clone(), target.saturating_sub(lane.cursor.sequence)))
            .filter(|(_, left)| *left > 0)
            .collect();
        let stuck = board
            .lanes
            .iter()
            .any(|lane| party.holds(lane.id) && !lane.is_finished());
        for lane in board.lanes.iter_mut().filter(|lane| party.holds(lane.id)) {
            lane.stop(Stop::Forced);
        }
        self.shared.settled(board);
        match failed {
            _ if patience.lost => Err(KernelError::Interrupted),
            Some(KernelError::DriverFailed { failure, tick, .. }) => Err(KernelError::DriverFailed {
                driver: name.to_owned(),
                tick,
                committed: true,
                failure,
            }),
            Some(failed) => Err(failed),
            None if behind.is_empty() && !stuck => Ok(()),
            None => Err(KernelError::FlushTimeout {
                drivers: behind,
                waited,
            }),
        }
    }

    /// Takes a party off without waiting for anything, where those who placed its couriers run them: each leaves with its next step.
    pub fn dismiss(&self, name: &str) -> Result<(), KernelError> {
        let names = [lock(&self.shared.board).party(name)?.name.clone()];
        self.take_off(&names);
        Ok(())
    }
}

impl Drop for Kernel {
    /// A kernel that was not closed lets its workers go, without waiting for them.
    fn drop(&mut self) {
        let mut board = lock(&self.shared.board);
        board.closed = true;
        board.lanes.iter_mut().for_each(|lane| lane.stop(Stop::Orderly));
    }
}

/// How long somebody waits.
struct Patience<'a> {
    deadline: Option<Instant>,
    interrupted: &'a dyn Fn() -> bool,
    /// It was interrupted.
    lost: bool,
}

impl<'a> Patience<'a> {
    fn until(deadline: Option<Instant>, interrupted: &'a dyn Fn() -> bool) -> Self {
        Self {
            deadline,
            interrupted,
            lost: false,
        }
    }

    fn is_over(&self) -> bool {
        self.lost || self.deadline.is_some_and(|deadline| deadline <= Instant::now())
    }

    /// Waits for the board to move, until `deadline` at most; whoever is interrupted has lost all patience.
    fn wait<'b>(
        &mut self,
        shared: &'b Shared,
        board: MutexGuard<'b, Board>,
        deadline: Option<Instant>,
    ) -> MutexGuard<'b, Board> {
        let left = deadline.map_or(POLL, |deadline| deadline.saturating_duration_since(Instant::now()));
        // The board is free while the caller is asked, as the answer may need other locks.
        drop(wait(&shared.moved, board, Some(POLL.min(left))));
        self.lost = self.lost || (self.interrupted)();
        lock(&shared.board)
    }
}

/// Waits until these drivers have taken everything or have failed.
fn drain<'a>(
    shared: &'a Shared,
    mut board: MutexGuard<'a, Board>,
    ids: &[u64],
    patience: &mut Patience<'_>,
) -> MutexGuard<'a, Board> {
    if planted::is(Bug::CloseDoesNotDrain) {
        return board;
    }
    let target = shared.end().sequence;
    for lane in board.lanes.iter_mut().filter(|lane| ids.contains(&lane.id)) {
        lane.hurry_to(target);
    }
    let behind = |lane: &Lane| lane.cursor.sequence < target || lane.owed || !lane.requeued.is_empty();
    let busy = |lane: &Lane| ids.contains(&lane.id) && lane.is_consuming() && behind(lane);
    while board.lanes.iter().any(busy) && !patience.is_over() {
        board = patience.wait(shared, board, patience.deadline);
    }
    board
}

/// Stops a driver's worker and joins it; one that is stuck is left behind.
fn retire<'a>(
    shared: &'a Shared,
    mut board: MutexGuard<'a, Board>,
    id: u64,
    patience: &mut Patience<'_>,
) -> MutexGuard<'a, Board> {
    if let Some(lane) = board.lane(id) {
        lane.stop(if patience.is_over() {
            Stop::Forced
        } else {
            Stop::Orderly
        });
    }
    // The grace begins here, not when the time was over.
    let grace = Instant::now() + GRACE;
    while board.lanes.iter().any(|lane| lane.id == id && !lane.is_finished()) {
        let deadline = if patience.lost {
            Some(grace)
        } else {
            patience.deadline.map(|deadline| deadline.max(grace))
        };
        if deadline.is_some_and(|deadline| deadline <= Instant::now()) {
            return board;
        }
        board = patience.wait(shared, board, deadline);
    }
    let thread = board.lane(id).and_then(|lane| lane.thread.take());
    drop(board);
    // A worker catches what its driver panics with, so that joining has nothing to tell.
    let _ = thread.map(thread::JoinHandle::join);
    lock(&shared.board)
}

fn left_over(lane: &mut Lane, shared: &Shared) -> Option<(String, u64, Option<String>)> {
    let left = lane.lag(shared.end()).sequence;
    let put_aside = lane.take_put_aside().map(|failed| failed.failure.message);
    let stuck = || (!lane.is_finished()).then(|| "it did not return in time".to_owned());
    let error = lane
        .failure()
        .map(|failed| failed.failure.message.clone())
        .or_else(stuck)
        .or(put_aside);
    (left > 0 || error.is_some()).then(|| (lane.name.clone(), left, error))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::failure::{DriverFailure, FailureClass};
    use crate::options::AttachOptions;
    use crate::ring::Ring;
    use crate::testing::{NEVER, Probe, plain};

    fn attached(name: &str) -> (Kernel, Probe) {
        let (kernel, probe) = (Kernel::new(Ring::new()), Probe::default());
        kernel
            .attach(
                name,
                Box::new(probe.clone()),
                AttachOptions {
                    max_age: Duration::from_secs(3600),
                    ..AttachOptions::store()
                },
            )
            .unwrap();
        (kernel, probe)
    }

    #[test]
    fn close_drains_shuts_down_and_admits_nothing_more() {
        let (kernel, probe) = attached("store");
        kernel.publish(plain(1));
        assert_eq!(kernel.close(None), CloseReport::default());
        assert_eq!((probe.ticks(), probe.get(|seen| seen.shut_down)), (vec![1], true));
        assert!(matches!(kernel.admit(NEVER), Err(KernelError::Closed)));
        assert!(matches!(
            kernel.attach("late", Box::new(probe), AttachOptions::default()),
            Err(KernelError::Closed)
        ));
        assert!(!kernel.is_needed());
        kernel.publish(plain(2));
        kernel.flush(None, NEVER).unwrap();
        assert_eq!(kernel.close(None), CloseReport::default());
    }

    #[test]
    fn close_reports_who_did_not_take_what() {
        let (kernel, probe) = attached("stuck");
        let failing = Probe::default();
        failing.set(|seen| seen.failure = Some(DriverFailure::new(FailureClass::Fatal, "broken")));
        kernel
            .attach("failing", Box::new(failing.clone()), AttachOptions::default())
            .unwrap();
        probe.set(|seen| seen.held = true);
        kernel.publish(plain(1));
        kernel.publish(plain(2));
        let report = kernel.close(Some(Duration::from_millis(30)));
        let expected = [("stuck", "it did not return in time"), ("failing", "broken")];
        assert_eq!(
            report.undelivered,
            expected.map(|(name, error)| (name.to_owned(), 2, Some(error.to_owned())))
        );
        assert!(failing.get(|seen| seen.shut_down));
        probe.set(|seen| seen.held = false);
    }

    #[test]
    fn detaching_drains_and_an_unknown_name_is_an_error() {
        let (kernel, probe) = attached("store");
        kernel.publish(plain(1));
        kernel.detach("store").unwrap();
        assert_eq!((probe.ticks(), probe.get(|seen| seen.shut_down)), (vec![1], true));
        let error = kernel.detach("store").unwrap_err();
        assert_eq!(error.to_string(), "no driver named 'store' is attached");
        kernel
            .attach("store", Box::new(probe.clone()), AttachOptions::store())
            .unwrap();
        let error = kernel
            .attach("store", Box::new(probe), AttachOptions::store())
            .unwrap_err();
        assert!(matches!(error, KernelError::NameTaken(_)));
    }

    #[test]
    fn detaching_while_others_write_delivers_what_there_was() {
        let (kernel, probe) = attached("store");
        probe.set(|seen| seen.held = true);
        kernel.publish(plain(1));
        let kernel = std::sync::Arc::new(kernel);
        let detaching = std::thread::spawn({
            let kernel = std::sync::Arc::clone(&kernel);
            move || kernel.detach("store")
        });
        crate::testing::eventually(|| kernel.shared.board.lock().unwrap().lanes[0].hurry > 0);
        kernel.publish(plain(2));
        probe.set(|seen| seen.held = false);
        detaching.join().unwrap().unwrap();
        assert!(probe.ticks().contains(&1));
    }

    #[test]
    fn a_kernel_that_is_dropped_lets_its_threads_go() {
        let (kernel, probe) = attached("store");
        drop(kernel);
        crate::testing::eventually(|| probe.get(|seen| seen.shut_down));
    }
}
