//! Handing one batch to one driver: every batch ends acknowledged or with the failure that stops the driver.

use crate::driver::{Batch, Driver, DriverFailure, FailureClass};
use crate::retry::{Retry, Sleeper};
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Hands a batch over, again after transient failures.
pub(crate) fn deliver(
    driver: &mut dyn Driver,
    batch: &Batch,
    retry: &Retry,
    sleeper: &dyn Sleeper,
) -> Result<(), DriverFailure> {
    let mut failed = 0;
    loop {
        let Err(failure) = guarded(|| driver.handle_changes(batch)) else {
            return Ok(());
        };
        failed += 1;
        match (failure.class, retry.pause_after(failed)) {
            (FailureClass::Transient, Some(pause)) => sleeper.sleep(pause),
            (FailureClass::Transient, None) => {
                let message = format!("{} (tried {failed} times)", failure.message);
                return Err(DriverFailure {
                    class: FailureClass::Fatal,
                    message,
                    ..failure
                });
            }
            _ => return Err(failure),
        }
    }
}

/// Calls a driver; a panic in it is a fatal failure. The driver is not used again, so that a broken state is seen by nobody.
pub(crate) fn guarded(call: impl FnOnce() -> Result<(), DriverFailure>) -> Result<(), DriverFailure> {
    catch_unwind(AssertUnwindSafe(call)).unwrap_or_else(|payload| {
        Err(DriverFailure::new(
            FailureClass::Fatal,
            format!("the driver panicked: {}", panic_message(payload.as_ref())),
        ))
    })
}

fn panic_message(payload: &(dyn Any + Send)) -> &str {
    let text = payload.downcast_ref::<&str>().copied();
    text.or_else(|| payload.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("without a message")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;
    use std::time::Duration;

    struct Scripted(Vec<Result<(), FailureClass>>);

    impl Driver for Scripted {
        fn handle_changes(&mut self, _: &Batch) -> Result<(), DriverFailure> {
            self.0.remove(0).map_err(|class| DriverFailure::new(class, "scripted"))
        }
    }

    #[derive(Default)]
    struct Slept(Mutex<Vec<u64>>);

    impl Sleeper for Slept {
        fn sleep(&self, time: Duration) {
            self.0.lock().unwrap().push(time.as_millis() as u64);
        }
    }

    fn run(script: &[Result<(), FailureClass>]) -> (Result<(), DriverFailure>, Vec<u64>) {
        let slept = Slept::default();
        let result = deliver(
            &mut Scripted(script.to_vec()),
            &Batch::default(),
            &Retry::default(),
            &slept,
        );
        (result, slept.0.into_inner().unwrap())
    }

    #[test]
    fn a_transient_failure_is_tried_again_with_longer_pauses() {
        let again = Err(FailureClass::Transient);
        let (result, slept) = run(&[again, again, again, Ok(())]);
        assert!(result.is_ok());
        assert_eq!(slept, [20, 80, 320]);
    }

    #[test]
    fn a_transient_failure_that_stays_becomes_fatal() {
        let (result, slept) = run(&[Err(FailureClass::Transient); 5]);
        let failure = result.unwrap_err();
        assert_eq!(
            (failure.class, failure.message.as_str()),
            (FailureClass::Fatal, "scripted (tried 5 times)")
        );
        assert_eq!(slept.len(), 4);
    }

    #[test]
    fn other_failures_are_not_tried_again() {
        for class in [FailureClass::Permanent, FailureClass::Fatal] {
            let (result, slept) = run(&[Err(class)]);
            assert_eq!(result.unwrap_err().class, class);
            assert!(slept.is_empty());
        }
    }

    #[test]
    fn a_panic_is_a_fatal_failure() {
        let failure = guarded(|| panic!("boom {}", 1)).unwrap_err();
        assert_eq!(
            (failure.class, failure.message.as_str()),
            (FailureClass::Fatal, "the driver panicked: boom 1")
        );
    }
}
