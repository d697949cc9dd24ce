//! Copies of a ledger that is written.

use super::{NEVER, Session, build, counting, directory, plain, unbounded};
use crate::error::StorageError;
use crate::ledger::Ledger;
use crate::store::{KeepHistory, NewSnapshot, Store};
use bassline_core::Value;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

/// The network after every tick, and what is acknowledged.
#[derive(Default)]
struct Known {
    images: Mutex<BTreeMap<u64, String>>,
    acknowledged: AtomicU64,
    over: AtomicBool,
}

#[test]
fn a_backup_is_a_network_as_it_was_acknowledged_while_the_backup_was_taken() {
    for keep in [
        KeepHistory::default(),
        KeepHistory {
            ticks: Some(30),
            age: None,
        },
    ] {
        let directory = tempfile::tempdir().unwrap();
        let live = directory.path().join("live");
        std::fs::create_dir(&live).unwrap();
        let ledger = Ledger::on(Arc::new(crate::disk::RealDisk::at(&live)), unbounded());
        let ledger = ledger.checkpoint_every(4_000).keep_history(keep);
        let mut session = Session::open(&ledger, "main");
        session.tick(build);
        session.kernel.flush(None, NEVER).unwrap();
        let known = Known::default();
        known.images.lock().unwrap().insert(1, plain(session.image()));
        known.acknowledged.store(1, Ordering::SeqCst);
        let copies: Vec<_> = std::thread::scope(|scope| {
            let copying = scope.spawn(|| {
                let mut copies = Vec::new();
                while !known.over.load(Ordering::SeqCst) || copies.len() < 3 {
                    let to = directory.path().join(format!("copy{}", copies.len()));
                    let before = known.acknowledged.load(Ordering::SeqCst);
                    let size = ledger.backup(&to).unwrap();
                    copies.push((to, before, size));
                }
                copies
            });
            let reader = ledger.reader("main").unwrap();
            for n in 0..400 {
                counting(&mut session, n, n + 1);
                let image = session.image();
                known.images.lock().unwrap().insert(image.tick, plain(image.clone()));
                session.kernel.flush(None, NEVER).unwrap();
                known.acknowledged.store(image.tick, Ordering::SeqCst);
                if n % 20 == 0 {
                    let keep = Some(4);
                    reader
                        .save_snapshot(
                            &image,
                            &NewSnapshot {
                                keep,
                                ..NewSnapshot::default()
                            },
                        )
                        .unwrap();
                }
            }
            known.over.store(true, Ordering::SeqCst);
            copying.join().unwrap()
        });
        session.close();
        let images = known.images.into_inner().unwrap();
        let mut ticks = std::collections::BTreeSet::new();
        for (place, before, size) in copies {
            let copy = Ledger::at(&place);
            assert_eq!(copy.check().unwrap().found, Vec::<String>::new());
            let on_disk: u64 = std::fs::read_dir(place.join("n-main"))
                .unwrap()
                .map(|file| file.unwrap().metadata().unwrap().len())
                .sum();
            assert_eq!(size + "main".len() as u64, on_disk);
            let reader = copy.reader("main").unwrap();
            for snapshot in reader.snapshots().unwrap() {
                let image = reader.snapshot(snapshot.id).unwrap().unwrap();
                assert_eq!(plain(image), images[&snapshot.tick]);
            }
            let opened = copy.open("main").unwrap();
            let tick = opened.image.tick;
            assert!(
                tick >= before,
                "tick {before} was acknowledged, the copy ends at {tick}"
            );
            assert_eq!(plain(opened.image), images[&tick], "tick {tick}");
            assert_eq!(
                opened.positions.get("numbers.csv"),
                (tick > 1).then(|| Value::Int(tick as i64 - 2)).as_ref()
            );
            ticks.insert(tick);
        }
        assert!(ticks.len() > 2, "the writer has hardly moved: {ticks:?}");
        assert_eq!(
            std::fs::read_dir(directory.path())
                .unwrap()
                .filter(|entry| {
                    entry
                        .as_ref()
                        .unwrap()
                        .file_name()
                        .to_string_lossy()
                        .contains("partial")
                })
                .count(),
            0
        );
    }
}

#[test]
fn a_backup_replaces_nothing_and_what_is_damaged_or_not_there_is_refused() {
    let (directory, ledger) = directory();
    let to = directory.path().join("copy");
    assert!(matches!(ledger.backup(&to), Err(StorageError::Missing { .. })));
    for name in ["main", "other/ü"] {
        let mut session = Session::open(&ledger, name);
        session.tick(build);
        counting(&mut session, 0, 5);
        session.close();
    }
    std::fs::create_dir(&to).unwrap();
    let error = ledger.backup(&to).unwrap_err().to_string();
    assert!(error.contains("copy") && error.contains("replaces nothing"), "{error}");
    std::fs::remove_dir(&to).unwrap();
    ledger.backup(&to).unwrap();
    let names = |ledger: &Ledger| ledger.networks().unwrap();
    assert_eq!(names(&Ledger::at(&to)), names(&ledger));
    let segment = directory.path().join("ledger/n-main/00000000000000000000.segment");
    let mut bytes = std::fs::read(&segment).unwrap();
    bytes[120] ^= 1;
    std::fs::write(&segment, bytes).unwrap();
    let error = ledger.backup(&directory.path().join("second")).unwrap_err().to_string();
    assert!(
        error.contains("00000000000000000000.segment") && error.contains("is damaged"),
        "{error}"
    );
    let left: Vec<_> = std::fs::read_dir(directory.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(left.len(), 2, "{left:?}");
}
