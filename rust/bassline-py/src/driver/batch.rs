//! What a driver in Python is handed.

use super::edit::{Edit, Edited, all_of, edits};
use crate::change::Change;
use crate::contradiction::Contradiction;
use crate::value::content_to_python;
use bassline_core::{Cause, Directory, StructureChange, Text};
use bassline_kernel::{
    Batch as Records, DeadLetter, Gap as Missing, Names, Notice, Record, Records as Ticks, Snapshot, return_of,
};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyString};
use std::sync::{Arc, OnceLock};

/// What a driver was not handed, told with the batch behind it.
///
/// >>> import threading
/// >>> class Slow(bl.Driver):
/// ...     go = threading.Event()
/// ...
/// ...     def handle_changes(self, batch):
/// ...         self.go.wait()
/// ...         print(batch.values, batch.gap)
/// >>> net = bl.Network()
/// >>> net.attach(Slow(), name="slow", policy="drop-oldest", max_records=4, max_age=0)
/// >>> for value in range(8):
/// ...     _ = net.contact(f"x{value}", value)
/// ...     if value == 0:
/// ...         while net.drivers["slow"]["state"] != "busy":
/// ...             pass
/// >>> Slow.go.set()
/// >>> net.flush()
/// [0] None
/// [5, 6] <Gap dropped: ticks 2 to 5>
/// [7] None
#[pyclass(frozen, module = "bassline")]
pub(crate) struct Gap(Missing);

#[pymethods]
impl Gap {
    /// Why: "dropped" and "events" beyond its bound, or "resynchronised" by a snapshot.
    #[getter]
    fn reason(&self) -> &'static str {
        self.0.reason.name()
    }
    /// The first tick it concerns; `None` if that is not known.
    #[getter]
    fn first_tick(&self) -> Option<u64> {
        self.0.first_tick
    }
    /// The last tick it concerns.
    #[getter]
    fn last_tick(&self) -> u64 {
        self.0.last_tick
    }
    /// How many ticks or events are missing; `None` if that is not known.
    #[getter]
    fn missing(&self) -> Option<u64> {
        self.0.missing
    }

    fn __repr__(&self) -> String {
        let first = self.0.first_tick.map_or("?".to_owned(), |tick| tick.to_string());
        format!("<Gap {}: ticks {first} to {}>", self.0.reason.name(), self.0.last_tick)
    }
}

/// A change that a batch shows: where it stands, and how its contact and its writer are called.
struct Entry {
    record: u32,
    change: u32,
    index: u32,
    path: Text,
    cause: Text,
}

type Marked = Vec<(Text, Option<bassline_core::Contradiction>)>;

/// A slice of the log, in order: what a driver in Python is handed.
///
/// Its columns, `paths` and `values`, are made when they are asked for, and so is each change.
///
/// >>> class Show(bl.Driver):
/// ...     def handle_changes(self, batch):
/// ...         print(len(batch), batch.paths, batch.values, batch.ticks, batch[0].cause)
/// >>> net = bl.Network()
/// >>> net.attach(Show(), name="show")
/// >>> with net.batch("desk"):
/// ...     _ = net.contact("price", 9.5), net.contact("qty", 3)
/// >>> net.flush()
/// 2 ['price', 'qty'] [9.5, 3] (1, 1) external:desk
#[pyclass(frozen, module = "bassline")]
pub(crate) struct Batch {
    network: Arc<str>,
    gap: Option<Missing>,
    snapshot: Option<Arc<Snapshot>>,
    records: Ticks,
    entries: Vec<Entry>,
    marked: Marked,
    edits: Vec<Edited>,
    changes: OnceLock<Vec<Py<Change>>>,
}

impl Batch {
    /// The batch with its names looked up.
    pub(crate) fn of(network: &Arc<str>, batch: &Records, names: &Names) -> Self {
        let mut records = Ticks::default();
        if let Some(snapshot) = &batch.snapshot {
            records.push(&snapshot.as_record());
        }
        records.extend(&batch.records);
        let (entries, marked) = match &batch.letter {
            Some(letter) => (entries_of(letter), Vec::new()),
            None => names.look(|directory| (entries(&records, directory), marked(&records, directory))),
        };
        let edits = if records.iter().any(|record| !record.structure.is_empty()) {
            names.look(|directory| edits(&records, directory))
        } else {
            Vec::new()
        };
        Self {
            network: Arc::clone(network),
            gap: batch.gap,
            snapshot: batch.snapshot.clone(),
            records,
            entries,
            marked,
            edits,
            changes: OnceLock::new(),
        }
    }

    /// Whether there is nothing in it for a driver that is told of contents only.
    pub(super) fn is_empty(&self) -> bool {
        self.entries.is_empty() && self.marked.is_empty() && self.gap.is_none() && self.snapshot.is_none()
    }

    /// Whether there is something in it for one that is told of structure.
    pub(super) fn has_edits(&self) -> bool {
        !self.edits.is_empty()
    }

    /// What an entry shows. Entries are made of the records, so that each is there.
    fn notice(&self, entry: &Entry) -> Option<Notice> {
        let record = self.records.get(entry.record as usize)?;
        let change = record.changes().nth(entry.change as usize)?;
        Some(Notice {
            epoch: record.epoch,
            tick: record.tick,
            index: entry.index as usize,
            path: entry.path.clone(),
            old: change.old,
            new: change.new,
            cause: entry.cause.clone(),
            time_micros: record.time_micros,
        })
    }

    fn changes(&self, py: Python<'_>) -> PyResult<&Vec<Py<Change>>> {
        if let Some(changes) = self.changes.get() {
            return Ok(changes);
        }
        let make = |notice: Notice| Py::new(py, Change::new_in(&self.network, notice));
        let notices = self.entries.iter().filter_map(|entry| self.notice(entry));
        let changes: Vec<Py<Change>> = notices.map(make).collect::<PyResult<_>>()?;
        Ok(self.changes.get_or_init(|| changes))
    }
}

fn entries(records: &Ticks, directory: &Directory) -> Vec<Entry> {
    let mut entries = Vec::with_capacity(records.iter().map(|record| record.changes().len()).sum());
    let mut last: Option<(Cause, Text)> = None;
    for (record, tick) in records.iter().enumerate() {
        let mut index = 0;
        let returns = return_of(tick.source).is_some();
        last = last.filter(|_| !returns);
        for (at, change) in tick.changes().enumerate() {
            let Some(path) = directory.path(change.contact) else {
                continue;
            };
            let cause = match &last {
                _ if returns => tick.source.clone(),
                Some((known, text)) if *known == change.cause => text.clone(),
                _ => directory.cause(&change.cause),
            };
            last = (!returns).then(|| (change.cause, cause.clone()));
            entries.push(Entry {
                record: record as u32,
                change: at as u32,
                index,
                path: path.clone(),
                cause,
            });
            index += 1;
        }
    }
    entries
}

/// A dead letter bears the names of its time.
fn entries_of(letter: &DeadLetter) -> Vec<Entry> {
    let named = letter.names.iter().enumerate();
    let named = named.filter(|(at, (path, _))| !path.is_empty() && *at < letter.record.changes.len());
    named
        .enumerate()
        .map(|(index, (change, (path, cause)))| Entry {
            record: 0,
            change: change as u32,
            index: index as u32,
            path: path.clone(),
            cause: cause.clone(),
        })
        .collect()
}

fn marked(records: &Ticks, directory: &Directory) -> Marked {
    let structure = records.iter().flat_map(|record| record.structure);
    structure
        .filter_map(|change| match change {
            StructureChange::Marked {
                contact,
                contradiction,
                was_contradiction,
                ..
            } if contradiction.is_some() || *was_contradiction => {
                Some((directory.path(*contact)?.clone(), contradiction.clone()))
            }
            _ => None,
        })
        .collect()
}

#[pymethods]
impl Batch {
    /// The changes, in order.
    fn __iter__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let changes = self.changes(py)?.iter().map(|change| change.clone_ref(py));
        PyList::new(py, changes.collect::<Vec<_>>())?
            .into_any()
            .try_iter()
            .map(Bound::into_any)
    }

    fn __len__(&self) -> usize {
        self.entries.len()
    }

    fn __getitem__(&self, py: Python<'_>, index: isize) -> PyResult<Py<Change>> {
        let at = usize::try_from(index)
            .ok()
            .or_else(|| self.entries.len().checked_sub(index.unsigned_abs()));
        let found = at.and_then(|at| self.entries.get(at));
        let Some(entry) = found else {
            let count = self.entries.len();
            return Err(pyo3::exceptions::PyIndexError::new_err(format!(
                "a batch of {count} changes has no change {index}"
            )));
        };
        if let Some(made) = self.changes.get().zip(at).and_then(|(changes, at)| changes.get(at)) {
            return Ok(made.clone_ref(py));
        }
        match self.notice(entry) {
            Some(notice) => Py::new(py, Change::new_in(&self.network, notice)),
            None => Err(pyo3::exceptions::PyIndexError::new_err(format!(
                "there is no change {index} in its tick"
            ))),
        }
    }

    /// The paths of the changed contacts, in order.
    #[getter]
    fn paths<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        PyList::new(py, self.entries.iter().map(|entry| PyString::new(py, &entry.path)))
    }

    /// The new values, in order.
    #[getter]
    fn values<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        let records = &self.records;
        let new = |entry: &Entry| {
            records
                .get(entry.record as usize)?
                .changes()
                .news()
                .nth(entry.change as usize)
        };
        let news = self.entries.iter().filter_map(new);
        let values: Vec<Bound<'py, PyAny>> = news
            .map(|(_, new)| content_to_python(py, &new))
            .collect::<PyResult<_>>()?;
        PyList::new(py, values)
    }

    /// The contradictions that came and went in it, by path, as they are at its end; `None` for one that was lifted. They are not among
    /// the changes, as what came was not taken.
    #[getter]
    fn contradictions<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let dict = PyDict::new(py);
        for (path, contradiction) in &self.marked {
            let found = contradiction.clone().map(|found| Contradiction::of(path, found));
            dict.set_item(&**path, found.map(|found| Py::new(py, found)).transpose()?)?;
        }
        Ok(dict)
    }

    /// The first and the last tick in it.
    #[getter]
    fn ticks(&self) -> (u64, u64) {
        let tick = |record: Option<Record<'_>>| record.map_or(0, |record| record.tick);
        (tick(self.records.first()), tick(self.records.last()))
    }

    /// Which opening of the network its ticks were in.
    #[getter]
    fn epoch(&self) -> u64 {
        self.records.last().map_or(0, |record| record.epoch)
    }

    /// Whether it begins with the network as it was: a change for each contact that holds something.
    #[getter]
    fn snapshot(&self) -> bool {
        self.snapshot.is_some()
    }

    /// What its ticks added to the structure and removed from it, in order; with a snapshot, first everything there is. A batch of nothing
    /// else is handed to drivers that say `wants_structure = True`.
    #[getter]
    fn structure(&self) -> Vec<Edit> {
        let before = self.snapshot.as_deref().map(all_of).unwrap_or_default();
        let all = before.iter().chain(&self.edits);
        all.map(|edited| Edit::of(&self.network, edited)).collect()
    }

    /// What was lost before it, for this driver; `None` if nothing was.
    #[getter]
    fn gap(&self) -> Option<Gap> {
        self.gap.map(Gap)
    }

    fn __repr__(&self) -> String {
        let (first, last) = self.ticks();
        format!("<Batch of {} changes, ticks {first} to {last}>", self.entries.len())
    }
}
