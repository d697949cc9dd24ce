//! A life of a journal, chosen by a seed: appending, syncing, checkpoints, letting go, closing, being killed, reading.

use crate::model::Model;
use bassline_kernel::Limits;
use bassline_storage::disk::{Random, SimulatedDisk};
use bassline_storage::journal::{Journal, JournalError, Options, Sync};

/// Lives `steps` steps, or until something fails.
pub(crate) fn live(
    disk: &SimulatedDisk,
    options: &Options,
    random: &mut Random,
    model: &mut Model,
    steps: u64,
) -> Result<(), JournalError> {
    let mut journal = model.open(disk, options)?;
    for _ in 0..steps {
        match random.below(24) {
            0..=9 => {
                for _ in 0..=random.below(4) {
                    append(&journal, random, model)?;
                }
            }
            10..=17 => sync(&journal, options, model)?,
            18 | 19 => checkpoint(&journal, random, model)?,
            20 => {
                let first = journal.truncate_below(random.below(journal.end() + 1))?;
                assert!(
                    first <= model.kept[1],
                    "record {first} is the first, {:?} need more",
                    model.kept
                );
            }
            21 => {
                model.may_end();
                journal.close()?;
                model.acknowledge(options.sync != Sync::None);
                drop(journal);
                journal = model.open(disk, options)?;
                assert!(journal.recovery().closed, "it was closed well");
                assert_eq!(journal.recovery().cut, None, "nothing was torn");
            }
            22 => {
                // The end of the process: what was not written is gone, what was written is there and perhaps not durable.
                drop(journal);
                journal = model.open(disk, options)?;
            }
            _ => read(&journal, random, model)?,
        }
    }
    Ok(())
}

pub(crate) fn append(journal: &Journal, random: &mut Random, model: &mut Model) -> Result<(), JournalError> {
    let payload = model.payload(random);
    let sequence = journal.append(|into| into.extend_from_slice(&payload));
    if let Ok(sequence) = sequence {
        assert_eq!(sequence as usize, model.accepted.len() - 1, "a wrong number");
    }
    sequence.map(drop)
}

pub(crate) fn sync(journal: &Journal, options: &Options, model: &mut Model) -> Result<(), JournalError> {
    model.may_end();
    let before = journal.durable();
    if let Err(error) = journal.flush() {
        // Poisoned for good: nothing is accepted, nothing more is acknowledged.
        assert_eq!(journal.durable(), before, "acknowledged in spite of {error}");
        let again = journal
            .flush()
            .expect_err("a failed sync is not believed when it is tried again");
        assert_eq!(again.to_string(), error.to_string());
        assert!(journal.append_bytes(b"late").is_err(), "accepted after {error}");
        return Err(error);
    }
    model.acknowledge(options.sync == Sync::Full);
    Ok(())
}

fn checkpoint(journal: &Journal, random: &mut Random, model: &mut Model) -> Result<(), JournalError> {
    let sequence = random.below(journal.end() + 1);
    let state = model.state(sequence);
    model.may_end();
    journal.write_checkpoint(sequence, &sequence.to_le_bytes(), |into| {
        for part in state.chunks(7) {
            into.write_all(part)?;
        }
        Ok(())
    })?;
    if sequence > model.kept[0] {
        model.kept = [sequence, model.kept[0]];
        model.durable = model.durable.max(sequence as usize);
        model.acknowledged = model.acknowledged.max(sequence as usize);
    }
    Ok(())
}

/// Whatever is there can be read while the journal is open, durable or not.
fn read(journal: &Journal, random: &mut Random, model: &Model) -> Result<(), JournalError> {
    let (first, end) = (journal.first(), journal.end());
    let from = first + random.below(end - first + 1);
    let limits = Limits {
        records: 1 + random.below(20) as usize,
        bytes: random.below(500) as usize,
    };
    let mut next = from;
    let behind = journal.read(from, limits, &mut |sequence, payload| {
        assert_eq!(sequence, next, "a record out of turn");
        assert!(
            model.accepted[sequence as usize] == payload,
            "record {sequence} is another"
        );
        next += 1;
        Ok(())
    });
    assert_eq!(behind?, next);
    assert!(next > from || from == end, "nothing was read");
    Ok(())
}
