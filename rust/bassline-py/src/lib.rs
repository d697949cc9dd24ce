//! The Python border of Bassline. What a class here does, it has another crate do.
#![allow(
    clippy::unused_self,
    clippy::needless_pass_by_value,
    clippy::doc_link_with_quotes,
    clippy::doc_markdown,
    clippy::used_underscore_items,
    clippy::type_complexity,
    reason = "what a method takes and answers is what Python passes and gets; its docs are Python's"
)]

mod argument;
mod batch;
mod catalogue;
mod change;
mod clock;
mod close;
mod columns;
mod contradiction;
mod coroutine;
mod current;
mod declaration;
mod declare;
mod driver;
mod enter;
mod error;
mod function;
mod handle;
mod ingest;
mod lattice;
mod link;
mod metrics;
mod network;
mod past;
mod persist;
#[cfg(feature = "planted")]
mod planted;
mod remove;
mod rows;
mod schedule;
mod shared;
mod snapshot;
mod storage;
mod tick;
mod undo;
mod value;
mod watch;
mod why;

use pyo3::prelude::*;

#[pymodule]
mod _core {
    #[pymodule_export]
    use crate::change::Change;
    #[pymodule_export]
    use crate::clock::Manual;
    #[pymodule_export]
    use crate::close::{after_fork, after_fork_in_parent, before_fork, close_all, undelivered};
    #[pymodule_export]
    use crate::columns::Columns;
    #[pymodule_export]
    use crate::contradiction::Contradiction;
    #[pymodule_export]
    use crate::coroutine::{Call, write_answers};
    #[pymodule_export]
    use crate::driver::{Batch, DeadLetter, Edit, Gap};
    #[pymodule_export]
    use crate::handle::{Contact, Gadget, GroupHandle, Wire};
    #[pymodule_export]
    use crate::ingest::{IngestResult, RowReader};
    #[pymodule_export]
    use crate::link::Link;
    #[pymodule_export]
    use crate::network::Network;
    #[pymodule_export]
    use crate::snapshot::Snapshot;
    #[pymodule_export]
    use crate::storage::{Follower, Store};
    #[pymodule_export]
    use crate::value::{Const, Interval, Nothing, Undecoded};
    #[pymodule_export]
    use crate::watch::Watch;

    use crate::argument::Word;
    use pyo3::prelude::*;

    /// Every primitive: name, doc, inputs, outputs, settings, purity.
    #[pyfunction]
    fn catalogue(py: Python<'_>) -> PyResult<Vec<Bound<'_, pyo3::types::PyDict>>> {
        bassline_core::catalogue()
            .into_iter()
            .map(|primitive| crate::catalogue::to_dict(py, primitive))
            .collect()
    }

    /// Whether a path is of a pattern.
    ///
    /// >>> from bassline import _core
    /// >>> _core.matches("carriers/*/mean", "carriers/UA/mean"), _core.matches("carriers/*", "carriers/UA/mean")
    /// (True, False)
    #[pyfunction]
    fn matches(pattern: Word<'_>, path: Word<'_>) -> bool {
        bassline_core::Pattern::new(&pattern).matches(&path)
    }

    /// Whether two values are the same to a network: of one type, and equal in all they are made of.
    ///
    /// >>> from bassline import _core
    /// >>> _core.same([1, float("nan")], [1, float("nan")]), _core.same(1, 1.0)
    /// (True, False)
    #[pyfunction]
    fn same(one: &Bound<'_, PyAny>, other: &Bound<'_, PyAny>) -> PyResult<bool> {
        Ok(crate::value::to_value(one)? == crate::value::to_value(other)?)
    }

    /// A value in which tags, such as `{"$set": [1]}`, stand for what JSON and YAML have no word for, as the value that is meant.
    ///
    /// >>> from bassline import _core
    /// >>> _core.read_tags({"days": {"$coded": ["date", "2026-11-20"]}})
    /// {'days': datetime.date(2026, 11, 20)}
    #[pyfunction]
    fn read_tags<'py>(value: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        let read = crate::value::to_value(value)?.read_tags();
        let read = read.map_err(crate::error::ValueTypeError::new_err)?;
        crate::value::to_python(value.py(), &read)
    }

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        #[cfg(feature = "planted")]
        crate::planted::choose(module)?;
        bassline_data::register();
        module.add("__version__", env!("CARGO_PKG_VERSION"))
    }
}
