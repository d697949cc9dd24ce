//! Drivers follow the log: they are woken, and handed every record once and in order.

use crate::explore::{Tally, explore};
use crate::witness::{NOBODY, Seen, Witness, kernel, patient, prompt, record};
use bassline_kernel::sync::atomic::{AtomicU64, Ordering};
use bassline_kernel::sync::thread;
use bassline_kernel::{
    Ack, AttachOptions, Attachment, Batch, Driver, DriverFailure, Kernel, KernelError, Member, Mode, OnError, Standing,
};
use std::sync::Arc;

/// A writer that publishes so many ticks, and tells how far it is.
pub(crate) fn writer(kernel: &Arc<Kernel>, ticks: u64) -> (thread::JoinHandle<()>, Arc<AtomicU64>) {
    let (kernel, done) = (Arc::clone(kernel), Arc::new(AtomicU64::new(0)));
    let told = Arc::clone(&done);
    let writes = move || {
        for tick in 1..=ticks {
            kernel.publish(record(tick));
            told.store(tick, Ordering::SeqCst);
        }
    };
    (thread::spawn(writes), done)
}

#[test]
fn no_wake_up_is_lost_and_no_record_skipped_or_doubled() {
    explore("no wake-up is lost, and no record skipped or doubled", || {
        let (kernel, eager, full) = (kernel(), Witness::default(), Witness::default());
        eager.attach(&kernel, "eager", prompt());
        full.attach(&kernel, "full", patient());
        let (writing, _) = writer(&kernel, 4);
        for witness in [&eager, &full] {
            witness.until(|seen| seen.ticks.len() == 4);
        }
        writing.join().unwrap();
        assert!(kernel.close(None).undelivered.is_empty());
        eager.took(1..=4);
        full.took(1..=4);
    });
}

#[test]
fn flush_returns_only_when_every_cursor_has_passed() {
    explore("flush returns only when every cursor has passed", || {
        let (kernel, eager, slow) = (kernel(), Witness::default(), Witness::default());
        eager.attach(&kernel, "eager", prompt());
        let slowly = AttachOptions {
            batch_records: 100,
            ..patient()
        };
        slow.attach(&kernel, "slow", slowly);
        let (writing, done) = writer(&kernel, 4);
        let flushing = || {
            let (kernel, done) = (Arc::clone(&kernel), Arc::clone(&done));
            let witnesses = [eager.clone(), slow.clone()];
            thread::spawn(move || {
                for _ in 0..2 {
                    let before = done.load(Ordering::SeqCst);
                    kernel.flush(None, NOBODY).unwrap();
                    for witness in &witnesses {
                        let seen = witness.seen().ticks.last().copied().unwrap_or(0);
                        assert!(seen >= before, "flushed {before}, and {seen} was taken");
                    }
                }
            })
        };
        for thread in [flushing(), flushing(), writing] {
            thread.join().unwrap();
        }
        kernel.flush(None, NOBODY).unwrap();
        eager.took(1..=4);
        slow.took(1..=4);
        assert!(kernel.close(None).undelivered.is_empty());
    });
}

/// Hands on to a witness what another, which is ahead of it, has taken already.
struct Behind {
    leader: Witness,
    witness: Witness,
}

impl Driver for Behind {
    fn handle_changes(&mut self, batch: &Batch) -> Result<(), DriverFailure> {
        let ahead = self.leader.seen().ticks.last().copied();
        let overtaken = batch.records.iter().any(|record| Some(record.tick) > ahead);
        if overtaken {
            // What is asserted here would be taken for a failure of the driver.
            self.witness.seen().missing += 1;
        }
        self.witness.handle_changes(batch)
    }
}

#[test]
fn one_in_a_row_is_woken_by_the_one_before_it_and_never_overtakes_it() {
    explore(
        "one in a row is woken by the one before it, and never overtakes it",
        || {
            let (kernel, leader, follower) = (kernel(), Witness::default(), Witness::default());
            let behind = Behind {
                leader: leader.clone(),
                witness: follower.clone(),
            };
            let member = Member::Compound {
                ack: Ack::All,
                mode: Mode::Sequential,
                on_error: OnError::Fail,
                members: vec![
                    ("leader".into(), Member::Driver(Box::new(leader.clone()))),
                    ("follower".into(), Member::Driver(Box::new(behind))),
                ],
            };
            let attachment = Attachment {
                name: "row".into(),
                member,
                options: prompt(),
                after: vec![],
            };
            let names = kernel.register(vec![attachment], Standing::default()).unwrap();
            kernel.await_start(&names, NOBODY).unwrap();
            let (writing, _) = writer(&kernel, 3);
            follower.until(|seen| seen.ticks.len() == 3);
            writing.join().unwrap();
            assert!(kernel.close(None).undelivered.is_empty());
            leader.took(1..=3);
            follower.took(1..=3);
            assert_eq!(
                follower.seen().missing,
                0,
                "the follower was handed what the leader had not taken"
            );
        },
    );
}

#[test]
fn a_driver_that_is_restarted_goes_on_where_it_stood() {
    static FAILED: Tally = Tally::new();
    let explored = explore("a driver that is restarted goes on where it stood", || {
        let (kernel, witness) = (kernel(), Witness::default());
        *witness.seen() = Seen {
            fails_at: Some(2),
            ..Seen::default()
        };
        let store = AttachOptions {
            fail_fast: true,
            dead_letters: false,
            ..prompt()
        };
        witness.attach(&kernel, "store", store);
        let (writing, _) = writer(&kernel, 4);
        let flushed = kernel.flush(None, NOBODY);
        FAILED.count(flushed.is_err());
        writing.join().unwrap();
        while let Err(error) = kernel.flush(None, NOBODY) {
            assert!(
                matches!(&error, KernelError::DriverFailed { tick: 1 | 2, .. }),
                "{error}"
            );
            kernel.restart("store").unwrap();
        }
        assert!(kernel.close(None).undelivered.is_empty());
        witness.took(1..=4);
    });
    FAILED.tell(explored, "it had failed while the writer wrote");
}
