//! The gate: a writer waits while a driver is too far behind, and is let go.

use crate::explore::{Tally, explore};
use crate::witness::{NOBODY, Seen, Witness, kernel, patient, prompt, record};
use bassline_kernel::sync::thread;
use bassline_kernel::{AttachOptions, KernelError};
use std::sync::Arc;

#[test]
fn a_writer_at_the_gate_is_let_go_and_never_further_ahead_than_the_bound() {
    static WAITED: Tally = Tally::new();
    let explored = explore(
        "a writer at the gate is let go, and never further ahead than the bound",
        || {
            let (kernel, near, far) = (kernel(), Witness::default(), Witness::default());
            for (witness, name, max_records, options) in [(&near, "near", 1, prompt()), (&far, "far", 3, patient())] {
                let options = AttachOptions {
                    max_records,
                    batch_records: 100,
                    ..options
                };
                witness.attach(&kernel, name, options);
            }
            for tick in 1..=5 {
                kernel.admit(NOBODY).unwrap();
                kernel.publish(record(tick));
                for (witness, bound) in [(&near, 1), (&far, 3)] {
                    let lag = tick - witness.seen().ticks.len() as u64;
                    assert!(lag <= bound, "{lag} behind, bound {bound}");
                }
            }
            WAITED.count(kernel.waited().count > 0);
            kernel.flush(None, NOBODY).unwrap();
            near.took(1..=5);
            far.took(1..=5);
            assert!(kernel.close(None).undelivered.is_empty());
        },
    );
    WAITED.tell(explored, "the writer waited");
}

#[test]
fn a_writer_at_the_gate_is_told_of_a_driver_that_fails() {
    explore("a writer at the gate is told of a driver that fails", || {
        let (kernel, witness) = (kernel(), Witness::default());
        *witness.seen() = Seen {
            fails_at: Some(2),
            ..Seen::default()
        };
        let store = AttachOptions {
            max_records: 1,
            fail_fast: true,
            dead_letters: false,
            ..prompt()
        };
        witness.attach(&kernel, "store", store);
        let writing = thread::spawn({
            let kernel = Arc::clone(&kernel);
            move || {
                for tick in 1.. {
                    if let Err(refused) = kernel.admit(NOBODY) {
                        return (tick, refused);
                    }
                    kernel.publish(record(tick));
                }
                unreachable!("there is always another tick")
            }
        });
        let (refused_at, error) = writing.join().unwrap();
        assert!(matches!(error, KernelError::DriverFailed { tick: 2, .. }), "{error}");
        assert_eq!(
            refused_at, 3,
            "with a bound of one, the tick behind the failed one is refused"
        );
        let report = kernel.close(None);
        assert_eq!(report.undelivered.len(), 1);
        witness.took(1..=1);
    });
}

#[test]
fn a_writer_at_the_gate_is_let_go_by_closing() {
    static WAITED: Tally = Tally::new();
    let explored = explore(
        "a writer at the gate is let go by closing, and what it wrote is delivered",
        || {
            let (kernel, witness) = (kernel(), Witness::default());
            let narrow = AttachOptions {
                max_records: 1,
                ..prompt()
            };
            witness.attach(&kernel, "narrow", narrow);
            // As the network is: it takes no tick once it is being closed.
            let open = Arc::new(bassline_kernel::sync::Mutex::new(true));
            let writing = thread::spawn({
                let (kernel, open) = (Arc::clone(&kernel), Arc::clone(&open));
                move || {
                    for tick in 1..=6 {
                        if let Err(refused) = kernel.admit(NOBODY) {
                            assert!(matches!(refused, KernelError::Closed), "{refused}");
                            return tick - 1;
                        }
                        let open = open.lock().unwrap();
                        if !*open {
                            return tick - 1;
                        }
                        kernel.publish(record(tick));
                    }
                    6
                }
            });
            *open.lock().unwrap() = false;
            let report = kernel.close(None);
            let written = writing.join().unwrap();
            WAITED.count(written > 0 && kernel.waited().count > 0);
            assert!(report.undelivered.is_empty());
            witness.took(1..=written);
        },
    );
    WAITED.tell(explored, "the writer waited");
}
