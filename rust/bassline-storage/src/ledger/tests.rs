//! Networks at work on ledgers.

mod backup;
mod condition;
mod resuming;

use super::Ledger;
use crate::error::StorageError;
use crate::store::{KeepHistory, NewSnapshot, Opened, Store};
use bassline_core::{
    Argument, Blend, Computation, Content, GadgetDeclaration, Image, Network, OnContradiction, Value, primitive_of,
};
use bassline_kernel::{AttachOptions, Engine, Kernel};
use std::sync::Arc;
use tempfile::TempDir;

const NEVER: &dyn Fn() -> bool = &|| false;

/// A network that is open.
struct Session {
    engine: Engine,
    kernel: Arc<Kernel>,
    epoch: u64,
}

impl Session {
    fn open(store: &dyn Store, name: &str) -> Self {
        let Opened {
            image,
            positions,
            epoch,
            driver,
            log,
            ..
        } = store.open(name).unwrap();
        let network = Network::load(image, OnContradiction::Record, None).unwrap();
        let kernel = Arc::new(Kernel::new(log.unwrap()));
        let options = AttachOptions {
            is_log: true,
            ..AttachOptions::store()
        };
        kernel.attach("store", driver, options).unwrap();
        let clock = Arc::new(bassline_kernel::SystemClock);
        let engine = Engine::new(network, Arc::clone(&kernel), clock, epoch, positions, 100);
        Self { engine, kernel, epoch }
    }

    fn tick(&mut self, work: impl FnOnce(&mut Network)) {
        self.tick_from("", None, work);
    }

    fn tick_from(&mut self, source: &str, position: Option<Value>, work: impl FnOnce(&mut Network)) {
        self.kernel.admit(NEVER).unwrap();
        self.engine
            .tick(&source.into(), position, |network| {
                work(network);
                Ok(())
            })
            .unwrap();
    }

    fn image(&self) -> Image {
        self.engine.network.image()
    }

    fn close(self) -> Image {
        let image = self.image();
        assert!(self.kernel.close(None).undelivered.is_empty());
        image
    }
}

fn directory() -> (TempDir, Ledger) {
    let directory = tempfile::tempdir().unwrap();
    let ledger = Ledger::at(directory.path().join("ledger"));
    (directory, ledger)
}

/// An image as loading and taking it again leaves it: what stands in no particular order has one.
fn plain(image: Image) -> String {
    let network = Network::load(image, OnContradiction::Record, None).unwrap();
    format!("{:?}", network.image())
}

fn build(network: &mut Network) {
    let root = network.root();
    network.declare_contact(root, "n", None, Value::Null).unwrap();
    network
        .declare_contact(root, "events", Some(Blend::Stream), Value::Null)
        .unwrap();
    network
        .declare_contact(root, "deep/peak", Some(Blend::Max), Value::Null)
        .unwrap();
    let at = |path: &str| Argument::Path(path.into());
    let declaration = GadgetDeclaration {
        name: None,
        computation: Computation::Primitive(primitive_of("stat.mean").unwrap()),
        arguments: vec![("value".into(), at("events")), ("mean".into(), at("mean"))]
            .into_iter()
            .collect(),
        contain: false,
    };
    network.declare_gadget(root, declaration).unwrap();
}

fn write(network: &mut Network, path: &str, value: Value) {
    let id = network.find_contact(network.root(), path).unwrap();
    network.write(id, value).unwrap();
}

fn content(network: &Network, path: &str) -> Content {
    let id = network.find_contact(network.root(), path).unwrap();
    network.content(id).unwrap().clone()
}

fn counting(session: &mut Session, from: i64, to: i64) {
    for n in from..to {
        session.tick_from("numbers.csv", Some(Value::Int(n)), |network| {
            write(network, "n", Value::Int(n));
            write(network, "events", Value::Float(n as f64 / 3.0));
            write(network, "deep/peak", Value::Int(n % 7));
        });
    }
}

/// Makes a checkpoint of a network that nobody has open.
fn keep_checkpoint(disk: Arc<dyn crate::disk::Disk>) {
    let options = crate::journal::Options {
        checkpoints: None,
        ..crate::journal::Options::default()
    };
    let mut opening = crate::journal::Opening::begin(disk, options).unwrap();
    let from = opening
        .checkpoint()
        .unwrap()
        .map_or(0, |checkpoint| checkpoint.sequence);
    let journal = opening.replay(from, &mut |_, _| Ok(())).unwrap();
    assert!(super::compact::checkpoint(&journal, KeepHistory::default()).unwrap() > 0);
    journal.close().unwrap();
}

#[test]
fn a_network_comes_back_as_it_was_and_goes_on() {
    let (_directory, ledger) = directory();
    let stores: [&dyn Store; 1] = [&ledger];
    for store in stores {
        let mut session = Session::open(store, "main");
        assert_eq!(session.epoch, 1);
        session.tick(build);
        counting(&mut session, 0, 50);
        let first = session.close();
        let mut session = Session::open(store, "main");
        assert_eq!(session.epoch, 2, "every opening has a number of its own");
        assert_eq!(format!("{:?}", session.image()), plain(first));
        assert_eq!(session.engine.position("numbers.csv"), Some(&Value::Int(49)));
        counting(&mut session, 50, 60);
        session.tick(|network| {
            let deep = network.find_group(network.root(), "deep").unwrap();
            network.remove_group(deep).unwrap();
        });
        let second = session.close();
        assert_eq!(plain(store.reader("main").unwrap().image().unwrap()), plain(second));
    }
}

#[test]
fn what_was_flushed_is_there_though_nothing_was_closed() {
    let (directory, ledger) = directory();
    let mut session = Session::open(&ledger, "main");
    session.tick(build);
    counting(&mut session, 0, 20);
    session.kernel.flush(None, NEVER).unwrap();
    let flushed = session.image();
    let copy = directory.path().join("copy");
    let copied = std::process::Command::new("cp")
        .arg("-r")
        .arg(directory.path().join("ledger"))
        .arg(&copy)
        .status();
    assert!(copied.unwrap().success());
    let opened = Ledger::at(copy).open("main").unwrap();
    assert_eq!(plain(opened.image), plain(flushed));
    session.close();
}

#[test]
fn history_ticks_and_the_network_at_any_tick_are_read_while_it_is_open() {
    let (_directory, ledger) = directory();
    let mut session = Session::open(&ledger, "main");
    session.tick(build);
    let mut images = vec![session.image()];
    for n in 0..30 {
        counting(&mut session, n, n + 1);
        images.push(session.image());
    }
    session.kernel.flush(None, NEVER).unwrap();
    let reader = ledger.reader("main").unwrap();
    let peaks = reader.history("deep/peak", 3).unwrap();
    let told: Vec<_> = peaks.iter().map(|entry| (entry.tick, entry.content.clone())).collect();
    let expected = [(8, 6), (7, 5), (6, 4)].map(|(tick, peak)| (tick, Some(Value::Int(peak))));
    assert_eq!(told, expected);
    assert_eq!(reader.history("/n", 100).unwrap().len(), 30);
    assert_eq!(reader.history("no/such", 1).unwrap(), []);
    assert_eq!(reader.tick_count().unwrap(), 31);
    assert_eq!(reader.tick(5).unwrap().unwrap().source, "numbers.csv");
    assert_eq!(reader.tick(77).unwrap(), None);
    for image in &images {
        let found = reader.image_at(image.tick).unwrap().unwrap();
        assert_eq!(plain(found), plain(image.clone()), "tick {}", image.tick);
    }
    assert_eq!(reader.image_at(77).unwrap(), None);
    session.close();
}

#[test]
fn a_checkpoint_stands_for_what_is_before_it() {
    let (directory, ledger) = directory();
    let mut session = Session::open(&ledger, "main");
    session.tick(build);
    counting(&mut session, 0, 30);
    session.close();
    let disk = super::place::Place::Directory(directory.path().join("ledger"))
        .find("main")
        .unwrap()
        .unwrap();
    keep_checkpoint(disk);
    let mut session = Session::open(&ledger, "main");
    counting(&mut session, 30, 40);
    let image = session.close();
    let reader = ledger.reader("main").unwrap();
    assert_eq!(plain(reader.image().unwrap()), plain(image));
    for tick in [1, 5, 31, 32, 41] {
        let image = reader.image_at(tick).unwrap().unwrap();
        let network = Network::load(image, OnContradiction::Record, None).unwrap();
        assert_eq!(network.now(), tick);
        assert_eq!(content(&network, "n"), (tick > 1).then(|| Value::Int(tick as i64 - 2)));
    }
}

#[test]
fn history_beyond_what_is_kept_goes_and_the_rest_is_told_as_before() {
    let directory = tempfile::tempdir().unwrap();
    let disk = Arc::new(crate::disk::RealDisk::at(directory.path()));
    let ledger = Ledger::on(disk, unbounded());
    let keep = KeepHistory {
        ticks: Some(50),
        age: None,
    };
    let ledger = ledger.checkpoint_every(2_000).keep_history(keep);
    let mut images = Vec::new();
    for part in 0..12 {
        let mut session = Session::open(&ledger, "main");
        if part == 0 {
            session.tick(build);
        }
        for n in 0..40 {
            counting(&mut session, part * 40 + n, part * 40 + n + 1);
            images.push(session.image());
        }
        session.kernel.flush(None, NEVER).unwrap();
        session.close();
    }
    let reader = ledger.reader("main").unwrap();
    let kept = reader.tick_count().unwrap();
    assert!((50..400).contains(&kept), "{kept} of 481 ticks are there");
    assert_eq!(reader.image_at(3).unwrap(), None);
    for image in images.iter().rev().take(50) {
        let found = reader.image_at(image.tick).unwrap().unwrap();
        assert_eq!(plain(found), plain(image.clone()), "tick {}", image.tick);
    }
    let all = reader.history("n", 1000).unwrap();
    assert_eq!(all.len() as u64, kept);
    for limit in [0, 1, 7, 60] {
        assert_eq!(reader.history("n", limit).unwrap(), all[..limit]);
    }
    let last = images.last().unwrap().tick;
    for (entry, tick) in all.iter().zip((0..=last).rev()) {
        let told = reader.tick(tick).unwrap().unwrap();
        assert_eq!(
            (entry.tick, entry.content.clone()),
            (tick, Some(Value::Int(tick as i64 - 2)))
        );
        assert_eq!(entry.epoch, (tick - 2) / 40 + 1);
        assert_eq!(
            (told.epoch, told.time_micros, &*told.source),
            (entry.epoch, entry.time_micros, "numbers.csv")
        );
    }
    for gone in [0, 1, last - kept, last + 1] {
        assert_eq!(reader.tick(gone).unwrap(), None, "tick {gone}");
    }
    // However often it is opened without a tick, with checkpoints in between.
    for _ in 0..4 {
        let told = ledger.networks().unwrap();
        assert_eq!((told.len(), &*told[0].name, told[0].tick), (1, "main", last));
        assert_eq!(told[0].time_micros, all[0].time_micros);
        for _ in 0..40 {
            Session::open(&ledger, "main").close();
        }
        keep_checkpoint(Arc::new(crate::disk::RealDisk::at(directory.path())));
    }
    assert_eq!(ledger.check().unwrap().found, Vec::<String>::new());
}

#[test]
fn snapshots_are_kept_under_numbers_and_the_oldest_go() {
    let (_directory, ledger) = directory();
    let stores: [&dyn Store; 1] = [&ledger];
    for store in stores {
        let mut session = Session::open(store, "main");
        session.tick(build);
        let reader = store.reader("main").unwrap();
        assert_eq!(reader.snapshots().unwrap(), []);
        let mut images = Vec::new();
        for n in 0..4 {
            counting(&mut session, n, n + 1);
            images.push(session.image());
            let about = NewSnapshot {
                label: format!("nümber {n}").into(),
                time_micros: n,
                keep: Some(3),
            };
            let info = reader.save_snapshot(&images[n as usize], &about).unwrap();
            assert_eq!(
                (info.id, info.tick, &*info.label),
                (n as u64 + 1, n as u64 + 2, &*format!("nümber {n}"))
            );
        }
        let ids = |reader: &dyn crate::store::Reader| -> Vec<u64> {
            reader.snapshots().unwrap().into_iter().map(|info| info.id).collect()
        };
        assert_eq!(ids(&*reader), [2, 3, 4]);
        assert_eq!(reader.snapshot(1).unwrap(), None);
        assert_eq!(reader.snapshot(3).unwrap().map(plain), Some(plain(images[2].clone())));
        assert!(reader.delete_snapshot(3).unwrap());
        assert!(!reader.delete_snapshot(3).unwrap());
        assert_eq!(ids(&*reader), [2, 4]);
        session.close();
        assert_eq!(ids(&*store.reader("main").unwrap()), [2, 4]);
        assert_eq!(store.check().unwrap().found, Vec::<String>::new());
    }
}

#[test]
fn a_ledger_holds_many_networks_and_each_has_one_opener() {
    let (_directory, ledger) = directory();
    let stores: [&dyn Store; 1] = [&ledger];
    let long = "x/".repeat(500);
    for store in stores {
        assert_eq!(store.networks().unwrap(), []);
        let mut sessions: Vec<_> = ["main", "Main", "ünï/cödé", "", &long]
            .map(|name| Session::open(store, name))
            .into();
        for session in &mut sessions {
            session.tick(build);
        }
        let error = store.open("main").unwrap_err();
        assert!(
            matches!(&error, StorageError::InUse { network, .. } if network == "main"),
            "{error}"
        );
        assert!(store.delete("main").unwrap_err().to_string().contains("open already"));
        for session in sessions {
            session.close();
        }
        let names: Vec<_> = store
            .networks()
            .unwrap()
            .into_iter()
            .map(|info| (info.name, info.tick))
            .collect();
        let mut expected = ["", "Main", "main", &long, "ünï/cödé"].map(|name| (name.to_owned(), 1));
        expected.sort();
        assert_eq!(names, expected);
        assert!(store.delete("main").unwrap());
        assert!(!store.delete("main").unwrap());
        let error = store.reader("main").unwrap_err();
        assert!(
            error.to_string().contains("holds no network 'main'; it holds"),
            "{error}"
        );
        assert!(store.open("main").unwrap().is_new);
    }
}

#[test]
fn a_driver_that_fell_behind_is_served_from_the_journal() {
    use bassline_kernel::{Limits, Log};
    let (_directory, ledger) = directory();
    let mut session = Session::open(&ledger, "main");
    session.tick(build);
    session.close();
    let Opened { log, image, epoch, .. } = ledger.open("main").unwrap();
    let log = log.unwrap();
    let begin = log.end().sequence;
    let mut network = Network::load(image, OnContradiction::Record, None).unwrap();
    for n in 0..10 {
        network.begin();
        write(&mut network, "n", Value::Int(n));
        network.settle().unwrap();
        let committed = network.commit(true, false).unwrap();
        let record = bassline_kernel::TickRecord::new(committed, epoch, n, "".into(), None);
        log.append_record(&record).unwrap();
    }
    log.truncate_below(begin + 8);
    let mut read = bassline_kernel::Records::default();
    let limits = Limits {
        records: 4,
        bytes: 1 << 20,
    };
    let mark = log.read(begin + 1, limits, &mut read).unwrap();
    assert_eq!(mark.sequence, begin + 5);
    assert_eq!(
        read.iter().map(|record| record.time_micros).collect::<Vec<_>>(),
        [1, 2, 3, 4]
    );
    log.read(
        mark.sequence,
        Limits {
            records: 100,
            bytes: 1 << 20,
        },
        &mut read,
    )
    .unwrap();
    assert_eq!(read.len(), 9);
}

#[test]
fn what_is_no_ledger_is_refused_and_left_alone() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("notes.txt");
    std::fs::write(&file, "these are my notes").unwrap();
    let error = Ledger::at(&file).open("main").unwrap_err().to_string();
    assert!(error.contains("notes.txt") && error.contains("a file"), "{error}");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "these are my notes");
    let error = Ledger::at(directory.path().join("no/such/place"))
        .open("main")
        .unwrap_err()
        .to_string();
    assert!(error.contains("does not exist"), "{error}");
    assert_eq!(Ledger::at(directory.path().join("nothing")).networks().unwrap(), []);
    assert!(!directory.path().join("nothing").exists(), "reading makes nothing");
}

#[test]
fn a_head_says_of_every_entry_what_reading_it_says() {
    use crate::record::{Entry, read_entry, read_entry_head};
    let (directory, ledger) = directory();
    for opening in 0..3 {
        let mut session = Session::open(&ledger, "main");
        if opening == 0 {
            session.tick(build);
        }
        counting(&mut session, opening * 5, opening * 5 + 5);
        session.close();
    }
    let disk = crate::disk::RealDisk::at(directory.path().join("ledger/n-main"));
    let mut seen = [0, 0];
    crate::journal::scan(&disk, 0, &mut |_, entry| {
        let head = read_entry_head(entry).unwrap();
        match read_entry(entry).unwrap() {
            Entry::Tick(record) => {
                assert_eq!(
                    (head.tick, head.epoch, head.time_micros),
                    (Some(record.tick), record.epoch, record.time_micros)
                );
                seen[0] += 1;
            }
            Entry::Opened { epoch, time_micros } => {
                assert_eq!((head.tick, head.epoch, head.time_micros), (None, epoch, time_micros));
                seen[1] += 1;
            }
        }
        Ok(())
    })
    .unwrap();
    assert_eq!(seen, [16, 3]);
}

#[test]
fn small_records_are_not_many_between_two_checkpoints() {
    let directory = tempfile::tempdir().unwrap();
    let disk = Arc::new(crate::disk::RealDisk::at(directory.path()));
    let ledger = Ledger::on(Arc::clone(&disk) as _, unbounded()).checkpoint_every(20_000);
    let mut session = Session::open(&ledger, "main");
    session.tick(build);
    for n in 0..500 {
        session.tick(|network| write(network, "n", Value::Int(n)));
        session.kernel.flush(None, NEVER).unwrap();
    }
    session.close();
    let checkpoints = crate::journal::checkpoints(&*disk).unwrap();
    let apart = checkpoints.windows(2).map(|pair| pair[1] - pair[0]).max();
    assert!(apart.is_some_and(|apart| apart <= 200), "{checkpoints:?}");
}

/// Small segments, and as many checkpoints as there are.
fn unbounded() -> crate::journal::Options {
    crate::journal::Options {
        segment_bytes: 2_000,
        ahead_bytes: 1_000,
        checkpoints: None,
        ..crate::journal::Options::default()
    }
}
