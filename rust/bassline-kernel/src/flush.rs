//! Flushing: waiting until everything up to now is acknowledged.

use crate::board::Board;
use crate::error::KernelError;
use crate::gate::POLL;
use crate::kernel::Kernel;
use crate::lane::Lane;
use crate::lock::{lock, wait};
use crate::log::Mark;
use crate::worker::is_within_driver;
use std::time::{Duration, Instant};

impl Kernel {
    /// Returns when every durable driver has acknowledged every tick published up to now, or with what keeps one from it. What was put
    /// aside counts as acknowledged, and is told once.
    pub fn flush(&self, timeout: Option<Duration>, interrupted: &dyn Fn() -> bool) -> Result<(), KernelError> {
        self.drain(timeout, interrupted)?;
        put_aside(&mut lock(&self.shared.board))
    }

    /// The same, without telling of what was put aside: it is told by whoever closes.
    pub fn drain(&self, timeout: Option<Duration>, interrupted: &dyn Fn() -> bool) -> Result<(), KernelError> {
        if is_within_driver(&self.shared) {
            return Err(KernelError::WithinDriver);
        }
        let begun = Instant::now();
        let (tick, end) = (self.shared.tick(), self.shared.end());
        self.sync_log(tick, end)?;
        let mut board = lock(&self.shared.board);
        hurry_durable(&mut board, end.sequence);
        loop {
            let drivers = behind(&board, end.sequence)?;
            if drivers.is_empty() {
                return Ok(());
            }
            let waited = begun.elapsed();
            let left = timeout.map_or(POLL, |timeout| timeout.saturating_sub(waited));
            if left.is_zero() {
                let waited = timeout.unwrap_or(waited);
                return Err(KernelError::FlushTimeout { drivers, waited });
            }
            // The board is free while the caller is asked, as the answer may need other locks.
            drop(wait(&self.shared.moved, board, Some(POLL.min(left))));
            if interrupted() {
                return Err(KernelError::Interrupted);
            }
            board = lock(&self.shared.board);
        }
    }

    /// Has the log made durable up to its end, in this thread, if it is a store; `tick` is the last before the end.
    fn sync_log(&self, tick: u64, end: Mark) -> Result<(), KernelError> {
        let shared = &self.shared;
        let behind = |lane: &Lane| lane.options.is_log && lane.is_consuming() && lane.cursor.sequence < end.sequence;
        if !lock(&shared.board).lanes.iter().any(behind) {
            return Ok(());
        }
        if let Err(error) = shared.log.sync(end.sequence) {
            let acknowledged = |lane: &Lane| lane.options.is_log.then_some(lane.acknowledged_tick);
            let first = lock(&shared.board)
                .lanes
                .iter()
                .find_map(acknowledged)
                .map_or(tick, |tick| tick + 1);
            shared.break_off(first, error.clone());
            return Err(KernelError::Log { tick: first, error });
        }
        let mut board = lock(&shared.board);
        for lane in board.lanes.iter_mut().filter(|lane| behind(lane)) {
            lane.advance(end, tick);
        }
        shared.settled(board);
        Ok(())
    }

    /// Asks the durable drivers for everything up to now at once, and does not wait for it.
    pub fn hurry(&self) {
        hurry_durable(&mut lock(&self.shared.board), self.shared.end().sequence);
    }
}

/// Asks the drivers that `flush` waits for, but for those that are the log, for everything before `target` at once.
fn hurry_durable(board: &mut Board, target: u64) {
    let wanted = |lane: &&mut Lane| lane.options.durable && lane.is_consuming() && lane.cursor.sequence < target;
    board
        .lanes
        .iter_mut()
        .filter(wanted)
        .for_each(|lane| lane.hurry_to(target));
}

/// The first tick that a durable driver did not take and that nobody was told of yet.
fn put_aside(board: &mut Board) -> Result<(), KernelError> {
    for lane in board.lanes.iter_mut().filter(|lane| lane.options.durable) {
        if let Some(failed) = lane.take_put_aside() {
            return Err(KernelError::DriverFailed {
                driver: lane.name.clone(),
                tick: failed.tick,
                committed: true,
                failure: failed.failure,
            });
        }
    }
    Ok(())
}

/// The durable parties that have not reached `target`; an error if one never will.
fn behind(board: &Board, target: u64) -> Result<Vec<(String, u64)>, KernelError> {
    if let Some(broken) = board.broken() {
        return Err(broken);
    }
    let mut late = Vec::new();
    for party in &board.parties {
        if (party.options.durable || party.options.fail_fast)
            && let Some(failed) = party.failed(&board.lanes)
        {
            return Err(failed);
        }
        if party.options.durable && party.has_all(&board.lanes, target) == Some(false) {
            let reached = party.sequence(&board.lanes, target).unwrap_or(0);
            late.push((
                party.name.clone(),
                target.saturating_sub(reached) + party.requeued(&board.lanes),
            ));
        }
    }
    Ok(late)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::batch::Batch;
    use crate::driver::Driver;
    use crate::failure::{DriverFailure, FailureClass};
    use crate::log::{Limits, Log, LogError};
    use crate::options::AttachOptions;
    use crate::records::Records;
    use crate::ring::Ring;
    use crate::segment::Commit;
    use crate::testing::{NEVER, Probe, plain};
    use std::sync::Arc;

    fn patient() -> AttachOptions {
        AttachOptions {
            max_age: Duration::from_secs(3600),
            ..AttachOptions::store()
        }
    }

    #[test]
    fn flush_wakes_a_driver_that_waits_for_a_fuller_batch() {
        let (kernel, probe) = (Kernel::new(Ring::new()), Probe::default());
        kernel.attach("store", Box::new(probe.clone()), patient()).unwrap();
        for tick in 1..=7 {
            kernel.publish(plain(tick));
        }
        assert!(probe.ticks().is_empty());
        kernel.flush(None, NEVER).unwrap();
        assert_eq!(probe.get(|seen| seen.batches.clone()), [[1, 2, 3, 4, 5, 6, 7]]);
        let status = &kernel.status()[0];
        assert_eq!(
            (
                status.acknowledged_tick,
                status.lag_records,
                status.lag_bytes,
                status.measured.sizes.count,
                status.measured.records
            ),
            (7, 0, 0, 1, 7)
        );
        assert_eq!(status.measured.high_water, 7);
    }

    #[test]
    fn a_full_batch_is_handled_without_a_flush_and_order_is_kept() {
        let (kernel, probe) = (Kernel::new(Ring::new()), Probe::default());
        kernel
            .attach(
                "store",
                Box::new(probe.clone()),
                AttachOptions {
                    batch_records: 10,
                    ..patient()
                },
            )
            .unwrap();
        for tick in 1..=10_005 {
            kernel.publish(plain(tick));
        }
        crate::testing::eventually(|| probe.ticks().len() == 10_000);
        kernel.flush(None, NEVER).unwrap();
        assert_eq!(probe.ticks(), (1..=10_005).collect::<Vec<_>>());
        assert!(probe.get(|seen| seen.batches.iter().all(|batch| batch.len() <= 10)));
    }

    #[test]
    fn a_batch_that_is_full_by_its_bytes_is_handled_at_once() {
        let (kernel, probe) = (Kernel::new(Ring::new()), Probe::default());
        let options = AttachOptions {
            batch_bytes: 10 * plain(1).weight(),
            ..patient()
        };
        kernel.attach("store", Box::new(probe.clone()), options).unwrap();
        for tick in 1..=9 {
            kernel.publish(plain(tick));
        }
        std::thread::sleep(Duration::from_millis(20));
        assert!(probe.ticks().is_empty());
        kernel.publish(plain(10));
        crate::testing::eventually(|| probe.ticks().len() == 10);
    }

    #[test]
    fn a_driver_on_demand_is_handed_nothing_until_it_is_hurried_or_its_bound_is_reached() {
        let (kernel, probe) = (Kernel::new(Ring::new()), Probe::default());
        let options = AttachOptions {
            max_records: 5,
            ..AttachOptions::store()
        };
        kernel
            .attach("store", Box::new(probe.clone()), options.on_demand())
            .unwrap();
        for tick in 1..=3 {
            kernel.publish(plain(tick));
        }
        assert!(probe.ticks().is_empty());
        kernel.hurry();
        crate::testing::eventually(|| probe.ticks() == [1, 2, 3]);
        for tick in 4..=8 {
            kernel.admit(NEVER).unwrap();
            kernel.publish(plain(tick));
        }
        crate::testing::eventually(|| probe.ticks().len() == 8);
    }

    #[test]
    fn a_partial_batch_is_handled_when_it_is_old_enough() {
        let (kernel, probe) = (Kernel::new(Ring::new()), Probe::default());
        kernel
            .attach(
                "store",
                Box::new(probe.clone()),
                AttachOptions {
                    max_age: Duration::from_millis(5),
                    ..patient()
                },
            )
            .unwrap();
        for tick in 1..=3 {
            kernel.publish(plain(tick));
            crate::testing::eventually(|| probe.ticks().len() == tick as usize);
        }
    }

    #[test]
    fn flush_gives_up_in_time_and_names_who_is_behind() {
        let (kernel, probe) = (Kernel::new(Ring::new()), Probe::default());
        probe.set(|seen| seen.held = true);
        kernel.attach("store", Box::new(probe.clone()), patient()).unwrap();
        kernel.publish(plain(1));
        let error = kernel.flush(Some(Duration::from_millis(20)), NEVER).unwrap_err();
        assert!(
            matches!(&error, KernelError::FlushTimeout { drivers, .. } if drivers[..] == [("store".to_owned(), 1)]),
            "{error}"
        );
        assert!(matches!(kernel.flush(None, &|| true), Err(KernelError::Interrupted)));
        probe.set(|seen| seen.held = false);
        kernel.flush(None, NEVER).unwrap();
    }

    /// A log that counts how often it is synced, and fails if told to.
    #[derive(Default, Clone)]
    struct Counting {
        ring: Arc<Ring>,
        syncs: Arc<std::sync::Mutex<Vec<u64>>>,
        broken: Arc<std::sync::atomic::AtomicBool>,
    }

    impl Log for Counting {
        fn append(&self, commit: Commit<'_>) -> Result<Option<Mark>, LogError> {
            self.ring.append(commit)
        }
        fn read(&self, from: u64, limits: Limits, into: &mut Records) -> Result<Mark, LogError> {
            self.ring.read(from, limits, into)
        }
        fn sync(&self, sequence: u64) -> Result<(), LogError> {
            if self.broken.load(std::sync::atomic::Ordering::Relaxed) {
                return Err(LogError::Failed {
                    doing: "synced",
                    source: Arc::new(std::io::Error::other("the disk is gone")),
                });
            }
            self.syncs.lock().unwrap().push(sequence);
            Ok(())
        }
        fn truncate_below(&self, sequence: u64) {
            self.ring.truncate_below(sequence);
        }
        fn end(&self) -> Mark {
            self.ring.end()
        }
    }

    #[test]
    fn flush_has_a_log_that_is_a_store_synced_and_waits_for_no_thread() {
        let (log, probe) = (Counting::default(), Probe::default());
        let kernel = Kernel::new(log.clone());
        probe.set(|seen| seen.held = true);
        let options = AttachOptions {
            is_log: true,
            ..patient()
        };
        kernel.attach("store", Box::new(probe.clone()), options).unwrap();
        for tick in 1..=3 {
            kernel.publish(plain(tick));
        }
        kernel.flush(None, NEVER).unwrap();
        kernel.flush(None, NEVER).unwrap();
        assert_eq!(*log.syncs.lock().unwrap(), [3], "what is durable is not synced again");
        let status = &kernel.status()[0];
        assert_eq!(
            (status.acknowledged_tick, status.lag_records, status.lag_bytes),
            (3, 0, 0)
        );
        assert!(matches!(
            log.read(2, Limits { records: 1, bytes: 1 }, &mut Records::default()),
            Err(LogError::Truncated { .. })
        ));
        log.broken.store(true, std::sync::atomic::Ordering::Relaxed);
        kernel.publish(plain(4));
        let error = kernel.flush(None, NEVER).unwrap_err();
        assert!(
            matches!(&error, KernelError::Log { tick: 4, .. }) && error.to_string().contains("the disk is gone"),
            "{error}"
        );
        assert!(
            kernel.admit(NEVER).is_err(),
            "no later tick goes on as if it were durable"
        );
        probe.set(|seen| seen.held = false);
    }

    #[test]
    fn flush_raises_what_failed_and_a_panic_is_a_failure() {
        struct Panics;
        impl Driver for Panics {
            fn handle_changes(&mut self, _: &Batch) -> Result<(), DriverFailure> {
                panic!("oh no");
            }
        }
        let kernel = Kernel::new(Ring::new());
        kernel.attach("store", Box::new(Panics), patient()).unwrap();
        kernel.flush(None, NEVER).unwrap();
        kernel.publish(plain(1));
        let error = kernel.flush(None, NEVER).unwrap_err();
        assert!(error.to_string().contains("oh no"), "{error}");
    }

    #[test]
    fn a_transient_failure_is_not_noticed_if_it_passes() {
        let (kernel, probe) = (Kernel::new(Ring::new()), Probe::default());
        let busy = DriverFailure::new(FailureClass::Transient, "busy");
        probe.set(|seen| seen.failures.extend([busy.clone(), busy]));
        kernel.attach("store", Box::new(probe.clone()), patient()).unwrap();
        kernel.publish(plain(1));
        kernel.flush(None, NEVER).unwrap();
        assert_eq!(probe.ticks(), [1]);
    }

    #[test]
    fn flush_does_not_wait_for_drivers_that_are_not_durable() {
        let (kernel, probe) = (Kernel::new(Ring::new()), Probe::default());
        probe.set(|seen| seen.held = true);
        kernel
            .attach("view", Box::new(probe.clone()), AttachOptions::default())
            .unwrap();
        kernel.publish(plain(1));
        kernel.flush(None, NEVER).unwrap();
        probe.set(|seen| seen.held = false);
    }

    #[test]
    fn a_driver_that_flushes_is_told_that_it_would_wait_for_itself() {
        struct Flushes(Arc<Kernel>);
        impl Driver for Flushes {
            fn handle_changes(&mut self, _: &Batch) -> Result<(), DriverFailure> {
                self.0
                    .flush(None, NEVER)
                    .map_err(|error| DriverFailure::of(FailureClass::Fatal, error))
            }
        }
        let kernel = Arc::new(Kernel::new(Ring::new()));
        kernel
            .attach("store", Box::new(Flushes(Arc::clone(&kernel))), patient())
            .unwrap();
        kernel.publish(plain(1));
        assert!(
            kernel
                .flush(None, NEVER)
                .unwrap_err()
                .to_string()
                .contains("cannot wait")
        );
        kernel.close(None);
    }
}
