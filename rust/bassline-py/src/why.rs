//! Derivations as Python data.

use crate::enter::to_read;
use crate::handle::read_network;
use crate::past::store_first;
use crate::shared::Shared;
use crate::storage::asked;
use crate::value::content_to_python;
use bassline_core::{Cause, ContactId, Extent, How, Line, Reason, Return, Text, Then, Told};
use bassline_storage::{HistoryEntry, Reader, StorageError};
use pyo3::prelude::*;
use pyo3::types::PyDict;

/// So many changes of a contact are looked through at first for what it held after a tick.
const FEW: usize = 16;

/// The derivation of a contact; what memory does not know of the past is asked of the store.
pub(crate) fn reasons(py: Python<'_>, shared: &Shared, id: ContactId, extent: Extent) -> PyResult<Vec<Reason>> {
    let mut told = Told::default();
    // A gadget that asks is told what memory knows: its tick is not stored before it returns.
    let asks = shared.stored && !crate::current::is_settling(shared.key());
    let mut is_stored = false;
    if asks && shared.opened_tick > 0 && !to_read(py, shared)?.engine.network.knows_returns() {
        let returns = asked(py, || shared.store.reader(&shared.name)?.returns())?;
        to_read(py, shared)?.engine.network.know_returns(returns);
    }
    loop {
        let derivation = read_network(py, shared, |network| network.why(id, extent, &told))?;
        if derivation.missing.is_empty() && derivation.missing_lines.is_empty() || !asks {
            return Ok(derivation.reasons);
        }
        if !is_stored {
            store_first(py, shared)?;
            is_stored = true;
        }
        let path = |contact: ContactId| read_network(py, shared, |network| network.path(contact));
        let mut held_then: Vec<(ContactId, u64, Text)> = Vec::new();
        for (contact, tick) in derivation.missing {
            held_then.push((contact, tick, path(contact)?));
        }
        let mut lines: Vec<(ContactId, u64, Text)> = Vec::new();
        for (contact, after) in derivation.missing_lines {
            lines.push((contact, after, path(contact)?));
        }
        let (then, lines) = asked(py, || {
            let reader = shared.store.reader(&shared.name)?;
            let then =
                |(contact, tick, path): (ContactId, u64, Text)| Ok(((contact, tick), held(&*reader, &path, tick)?));
            let then = held_then
                .into_iter()
                .map(then)
                .collect::<Result<Vec<_>, StorageError>>()?;
            let line = |(contact, after, path): (ContactId, u64, Text)| {
                Ok((contact, line(&*reader, &path, after, extent.most)?))
            };
            let lines = lines.into_iter().map(line).collect::<Result<Vec<_>, StorageError>>()?;
            Ok((then, lines))
        })?;
        told.then.extend(then);
        told.lines.extend(lines);
    }
}

/// The last changes of the contact at a path: those after a tick, but no more than `most`.
fn line(reader: &dyn Reader, path: &str, after: u64, most: usize) -> Result<Line, StorageError> {
    let mut limit = if after == 0 { most } else { FEW.min(most) };
    let mut entries = reader.history(path, limit)?;
    while limit < most && entries.len() >= limit && entries.last().is_some_and(|entry| entry.tick > after) {
        limit = limit.saturating_mul(8).min(most);
        entries = reader.history(path, limit)?;
    }
    let is_whole = entries.len() < limit && reader.tick(1)?.is_some();
    let oldest = entries.last().map_or(0, |entry| entry.tick);
    let changes = entries
        .into_iter()
        .map(|entry| (entry.tick, entry.content, entry.cause));
    Ok(Line {
        changes: changes.collect(),
        since: if is_whole { 0 } else { oldest },
        asked: after,
    })
}

/// What the contact at a path held after a tick; `None` if the store does not go back so far.
fn held(reader: &dyn Reader, path: &str, tick: u64) -> Result<Option<Then>, StorageError> {
    let mut limit = FEW;
    loop {
        let entries: Vec<HistoryEntry> = reader.history(path, limit)?;
        let found = entries.iter().find(|entry| entry.tick <= tick);
        if let Some(entry) = found {
            return Ok(Some(Then {
                content: entry.content.clone(),
                version: entry.tick,
                cause: entry.cause.clone(),
            }));
        }
        if entries.len() < limit {
            // With all its history there, what is before its first change is nothing.
            let is_whole = reader.tick(1)?.is_some();
            return Ok(is_whole.then_some(Then {
                content: None,
                version: 0,
                cause: Cause::Nobody,
            }));
        }
        limit = limit.saturating_mul(8);
    }
}

/// One reason as a dict.
pub(crate) fn to_dict<'py>(py: Python<'py>, shared: &Shared, reason: &Reason) -> PyResult<Bound<'py, PyDict>> {
    let dict = PyDict::new(py);
    dict.set_item("path", reason.path.as_str())?;
    dict.set_item("value", content_to_python(py, &reason.content)?)?;
    dict.set_item("tick", reason.version)?;
    let (kind, detail) = match &reason.how {
        How::Empty => ("empty", None),
        How::Constant => ("constant", None),
        How::State => ("state", None),
        How::External(source) => ("external", Some(("source", source.to_string()))),
        How::Gadget { path, computation } => {
            dict.set_item("computation", computation.as_str())?;
            ("gadget", Some(("gadget", path.to_string())))
        }
        How::Wire => ("wire", None),
        How::Removed => ("removed", None),
        How::Forgotten => ("forgotten", None),
    };
    dict.set_item("kind", kind)?;
    if let Some((key, value)) = detail {
        dict.set_item(key, value)?;
    }
    if kind == "external" {
        let known = crate::enter::to_read(py, shared)?
            .engine
            .time_of(reason.version)
            .map(|time| time.time_micros);
        let time = known.or_else(|| crate::enter::detached(py, || stored_time(shared, reason.version)));
        dict.set_item("time", time.map(|micros| micros as f64 / 1e6))?;
    }
    let inputs: Vec<(&str, usize)> = reason
        .from
        .iter()
        .map(|(port, place)| (port.as_str(), *place))
        .collect();
    dict.set_item("inputs", inputs)?;
    dict.set_item("cut", reason.cut)?;
    dict.set_item("since", reason.since)?;
    let returned = reason.returned.map(|returned| match returned {
        Return::Undo(tick) => ("undo", tick),
        Return::Redo(tick) => ("redo", tick),
    });
    dict.set_item("returned", returned)?;
    if let Some(observed) = &reason.observed {
        let told = PyDict::new(py);
        told.set_item("count", observed.count)?;
        told.set_item("known", observed.known)?;
        told.set_item("earlier", observed.earlier)?;
        told.set_item("events", observed.events.clone())?;
        dict.set_item("observed", told)?;
    }
    Ok(dict)
}

/// When a tick was, by the store; nothing if the store cannot say.
fn stored_time(shared: &Shared, tick: u64) -> Option<i64> {
    let reader = shared.store.reader(&shared.name).ok()?;
    reader.tick(tick).ok().flatten().map(|info| info.time_micros)
}
