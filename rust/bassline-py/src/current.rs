//! What this thread is in the midst of: the networks it settles, those whose subscribers it tells, and the one whose gadget is running.
//!
//! What a gadget reads, it reads from the network that fires it. What a gadget or a subscriber writes, waits. And what somebody raised
//! that is no error but a way out, as Ctrl-C is, is kept here until the tick is taken back, so that nothing contains it on its way.

use bassline_core::Network;
use pyo3::PyErr;
use pyo3::exceptions::PyException;
use pyo3::prelude::*;
use std::cell::{Cell, RefCell};

scoped_tls::scoped_thread_local!(static FIRING: Network);

#[derive(Clone, Copy, PartialEq, Eq)]
enum Doing {
    /// With the network's lock held.
    Settling,
    /// Without it.
    Telling,
}

thread_local! {
    /// The engines this thread is at, outermost first.
    static ENTERED: RefCell<Vec<(usize, Doing)>> = const { RefCell::new(Vec::new()) };
    /// The engine whose network is in `FIRING`.
    static FIRED_BY: Cell<usize> = const { Cell::new(0) };
    /// The engine whose driver this thread is; 0 for none.
    static DRIVING: Cell<usize> = const { Cell::new(0) };
    /// How many functions were called for networks on this thread.
    static CALLS: Cell<u64> = const { Cell::new(0) };
    static WAY_OUT: RefCell<Option<PyErr>> = const { RefCell::new(None) };
}

/// Runs a user's function while a network waits for it.
pub(crate) fn while_firing<T>(network: &Network, run: impl FnOnce() -> T) -> T {
    let settling = ENTERED.with_borrow(|entered| {
        entered
            .iter()
            .rfind(|(_, doing)| *doing == Doing::Settling)
            .map_or(0, |(engine, _)| *engine)
    });
    CALLS.set(CALLS.get().wrapping_add(1));
    let outer = FIRED_BY.replace(settling);
    let result = FIRING.set(network, run);
    FIRED_BY.set(outer);
    result
}

/// How many functions were called on this thread while a network waited for them.
pub(crate) fn calls() -> u64 {
    CALLS.get()
}

/// Reads from the network whose gadget is running on this thread, if it is the one of `engine`.
#[inline]
pub(crate) fn firing<T>(engine: usize, read: impl FnOnce(&Network) -> T) -> Option<T> {
    (FIRED_BY.get() == engine && FIRING.is_set()).then(|| FIRING.with(read))
}

/// Whether this thread is settling or telling subscribers of `engine`.
#[inline]
pub(crate) fn is_busy(engine: usize) -> bool {
    ENTERED.with_borrow(|entered| entered.iter().any(|(at, _)| *at == engine))
}

/// Whether this thread is settling `engine`, and holds its lock.
#[inline]
pub(crate) fn is_settling(engine: usize) -> bool {
    ENTERED.with_borrow(|entered| entered.contains(&(engine, Doing::Settling)))
}

/// Marks this thread as busy with an engine until it is dropped.
pub(crate) struct Busy;

impl Busy {
    /// Settling it, with its lock held.
    #[inline]
    pub(crate) fn settling(engine: usize) -> Self {
        ENTERED.with_borrow_mut(|entered| entered.push((engine, Doing::Settling)));
        Busy
    }

    /// Telling its subscribers, without its lock.
    #[inline]
    pub(crate) fn telling(engine: usize) -> Self {
        ENTERED.with_borrow_mut(|entered| entered.push((engine, Doing::Telling)));
        Busy
    }
}

impl Drop for Busy {
    #[inline]
    fn drop(&mut self) {
        ENTERED.with_borrow_mut(|entered| {
            entered.pop();
        });
    }
}

/// Runs a user's driver.
pub(crate) fn while_driving<T>(engine: usize, run: impl FnOnce() -> T) -> T {
    DRIVING.set(engine);
    let result = run();
    DRIVING.set(0);
    result
}

/// Whether this thread is a driver's of `engine`.
#[inline]
pub(crate) fn is_driving(engine: usize) -> bool {
    DRIVING.get() == engine
}

/// Whether an exception is a way out (`KeyboardInterrupt`, `SystemExit`) and no error.
pub(crate) fn is_way_out(py: Python<'_>, error: &PyErr) -> bool {
    !error.is_instance_of::<PyException>(py)
}

/// Keeps a way out until [`take_way_out`]; the first counts.
pub(crate) fn keep_way_out(error: PyErr) {
    WAY_OUT.with_borrow_mut(|kept| {
        kept.get_or_insert(error);
    });
}

/// Whether a way out is kept.
pub(crate) fn has_way_out() -> bool {
    WAY_OUT.with_borrow(Option::is_some)
}

/// The way out that was kept.
pub(crate) fn take_way_out() -> Option<PyErr> {
    WAY_OUT.with_borrow_mut(Option::take)
}

/// Keeps the first exception of several; a way out goes before errors.
pub(crate) fn keep_first(py: Python<'_>, first: &mut PyResult<()>, next: PyResult<()>) {
    let Err(error) = next else { return };
    let replaces = match first {
        Ok(()) => true,
        Err(before) => is_way_out(py, &error) && !is_way_out(py, before),
    };
    if replaces {
        *first = Err(error);
    }
}
