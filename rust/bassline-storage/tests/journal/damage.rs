//! What changes at rest is found and located, or does no harm: flipped bits, files cut short, zeroed, stale and misplaced sectors.

use crate::model::{number, plant, seed};
use bassline_storage::disk::{Disk, Random, SimulatedDisk};
use bassline_storage::journal::{JournalError, Opening, Options, check};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A journal that was closed well, and every payload in it.
struct Kept {
    disk: SimulatedDisk,
    options: Options,
    payloads: Vec<Vec<u8>>,
    checkpoints: BTreeMap<u64, Vec<u8>>,
}

/// Several segments, two checkpoints, batches of one and of several.
fn kept(seed: u64, fresh: u64) -> Kept {
    let options = Options {
        segment_bytes: 900,
        ahead_bytes: 512,
        ..Options::default()
    };
    let disk = SimulatedDisk::new(0);
    let journal = Opening::begin(Arc::new(disk.clone()), options.clone())
        .and_then(|opening| opening.replay(0, &mut |_, _| Ok(())))
        .unwrap();
    let mut random = Random::new(seed);
    let (mut payloads, mut checkpoints) = (Vec::new(), BTreeMap::new());
    for batch in 0..16 {
        for _ in 0..=random.below(4) {
            let mut payload: Vec<u8> = (0..random.below(50)).map(|_| random.draw() as u8).collect();
            // Two histories of one shape that part in the middle.
            if batch >= 6
                && let Some(byte) = payload.first_mut()
            {
                *byte ^= fresh as u8;
            }
            journal.append_bytes(&payload).unwrap();
            payloads.push(payload);
        }
        journal.flush().unwrap();
        if batch == 4 || batch == 11 {
            let state: Vec<u8> = (0..200).map(|_| random.draw() as u8).collect();
            let sequence = journal.end();
            journal
                .write_checkpoint(sequence, b"meta", |into| Ok(into.write_all(&state)?))
                .unwrap();
            checkpoints.insert(sequence, state);
        }
    }
    journal.close().unwrap();
    Kept {
        disk,
        options,
        payloads,
        checkpoints,
    }
}

/// What became of a changed journal.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Clone, Copy)]
enum Outcome {
    /// Everything is there.
    Harmless,
    /// Refused, with the file and the place.
    Refused,
    /// Everything that is there is right, and it is said that the end is not what it was.
    Told,
}

impl Kept {
    /// Opens a changed copy. Nothing wrong may come out of it, nothing may be missing without a word.
    fn judge(&self, disk: &SimulatedDisk, what: &str) -> Outcome {
        let begun = Opening::begin(Arc::new(disk.clone()), self.options.clone()).expect("listing is not reading");
        let mut opening = begun;
        let restored = match opening.checkpoint() {
            Ok(restored) => restored,
            Err(error) => return located(&error, what),
        };
        let from = restored.as_ref().map_or(0, |checkpoint| checkpoint.sequence);
        if let Some(checkpoint) = restored {
            assert!(
                self.checkpoints.get(&from) == Some(&checkpoint.body),
                "{what}: a wrong state"
            );
            assert_eq!(checkpoint.meta, b"meta", "{what}: a wrong meta");
        }
        let mut next = from;
        let opened = opening.replay(from, &mut |sequence, payload| {
            assert_eq!(sequence, next, "{what}: a record out of turn");
            let known = self.payloads.get(sequence as usize);
            assert!(
                known.is_some_and(|known| known == payload),
                "{what}: record {sequence} is another"
            );
            next += 1;
            Ok(())
        });
        let journal = match opened {
            Ok(journal) => journal,
            Err(error) => return located(&error, what),
        };
        let recovery = journal.recovery();
        let newest = self.checkpoints.keys().next_back().copied().unwrap_or(0);
        let is_there = disk.list().unwrap().contains(&format!("{newest:020}.checkpoint"));
        assert!(
            from == newest || !recovery.damaged.is_empty() || !is_there,
            "{what}: an old checkpoint without a word"
        );
        if next as usize == self.payloads.len() {
            return Outcome::Harmless;
        }
        assert!(
            !recovery.closed,
            "{what}: {next} of {} are there, and it claims to be whole",
            self.payloads.len()
        );
        Outcome::Told
    }

    fn files(&self) -> Vec<(String, Vec<u8>)> {
        let names = self.disk.list().unwrap();
        let content = |name: String| {
            let mut bytes = Vec::new();
            self.disk.read(&name, &mut bytes).unwrap();
            (name, bytes)
        };
        names.into_iter().map(content).collect()
    }

    fn changed(&self, name: &str, change: impl FnOnce(&mut Vec<u8>)) -> SimulatedDisk {
        let disk = self.disk.after_kill();
        disk.tamper(name, change).unwrap();
        disk
    }
}

fn located(error: &JournalError, what: &str) -> Outcome {
    match error {
        JournalError::Damaged { file, .. } | JournalError::Foreign { file, .. } | JournalError::Newer { file, .. } => {
            assert!(!file.is_empty(), "{what}: nowhere");
            Outcome::Refused
        }
        JournalError::Truncated { .. } => Outcome::Refused,
        other => panic!("{what}: {other:?}"),
    }
}

fn tell(what: &str, outcomes: &BTreeMap<Outcome, u64>) {
    println!("{what}: {outcomes:?}");
    assert!(outcomes.get(&Outcome::Refused).is_some_and(|count| *count > 0));
}

#[test]
fn a_flipped_bit_in_a_journal_that_was_closed_is_harmless_or_refused() {
    plant();
    let kept = kept(seed(), 0);
    let (files, mut random) = (kept.files(), Random::new(seed()));
    let mut outcomes: BTreeMap<Outcome, u64> = BTreeMap::new();
    for _ in 0..number("BASSLINE_CASES", 50_000) {
        let (name, bytes) = &files[random.below(files.len() as u64) as usize];
        let (at, bit) = (random.below(bytes.len() as u64) as usize, random.below(8));
        let disk = kept.changed(name, |bytes| bytes[at] ^= 1 << bit);
        let what = format!("{name}, byte {at}, bit {bit}");
        let outcome = kept.judge(&disk, &what);
        assert_ne!(outcome, Outcome::Told, "{what}: a record that was acknowledged is gone");
        *outcomes.entry(outcome).or_default() += 1;
    }
    tell("flipped bits", &outcomes);
}

#[test]
fn checking_finds_every_flipped_bit_that_opening_refuses() {
    plant();
    let kept = kept(seed(), 0);
    assert_eq!(check(&kept.disk).unwrap().problems, []);
    let (files, mut random) = (kept.files(), Random::new(seed()));
    for _ in 0..number("BASSLINE_CASES", 20_000) / 4 {
        let (name, bytes) = &files[random.below(files.len() as u64) as usize];
        let (at, bit) = (random.below(bytes.len() as u64) as usize, random.below(8));
        let disk = kept.changed(name, |bytes| bytes[at] ^= 1 << bit);
        let what = format!("{name}, byte {at}, bit {bit}");
        let report = check(&disk).unwrap();
        if kept.judge(&disk, &what) == Outcome::Refused {
            let problem = report
                .problems
                .first()
                .unwrap_or_else(|| panic!("{what}: found nothing"));
            assert_eq!(&problem.file, name, "{what}: {problem:?}");
            assert!(problem.offset <= at as u64, "{what}: {problem:?}");
        }
    }
}

#[test]
fn a_file_cut_at_any_byte_is_refused_or_told_of() {
    plant();
    let kept = kept(seed(), 0);
    let mut outcomes: BTreeMap<Outcome, u64> = BTreeMap::new();
    for (name, bytes) in kept.files() {
        for length in 0..bytes.len() {
            let disk = kept.changed(&name, |bytes| bytes.truncate(length));
            let outcome = kept.judge(&disk, &format!("{name}, cut at {length}"));
            *outcomes.entry(outcome).or_default() += 1;
        }
    }
    tell("cut", &outcomes);
}

#[test]
fn a_missing_file_is_refused_or_told_of() {
    plant();
    let kept = kept(seed(), 0);
    for (name, _) in kept.files() {
        let disk = kept.disk.after_kill();
        disk.remove(&name).unwrap();
        kept.judge(&disk, &format!("{name}, removed"));
    }
}

#[test]
fn zeroed_misplaced_and_stale_pieces_are_refused_or_told_of() {
    plant();
    let (kept, other) = (kept(seed(), 0), kept_of_another_history());
    let others: BTreeMap<String, Vec<u8>> = other.files().into_iter().collect();
    let (files, mut random) = (kept.files(), Random::new(seed()));
    let mut outcomes: BTreeMap<Outcome, u64> = BTreeMap::new();
    for _ in 0..number("BASSLINE_CASES", 50_000) / 4 {
        let (name, bytes) = &files[random.below(files.len() as u64) as usize];
        let size = [512, 64, 4096][random.below(3) as usize].min(bytes.len());
        let at = random.below((bytes.len() / size) as u64) as usize * size;
        let (kind, piece) = match random.below(4) {
            0 => ("zeroed", vec![0; size]),
            1 => {
                let from = random.below((bytes.len() / size) as u64) as usize * size;
                ("misplaced", bytes[from..from + size].to_vec())
            }
            2 => {
                let (_, stranger) = &files[random.below(files.len() as u64) as usize];
                let from = at.min(stranger.len().saturating_sub(size));
                (
                    "of another file",
                    stranger.iter().skip(from).take(size).copied().collect(),
                )
            }
            _ => {
                let stale = others.get(name);
                let stale = stale.map(|stale| stale.iter().skip(at).take(size).copied().collect());
                ("of another history", stale.unwrap_or_default())
            }
        };
        let disk = kept.changed(name, |bytes| bytes[at..at + piece.len()].copy_from_slice(&piece));
        let outcome = kept.judge(&disk, &format!("{name}, {size} bytes at {at} {kind}"));
        *outcomes.entry(outcome).or_default() += 1;
    }
    tell("pieces", &outcomes);
}

fn kept_of_another_history() -> Kept {
    kept(seed(), 0x55)
}

#[test]
fn a_segment_of_another_history_is_refused() {
    plant();
    let (kept, other) = (kept(seed(), 0), kept_of_another_history());
    let others: BTreeMap<String, Vec<u8>> = other.files().into_iter().collect();
    let mut refused = 0;
    for (name, bytes) in kept.files() {
        if let Some(stranger) = others.get(&name).filter(|stranger| **stranger != bytes) {
            let disk = kept.changed(&name, |bytes| bytes.clone_from(stranger));
            let mut next = 0;
            let opened = Opening::begin(Arc::new(disk), kept.options.clone())
                .unwrap()
                .replay(0, &mut |_, _| {
                    next += 1;
                    Ok(())
                });
            if name.ends_with(".segment") && next > 0 {
                let error = opened.expect_err("two histories are not one");
                assert_eq!(located(&error, &name), Outcome::Refused);
                refused += 1;
            }
        }
    }
    assert!(refused >= 2, "{refused}");
}
