//! A child that was forked while a journal is open: it is refused, touches nothing, and holds nothing.
#![cfg(unix)]
#![expect(unsafe_code, reason = "there is no fork without")]
#![expect(clippy::unwrap_used, reason = "what fails here is a failed test")]

use bassline_storage::disk::RealDisk;
use bassline_storage::journal::{Journal, JournalError, Options};
use bassline_storage::{Ledger, Opened, StorageError, Store, fork};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex};

unsafe extern "C" {
    safe fn fork() -> i32;
    safe fn _exit(code: i32) -> !;
    safe fn kill(process: i32, signal: i32) -> i32;
    safe fn pause() -> i32;
    fn waitpid(process: i32, status: *mut i32, options: i32) -> i32;
}

/// One test forks at a time, so that the other's threads are not in the middle of something.
static ONE: Mutex<()> = Mutex::new(());

/// What a child found wrong, in words; `None` if it ended well.
fn in_child(found: impl FnOnce() -> Vec<bool>) -> Option<String> {
    let child = fork();
    if child == 0 {
        let wrong = found().into_iter().position(|right| !right);
        _exit(wrong.map_or(0, |at| at as i32 + 1));
    }
    let status = end_of(child);
    (status != 0).then(|| format!("wrong is number {}, or it was killed: status {status:#x}", status >> 8))
}

fn end_of(child: i32) -> i32 {
    let mut status = 0;
    // SAFETY: the status is ours, and lives until it returns.
    assert_eq!(unsafe { waitpid(child, &raw mut status, 0) }, child);
    status
}

fn files(directory: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = std::fs::read_dir(directory).unwrap().map(Result::unwrap);
    let content = |entry: std::fs::DirEntry| {
        let name = entry.file_name().into_string().unwrap();
        (name, std::fs::read(entry.path()).unwrap())
    };
    entries.map(content).collect()
}

fn is_forked<T>(done: Result<T, JournalError>) -> bool {
    matches!(done, Err(error @ JournalError::Forked { .. }) if error.to_string().contains("forked"))
}

fn open(directory: &Path) -> Result<Journal, JournalError> {
    let disk = Arc::new(RealDisk::at(directory));
    Journal::open(disk, Options::default(), 0, &mut |_, _| Ok(()))
}

#[test]
fn a_forked_child_is_refused_and_touches_nothing() {
    let _one = ONE.lock().unwrap();
    let directory = tempfile::tempdir().unwrap();
    let journal = open(directory.path()).unwrap();
    for _ in 0..10 {
        journal.append_bytes(b"parent").unwrap();
    }
    journal.flush().unwrap();
    journal.append_bytes(b"accepted, not written").unwrap();
    let before = files(directory.path());
    // Whether or not anyone has told of the fork.
    for told in [false, true] {
        let wrong = in_child(|| {
            if told {
                fork::go_on_in_child();
            }
            let limits = bassline_kernel::Limits { records: 5, bytes: 100 };
            let large = vec![0; 2 << 20];
            let accepted = journal.append_bytes(b"child");
            vec![
                if told { is_forked(accepted) } else { accepted.is_ok() },
                is_forked(journal.flush()),
                is_forked(journal.sync(0)),
                is_forked(journal.append_bytes(&large)),
                is_forked(journal.write_checkpoint(3, b"", |_| Ok(()))),
                is_forked(journal.truncate_below(5)),
                is_forked(journal.forget_before(5)),
                is_forked(journal.read(0, limits, &mut |_, _| Ok(()))),
                is_forked(journal.close()),
                matches!(open(directory.path()), Err(JournalError::InUse { .. })),
                {
                    // The child's copy, as its end would.
                    drop(unsafe { std::ptr::read(&raw const journal) });
                    matches!(open(directory.path()), Err(JournalError::InUse { .. }))
                },
            ]
        });
        assert_eq!(wrong, None, "told: {told}");
        assert!(files(directory.path()) == before, "a child has written");
    }
    journal.append_bytes(b"parent again").unwrap();
    journal.close().unwrap();
    assert_eq!(open(directory.path()).unwrap().end(), 12);
}

#[test]
fn a_child_that_lives_on_does_not_keep_the_journal_from_being_opened() {
    let _one = ONE.lock().unwrap();
    let directory = tempfile::tempdir().unwrap();
    let journal = open(directory.path()).unwrap();
    let child = fork();
    if child == 0 {
        pause();
        _exit(0);
    }
    journal.close().unwrap();
    let again = open(directory.path());
    assert_eq!(kill(child, 9), 0);
    end_of(child);
    assert_eq!(again.unwrap().end(), 0);
}

#[test]
fn a_forked_child_is_refused_by_log_and_driver() {
    let _one = ONE.lock().unwrap();
    let directory = tempfile::tempdir().unwrap();
    let ledger = Ledger::at(directory.path().join("ledger"));
    let Opened { log, mut driver, .. } = ledger.open("main").unwrap();
    let log = log.unwrap();
    let place = directory.path().join("ledger/n-main");
    let before = files(&place);
    let wrong = in_child(|| {
        let is_told = |said: Result<(), String>| said.is_err_and(|said| said.to_lowercase().contains("forked"));
        vec![
            is_told(log.sync(log.end().sequence).map_err(|error| format!("{error:?}"))),
            is_told(
                driver
                    .handle_changes(&bassline_kernel::Batch::default())
                    .map_err(|error| error.message),
            ),
            is_told(driver.idle().map_err(|error| error.message)),
            is_told(driver.shutdown(false).map_err(|error| error.message)),
            matches!(ledger.open("main"), Err(StorageError::InUse { .. })),
        ]
    });
    assert_eq!(wrong, None);
    assert!(files(&place) == before, "a child has written");
    log.sync(log.end().sequence).unwrap();
    driver.shutdown(false).unwrap();
}
