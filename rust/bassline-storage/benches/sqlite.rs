//! The SQLite store beside SQLite: our driver is handed batches of 1,000 changes, and hand-written code upserts the same contents with
//! the same integer keys, the same text and the same number of rows in a transaction, without and with the same history rows.
//!
//! `cargo bench -p bassline-storage --bench sqlite [-- full normal load]`; the directory is `BENCH_DIR`, or that of temporary files.
#![expect(clippy::print_stdout, reason = "the table is the result")]
#![allow(clippy::unwrap_used, reason = "what fails here is a bug in the bench")]

#[path = "sqlite/load.rs"]
mod load;
#[path = "sqlite/ours.rs"]
mod ours;
#[path = "sqlite/raw.rs"]
mod raw;

use bassline_core::Value;
use bassline_storage::{Sync, json};
use std::path::PathBuf;
use std::time::Duration;

pub(crate) const CONTACTS: usize = 100_000;
const ROWS: usize = 200_000;
const BATCH: usize = 1_000;
const ROUNDS: usize = 5;

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

fn contest(sync: Sync) {
    let root = directory();
    let at = |name: &str| root.path().join(name);
    let text = |n: usize| Value::text(&text_of(n));
    let dict = |n: usize| json::from_str(&dict_of(n)).unwrap();
    let mut contenders: Vec<Box<dyn Contender>> = vec![
        Box::new(raw::Raw::new(&at("raw.db"), sync, raw::History::None)),
        Box::new(raw::Raw::new(&at("raw-ticks.db"), sync, raw::History::RowPerChange)),
        Box::new(raw::Raw::new(&at("raw-one.db"), sync, raw::History::RowPerBatch)),
        Box::new(ours::Ours::new(
            &at("ours-ticks.db"),
            sync,
            1,
            "the store, a tick per change",
            text,
        )),
        Box::new(ours::Ours::new(
            &at("ours-one.db"),
            sync,
            BATCH,
            "the store, one tick per batch",
            text,
        )),
        Box::new(ours::Ours::new(
            &at("ours-dicts.db"),
            sync,
            1,
            "the store, a tick per change, dicts",
            dict,
        )),
    ];
    let mut best = vec![f64::MAX; contenders.len()];
    for _ in 0..ROUNDS {
        for (contender, best) in contenders.iter_mut().zip(&mut best) {
            *best = best.min(contender.run(ROWS, BATCH).as_secs_f64());
        }
    }
    println!("\n{sync:?}, {ROWS} changes of {CONTACTS} contacts, {BATCH} in a transaction, best of {ROUNDS}");
    for (contender, best) in contenders.iter().zip(&best) {
        println!(
            "{:44} {:9.0} rows/s   {:7.1} MB",
            contender.name(),
            ROWS as f64 / best,
            contender.size()
        );
    }
    let share = |ours: usize, raw: usize| 100.0 * best[raw] / best[ours];
    println!(
        "of raw with the same history rows: {:.0} % (a tick per change), {:.0} % (one tick per batch); of raw without history: {:.0} %, {:.0} %",
        share(3, 1),
        share(4, 2),
        share(3, 0),
        share(4, 0)
    );
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
}
