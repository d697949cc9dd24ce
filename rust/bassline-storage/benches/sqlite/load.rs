//! A million contacts: written, opened, looked up in the past, and their file.

use crate::{directory, ours, size, text_of};
use bassline_core::{Network, OnContradiction, Value};
use bassline_storage::{Sqlite, Store, Sync};
use std::time::Instant;

const MILLION: usize = 1_000_000;

pub(crate) fn run() {
    let root = directory();
    let path = root.path().join("million.db");
    let since = |started: Instant| started.elapsed().as_secs_f64();
    let started = Instant::now();
    let value = |n| (n % 2 == 0).then(|| Value::text(&text_of(n)));
    let (mut driver, _) = ours::declare(&path, Sync::Full, MILLION, value);
    println!(
        "\n{MILLION} contacts, half of them with a text: declared and stored in {:.2} s",
        since(started)
    );
    let started = Instant::now();
    driver.idle().unwrap();
    println!("a base taken when idle: {:.2} s", since(started));
    driver.shutdown(false).unwrap();
    drop(driver);
    println!("the file: {:.1} MB", size(&path));
    for _ in 0..3 {
        let started = Instant::now();
        let opened = Sqlite::at(&path).open("main").unwrap();
        let read = since(started);
        let network = Network::load(opened.image, OnContradiction::Record, None).unwrap();
        println!("read in {read:.2} s, a network of it after {:.2} s", since(started));
        drop(network);
    }
    let reader = Sqlite::at(&path).reader("main").unwrap();
    let started = Instant::now();
    assert!(reader.image_at(0).unwrap().is_some());
    println!("as of tick 0: {:.2} s", since(started));
}
