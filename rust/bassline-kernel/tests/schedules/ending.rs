//! Closing and detaching: everything is delivered or reported, and whoever waits is told.

use crate::explore::{Tally, explore};
use crate::following::writer;
use crate::witness::{EVER, NOBODY, Seen, Witness, kernel, patient, prompt};
use bassline_kernel::sync::atomic::Ordering;
use bassline_kernel::sync::thread;
use bassline_kernel::{Ask, KernelError};
use std::sync::Arc;

#[test]
fn closing_ends_with_everything_delivered_or_reported() {
    explore("closing ends with everything delivered or reported", || {
        let (kernel, good, bad) = (kernel(), Witness::default(), Witness::default());
        *bad.seen() = Seen {
            fails_at: Some(3),
            ..Seen::default()
        };
        good.attach(&kernel, "good", patient());
        let leaves = bassline_kernel::AttachOptions {
            durable: false,
            batch_records: 1,
            ..prompt()
        };
        bad.attach(&kernel, "bad", leaves);
        let (writing, _) = writer(&kernel, 5);
        let flushing = thread::spawn({
            let kernel = Arc::clone(&kernel);
            move || kernel.flush(None, NOBODY).unwrap()
        });
        writing.join().unwrap();
        let report = kernel.close(None);
        flushing.join().unwrap();
        good.took(1..=5);
        bad.took(1..=2);
        let reported: Vec<_> = report
            .undelivered
            .iter()
            .map(|(name, left, _)| (name.as_str(), *left))
            .collect();
        assert_eq!(reported, [("bad", 3)]);
        for witness in [&good, &bad] {
            assert_eq!(witness.seen().shut_down, 1);
        }
    });
}

#[test]
fn a_driver_that_is_detached_has_taken_what_came_before_and_the_others_everything() {
    static MIDWAY: Tally = Tally::new();
    let explored = explore(
        "a driver that is detached has taken what came before, and the others everything",
        || {
            let (kernel, leaves, stays) = (kernel(), Witness::default(), Witness::default());
            leaves.attach(&kernel, "leaves", patient());
            stays.attach(&kernel, "stays", prompt());
            let (writing, done) = writer(&kernel, 5);
            let before = done.load(Ordering::SeqCst);
            kernel.detach("leaves").unwrap();
            let taken = leaves.seen().ticks.len() as u64;
            assert!(taken >= before, "{before} were written, and {taken} taken");
            MIDWAY.count(taken > 0 && taken < 5);
            assert_eq!(leaves.seen().shut_down, 1);
            writing.join().unwrap();
            kernel.flush(None, NOBODY).unwrap();
            leaves.took(1..=taken);
            stays.took(1..=5);
            assert!(kernel.close(None).undelivered.is_empty());
        },
    );
    MIDWAY.tell(explored, "it left between two ticks");
}

#[test]
fn who_asks_a_driver_is_answered_or_told_that_it_is_closed() {
    static ANSWERED: Tally = Tally::new();
    let explored = explore("who asks a driver is answered, or told that it is closed", || {
        let (kernel, witness) = (kernel(), Witness::default());
        witness.attach(&kernel, "driver", prompt());
        let (writing, _) = writer(&kernel, 2);
        let asking = thread::spawn({
            let kernel = Arc::clone(&kernel);
            move || match kernel.ask("driver", Ask::Health, EVER, NOBODY) {
                Ok(_) => true,
                Err(KernelError::Closed) => false,
                Err(other) => panic!("{other}"),
            }
        });
        writing.join().unwrap();
        assert!(kernel.close(None).undelivered.is_empty());
        ANSWERED.count(asking.join().unwrap());
        witness.took(1..=2);
    });
    ANSWERED.tell(explored, "it was answered");
}

#[test]
fn a_kernel_that_is_let_go_of_lets_its_workers_go() {
    explore("a kernel that is let go of lets its workers go", || {
        let (kernel, witness) = (kernel(), Witness::default());
        witness.attach(&kernel, "driver", prompt());
        writer(&kernel, 2).0.join().unwrap();
        drop(kernel);
        // A worker that went on waiting would be a deadlock.
        while witness.seen().shut_down == 0 {
            thread::yield_now();
        }
    });
}
