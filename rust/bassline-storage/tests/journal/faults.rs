//! Every call fails once or for ever: typed errors, no acknowledgement, and the journal opens again.

use crate::model::{Case, Model, options};
#[cfg(test)]
use crate::model::{each_happened, number, seed};
use crate::scenario::live;
use bassline_storage::disk::{Fault, FaultKind, Fired, Random, SimulatedDisk};
use bassline_storage::journal::JournalError;

const STEPS: u64 = 30;

/// What a life may end with when its disk fails.
fn is_typed(error: &JournalError) -> bool {
    matches!(error, JournalError::Failed { file, .. } if !file.is_empty())
        // What a checkpoint's own writer is told.
        || matches!(error, JournalError::Refused { .. })
}

/// One life with one fault, and what is there after it: after the process is gone, and after a power loss.
fn life_with(seed: u64, fault: Fault, fired: &mut Fired) -> bool {
    let mut random = Random::new(seed);
    let options = options(&mut random);
    let (disk, mut model) = (SimulatedDisk::new(seed ^ fault.at), Model::default());
    let _case = Case(format!("seed {seed}, {fault:?}, {options:?}"));
    disk.plan(Some(fault));
    let outcome = live(&disk, &options, &mut random, &mut model, STEPS);
    let failed = match &outcome {
        Ok(()) => false,
        Err(error) => {
            assert!(is_typed(error), "{fault:?}: {error:?}");
            true
        }
    };
    fired.add(&disk.fired());
    disk.plan(None);

    let mut dark = model.clone();
    dark.darken();
    for _ in 0..2 {
        let image = disk.after_power_loss(random.draw());
        let journal = dark.clone().open(&image, &options).expect("opens after a power loss");
        journal.close().expect("closes after a power loss");
        fired.add(&image.fired());
    }

    let killed = disk.after_kill();
    fired.add(&killed.fired());
    let journal = model.open(&killed, &options).expect("opens after a kill");
    drop(journal);
    // What was told to whoever opened it is durable now, whatever failed before.
    let image = killed.after_power_loss(random.draw());
    model
        .open(&image, &options)
        .expect("opens after a kill and a power loss");
    failed
}

/// Lets every call of one life after another fail in every way; how many lives, of how many seeds, and how many the fault ended.
pub(crate) fn fail(first: u64, wanted: u64, fired: &mut Fired) -> (u64, u64, u64) {
    let kinds = [
        FaultKind::Error,
        FaultKind::NoSpace,
        FaultKind::ShortWrite,
        FaultKind::SyncFailure,
    ];
    let (mut lives, mut failed, mut at, mut seeds) = (0, 0, 0, 0);
    while lives < wanted {
        let seed = first.wrapping_add(seeds);
        let mut ended = false;
        for kind in kinds {
            for sticky in [false, true] {
                let fails = life_with(seed, Fault { at, kind, sticky }, fired);
                ended |= !fails && sticky;
                failed += u64::from(fails);
                lives += 1;
            }
        }
        at += 1;
        if ended {
            (at, seeds) = (0, seeds + 1);
        }
    }
    (lives, seeds, failed)
}

#[test]
fn a_call_that_fails_once_or_for_ever_acknowledges_nothing_and_leaves_a_journal() {
    crate::model::plant();
    let mut fired = Fired::default();
    let (lives, seeds, failed) = fail(seed(), number("BASSLINE_CASES", 50_000) / 2, &mut fired);
    println!("{lives} lives of {seeds} seeds, {failed} ended by the fault");
    each_happened(&fired, &Fired::FAILURES);
    assert!(failed > 0);
}
