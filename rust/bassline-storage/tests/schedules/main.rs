//! The journal's group commit under every order in which its threads may run, as far as it can be drawn; see the kernel's
//! `tests/schedules`. A schedule that fails replays alone: `BASSLINE_SCHEDULE=... cargo test -p bassline-storage --features schedules
//! --test schedules -- the_test`.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "counts and schedules are the result"
)]
#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "what fails here is a failed test"
)]

#[path = "../../../bassline-kernel/tests/schedules/explore.rs"]
mod explore;
mod slow;

use bassline_kernel::sync::thread;
use bassline_storage::disk::{Disk, Fault, FaultKind, SimulatedDisk};
use bassline_storage::journal::{Journal, JournalError, Options};
use explore::{Tally, explore};
use slow::SlowDisk;
use std::sync::Arc;

const WRITERS: u64 = 3;
const EACH: u64 = 2;

fn opened(disk: Arc<dyn Disk>) -> Result<(Journal, Vec<Vec<u8>>), JournalError> {
    let mut found = Vec::new();
    let journal = Journal::open(
        disk,
        Options {
            ahead_bytes: 1 << 10,
            ..Options::default()
        },
        0,
        &mut |_, body| {
            found.push(body.to_vec());
            Ok(())
        },
    )?;
    Ok((journal, found))
}

/// Threads that append and wait; each does so with every number it was given.
fn writers(journal: &Arc<Journal>, then: impl Fn(u64, Result<(), JournalError>) + Clone + Send + 'static) {
    let writing = |writer: u64| {
        let (journal, then) = (Arc::clone(journal), then.clone());
        thread::spawn(move || {
            for at in 0..EACH {
                let Ok(number) = journal.append_bytes(&[writer as u8, at as u8]) else {
                    return;
                };
                then(number, journal.sync(number));
            }
        })
    };
    let threads: Vec<_> = (0..WRITERS).map(writing).collect();
    for thread in threads {
        thread.join().unwrap();
    }
}

#[test]
fn who_has_waited_is_on_the_disk_and_nobody_waits_for_ever() {
    static TOGETHER: Tally = Tally::new();
    let explored = explore("who has waited is on the disk, and nobody waits for ever", || {
        let disk = SimulatedDisk::new(7);
        let journal = Arc::new(opened(Arc::new(SlowDisk(disk.clone()))).unwrap().0);
        let begun = disk.calls();
        writers(&journal, {
            let disk = disk.clone();
            move |number, synced| {
                synced.unwrap();
                let (_, found) = opened(Arc::new(disk.after_power_loss(number))).unwrap();
                assert!(
                    found.len() as u64 > number,
                    "record {number} was acknowledged, and {} survive",
                    found.len()
                );
            }
        });
        // A batch alone takes a write, a sync and a mark.
        TOGETHER.count(disk.calls() - begun < 3 * WRITERS * EACH);
        let (_, found) = opened(Arc::new(disk.after_power_loss(0))).unwrap();
        for writer in 0..WRITERS as u8 {
            let own: Vec<u8> = found
                .iter()
                .filter(|body| body[0] == writer)
                .map(|body| body[1])
                .collect();
            assert_eq!(
                own,
                (0..EACH as u8).collect::<Vec<_>>(),
                "its records are there once, in its order"
            );
        }
    });
    TOGETHER.tell(explored, "several went in one batch");
}

#[test]
fn when_the_disk_fails_everybody_who_waits_is_told() {
    static TOLD: Tally = Tally::new();
    let explored = explore("when the disk fails, everybody who waits is told", || {
        let disk = SimulatedDisk::new(7);
        let journal = Arc::new(opened(Arc::new(SlowDisk(disk.clone()))).unwrap().0);
        disk.plan(Some(Fault {
            at: disk.calls() + 6,
            kind: FaultKind::SyncFailure,
            sticky: true,
        }));
        writers(&journal, {
            let (disk, journal) = (disk.clone(), Arc::clone(&journal));
            move |number, synced| {
                TOLD.count(synced.is_err());
                if synced.is_ok() {
                    let (_, found) = opened(Arc::new(disk.after_kill())).unwrap();
                    assert!(found.len() as u64 > number);
                } else {
                    assert!(journal.append_bytes(b"more").is_err(), "a failed journal takes no more");
                }
            }
        });
    });
    TOLD.tell(explored, "somebody was told");
}
