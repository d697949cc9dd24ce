//! Drivers of which what waits is thinned out, while they take from it.

use crate::explore::{Tally, explore};
use crate::witness::{NOBODY, Witness, kernel, prompt, record, write};
use bassline_kernel::sync::thread;
use bassline_kernel::{AttachOptions, Kernel, Policy, TickRecord};
use std::sync::Arc;

const TICKS: u64 = 8;

fn narrow(policy: Policy) -> AttachOptions {
    AttachOptions {
        policy,
        max_records: 4,
        ..prompt()
    }
}

fn written(kernel: &Arc<Kernel>, make: fn(u64) -> TickRecord) {
    let kernel = Arc::clone(kernel);
    let writing = thread::spawn(move || (1..=TICKS).for_each(|tick| kernel.publish(make(tick))));
    writing.join().unwrap();
}

#[test]
fn who_coalesces_is_told_the_newest_of_each_contact_and_in_order() {
    static THINNED: Tally = Tally::new();
    let explored = explore("who coalesces is told the newest of each contact, and in order", || {
        let (kernel, witness) = (kernel(), Witness::default());
        witness.attach(&kernel, "view", narrow(Policy::Coalesce));
        written(&kernel, |tick| write(tick, tick % 2));
        kernel.flush(None, NOBODY).unwrap();
        THINNED.count(kernel.status()[0].measured.superseded > 0);
        for contact in [0, 1] {
            let seen = witness.seen();
            let told: Vec<u64> = seen
                .written
                .iter()
                .filter(|(of, _)| *of == contact)
                .map(|(_, tick)| *tick)
                .collect();
            assert!(told.is_sorted_by(|a, b| a < b), "{told:?}");
            assert_eq!(told.last(), Some(&(TICKS - contact)));
        }
        assert!(kernel.close(None).undelivered.is_empty());
    });
    THINNED.tell(explored, "a change was superseded");
}

#[test]
fn who_drops_the_oldest_is_told_how_many_are_missing() {
    static DROPPED: Tally = Tally::new();
    let explored = explore("who drops the oldest is told how many are missing", || {
        let (kernel, witness) = (kernel(), Witness::default());
        witness.attach(&kernel, "telemetry", narrow(Policy::DropOldest));
        written(&kernel, record);
        kernel.flush(None, NOBODY).unwrap();
        let seen = witness.seen();
        DROPPED.count(seen.missing > 0);
        assert!(seen.ticks.is_sorted_by(|a, b| a < b), "{:?}", seen.ticks);
        assert_eq!(seen.ticks.last(), Some(&TICKS));
        assert_eq!(seen.ticks.len() as u64 + seen.missing, TICKS);
        drop(seen);
        assert!(kernel.close(None).undelivered.is_empty());
    });
    DROPPED.tell(explored, "a tick was dropped");
}
