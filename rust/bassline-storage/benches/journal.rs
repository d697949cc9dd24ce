//! The journal beside the raw method in one run: the same bytes appended to a file that was filled ahead, and fdatasync.
//!
//! `cargo bench -p bassline-storage --bench journal [-- PART …]`, on a directory of the disk to be measured: `BASSLINE_BENCH_DIR=…`.
#![expect(clippy::print_stdout, reason = "the table is the result")]
#![expect(clippy::unwrap_used, reason = "what fails here is a bug in the bench")]

use bassline_storage::disk::RealDisk;
use bassline_storage::journal::{Journal, Options, Sync};
use std::fs::OpenOptions;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// What a record of 68 bytes weighs in the file.
const PAYLOAD: [u8; 68] = [0x5a; 68];
const RECORD: usize = 100;
const SAMPLE: Duration = Duration::from_millis(600);
const ROUNDS: usize = 5;

fn open(directory: &Path, sync: Sync) -> Journal {
    let disk = Arc::new(RealDisk::create(directory).unwrap());
    let options = Options {
        sync,
        ..Options::default()
    };
    Journal::open(disk, options, 0, &mut |_, _| Ok(())).unwrap()
}

fn fresh(root: &Path) -> std::path::PathBuf {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    root.join(NEXT.fetch_add(1, Ordering::Relaxed).to_string())
}

fn at(sorted: &mut [u64], part: f64) -> f64 {
    sorted.sort_unstable();
    sorted[((sorted.len() - 1) as f64 * part) as usize] as f64 / 1000.0
}

/// Nanoseconds of each call.
fn each(mut call: impl FnMut()) -> Vec<u64> {
    let (started, mut took) = (Instant::now(), Vec::new());
    while started.elapsed() < SAMPLE {
        let begun = Instant::now();
        call();
        took.push(begun.elapsed().as_nanos() as u64);
    }
    took
}

/// A file that is filled with zeros ahead, as the journal's are.
fn raw(root: &Path, records: usize) -> impl FnMut() {
    let path = fresh(root);
    let mut how = OpenOptions::new();
    let file = how
        .read(true)
        .write(true)
        .create(true)
        .truncate(true)
        .open(path)
        .unwrap();
    let space = 64 << 20;
    file.write_all_at(&vec![0; space], 0).unwrap();
    file.sync_all().unwrap();
    let bytes = vec![0x5a; RECORD * records];
    let mut offset = 0;
    move || {
        file.write_all_at(&bytes, offset as u64).unwrap();
        file.sync_data().unwrap();
        offset = (offset + bytes.len()) % (space - bytes.len());
    }
}

/// Records per second, by the median time of a call: others may use the disk.
fn rate(records: usize, call: impl FnMut()) -> f64 {
    records as f64 * 1e6 / at(&mut each(call), 0.5)
}

/// Records that became durable while others worked: over the whole time, and in the better windows of 10 ms, as others may use the disk.
#[derive(Default)]
struct Watched {
    records: u64,
    seconds: f64,
    windows: Vec<u64>,
}

impl Watched {
    fn watch(&mut self, journal: &Journal) {
        let (started, first) = (Instant::now(), journal.durable());
        while started.elapsed() < SAMPLE {
            let (begun, before) = (Instant::now(), journal.durable());
            thread::sleep(Duration::from_millis(10));
            let more = journal.durable() - before;
            self.windows
                .push((more as f64 / begun.elapsed().as_secs_f64()) as u64 * 1000);
        }
        self.records += journal.durable() - first;
        self.seconds += started.elapsed().as_secs_f64();
    }

    /// The mean of the whole run, and the 90th percentile of its windows.
    fn rows(mut self, what: &str, wanted: &str, single: f64) {
        row(
            what,
            self.records as f64 / self.seconds,
            "records/s",
            wanted,
            Some(single),
        );
        let windows = at(&mut self.windows, 0.9);
        row(
            &format!("{what}, p90 of 10 ms"),
            windows,
            "records/s",
            "-",
            Some(single),
        );
    }
}

fn batches(root: &Path, records: usize) -> f64 {
    let journal = open(&fresh(root), Sync::Full);
    rate(records, || {
        for _ in 0..records {
            journal.append(|into| into.extend_from_slice(&PAYLOAD)).unwrap();
        }
        journal.flush().unwrap();
    })
}

/// Writers that wait for each record of theirs.
fn blocking(root: &Path, writers: usize, watched: &mut Watched) {
    let journal = open(&fresh(root), Sync::Full);
    let started = Instant::now();
    thread::scope(|scope| {
        for _ in 0..writers {
            scope.spawn(|| {
                while started.elapsed() < SAMPLE {
                    let sequence = journal.append(|into| into.extend_from_slice(&PAYLOAD)).unwrap();
                    journal.sync(sequence).unwrap();
                }
            });
        }
        watched.watch(&journal);
    });
}

/// One thread keeps so many on their way, and another syncs.
fn outstanding(root: &Path, window: u64, watched: &mut Watched) {
    let journal = open(&fresh(root), Sync::Full);
    let started = Instant::now();
    thread::scope(|scope| {
        scope.spawn(|| {
            while started.elapsed() < SAMPLE {
                let next = journal.append(|into| into.extend_from_slice(&PAYLOAD)).unwrap() + 1;
                if next - journal.durable() >= window {
                    journal.sync(next - window / 2).unwrap();
                }
            }
        });
        watched.watch(&journal);
    });
}

const MANY: u64 = 4_000_000;

/// Appended per second with nothing waited for, the last of it written; and replayed per second.
fn unsynced_and_replay(root: &Path) -> (f64, f64) {
    let directory = fresh(root);
    let journal = open(&directory, Sync::None);
    let started = Instant::now();
    for _ in 0..MANY {
        journal.append(|into| into.extend_from_slice(&PAYLOAD)).unwrap();
    }
    journal.flush().unwrap();
    let appended = MANY as f64 / started.elapsed().as_secs_f64();
    journal.close().unwrap();
    drop(journal);
    let disk = Arc::new(RealDisk::at(&directory));
    let (started, mut bytes) = (Instant::now(), 0);
    let mut replayed = Duration::ZERO;
    let again = Journal::open(disk, Options::default(), 0, &mut |sequence, payload| {
        bytes += payload.len();
        if sequence + 1 == MANY {
            replayed = started.elapsed();
        }
        Ok(())
    });
    assert_eq!(again.unwrap().end(), MANY);
    assert_eq!(bytes as u64, MANY * PAYLOAD.len() as u64);
    std::fs::remove_dir_all(directory).unwrap();
    (appended, MANY as f64 / replayed.as_secs_f64())
}

/// The time of each append while another thread syncs.
fn accepted(root: &Path) -> (f64, f64) {
    let journal = open(&fresh(root), Sync::Full);
    let done = AtomicU64::new(0);
    let mut took = thread::scope(|scope| {
        let syncing = scope.spawn({
            let (journal, done) = (&journal, &done);
            move || {
                while done.load(Ordering::Relaxed) == 0 {
                    journal.flush().unwrap();
                }
            }
        });
        let took = each(|| {
            journal.append(|into| into.extend_from_slice(&PAYLOAD)).unwrap();
        });
        done.store(1, Ordering::Relaxed);
        syncing.join().unwrap();
        took
    });
    (at(&mut took, 0.5), at(&mut took, 0.99))
}

fn best(mut of: impl FnMut() -> f64) -> f64 {
    (0..ROUNDS).map(|_| of()).fold(0.0, f64::max)
}

fn row(what: &str, found: f64, unit: &str, wanted: &str, raw: Option<f64>) {
    let ratio = raw.map_or("-".into(), |raw| format!("{:.2}", found / raw));
    let raw = raw.map_or("-".into(), |raw| format!("{raw:.1}"));
    println!("| {what:<45} | {found:>12.1} | {raw:>12} | {ratio:>5} | {unit:<9} | {wanted:>11} |");
}

fn singly(root: &Path) {
    let (mut ours, mut theirs) = (f64::INFINITY, f64::INFINITY);
    for _ in 0..ROUNDS {
        theirs = theirs.min(at(&mut each(raw(root, 1)), 0.5));
        let journal = open(&fresh(root), Sync::Full);
        let mut took = each(|| {
            let sequence = journal.append(|into| into.extend_from_slice(&PAYLOAD)).unwrap();
            journal.sync(sequence).unwrap();
        });
        ours = ours.min(at(&mut took, 0.5));
    }
    row("one durable record, p50", ours, "us", "<= 1.5 raw", Some(theirs));
}

fn by_many(root: &Path) {
    for (records, wanted) in [(100, "-"), (1000, ">= 700000")] {
        let theirs = best(|| rate(records, raw(root, records)));
        let ours = best(|| batches(root, records));
        row(
            &format!("durable by {records}"),
            ours,
            "records/s",
            wanted,
            Some(theirs),
        );
    }
}

fn writers(root: &Path) {
    let single = best(|| rate(1, raw(root, 1)));
    for (writers, wanted) in [(2, "-"), (8, ">= 45000"), (64, "-")] {
        let mut watched = Watched::default();
        (0..ROUNDS).for_each(|_| blocking(root, writers, &mut watched));
        watched.rows(&format!("durable, {writers} blocking writers"), wanted, single);
    }
    let mut watched = Watched::default();
    (0..ROUNDS).for_each(|_| outstanding(root, 64, &mut watched));
    watched.rows("durable, 64 outstanding", ">= 200000", single);
}

fn stream(root: &Path) {
    let (mut appended, mut replayed) = (0.0, 0.0);
    for _ in 0..3 {
        let (one, other) = unsynced_and_replay(root);
        (appended, replayed) = (f64::max(appended, one), f64::max(replayed, other));
    }
    row("appended, not synced", appended, "records/s", ">= 5000000", None);
    row("replayed", replayed, "records/s", ">= 3000000", None);
    let (p50, p99) = accepted(root);
    row("accepted while syncing, p50", p50, "us", "-", None);
    row("accepted while syncing, p99", p99, "us", "< 20", None);
}

/// The name of a part and how to run it.
type Part = (&'static str, fn(&Path));

fn main() {
    let words: Vec<String> = std::env::args()
        .skip(1)
        .filter(|word| !word.starts_with("--"))
        .collect();
    let place = std::env::var_os("BASSLINE_BENCH_DIR").map_or_else(std::env::temp_dir, Into::into);
    let root = tempfile::tempdir_in(place).unwrap();
    println!(
        "| records of {RECORD} bytes in the file              |      journal |          raw | ratio | unit      |      wanted |"
    );
    println!(
        "|-----------------------------------------------|-------------:|-------------:|------:|-----------|------------:|"
    );
    let parts: [Part; 4] = [
        ("singly", singly),
        ("many", by_many),
        ("writers", writers),
        ("stream", stream),
    ];
    for (name, run) in parts {
        if words.is_empty() || words.iter().any(|word| name.contains(word.as_str())) {
            run(root.path());
        }
    }
}
