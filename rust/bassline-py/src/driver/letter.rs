//! Dead letters, as Python sees them.

use crate::change::Change;
use bassline_kernel::{DeadLetter as Letter, Notice};
use pyo3::prelude::*;
use std::sync::Arc;

/// A tick that a driver did not take, put aside so that those behind it went through.
///
/// >>> class Picky(bl.Driver):
/// ...     def handle_changes(self, batch):
/// ...         if 13 in batch.values:
/// ...             raise ValueError("thirteen")
/// >>> net = bl.Network()
/// >>> net.attach(Picky(), name="picky", durable=False)
/// >>> for value in (12, 13, 14):
/// ...     _ = net.contact(f"number{value}", value)
/// >>> net.close()
/// Traceback (most recent call last):
///     ...
/// bassline.errors.DriverError: the network closed with ticks not delivered: 'picky': ValueError: thirteen; it is put aside as a dead letter
/// >>> [letter] = net.dead_letters("picky")
/// >>> letter.error, letter.tick, [(change.path, change.new) for change in letter.changes]
/// ('ValueError: thirteen', 2, [('number13', 13)])
#[pyclass(frozen, module = "bassline")]
pub(crate) struct DeadLetter {
    network: Arc<str>,
    letter: Letter,
}

impl DeadLetter {
    /// The letters of a network.
    pub(crate) fn all(network: &str, letters: Vec<Letter>) -> Vec<Self> {
        let network: Arc<str> = network.into();
        let shown = letters.into_iter().map(|letter| Self {
            network: Arc::clone(&network),
            letter,
        });
        shown.collect()
    }
}

#[pymethods]
impl DeadLetter {
    /// Its number, never given twice in its network.
    #[getter]
    fn id(&self) -> u64 {
        self.letter.id
    }
    /// Who did not take it.
    #[getter]
    fn driver(&self) -> &str {
        &self.letter.driver
    }
    /// What the driver said.
    #[getter]
    fn error(&self) -> &str {
        &self.letter.error
    }
    /// How often it was tried.
    #[getter]
    fn tries(&self) -> u32 {
        self.letter.tries
    }
    /// When it was put aside, in seconds since 1970.
    #[getter]
    fn time(&self) -> f64 {
        self.letter.time_micros as f64 / 1e6
    }
    /// The tick.
    #[getter]
    fn tick(&self) -> u64 {
        self.letter.record.tick
    }
    /// Whether it is tried once more when its driver is attached the next time.
    #[getter]
    fn again(&self) -> bool {
        self.letter.again
    }
    /// What the tick changed.
    #[getter]
    fn changes(&self, py: Python<'_>) -> PyResult<Vec<Py<Change>>> {
        let record = &self.letter.record;
        let named = record.changes.iter().zip(&self.letter.names);
        named
            .filter(|(_, (path, _))| !path.is_empty())
            .enumerate()
            .map(|(index, (change, (path, cause)))| {
                let notice = Notice {
                    epoch: record.epoch,
                    tick: record.tick,
                    index,
                    path: path.clone(),
                    old: change.old.clone(),
                    new: change.new.clone(),
                    cause: cause.clone(),
                    time_micros: record.time_micros,
                };
                Py::new(py, Change::new_in(&self.network, notice))
            })
            .collect()
    }

    fn __repr__(&self) -> String {
        format!(
            "<DeadLetter {}: '{}' did not take tick {}: {}>",
            self.letter.id, self.letter.driver, self.letter.record.tick, self.letter.error
        )
    }
}
