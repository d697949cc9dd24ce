//! Ingesting rows of files from Python.

use crate::argument::{Word, Words};
use crate::current::Busy;
use crate::enter::{detached, give_way, is_interrupted, outside_batch};
use crate::error::{DeclarationError, kernel_error, network_error, row_error, shown};
use crate::network::Network;
use crate::schedule::to_begin;
use crate::shared::{Shared, lock};
use crate::tick::after;
use bassline_kernel::{Caller, CsvOptions, Ingest, IngestError, Ingested, RowReader as Reader, Target};
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use std::sync::Mutex;

/// An incremental reader of rows: CSV or JSON lines.
///
/// >>> net = bl.Network()
/// >>> row = net.contact("row", blend="stream")
/// >>> rows = bl.RowReader.csv(null=["NA"], text=["code"])
/// >>> net.ingest(rows, b"code,delay\n007,12\n008,NA\n", into="row", source="delays.csv", final=True)
/// <IngestResult rows=2 bad=0 known=0>
/// >>> row.value, net.position("delays.csv")
/// ({'code': '008', 'delay': None}, 2)
#[pyclass(frozen, module = "bassline")]
pub(crate) struct RowReader {
    reader: Mutex<Reader>,
}

#[pymethods]
impl RowReader {
    /// A reader of CSV, whose first record is the header. A cell that is one of `null` is `None`; columns named in `text` are
    /// never converted to numbers.
    #[staticmethod]
    #[pyo3(signature = (null=Words(Vec::new()), text=Words(Vec::new()), delimiter=Word(",")), text_signature = "(null=..., text=..., delimiter=',')")]
    fn csv(null: Words, text: Words, delimiter: Word<'_>) -> PyResult<Self> {
        let &[byte] = delimiter.as_bytes() else {
            return Err(DeclarationError::new_err(format!(
                "the delimiter must be one ASCII character, found '{}'",
                shown(&delimiter)
            )));
        };
        let options = CsvOptions {
            null: null.0,
            text: text.0,
            delimiter: byte,
        };
        Ok(Self {
            reader: Mutex::new(Reader::csv(options)),
        })
    }

    /// A reader of JSON lines: an object a line.
    #[staticmethod]
    fn json_lines() -> Self {
        Self {
            reader: Mutex::new(Reader::json_lines()),
        }
    }
}

/// How many rows one call took.
///
/// >>> net = bl.Network()
/// >>> _ = net.contact("x")
/// >>> result = net.ingest(bl.RowReader.json_lines(), b'{"x": 1}\n{"x"\n', skip_bad=True, final=True)
/// >>> result.rows, result.bad, result.known
/// (1, 1, 0)
#[pyclass(frozen, module = "bassline")]
pub(crate) struct IngestResult {
    done: Ingested,
}

#[pymethods]
impl IngestResult {
    /// Rows that became ticks.
    #[getter]
    fn rows(&self) -> u64 {
        self.done.rows
    }
    /// Bad rows that were passed over.
    #[getter]
    fn bad(&self) -> u64 {
        self.done.bad
    }
    /// Rows that were passed over because the network has them already.
    #[getter]
    fn known(&self) -> u64 {
        self.done.known
    }
    fn __repr__(&self) -> String {
        format!(
            "<IngestResult rows={} bad={} known={}>",
            self.done.rows, self.done.bad, self.done.known
        )
    }
}

/// Rows between two looks for Ctrl-C and for other writers.
const STRETCH: u64 = 5_000;

/// The network, asked between rows.
struct Rows<'a>(&'a Shared);

impl Caller for Rows<'_> {
    fn is_interrupted(&self) -> bool {
        is_interrupted()
    }

    fn committed(&self) -> bool {
        self.0.release();
        !lock(&self.0.deferred).is_empty()
    }

    fn refused(&self) {
        lock(&self.0.staged).clear();
    }
}

#[pymethods]
impl Network {
    /// Feeds a piece of a file to `reader` and makes one tick of each whole row in it. With `into`, each row is one map written
    /// to that contact; without, each column is the path of a contact. The number of the last row read is the position of
    /// `source` and is stored with its tick; rows up to it are passed over. Without a `source` there is no position. `final` says that the
    /// file ends here.
    #[pyo3(
        signature = (reader, chunk, *, into=None, source=Word(""), skip_bad=false, r#final=false),
        text_signature = "($self, reader, chunk, *, into=None, source='', skip_bad=False, final=False)"
    )]
    #[expect(clippy::too_many_arguments, reason = "keywords of a public call")]
    fn ingest(
        &self,
        py: Python<'_>,
        reader: &RowReader,
        chunk: &Bound<'_, PyBytes>,
        into: Option<Word<'_>>,
        source: Word<'_>,
        skip_bad: bool,
        r#final: bool,
    ) -> PyResult<IngestResult> {
        crate::undo::check_source(&source)?;
        let shared = &self.shared;
        outside_batch(py, shared, "ingest()")?;
        let target = match into {
            None => Target::Columns,
            Some(path) => Target::Record(crate::handle::read_network(py, shared, |network| {
                network.find_contact(network.root(), &path)
            })?),
        };
        let ingest = Ingest {
            target,
            source: (*source).into(),
            skip_bad,
        };
        {
            let mut reader = lock(&reader.reader);
            reader.feed(chunk.as_bytes());
            if r#final {
                reader.finish();
            }
        }
        let mut done = Ingested::default();
        while !done.starved {
            py.check_signals()?;
            give_way(py, shared);
            let mut state = to_begin(py, shared)?;
            shared.check_open(&state)?;
            let engine = &mut state.engine;
            let result = detached(py, || {
                let _busy = Busy::settling(shared.key());
                ingest.run(engine, &mut lock(&reader.reader), STRETCH, &Rows(shared))
            });
            drop(state);
            let told = after(py, shared);
            let part = result.map_err(|error| refused(py, error))?;
            told?;
            done.rows += part.rows;
            done.bad += part.bad;
            done.known += part.known;
            done.starved = part.starved;
        }
        Ok(IngestResult { done })
    }
}

fn refused(py: Python<'_>, error: IngestError) -> PyErr {
    match error {
        IngestError::Row(error) => row_error(py, &error),
        IngestError::Network { row, error } => {
            let error = network_error(py, error);
            let value = error.value(py);
            let _ = value.setattr("row", row);
            let _ = value.call_method1("add_note", (format!("row {row}"),));
            error
        }
        IngestError::Kernel(error) => kernel_error(py, error),
    }
}
