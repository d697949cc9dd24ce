//! What the simulation leaves out as it has no threads: waking up, and closing.

use crate::story::{Shared, locked, shared};
use bassline_core::Text;
use bassline_kernel::{
    AttachOptions, Batch, CloseReport, Driver, DriverFailure, FailureClass, Kernel, KernelError, Ring, TickRecord,
};
use std::sync::Arc;
use std::time::{Duration, Instant};

const NOBODY: &dyn Fn() -> bool = &|| false;

#[derive(Clone)]
struct Taken {
    ticks: Shared<Vec<u64>>,
    fails: bool,
}

impl Driver for Taken {
    fn handle_changes(&mut self, batch: &Batch) -> Result<(), DriverFailure> {
        if self.fails {
            return Err(DriverFailure::new(FailureClass::Fatal, "planned"));
        }
        let ticks = batch.records.iter().map(|record| record.tick);
        locked(&self.ticks).extend(ticks);
        Ok(())
    }
}

fn attached(options: AttachOptions, fails: bool) -> (Kernel, Shared<Vec<u64>>) {
    crate::plant();
    let (kernel, ticks) = (Kernel::new(Ring::new()), shared(Vec::new()));
    let driver = Taken {
        ticks: Arc::clone(&ticks),
        fails,
    };
    kernel
        .attach("driver", Box::new(driver), options)
        .expect("a driver that begins");
    (kernel, ticks)
}

fn publish(kernel: &Kernel, tick: u64) {
    kernel.publish(TickRecord {
        epoch: 1,
        tick,
        time_micros: 0,
        source: Text::new(),
        position: None,
        changes: vec![],
        structure: vec![],
    });
}

#[test]
fn a_driver_that_sleeps_is_woken_by_a_tick() {
    let options = AttachOptions {
        max_age: Duration::ZERO,
        ..AttachOptions::default()
    };
    for _ in 0..50 {
        // Who was handed nothing yet does not even wake up to be idle.
        let (kernel, ticks) = attached(options.clone(), false);
        std::thread::sleep(Duration::from_millis(1));
        publish(&kernel, 1);
        let deadline = Instant::now() + Duration::from_secs(20);
        while locked(&ticks).is_empty() {
            assert!(Instant::now() < deadline, "the tick did not wake it");
            std::thread::yield_now();
        }
    }
}

#[test]
fn closing_hands_over_what_waits() {
    let options = AttachOptions {
        max_age: Duration::from_secs(1 << 30),
        ..AttachOptions::store()
    };
    let (kernel, ticks) = attached(options, false);
    for tick in 1..=100 {
        publish(&kernel, tick);
    }
    assert_eq!(kernel.close(None), CloseReport::default());
    assert_eq!(*locked(&ticks), (1..=100).collect::<Vec<_>>());
}

#[test]
fn a_driver_that_failed_is_named_to_who_flushes_and_writes() {
    let (kernel, _) = attached(AttachOptions::store(), true);
    publish(&kernel, 1);
    let flushed = kernel.flush(Some(Duration::from_secs(20)), NOBODY);
    assert!(
        matches!(flushed, Err(KernelError::DriverFailed { tick: 1, .. })),
        "{flushed:?}"
    );
    let admitted = kernel.admit(NOBODY);
    assert!(
        matches!(admitted, Err(KernelError::DriverFailed { tick: 1, .. })),
        "{admitted:?}"
    );
}
