//! Ticks into a ledger and back: what encoding, syncing, decoding and applying cost, beside a raw file with the same bytes.
//!
//! `cargo bench -p bassline-storage --bench ledger`, on a directory of the disk to be measured: `BASSLINE_BENCH_DIR=…`.
#![expect(clippy::print_stdout, reason = "the table is the result")]
#![expect(clippy::unwrap_used, reason = "what fails here is a bug in the bench")]

#[path = "ticks/mod.rs"]
mod ticks;

use bassline_kernel::{Limits, Records};
use bassline_storage::record::write_tick_entry;
use bassline_storage::{Ledger, Store};
use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::time::{Duration, Instant};
use ticks::{CONTACTS, Writer};

const ROUNDS: usize = 5;

fn line(what: &str, ours: f64, raw: Option<f64>, unit: &str) {
    let raw = raw.map_or(String::new(), |raw| format!("{raw:>12.1} | {:>5.2}", ours / raw));
    println!("| {what:<52} | {ours:>12.1} {unit:<12} | {raw:<20} |");
}

fn median(mut all: Vec<f64>) -> f64 {
    all.sort_by(f64::total_cmp);
    all[all.len() / 2]
}

/// A file of zeros, as much as will be written.
fn raw_file(path: &Path, bytes: usize) -> File {
    let file = File::options()
        .create(true)
        .truncate(true)
        .read(true)
        .write(true)
        .open(path)
        .unwrap();
    file.write_all_at(&vec![0; bytes], 0).unwrap();
    file.sync_all().unwrap();
    file
}

/// Microseconds of one durable tick, one after the other, and of a raw write and sync of the same bytes, by turns.
fn single(directory: &Path) {
    let mut open = Writer::open(&Ledger::at(directory.join("single")));
    let file = raw_file(&directory.join("raw"), 4 << 20);
    let (mut ours, mut raw, mut offset) = (Vec::new(), Vec::new(), 0);
    let mut bytes = Vec::new();
    for record in open.ticks(3_000, 1) {
        let begun = Instant::now();
        open.append(std::slice::from_ref(&record));
        open.sync();
        ours.push(begun.elapsed().as_secs_f64() * 1e6);
        bytes.clear();
        let records: Records = std::iter::once(&*record).collect();
        write_tick_entry(&records.first().unwrap(), &mut bytes);
        bytes.extend_from_slice(&[0; 32]);
        let begun = Instant::now();
        file.write_all_at(&bytes, offset).unwrap();
        file.sync_data().unwrap();
        raw.push(begun.elapsed().as_secs_f64() * 1e6);
        offset += bytes.len() as u64;
    }
    line("one durable tick, p50", median(ours), Some(median(raw)), "us");
}

/// Changes per second, synced after every thousand ticks, and not at all.
fn stream(directory: &Path) {
    let mut open = Writer::open(&Ledger::at(directory.join("stream")));
    for (what, changes) in [("ticks of 1 change", 1), ("ticks of 1,000 changes", 1_000)] {
        let (mut synced, mut unsynced, mut accepted) = (Duration::MAX, Duration::MAX, Vec::new());
        let count = 200_000 / changes;
        for _ in 0..ROUNDS {
            let records = open.ticks(count, changes);
            let begun = Instant::now();
            for piece in records.chunks((1_000 / changes).max(1)) {
                open.append(piece);
                open.sync();
            }
            synced = synced.min(begun.elapsed());
            let records = open.ticks(count, changes);
            let begun = Instant::now();
            open.append(&records);
            unsynced = unsynced.min(begun.elapsed());
            open.sync();
            for record in open.ticks(10_000 / changes, changes) {
                let begun = Instant::now();
                open.append(&[record]);
                accepted.push(begun.elapsed().as_secs_f64() * 1e6);
            }
            open.sync();
        }
        let rate = |took: Duration| (count * changes) as f64 / took.as_secs_f64();
        line(
            &format!("changes/s, {what}, synced per 1,000"),
            rate(synced),
            None,
            "changes/s",
        );
        line(
            &format!("changes/s, {what}, not synced"),
            rate(unsynced),
            None,
            "changes/s",
        );
        accepted.sort_by(f64::total_cmp);
        line(
            &format!("accepted, {what}, p99"),
            accepted[accepted.len() * 99 / 100],
            None,
            "us",
        );
    }
}

/// Records per second from the journal into a network's image.
fn replay(directory: &Path) {
    const TICKS: usize = 1_000_000;
    let path = directory.join("replay");
    let mut opened = Writer::open(&Ledger::at(&path));
    for _ in 0..10 {
        let records = opened.ticks(TICKS / 10, 1);
        opened.append(&records);
        opened.sync();
    }
    let log = opened.log.as_deref().unwrap();
    let from = log.end().sequence - TICKS as u64;
    let mut read = Records::default();
    let begun = Instant::now();
    log.read(
        from,
        Limits {
            records: TICKS,
            bytes: usize::MAX,
        },
        &mut read,
    )
    .unwrap();
    line(
        "records/s read back and decoded",
        TICKS as f64 / begun.elapsed().as_secs_f64(),
        None,
        "records/s",
    );
    drop(opened);
    let begun = Instant::now();
    let image = Ledger::at(&path).open("main").unwrap().image;
    let took = begun.elapsed().as_secs_f64();
    assert_eq!(image.contacts.len(), CONTACTS);
    line("records/s replayed on opening", TICKS as f64 / took, None, "records/s");
}

/// The name of a part and how to run it.
type Part = (&'static str, fn(&Path));

fn main() {
    let words: Vec<String> = std::env::args()
        .skip(1)
        .filter(|word| !word.starts_with("--"))
        .collect();
    let place = std::env::var_os("BASSLINE_BENCH_DIR").map_or_else(std::env::temp_dir, Into::into);
    let directory = tempfile::tempdir_in(place).unwrap();
    println!(
        "| what                                                 |         ours              |          raw | ratio |"
    );
    println!(
        "|------------------------------------------------------|---------------------------|----------------------|"
    );
    let parts: [Part; 3] = [("single", single), ("stream", stream), ("replay", replay)];
    for (name, run) in parts {
        if words.is_empty() || words.iter().any(|word| name.contains(word.as_str())) {
            run(directory.path());
        }
    }
}
