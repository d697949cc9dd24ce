//! The `PostgreSQL` store beside hand-written ways of writing the same rows into the same tables, on a server of its own with `fsync` and
//! `synchronous_commit` on: batches of 1,000 contacts of 100 bytes, with history and the number of the last tick in the transaction.
//!
//! `cargo bench -p bassline-storage --bench postgres [-- upserts history load single]`
#![expect(clippy::print_stdout, reason = "the table is the result")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "what fails here is a bug in the bench"
)]

#[path = "postgres/ours.rs"]
mod ours;
#[path = "postgres/raw.rs"]
mod raw;
#[allow(dead_code, reason = "the tests need the rest")]
#[path = "../tests/postgres/server.rs"]
mod server;

use ours::Ours;
use raw::{Method, Raw};
use server::{Server, new_url};
use std::time::{Duration, Instant};

pub(crate) const CONTACTS: usize = 100_000;
const ROWS: usize = 100_000;
const BATCH: usize = 1_000;
const ROUNDS: usize = 7;

/// A hundred bytes of JSON: a text.
pub(crate) fn text_of(n: usize) -> String {
    format!("flight {n:010} of AA from JFK to SFO on 2013-01-01 at 05:17, eleven minutes late at its gate {n:08}")
}

/// Something that writes rows in transactions; answers how long it took.
pub(crate) trait Contender {
    fn name(&self) -> String;
    fn run(&mut self, rows: usize, batch: usize) -> Duration;
}

fn contest(mut contenders: Vec<Box<dyn Contender>>, ours: &[usize], rows: usize, batch: usize) {
    let mut taken = vec![Vec::new(); contenders.len()];
    for round in 0..ROUNDS {
        for turn in 0..contenders.len() {
            let who = (round + turn) % contenders.len();
            taken[who].push(contenders[who].run(rows, batch).as_secs_f64());
        }
    }
    println!("{:62} {:>9} {:>9}", "rows/s", "best", "median");
    for (contender, taken) in contenders.iter().zip(&taken) {
        let (best, median) = (rows as f64 / best(taken), rows as f64 / median(taken.clone()));
        println!("{:62} {best:9.0} {median:9.0}", contender.name());
    }
    for &own in ours {
        // The raw ones stand behind, each held against the same number of history rows.
        let raw = (0..contenders.len()).filter(|at| !ours.contains(at) && (at % 2 == own % 2));
        let fastest = raw.min_by(|a, b| median(taken[*a].clone()).total_cmp(&median(taken[*b].clone())));
        let Some(fastest) = fastest else { continue };
        let ratios = taken[fastest]
            .iter()
            .zip(&taken[own])
            .map(|(raw, own)| 100.0 * raw / own);
        println!(
            "{}: {:.0} % of the fastest, {} (median of the ratios of each round; bests {:.0} %)",
            contenders[own].name(),
            median(ratios.collect()),
            contenders[fastest].name(),
            100.0 * best(&taken[fastest]) / best(&taken[own])
        );
    }
}

fn best(taken: &[f64]) -> f64 {
    taken.iter().copied().fold(f64::MAX, f64::min)
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn upserts(server: &Server) {
    println!("\n{ROWS} upserts of {CONTACTS} contacts of 100 bytes, {BATCH} in a transaction, {ROUNDS} rounds");
    let url = || new_url(server);
    let contenders: Vec<Box<dyn Contender>> = vec![
        Box::new(Ours::new(&url(), BATCH, "the store, one tick per batch")),
        Box::new(Ours::new(&url(), 1, "the store, a tick per change")),
        Box::new(Raw::new(&url(), Method::Unnest, BATCH)),
        Box::new(Raw::new(&url(), Method::Unnest, 1)),
        Box::new(Raw::new(&url(), Method::CopyAndUpsert, BATCH)),
        Box::new(Raw::new(&url(), Method::CopyAndUpsert, 1)),
        Box::new(Raw::new(&url(), Method::Pipelined, BATCH)),
        Box::new(Raw::new(&url(), Method::Pipelined, 1)),
    ];
    contest(contenders, &[0, 1], ROWS, BATCH);
}

fn history(server: &Server) {
    println!("\nhistory alone: {ROWS} ticks that change one contact, {ROWS} in a transaction, {ROUNDS} rounds");
    let contenders: Vec<Box<dyn Contender>> = vec![
        Box::new(Ours::of_one(&new_url(server), "the store, COPY of ticks")),
        Box::new(Raw::new(&new_url(server), Method::CopyOfHistory, 1)),
    ];
    let mut contenders = contenders;
    let mut taken = [Vec::new(), Vec::new()];
    for _ in 0..ROUNDS {
        for (contender, taken) in contenders.iter_mut().zip(&mut taken) {
            taken.push(contender.run(ROWS, ROWS).as_secs_f64());
        }
    }
    for (contender, taken) in contenders.iter().zip(&taken) {
        println!(
            "{:62} {:9.0} {:9.0}",
            contender.name(),
            ROWS as f64 / best(taken),
            ROWS as f64 / median(taken.clone())
        );
    }
}

fn single(server: &Server) {
    let mut ours = Ours::new(&new_url(server), 1, "one tick of one change");
    let mut taken: Vec<f64> = (0..2_000).map(|_| ours.run(1, 1).as_secs_f64() * 1e3).collect();
    taken.sort_by(f64::total_cmp);
    println!(
        "\none tick of one change, acknowledged: p50 {:.2} ms, p99 {:.2} ms",
        taken[1_000], taken[1_980]
    );
}

fn load(server: &Server) {
    let url = new_url(server);
    let mut ours = Ours::new(&url, BATCH, "");
    ours.run(CONTACTS, BATCH);
    drop(ours);
    let raw = raw::Reading::new(&url);
    let (mut own, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let began = Instant::now();
        ours::open(&url);
        own.push(began.elapsed().as_secs_f64());
        theirs.push(raw.all().as_secs_f64());
    }
    println!(
        "\n{CONTACTS} contacts opened, checked and made a network: best {:.3} s, median {:.3} s; their rows alone, raw: best {:.3} s",
        best(&own),
        median(own.clone()),
        best(&theirs)
    );
}

fn main() {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    let asked = |name: &str| words.is_empty() || words.iter().any(|word| word == name);
    let server = Server::start_with("on");
    println!(
        "PostgreSQL {}, fsync and synchronous_commit on",
        server.sql("postgres", "SHOW server_version")[0][0]
    );
    if asked("upserts") {
        upserts(&server);
    }
    if asked("history") {
        history(&server);
    }
    if asked("single") {
        single(&server);
    }
    if asked("load") {
        load(&server);
    }
}
