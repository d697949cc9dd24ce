//! Standing still while the process forks. SQLite keeps what locks a process holds in memory of its own; a child made in the middle
//! of a transaction would believe for ever that it holds them itself, and find the library's mutexes locked by threads it has not.
//! So every use of a store announces itself, and a fork waits until there is none and lets none begin.

use std::cell::RefCell;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

static WORKING: Mutex<usize> = Mutex::new(0);
static DONE: Condvar = Condvar::new();

thread_local! {
    /// Held from before the fork until after it, in the parent and, by the copy of the same thread, in the child.
    static HELD: RefCell<Option<MutexGuard<'static, usize>>> = const { RefCell::new(None) };
}

fn lock() -> MutexGuard<'static, usize> {
    WORKING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A use of a store, for as long as it lives.
#[derive(Debug)]
#[must_use]
pub(crate) struct Use(());

impl Use {
    /// Begins a use; waits while the process forks.
    pub(crate) fn begin() -> Self {
        *lock() += 1;
        Self(())
    }
}

impl Drop for Use {
    fn drop(&mut self) {
        let mut working = lock();
        *working -= 1;
        if *working == 0 {
            DONE.notify_all();
        }
    }
}

/// Before a fork: waits until no store is in use, and lets none be used until [`go_on`].
pub fn hold_still() {
    let held = DONE
        .wait_while(lock(), |working| *working > 0)
        .unwrap_or_else(PoisonError::into_inner);
    HELD.set(Some(held));
}

/// After a fork, in the parent and in the child.
pub fn go_on() {
    HELD.set(None);
}

/// How many forks of which it was told this process has behind it.
static FORKS: AtomicU32 = AtomicU32::new(0);

/// After a fork, in the child: what was opened before is the parent's.
pub fn go_on_in_child() {
    FORKS.fetch_add(1, Ordering::Relaxed);
    go_on();
}

/// The process that something was opened in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Process {
    id: u32,
    forks: u32,
}

impl Process {
    /// This one.
    pub(crate) fn this() -> Self {
        Self {
            id: std::process::id(),
            forks: FORKS.load(Ordering::Relaxed),
        }
    }

    /// Whether it is this one. The system is asked, which takes as long as accepting a record.
    pub(crate) fn is_this(self) -> bool {
        self == Self::this()
    }

    /// Whether it is this one, as far as [`go_on_in_child`] has told.
    #[inline]
    pub(crate) fn may_be_this(self) -> bool {
        self.forks == FORKS.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::channel;
    use std::thread;
    use std::time::Duration;

    #[test]
    fn a_fork_waits_for_what_is_under_way_and_what_begins_waits_for_the_fork() {
        let (under_way, (begun, has_begun)) = (Use::begin(), channel());
        let (forked, may_go_on) = (channel(), channel::<()>());
        let forking = thread::spawn(move || {
            hold_still();
            forked.0.send(()).unwrap();
            may_go_on.1.recv().unwrap();
            go_on();
        });
        assert!(forked.1.recv_timeout(Duration::from_millis(50)).is_err());
        drop(under_way);
        forked.1.recv().unwrap();
        let late = thread::spawn(move || {
            let _use = Use::begin();
            begun.send(()).unwrap();
        });
        assert!(has_begun.recv_timeout(Duration::from_millis(50)).is_err());
        may_go_on.0.send(()).unwrap();
        has_begun.recv().unwrap();
        forking.join().unwrap();
        late.join().unwrap();
    }
}
