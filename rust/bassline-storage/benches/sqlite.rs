//! The SQLite store beside SQLite: our driver is handed batches of 1,000 changes, and hand-written code upserts the same contents, with
//! the same text and the same number of rows in a transaction, with and without history: as little as tells it, and rows as wide as
//! those of the store with its keys.
//!
//! `cargo bench -p bassline-storage --bench sqlite [-- full normal load past]`; the directory is `BENCH_DIR`, or that of temporary files.
#![expect(clippy::print_stdout, reason = "the table is the result")]
#![allow(clippy::unwrap_used, reason = "what fails here is a bug in the bench")]

#[path = "sqlite/load.rs"]
mod load;
#[path = "sqlite/ours.rs"]
mod ours;
#[path = "sqlite/past.rs"]
mod past;
#[path = "sqlite/raw.rs"]
mod raw;

use bassline_core::Value;
use bassline_storage::{Sync, json};
use raw::{Columns, History};
use std::path::PathBuf;
use std::time::Duration;

pub(crate) const CONTACTS: usize = 100_000;
const ROWS: usize = 200_000;
const BATCH: usize = 1_000;
const ROUNDS: usize = 9;

/// A hundred bytes of JSON: a text.
pub(crate) fn text_of(n: usize) -> String {
    format!("flight {n:010} of AA from JFK to SFO on 2013-01-01 at 05:17, eleven minutes late at its gate {n:08}")
}

/// A hundred and twenty bytes of JSON: a dict of six keys.
pub(crate) fn dict_of(n: usize) -> String {
    format!(
        "{{\"carrier\":\"AA\",\"delay\":{},\"from\":\"JFK\",\"to\":\"SFO\",\"tail\":\"N{n:08}\",\"state\":\"departed late\"}}",
        1_000_000_000 + n
    )
}

pub(crate) fn directory() -> tempfile::TempDir {
    let place = std::env::var_os("BENCH_DIR").map_or_else(std::env::temp_dir, PathBuf::from);
    tempfile::tempdir_in(place).unwrap()
}

pub(crate) fn size(path: &std::path::Path) -> f64 {
    std::fs::metadata(path).map_or(0.0, |file| file.len() as f64 / 1e6)
}

/// Something that writes `ROWS` rows in transactions of `BATCH`; answers how long it took.
pub(crate) trait Contender {
    fn name(&self) -> &'static str;
    fn run(&mut self, rows: usize, batch: usize) -> Duration;
    fn size(&self) -> f64;
}

/// A ratio of two contenders: ours, and what it is held against.
const RATIOS: [(&str, [usize; 3]); 4] = [
    ("a tick per change", [5, 1, 3]),
    ("a tick per change, dicts", [7, 1, 3]),
    ("one tick per batch", [6, 2, 4]),
    ("raw, rows of the store, a row per change", [3, 1, 3]),
];

fn contest(sync: Sync) {
    let root = directory();
    let at = |name: &str| root.path().join(format!("{name}.db"));
    let raw = |file, history, columns, name| raw::Raw::new(&at(file), sync, history, columns, name);
    let text = |n: usize| Value::text(&text_of(n));
    let dict = |n: usize| json::from_str(&dict_of(n)).unwrap();
    let mut contenders: Vec<Box<dyn Contender>> = vec![
        Box::new(raw("raw", History::None, Columns::Few, "raw upserts")),
        Box::new(raw(
            "a",
            History::RowPerChange,
            Columns::Few,
            "raw, a history row per change",
        )),
        Box::new(raw(
            "b",
            History::RowPerBatch,
            Columns::Few,
            "raw, a history row per transaction",
        )),
        Box::new(raw(
            "c",
            History::RowPerChange,
            Columns::Same,
            "raw, rows of the store, a row per change",
        )),
        Box::new(raw(
            "d",
            History::RowPerBatch,
            Columns::Same,
            "raw, rows of the store, a row per transaction",
        )),
        Box::new(ours::Ours::new(&at("e"), sync, 1, "the store, a tick per change", text)),
        Box::new(ours::Ours::new(
            &at("f"),
            sync,
            BATCH,
            "the store, one tick per batch",
            text,
        )),
        Box::new(ours::Ours::new(
            &at("g"),
            sync,
            1,
            "the store, a tick per change, dicts",
            dict,
        )),
    ];
    let mut taken = vec![Vec::new(); contenders.len()];
    for round in 0..ROUNDS {
        for turn in 0..contenders.len() {
            let who = (round + turn) % contenders.len();
            taken[who].push(contenders[who].run(ROWS, BATCH).as_secs_f64());
        }
    }
    println!("\n{sync:?}, {ROWS} changes of {CONTACTS} contacts, {BATCH} in a transaction, {ROUNDS} rounds");
    println!("{:46} {:>9} {:>9}", "changes/s", "best", "median");
    for (contender, taken) in contenders.iter().zip(&taken) {
        let (best, median) = (ROWS as f64 / best(taken), ROWS as f64 / median(taken.clone()));
        println!(
            "{:46} {best:9.0} {median:9.0}   {:7.1} MB",
            contender.name(),
            contender.size()
        );
    }
    println!(
        "median of the ratios of each round, and ratio of the bests, to raw with history: few columns; rows of the store"
    );
    for (name, [ours, few, same]) in RATIOS {
        let of = |raw: usize| {
            let ratios = taken[raw]
                .iter()
                .zip(&taken[ours])
                .map(|(raw, ours)| 100.0 * raw / ours);
            let best = 100.0 * best(&taken[raw]) / best(&taken[ours]);
            format!("{:.0} % ({best:.0} %)", median(ratios.collect()))
        };
        println!("{name:46} {:>15}; {:>15}", of(few), of(same));
    }
}

fn best(taken: &[f64]) -> f64 {
    taken.iter().copied().fold(f64::MAX, f64::min)
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn main() {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    let asked = |name: &str| words.is_empty() || words.iter().any(|word| word == name);
    if asked("full") {
        contest(Sync::Full);
    }
    if asked("normal") {
        contest(Sync::Normal);
    }
    if asked("load") {
        load::run();
    }
    if asked("past") {
        past::run();
    }
}
