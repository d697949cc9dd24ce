//! Many threads append, sync and read one journal.

use crate::model::plant;
use bassline_kernel::Limits;
use bassline_storage::disk::{Disk, MemoryDisk, RealDisk};
use bassline_storage::journal::{Journal, Options};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

const WRITERS: u64 = 8;
const EACH: u64 = 400;

fn writer_and_number(payload: &[u8]) -> (u64, u64) {
    let word = |at: usize| u64::from_le_bytes(payload[at..at + 8].try_into().unwrap());
    (word(0), word(8))
}

fn rush(disk: Arc<dyn Disk>, options: &Options) {
    let journal = Journal::open(Arc::clone(&disk), options.clone(), 0, &mut |_, _| Ok(())).unwrap();
    let acknowledged = AtomicU64::new(0);
    thread::scope(|scope| {
        for writer in 0..WRITERS {
            let (journal, acknowledged) = (&journal, &acknowledged);
            scope.spawn(move || {
                for number in 0..EACH {
                    let sequence = journal.append(|into| {
                        into.extend_from_slice(&writer.to_le_bytes());
                        into.extend_from_slice(&number.to_le_bytes());
                    });
                    let sequence = sequence.unwrap();
                    if number % 3 == 0 {
                        journal.sync(sequence).unwrap();
                        assert!(journal.durable() > sequence);
                        acknowledged.fetch_max(sequence, Ordering::SeqCst);
                    }
                }
            });
        }
        // A slow reader: every record once, in order, while the others write.
        scope.spawn(|| {
            let (mut next, mut seen) = (0, [0; WRITERS as usize]);
            let limits = Limits {
                records: 37,
                bytes: 1000,
            };
            while next < WRITERS * EACH {
                next = journal
                    .read(next, limits, &mut |_, payload| {
                        let (writer, number) = writer_and_number(payload);
                        assert_eq!(seen[writer as usize], number, "out of order");
                        seen[writer as usize] += 1;
                        Ok(())
                    })
                    .unwrap();
                thread::yield_now();
            }
            assert_eq!(seen, [EACH; WRITERS as usize]);
        });
    });
    let acknowledged = acknowledged.into_inner();
    journal.close().unwrap();
    drop(journal);
    let mut seen = [0; WRITERS as usize];
    let again = Journal::open(disk, options.clone(), 0, &mut |_, payload| {
        let (writer, number) = writer_and_number(payload);
        assert_eq!(seen[writer as usize], number);
        seen[writer as usize] += 1;
        Ok(())
    });
    assert!(again.unwrap().end() > acknowledged);
    assert_eq!(seen, [EACH; WRITERS as usize]);
}

#[test]
fn many_writers_and_a_reader_lose_nothing_and_keep_the_order_of_each() {
    plant();
    let options = Options {
        segment_bytes: 20_000,
        ahead_bytes: 4096,
        ..Options::default()
    };
    rush(Arc::new(MemoryDisk::new()), &options);
    let directory = tempfile::tempdir().unwrap();
    rush(Arc::new(RealDisk::create(directory.path()).unwrap()), &options);
}

#[test]
fn a_small_buffer_is_written_by_those_who_append() {
    plant();
    let options = Options {
        segment_bytes: 20_000,
        ahead_bytes: 4096,
        pending_bytes: 300,
        ..Options::default()
    };
    rush(Arc::new(MemoryDisk::new()), &options);
    let journal = Journal::open(Arc::new(MemoryDisk::new()), options, 0, &mut |_, _| Ok(())).unwrap();
    for _ in 0..1000 {
        journal.append_bytes(&[0; 50]).unwrap();
        assert!(journal.pending_bytes() < 400);
    }
}
