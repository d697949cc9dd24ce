//! Undo and redo: a tick that brings back what another changed, from memory or from the store.

use crate::current;
use crate::enter::{check, detached, outside_batch, to_read};
use crate::error::{BasslineError, DeclarationError, shown};
use crate::network::Network;
use crate::past::store_first;
use crate::schedule::{self, to_begin};
use crate::shared::Shared;
use crate::storage::asked;
use crate::tick::{Follows, after, once};
use bassline_core::{Image, Network as Core, NetworkError, Return};
use bassline_kernel::is_reserved;
use bassline_storage::{Reader, redoable, undoable};
use pyo3::prelude::*;
use std::sync::Arc;

/// About how many bytes of what ticks changed are kept in memory for undo.
pub(crate) const BYTES: usize = 64 << 20;

/// Refuses the sources that ticks have which bring others back.
pub(crate) fn check_source(source: &str) -> PyResult<()> {
    if is_reserved(source) {
        return Err(DeclarationError::new_err(format!(
            "a source cannot be named '{}': names that begin with 'undo:' or 'redo:' are those of undo() and redo()",
            shown(source)
        )));
    }
    Ok(())
}

#[pymethods]
impl Network {
    /// Undoes the last tick that is not undone: a new tick in which what that one changed is as it was before, contents past their blends,
    /// the state of gadgets, structure; nothing fires. Answers with the number of the tick undone, `None` if there is none any more.
    /// Ticks of a named source are not undone. What happened outside stays; handles of what is made again stay stale.
    ///
    /// In memory are the last `history=` ticks, if they come to no more than about 64 MB; a store goes back as far as its history.
    ///
    /// Raises:
    ///     ConflictError: a later tick, of a named source, changed what it changed; the message names the contacts.
    ///     BasslineError: a batch or a transaction is open on this thread, or subscribers are told.
    ///
    /// >>> net = bl.Network()
    /// >>> peak = net.contact("peak", 5, blend="max")
    /// >>> peak.value = 9
    /// >>> net.undo(), peak.value, net.tick
    /// (2, 5, 3)
    /// >>> net.undo(), net.undo(), "peak" in net.contacts
    /// (1, None, False)
    fn undo(&self, py: Python<'_>) -> PyResult<Option<u64>> {
        bring_back(py, &self.shared, "undo()", Core::undo, |reader, last| {
            let Some(found) = undoable(reader, last)? else {
                return Ok(None);
            };
            Ok(Some((Return::Undo(found.tick), found.at)))
        })
    }

    /// Does the tick again that was undone last: a new tick, in which all is as that tick had left it. Answers with its number, `None` if
    /// there is none. A write after an undo takes what could be done again away.
    ///
    /// Raises:
    ///     ConflictError: a later tick, of a named source, changed what it changed; the message names the contacts.
    ///     BasslineError: a batch or a transaction is open on this thread, or subscribers are told.
    ///
    /// >>> net = bl.Network()
    /// >>> x = net.contact("x", 1)
    /// >>> x.value = 2
    /// >>> net.undo(), x.value, net.redo(), x.value, net.redo()
    /// (2, 1, 2, 2, None)
    fn redo(&self, py: Python<'_>) -> PyResult<Option<u64>> {
        bring_back(py, &self.shared, "redo()", Core::redo, |reader, last| {
            let Some(found) = redoable(reader, last)? else {
                return Ok(None);
            };
            Ok(Some((Return::Redo(found.tick), found.at)))
        })
    }
}

type Known = fn(&mut Core) -> Result<Option<u64>, NetworkError>;
/// What a store says is to be brought back, and the tick whose change that is.
type Told = Option<(Return, u64)>;

fn bring_back(
    py: Python<'_>,
    shared: &Arc<Shared>,
    what: &str,
    known: Known,
    look: impl Fn(&dyn Reader, u64) -> Result<Told, bassline_storage::StorageError> + Send + Sync,
) -> PyResult<Option<u64>> {
    check(shared)?;
    if current::is_busy(shared.key()) {
        return Err(BasslineError::new_err(format!(
            "{what} does not work while subscribers are told; do it after that"
        )));
    }
    if schedule::has_transaction(py, shared)? {
        return Err(BasslineError::new_err(format!(
            "{what} is a tick of its own, and a transaction is open on this thread; commit() or abort() that first"
        )));
    }
    outside_batch(py, shared, what)?;
    let found = one_tick(py, shared, known)?;
    if found.is_some() || !shared.stored {
        return Ok(found);
    }
    store_first(py, shared)?;
    let last = to_read(py, shared)?.engine.network.now();
    let told = asked(py, || {
        let reader = shared.store.reader(&shared.name)?;
        let Some((returns, at)) = look(&*reader, last)? else {
            return Ok(None);
        };
        let images = reader.image_at(at - 1)?.zip(reader.image_at(at)?);
        Ok(images.map(|(before, after)| (returns, before, after)))
    })?;
    let Some((returns, before, after)) = told else {
        return Ok(None);
    };
    recall(py, shared, returns, &before, &after)
}

fn recall(
    py: Python<'_>,
    shared: &Arc<Shared>,
    returns: Return,
    before: &Image,
    after: &Image,
) -> PyResult<Option<u64>> {
    one_tick(py, shared, |network| network.recall(returns, before, after))
}

fn one_tick(
    py: Python<'_>,
    shared: &Arc<Shared>,
    run: impl FnOnce(&mut Core) -> Result<Option<u64>, NetworkError> + Send,
) -> PyResult<Option<u64>> {
    let guard = to_begin(py, shared)?;
    let (found, follows) = once(py, shared, guard, |network| detached(py, || run(network)))?;
    if follows == Follows::Something {
        after(py, shared)?;
    }
    Ok(found)
}
