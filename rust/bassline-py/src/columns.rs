//! Columns: the numbers of many contacts from and to arrays, in one crossing.

use crate::argument::Word;
use crate::error::{StaleHandleError, ValueTypeError, network_error};
use crate::handle::{Contact, read_committed, read_network};
use crate::network::Network;
use crate::shared::Shared;
use crate::tick;
use bassline_core::{Column, ColumnError, ColumnFault, ContactId, Content, NetworkError, Value, show};
use pyo3::buffer::{PyBuffer, PyUntypedBuffer};
use pyo3::prelude::*;
use pyo3::types::{PyByteArray, PyBytes, PyMemoryView, PyString, PyTuple};
use std::sync::Arc;

/// The contacts of a column.
#[pyclass(frozen, module = "bassline._core")]
pub(crate) struct Columns {
    shared: Arc<Shared>,
    contacts: Arc<[ContactId]>,
    /// The paths and handles they were named by.
    named: Py<PyTuple>,
}

#[pymethods]
impl Network {
    fn _columns(&self, py: Python<'_>, named: Bound<'_, PyTuple>) -> PyResult<Columns> {
        for item in named.iter() {
            if let Ok(contact) = item.cast_exact::<Contact>() {
                self.refuse_foreign(&contact.get().shared)?;
            } else if !item.is_instance_of::<PyString>() {
                let kind = item.get_type().name()?;
                return Err(ValueTypeError::new_err(format!(
                    "a column is of paths or contacts; found {kind}"
                )));
            }
        }
        let contacts = read_network(py, &self.shared, |network| {
            let find = |item: Bound<'_, PyAny>| match (item.cast_exact::<Contact>(), item.cast::<PyString>()) {
                (Ok(contact), _) => network.content(contact.get().id).map(|_| contact.get().id),
                (_, Ok(path)) => network.find_contact(network.root(), &path.to_string_lossy()),
                (Err(_), Err(_)) => Err(NetworkError::Stale { what: "contact" }),
            };
            named.iter().map(find).collect::<Result<Arc<[ContactId]>, _>>()
        })?;
        Ok(Columns {
            shared: Arc::clone(&self.shared),
            contacts,
            named: named.unbind(),
        })
    }
}

#[pymethods]
impl Columns {
    #[getter]
    fn paths<'py>(&self, py: Python<'py>) -> &Bound<'py, PyTuple> {
        self.named.bind(py)
    }

    fn __len__(&self) -> usize {
        self.contacts.len()
    }

    fn set(&self, py: Python<'_>, array: &Bound<'_, PyAny>) -> PyResult<()> {
        let column = self.column(array)?;
        let contacts = Arc::clone(&self.contacts);
        let found = read_network(py, &self.shared, |network| {
            let gone = contacts.iter().position(|&id| network.content(id).is_err());
            Ok(gone)
        })?;
        if let Some(at) = found {
            return Err(self.gone(py, at));
        }
        tick::write_much(py, &self.shared, move |network| {
            network
                .write_column(&contacts, &column)
                .map_err(|error| match error.cause {
                    ColumnFault::Refused(error) => error,
                    ColumnFault::Content(_) => NetworkError::Stale { what: "contact" },
                })
        })
    }

    /// The bytes of an array of `float64`, `int64` or `bool`.
    fn get<'py>(&self, py: Python<'py>, dtype: Word<'_>) -> PyResult<Bound<'py, PyByteArray>> {
        let dtype = dtype.0;
        match dtype {
            "float64" => self.read(py, dtype, |content| match content {
                Some(Value::Float(float)) => Some(float.to_ne_bytes()),
                Some(Value::Int(int)) => Some((*int as f64).to_ne_bytes()),
                Some(Value::Bool(truth)) => Some(f64::from(u8::from(*truth)).to_ne_bytes()),
                None => Some(f64::NAN.to_ne_bytes()),
                Some(_) => None,
            }),
            "int64" => self.read(py, dtype, |content| match content {
                Some(Value::Int(int)) => Some(int.to_ne_bytes()),
                Some(Value::Bool(truth)) => Some(i64::from(*truth).to_ne_bytes()),
                _ => None,
            }),
            "bool" => self.read(py, dtype, |content| match content {
                Some(Value::Bool(truth)) => Some([u8::from(*truth)]),
                _ => None,
            }),
            other => Err(ValueTypeError::new_err(format!(
                "a column reads as float64, int64 or bool; found {other}"
            ))),
        }
    }
}

impl Columns {
    fn read<'py, const N: usize>(
        &self,
        py: Python<'py>,
        dtype: &str,
        number: impl Fn(&Content) -> Option<[u8; N]>,
    ) -> PyResult<Bound<'py, PyByteArray>> {
        let read = read_committed(py, &self.shared, |network| network.read_column(&self.contacts, &number))?;
        let read = read.map_err(|error| self.unread(py, dtype, error))?;
        PyByteArray::new_with(py, read.len() * N, |bytes| {
            bytes.copy_from_slice(read.as_flattened());
            Ok(())
        })
    }

    fn unread(&self, py: Python<'_>, dtype: &str, error: ColumnError) -> PyErr {
        match error.cause {
            ColumnFault::Refused(NetworkError::Stale { .. }) => self.gone(py, error.at),
            ColumnFault::Refused(error) => network_error(py, error),
            ColumnFault::Content(content) => {
                let (name, holds) = (self.name(py, error.at), show(&content));
                ValueTypeError::new_err(format!(
                    "{name} holds {holds}, which is no {dtype}; leave it out of the column, or read it by itself"
                ))
            }
        }
    }

    fn gone(&self, py: Python<'_>, at: usize) -> PyErr {
        let name = self.name(py, at);
        StaleHandleError::new_err(format!(
            "{name} was removed from the network; make the columns anew without it"
        ))
    }

    fn name(&self, py: Python<'_>, at: usize) -> String {
        let item = self.named.bind(py).get_item(at);
        match item.as_ref().map(|item| item.cast::<PyString>()) {
            Ok(Ok(path)) => format!("contact '{path}' (place {at} of the column)"),
            _ => match read_network(py, &self.shared, |network| network.path(self.contacts[at])) {
                Ok(path) => format!("contact '{path}' (place {at} of the column)"),
                Err(_) => format!("the contact in place {at} of the column"),
            },
        }
    }

    /// The numbers of an array, copied: whoever has it may write to it while the network settles.
    fn column(&self, array: &Bound<'_, PyAny>) -> PyResult<Column> {
        let py = array.py();
        let kind = || {
            array
                .get_type()
                .name()
                .map_or_else(|_| "?".to_owned(), |name| name.to_string())
        };
        let wanted = "a column is set from a one-dimensional array of float64, int64 or bool";
        let Ok(buffer) = PyUntypedBuffer::get(array) else {
            return Err(ValueTypeError::new_err(format!(
                "{wanted}; found {}: make one with numpy.array(…, dtype=\"float64\")",
                kind()
            )));
        };
        if buffer.dimensions() != 1 {
            return Err(ValueTypeError::new_err(format!(
                "{wanted}; found {} dimensions: use array.ravel()",
                buffer.dimensions()
            )));
        }
        if buffer.item_count() != self.contacts.len() {
            return Err(ValueTypeError::new_err(format!(
                "a column of {} contacts is set from as many numbers; found {}",
                self.contacts.len(),
                buffer.item_count()
            )));
        }
        if buffer.format().to_bytes() == b"?" {
            let bytes = PyMemoryView::from(array)?.call_method0("tobytes")?;
            let bytes = bytes.cast::<PyBytes>()?.as_bytes();
            return Ok(Column::Bools(bytes.iter().map(|&byte| byte != 0).collect()));
        }
        // PyO3 takes numbers of the other byte order for ours.
        if !matches!(buffer.format().to_bytes(), [b'<' | b'>' | b'!', ..]) {
            if let Ok(floats) = PyBuffer::<f64>::get(array) {
                return floats.to_vec(py).map(Column::Floats);
            }
            if let Ok(ints) = PyBuffer::<i64>::get(array) {
                return ints.to_vec(py).map(Column::Ints);
            }
        }
        let format = buffer.format().to_string_lossy();
        Err(ValueTypeError::new_err(format!(
            "{wanted}; found the format '{format}': convert it with array.astype(\"float64\")"
        )))
    }
}
