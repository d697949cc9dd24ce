//! Locks, signals, atomics, channels and threads: the standard ones or, with the feature `schedules`, those of a model checker, which
//! decides who runs next. Everything by which threads wait for each other, or tell each other where they are, is taken from here; mere
//! counters are not.

#[cfg(not(feature = "schedules"))]
pub use std::{
    sync::{Condvar, Mutex, MutexGuard, atomic, mpsc},
    thread, thread_local,
};

#[cfg(feature = "schedules")]
pub use shuttle::{
    sync::{Condvar, Mutex, MutexGuard, atomic, mpsc},
    thread, thread_local,
};
