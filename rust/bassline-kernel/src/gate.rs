//! The gate: where the writer waits when a driver is too far behind, or learns that one has failed.

use crate::error::KernelError;
use crate::kernel::Kernel;
use crate::lock::{lock, wait};
use crate::worker::is_within_driver;
use std::time::{Duration, Instant};

/// How often whoever waits is asked whether it was interrupted.
pub(crate) const POLL: Duration = Duration::from_millis(50);

impl Kernel {
    #[cold]
    pub(crate) fn wait_at_gate(&self, interrupted: &dyn Fn() -> bool) -> Result<(), KernelError> {
        let mut begun = None;
        let passed = self.pass_gate(interrupted, &mut begun);
        if let Some(begun) = begun {
            self.shared.waits.waited(self.now().saturating_sub(begun));
        }
        if matches!(passed, Err(KernelError::Backpressure { .. })) {
            self.shared.waits.refused();
        }
        passed
    }

    /// `begun` is when it began to wait, if it did.
    fn pass_gate(&self, interrupted: &dyn Fn() -> bool, begun: &mut Option<Duration>) -> Result<(), KernelError> {
        let shared = &self.shared;
        let mut waiting: Option<(String, Instant)> = None;
        loop {
            let mut board = lock(&shared.board);
            if let Some(refusal) = board.refusal() {
                return Err(refusal);
            }
            let end = shared.end();
            let Some(full) = board.full(end, shared.time.now()) else {
                shared.rearm(&board);
                return Ok(());
            };
            // A driver's own write never waits for a cursor: it could be its own.
            if is_within_driver(shared) {
                return Ok(());
            }
            board.hurry(&full.name, end.sequence);
            let since = match waiting.take() {
                Some((name, since)) if name == full.name => since,
                _ => Instant::now(),
            };
            let waited = since.elapsed();
            if waited >= full.timeout {
                return Err(KernelError::Backpressure {
                    driver: full.name,
                    records: full.lag.sequence,
                    bytes: full.lag.weight,
                    waited: full.timeout,
                });
            }
            let left = full.timeout.saturating_sub(waited);
            waiting = Some((full.name, since));
            begun.get_or_insert_with(|| self.now());
            drop(wait(&shared.moved, board, Some(POLL.min(left))));
            if interrupted() {
                return Err(KernelError::Interrupted);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::failure::{DriverFailure, FailureClass};
    use crate::options::AttachOptions;
    use crate::ring::Ring;
    use crate::testing::{NEVER, Probe, eventually, plain};
    use std::sync::Arc;

    fn narrow() -> AttachOptions {
        AttachOptions {
            max_records: 3,
            max_age: Duration::ZERO,
            block_timeout: Duration::from_millis(80),
            ..AttachOptions::store()
        }
    }

    fn held() -> (Kernel, Probe) {
        let (kernel, probe) = (Kernel::new(Ring::new()), Probe::default());
        probe.set(|seen| seen.held = true);
        kernel.attach("slow", Box::new(probe.clone()), narrow()).unwrap();
        for tick in 1..=3 {
            kernel.admit(NEVER).unwrap();
            kernel.publish(plain(tick));
        }
        (kernel, probe)
    }

    #[test]
    fn a_driver_at_its_bound_makes_the_writer_wait_and_then_refuses_its_tick() {
        let (kernel, probe) = held();
        let error = kernel.admit(NEVER).unwrap_err();
        assert!(
            matches!(&error, KernelError::Backpressure { driver, records: 3, .. } if driver == "slow"),
            "{error}"
        );
        assert!(error.to_string().contains("not applied"));
        probe.set(|seen| seen.held = false);
        kernel.admit(NEVER).unwrap();
        kernel.publish(plain(4));
        kernel.flush(None, NEVER).unwrap();
        assert_eq!(probe.ticks(), [1, 2, 3, 4]);
    }

    #[test]
    fn a_waiting_writer_goes_on_as_soon_as_the_driver_has_caught_up() {
        let (kernel, probe) = held();
        let kernel = Arc::new(kernel);
        let writer = std::thread::spawn({
            let kernel = Arc::clone(&kernel);
            move || kernel.admit(NEVER)
        });
        std::thread::sleep(Duration::from_millis(20));
        assert!(!writer.is_finished());
        probe.set(|seen| seen.held = false);
        writer.join().unwrap().unwrap();
    }

    #[test]
    fn a_waiting_writer_can_be_interrupted() {
        let (kernel, _probe) = held();
        assert!(matches!(kernel.admit(&|| true), Err(KernelError::Interrupted)));
    }

    #[test]
    fn a_bound_in_bytes_holds_too_and_one_large_tick_passes_when_the_lag_is_nil() {
        let (kernel, probe) = (Kernel::new(Ring::new()), Probe::default());
        probe.set(|seen| seen.held = true);
        let options = AttachOptions {
            max_bytes: 10,
            block_timeout: Duration::ZERO,
            max_age: Duration::ZERO,
            ..AttachOptions::store()
        };
        kernel.attach("slow", Box::new(probe.clone()), options).unwrap();
        kernel.admit(NEVER).unwrap();
        kernel.publish(plain(1));
        assert!(matches!(kernel.admit(NEVER), Err(KernelError::Backpressure { .. })));
        probe.set(|seen| seen.held = false);
        kernel.flush(None, NEVER).unwrap();
        kernel.admit(NEVER).unwrap();
    }

    #[test]
    fn a_failure_of_a_store_reaches_the_next_write_with_its_tick() {
        let (kernel, probe) = (Kernel::new(Ring::new()), Probe::default());
        kernel.attach("store", Box::new(probe.clone()), narrow()).unwrap();
        kernel.publish(plain(1));
        kernel.flush(None, NEVER).unwrap();
        probe.set(|seen| seen.failure = Some(DriverFailure::new(FailureClass::Fatal, "disk gone")));
        kernel.publish(plain(2));
        eventually(|| kernel.admit(NEVER).is_err());
        let error = kernel.admit(NEVER).unwrap_err();
        assert!(
            matches!(
                &error,
                KernelError::DriverFailed {
                    tick: 2,
                    committed: true,
                    ..
                }
            ),
            "{error}"
        );
        assert_eq!(error.to_string(), "driver 'store' failed at tick 2: disk gone");
        assert_eq!(kernel.status()[0].failure.as_deref(), Some("disk gone"));
    }

    #[test]
    fn a_failed_driver_that_may_fail_is_left_behind() {
        let (kernel, bad, good) = (Kernel::new(Ring::new()), Probe::default(), Probe::default());
        bad.set(|seen| seen.failure = Some(DriverFailure::new(FailureClass::Permanent, "no")));
        kernel
            .attach(
                "bad",
                Box::new(bad),
                AttachOptions {
                    fail_fast: false,
                    durable: false,
                    ..narrow()
                },
            )
            .unwrap();
        kernel.attach("good", Box::new(good.clone()), narrow()).unwrap();
        for tick in 1..=50 {
            kernel.admit(NEVER).unwrap();
            kernel.publish(plain(tick));
        }
        kernel.flush(None, NEVER).unwrap();
        assert_eq!(good.ticks().len(), 50);
        eventually(|| kernel.status()[0].failure.is_some());
        kernel.detach("good").unwrap();
        assert!(!kernel.is_needed());
    }
}
