//! What each call of the journal promises, one by one.

use crate::model::plant;
use bassline_kernel::Limits;
use bassline_storage::disk::{Disk, MemoryDisk, RealDisk};
use bassline_storage::journal::{Journal, JournalError, Opening, Options, Sync, check, scan};
use std::sync::Arc;

fn small() -> Options {
    Options {
        segment_bytes: 400,
        ahead_bytes: 256,
        ..Options::default()
    }
}

fn opened(disk: &Arc<dyn Disk>, options: &Options) -> (Journal, Vec<Vec<u8>>) {
    let mut found = Vec::new();
    let journal = Journal::open(Arc::clone(disk), options.clone(), 0, &mut |sequence, payload| {
        assert_eq!(sequence as usize, found.len());
        found.push(payload.to_vec());
        Ok(())
    });
    (journal.unwrap(), found)
}

fn fill(journal: &Journal, records: u64) {
    for _ in 0..records {
        journal.append(|into| into.extend_from_slice(&[7; 100])).unwrap();
        journal.flush().unwrap();
    }
}

const ALL: Limits = Limits {
    records: usize::MAX,
    bytes: usize::MAX,
};

fn both(test: impl Fn(Arc<dyn Disk>)) {
    plant();
    test(Arc::new(MemoryDisk::new()));
    let directory = tempfile::tempdir().unwrap();
    test(Arc::new(RealDisk::create(directory.path().join("journal")).unwrap()));
}

#[test]
fn what_was_appended_is_there_after_closing_whatever_was_waited_for() {
    both(|disk| {
        let mut known: Vec<Vec<u8>> = Vec::new();
        for sync in [Sync::Full, Sync::Normal, Sync::None] {
            let options = Options { sync, ..small() };
            let (journal, found) = opened(&disk, &options);
            assert_eq!(found, known);
            for record in 0..20_u8 {
                let payload = vec![record; usize::from(record) * 7];
                assert_eq!(journal.append_bytes(&payload).unwrap() as usize, known.len());
                known.push(payload);
                if record % 3 == 0 {
                    journal.sync(journal.end() - 1).unwrap();
                    assert_eq!(journal.durable() as usize, known.len());
                }
            }
            journal.close().unwrap();
            assert!(matches!(
                journal.append_bytes(b"late"),
                Err(JournalError::Closed { .. })
            ));
        }
        let (journal, found) = opened(&disk, &small());
        assert_eq!(found, known);
        assert!(journal.recovery().closed);
        assert_eq!(check(&*disk).unwrap().problems, []);
    });
}

#[test]
fn a_second_opener_is_refused_until_the_first_is_done() {
    both(|disk| {
        let (journal, _) = opened(&disk, &small());
        let second = Opening::begin(Arc::clone(&disk), small());
        assert!(matches!(second, Err(JournalError::InUse { .. })));
        journal.close().unwrap();
        let (third, _) = opened(&disk, &small());
        drop(third);
        opened(&disk, &small());
    });
}

#[test]
fn records_are_read_from_the_file_and_from_memory_within_limits() {
    both(|disk| {
        let (journal, _) = opened(&disk, &small());
        let mut known: Vec<Vec<u8>> = Vec::new();
        for record in 0..60_u8 {
            let payload = vec![record; 20 + usize::from(record % 7)];
            journal.append_bytes(&payload).unwrap();
            known.push(payload);
            if record % 4 == 0 && record < 50 {
                journal.flush().unwrap();
            }
        }
        for from in 0..=60 {
            let mut found = Vec::new();
            let mut take = |_, payload: &[u8]| {
                found.push(payload.to_vec());
                Ok(())
            };
            assert_eq!(journal.read(from, ALL, &mut take).unwrap(), 60);
            assert_eq!(found, known[from as usize..]);
        }
        let (mut records, mut bytes) = (0, 0);
        let limits = Limits { records: 5, bytes: 75 };
        let behind = journal.read(10, limits, &mut |_, payload| {
            (records, bytes) = (records + 1, bytes + payload.len());
            Ok(())
        });
        assert_eq!((behind.unwrap(), records), (13, 3));
        assert!(bytes <= 75);
        let tight = Limits { records: 0, bytes: 0 };
        assert_eq!(journal.read(10, tight, &mut |_, _| Ok(())).unwrap(), 11);
        let beyond = journal.read(61, ALL, &mut |_, _| Ok(()));
        assert!(matches!(
            beyond,
            Err(JournalError::Truncated { end: 60, asked: 61, .. })
        ));
        assert_eq!(scan(&*disk, 0, &mut |_, _| Ok(())).unwrap(), journal.durable());
    });
}

#[test]
fn a_large_record_among_small_ones_is_read() {
    both(|disk| {
        let options = Options::default();
        let (journal, _) = opened(&disk, &options);
        for size in [10, 300_000, 10, 70_000, 1_500_000, 0, 65_504] {
            journal.append_bytes(&vec![1; size]).unwrap();
        }
        for flushed in [false, true] {
            let mut sizes = Vec::new();
            journal
                .read(0, ALL, &mut |_, payload| {
                    sizes.push(payload.len());
                    Ok(())
                })
                .unwrap();
            assert_eq!(
                sizes,
                [10, 300_000, 10, 70_000, 1_500_000, 0, 65_504],
                "flushed: {flushed}"
            );
            journal.flush().unwrap();
        }
    });
}

#[test]
fn segments_go_when_they_are_not_needed_and_no_sooner() {
    both(|disk| {
        let (journal, _) = opened(&disk, &small());
        fill(&journal, 40);
        assert_eq!(
            journal.truncate_below(40).unwrap(),
            0,
            "no checkpoint, so everything is needed"
        );
        for sequence in [10, 20, 30] {
            journal
                .write_checkpoint(sequence, b"", |into| Ok(into.write_all(&[sequence as u8; 300])?))
                .unwrap();
        }
        assert!(journal.truncate_below(15).unwrap() <= 15);
        let first = journal.truncate_below(u64::MAX).unwrap();
        assert!(
            (15..=20).contains(&first),
            "the last two checkpoints need record 20, {first} is the first"
        );
        let gone = journal.read(0, ALL, &mut |_, _| Ok(()));
        assert!(matches!(gone, Err(JournalError::Truncated { asked: 0, .. })));
        journal.close().unwrap();
        let mut opening = Opening::begin(Arc::clone(&disk), small()).unwrap();
        let checkpoint = opening.checkpoint().unwrap().unwrap();
        assert_eq!((checkpoint.sequence, checkpoint.body), (30, vec![30; 300]));
        let mut records = 0;
        let journal = opening.replay(30, &mut |_, _| {
            records += 1;
            Ok(())
        });
        assert_eq!((records, journal.unwrap().end()), (10, 40));
        let early = Journal::open(Arc::clone(&disk), small(), 0, &mut |_, _| Ok(()));
        assert!(matches!(early, Err(JournalError::Truncated { asked: 0, .. })));
    });
}

#[test]
fn without_checkpoints_to_keep_all_but_the_last_segment_may_go() {
    both(|disk| {
        let options = Options {
            checkpoints: None,
            ..small()
        };
        let (journal, _) = opened(&disk, &options);
        fill(&journal, 40);
        let first = journal.truncate_below(u64::MAX).unwrap();
        assert!((1..40).contains(&first));
        let segments = disk.list().unwrap();
        assert_eq!(segments.iter().filter(|name| name.contains(".segment")).count(), 1);
        fill(&journal, 1);
    });
}

#[test]
fn a_damaged_checkpoint_is_told_of_and_the_older_one_is_used() {
    both(|disk| {
        let (journal, _) = opened(&disk, &small());
        fill(&journal, 20);
        for sequence in [10, 20] {
            journal
                .write_checkpoint(sequence, b"m", |into| Ok(into.write_all(&[sequence as u8; 90])?))
                .unwrap();
        }
        journal.truncate_below(u64::MAX).unwrap();
        journal.close().unwrap();
        let damaged = "00000000000000000020.checkpoint";
        disk.open(damaged).unwrap().write_at(80, &[0]).unwrap();
        let mut opening = Opening::begin(Arc::clone(&disk), small()).unwrap();
        let checkpoint = opening.checkpoint().unwrap().unwrap();
        assert_eq!((checkpoint.sequence, checkpoint.body), (10, vec![10; 90]));
        let journal = opening.replay(10, &mut |_, _| Ok(())).unwrap();
        let told = journal.recovery().damaged.first().map(ToString::to_string);
        assert!(told.is_some_and(|told| told.contains(damaged)));
        journal.close().unwrap();
        disk.open("00000000000000000010.checkpoint")
            .unwrap()
            .write_at(80, &[0])
            .unwrap();
        let refused = Opening::begin(Arc::clone(&disk), small()).unwrap().checkpoint();
        assert!(matches!(refused, Err(JournalError::Damaged { .. })), "{refused:?}");
    });
}

#[test]
fn a_failed_checkpoint_leaves_the_one_before_and_a_journal_that_goes_on() {
    both(|disk| {
        let (journal, _) = opened(&disk, &small());
        fill(&journal, 4);
        journal.write_checkpoint(2, b"", |_| Ok(())).unwrap();
        let refused = journal.write_checkpoint(4, b"", |_| Err("no".into()));
        assert!(matches!(refused, Err(JournalError::Refused { sequence: 4, .. })));
        assert_eq!(journal.newest_checkpoint().unwrap().unwrap().sequence, 2);
        fill(&journal, 1);
        assert!(disk.list().unwrap().iter().all(|name| !name.contains(".new")));
    });
}

#[test]
fn a_newer_version_and_a_strange_file_are_refused_and_not_touched() {
    both(|disk| {
        let (journal, _) = opened(&disk, &small());
        fill(&journal, 1);
        journal.close().unwrap();
        let name = "00000000000000000000.segment";
        let mut bytes = Vec::new();
        disk.read(name, &mut bytes).unwrap();
        let refused = |change: &dyn Fn(&mut Vec<u8>)| {
            let mut changed = bytes.clone();
            change(&mut changed);
            disk.open(name).unwrap().write_at(0, &changed).unwrap();
            let error = Journal::open(Arc::clone(&disk), small(), 0, &mut |_, _| Ok(())).unwrap_err();
            let mut after = Vec::new();
            disk.read(name, &mut after).unwrap();
            assert!(after == changed, "{error}: it was touched");
            error
        };
        let newer = refused(&|bytes| {
            bytes[8] = 9;
            let sum = crc32c::crc32c(&bytes[..60]).to_le_bytes();
            bytes[60..64].copy_from_slice(&sum);
        });
        assert!(
            matches!(newer, JournalError::Newer { found: 9, known: 1, .. }),
            "{newer}"
        );
        let strange = refused(&|bytes| bytes[..64].fill(b'x'));
        assert!(matches!(strange, JournalError::Foreign { .. }), "{strange}");
    });
}

#[test]
fn what_is_too_large_is_refused_and_the_next_is_taken() {
    both(|disk| {
        let options = Options {
            payload_bytes: 10,
            ..small()
        };
        let (journal, _) = opened(&disk, &options);
        let refused = journal.append_bytes(&[0; 11]);
        assert!(matches!(refused, Err(JournalError::TooLarge { bytes: 11, limit: 10 })));
        assert_eq!(journal.append_bytes(&[0; 10]).unwrap(), 0);
        assert!(matches!(journal.sync(1), Err(JournalError::Truncated { asked: 1, .. })));
    });
}

#[test]
fn what_a_visitor_refuses_is_located() {
    both(|disk| {
        let (journal, _) = opened(&disk, &small());
        fill(&journal, 3);
        journal.close().unwrap();
        let refused = Journal::open(Arc::clone(&disk), small(), 0, &mut |sequence, _| {
            if sequence == 1 { Err("odd".into()) } else { Ok(()) }
        });
        let error = refused.unwrap_err();
        assert!(
            matches!(
                error,
                JournalError::Refused {
                    sequence: 1,
                    offset: 196,
                    ..
                }
            ),
            "{error:?}"
        );
        opened(&disk, &small());
    });
}

#[test]
fn what_was_cut_never_comes_back() {
    both(|disk| {
        let options = Options {
            sync: Sync::Normal,
            ..small()
        };
        let (journal, _) = opened(&disk, &options);
        for payload in [b"first", b"other"] {
            journal.append_bytes(payload).unwrap();
            journal.flush().unwrap();
        }
        drop(journal);
        // Neither was synced, and the first was lost.
        let name = "00000000000000000000.segment";
        disk.open(name).unwrap().write_at(64, &[0; 37]).unwrap();
        let (journal, found) = opened(&disk, &options);
        assert!(found.is_empty());
        assert_eq!(
            journal.recovery().cut.as_ref().map(|cut| (cut.offset, cut.sequence)),
            Some((64, 0))
        );
        journal.append_bytes(b"first").unwrap();
        journal.flush().unwrap();
        drop(journal);
        let (_, found) = opened(&disk, &options);
        assert_eq!(found, [b"first"]);
    });
}

/// A byte of a file is another.
fn harm(disk: &dyn Disk, name: &str, offset: u64) {
    let file = disk.open(name).unwrap();
    let mut byte = [0];
    file.read_at(offset, &mut byte).unwrap();
    file.write_at(offset, &[byte[0] ^ 4]).unwrap();
}

#[test]
fn reading_and_opening_begin_one_segment_before_the_record_asked_for() {
    both(|disk| {
        let (journal, _) = opened(&disk, &small());
        fill(&journal, 30);
        journal
            .write_checkpoint(20, b"", |out| Ok(out.write_all(b"state")?))
            .unwrap();
        journal.close().unwrap();
        drop(journal);
        let segments: Vec<String> = disk
            .list()
            .unwrap()
            .into_iter()
            .filter(|name| name.ends_with(".segment"))
            .collect();
        let first = |name: &String| name[..20].parse::<u64>().unwrap();
        let holding = segments.iter().rposition(|name| first(name) <= 20).unwrap();
        assert!(holding >= 3, "{segments:?}");
        harm(&*disk, &segments[holding - 2], 100);
        let mut read = Vec::new();
        scan(&*disk, 20, &mut |sequence, _| {
            read.push(sequence);
            Ok(())
        })
        .unwrap();
        assert_eq!(read, (20..30).collect::<Vec<_>>());
        let is_refused = |error: JournalError, name: &String| match error {
            JournalError::Damaged { file, .. } => assert_eq!(&file, name),
            other => panic!("{other}"),
        };
        is_refused(scan(&*disk, 0, &mut |_, _| Ok(())).unwrap_err(), &segments[holding - 2]);
        assert_eq!(check(&*disk).unwrap().problems[0].file, segments[holding - 2]);
        let mut opening = Opening::begin(Arc::clone(&disk), small()).unwrap();
        assert_eq!(opening.checkpoint().unwrap().unwrap().sequence, 20);
        let journal = opening.replay(20, &mut |_, _| Ok(())).unwrap();
        assert_eq!((journal.first(), journal.end()), (0, 30));
        let mut next = first(&segments[holding - 1]) - 1;
        is_refused(
            journal.read(next, ALL, &mut |_, _| Ok(())).unwrap_err(),
            &segments[holding - 2],
        );
        next += 1;
        journal
            .read(next, ALL, &mut |sequence, _| {
                assert_eq!(sequence, next);
                next += 1;
                Ok(())
            })
            .unwrap();
        assert_eq!(next, 30);
        journal.close().unwrap();
        drop(journal);
        harm(&*disk, &segments[holding - 1], 100);
        is_refused(
            scan(&*disk, 20, &mut |_, _| Ok(())).unwrap_err(),
            &segments[holding - 1],
        );
    });
}

#[test]
fn a_torn_tail_is_located_before_it_is_cut_and_when_it_is() {
    both(|disk| {
        let options = Options::default();
        let (journal, _) = opened(&disk, &options);
        fill(&journal, 3);
        drop(journal);
        assert_eq!(check(&*disk).unwrap().torn, None);
        let (name, end) = ("00000000000000000000.segment", 64 + 3 * 132);
        disk.open(name).unwrap().write_at(end, &[0x55; 37]).unwrap();
        let report = check(&*disk).unwrap();
        assert_eq!(report.problems, []);
        let torn = report.torn.unwrap();
        assert_eq!(
            (&*torn.file, torn.offset, torn.bytes, torn.sequence),
            (name, end, 37, 3)
        );
        let (journal, found) = opened(&disk, &options);
        assert_eq!(found.len(), 3);
        assert!(!journal.recovery().closed);
        assert_eq!(journal.recovery().cut, Some(torn));
        journal.close().unwrap();
        drop(journal);
        let (journal, _) = opened(&disk, &options);
        assert!(journal.recovery().closed);
        assert_eq!(journal.recovery().cut, None);
        drop(journal);
        // The same bytes over what was acknowledged are damage.
        disk.open(name).unwrap().write_at(end - 50, &[0x55; 37]).unwrap();
        let report = check(&*disk).unwrap();
        assert_eq!(report.torn, None);
        assert_eq!(
            (report.problems[0].offset, report.problems[0].sequence),
            (64 + 2 * 132, 2)
        );
    });
}
