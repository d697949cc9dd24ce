//! A million ticks in each store, and then the network as it was after any of them.
//!
//! `cargo bench -p bassline-storage --bench past`, on a directory of the disk to be measured: `BASSLINE_BENCH_DIR=…`.
#![expect(clippy::print_stdout, reason = "the table is the result")]
#![expect(clippy::unwrap_used, reason = "what fails here is a bug in the bench")]

#[path = "ticks/mod.rs"]
mod ticks;

use bassline_storage::disk::Random;
use bassline_storage::{Ledger, Reader, Sqlite, Store};
use std::path::Path;
use std::time::Instant;
use ticks::{CONTACTS, Writer};

const TICKS: usize = 1_000_000;
const ASKED: usize = 60;

fn seconds<T>(ask: impl FnOnce() -> T) -> (f64, T) {
    let begun = Instant::now();
    let answer = ask();
    (begun.elapsed().as_secs_f64(), answer)
}

/// Every so many ticks, and some at random.
fn asked() -> Vec<u64> {
    let mut random = Random::new(1);
    let spread = (0..ASKED as u64).map(|at| 2 + at * (TICKS as u64 - 1) / (ASKED as u64 - 1));
    let drawn: Vec<u64> = (0..ASKED).map(|_| 2 + random.below(TICKS as u64)).collect();
    spread.chain(drawn).collect()
}

fn row(store: &str, what: &str, mut took: Vec<f64>) {
    took.sort_by(f64::total_cmp);
    let mean = took.iter().sum::<f64>() / took.len() as f64;
    let worst = took.last().copied().unwrap_or_default();
    println!(
        "| {store:<7} | {what:<44} | {:>10.1} | {:>10.1} |",
        mean * 1e3,
        worst * 1e3
    );
}

fn past(name: &str, store: &dyn Store) {
    let mut writer = Writer::open(store);
    let (took, ()) = seconds(|| {
        for _ in 0..TICKS / 1_000 {
            let records = writer.ticks(1_000, 1);
            writer.append(&records);
            writer.sync();
        }
    });
    println!(
        "| {name:<7} | {:<44} | {:>10.0} | {:>10} |",
        "ticks/s written",
        TICKS as f64 / took,
        ""
    );
    let reader: Box<dyn Reader> = store.reader("main").unwrap();
    let mut images = Vec::new();
    let mut infos = Vec::new();
    for tick in asked() {
        let (took, image) = seconds(|| reader.image_at(tick).unwrap().unwrap());
        assert_eq!((image.tick, image.contacts.len()), (tick, CONTACTS));
        images.push(took);
        let (took, info) = seconds(|| reader.tick(tick).unwrap());
        assert!(info.is_some());
        infos.push(took);
    }
    row(name, "the network as of a tick", images);
    row(name, "when a tick was", infos);
    let (took, entries) = seconds(|| reader.history("c7", 10).unwrap());
    assert_eq!(entries.len(), 10);
    row(name, "the last 10 changes of a contact", vec![took]);
    let (took, entries) = seconds(|| reader.history("c7", usize::MAX).unwrap());
    assert_eq!(entries.len(), TICKS / CONTACTS);
    row(name, "all changes of a contact", vec![took]);
    let (took, count) = seconds(|| reader.tick_count().unwrap());
    assert_eq!(count, TICKS as u64 + 1);
    row(name, "how many ticks there are", vec![took]);
    let (took, networks) = seconds(|| store.networks().unwrap());
    assert_eq!(networks[0].tick, TICKS as u64 + 1);
    row(name, "the networks and their last ticks", vec![took]);
    drop(writer);
    let (took, opened) = seconds(|| store.open("main").unwrap());
    assert_eq!(opened.image.tick, TICKS as u64 + 1);
    row(name, "opening, the writer gone without a word", vec![took]);
}

fn main() {
    let words: Vec<String> = std::env::args()
        .skip(1)
        .filter(|word| !word.starts_with("--"))
        .collect();
    let is_asked = |name: &str| words.is_empty() || words.iter().any(|word| name.contains(word.as_str()));
    let place = std::env::var_os("BASSLINE_BENCH_DIR").map_or_else(std::env::temp_dir, Into::into);
    let directory = tempfile::tempdir_in(place).unwrap();
    let at = |name: &str| -> std::path::PathBuf { Path::join(directory.path(), name) };
    println!(
        "| store   | {:<44} | mean, ms   | worst, ms  |",
        format!("{TICKS} ticks of one change, {CONTACTS} contacts")
    );
    println!("|---------|----------------------------------------------|-----------:|-----------:|");
    if is_asked("journal") {
        past("journal", &Ledger::at(at("journal")));
    }
    if is_asked("sqlite") {
        past("sqlite", &Sqlite::at(at("store.db")));
    }
}
