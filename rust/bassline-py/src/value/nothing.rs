//! `bassline.Nothing`: no content yet.

use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;

/// The singleton of an empty contact.
///
/// >>> net = bl.Network()
/// >>> net.contact("x").value is bl.Nothing
/// True
/// >>> bool(bl.Nothing), bl.Nothing == None
/// (False, False)
#[pyclass(frozen, name = "NothingType", module = "bassline")]
pub(crate) struct Nothing;

static NOTHING: PyOnceLock<Py<Nothing>> = PyOnceLock::new();

#[pymethods]
impl Nothing {
    #[new]
    fn new(py: Python<'_>) -> PyResult<Py<Self>> {
        nothing(py)
    }

    fn __repr__(&self) -> &'static str {
        "Nothing"
    }

    fn __bool__(&self) -> bool {
        false
    }

    fn __reduce__(&self) -> &'static str {
        "Nothing"
    }
}

/// `bassline.Nothing`.
pub(crate) fn nothing(py: Python<'_>) -> PyResult<Py<Nothing>> {
    Ok(NOTHING.get_or_try_init(py, || Py::new(py, Nothing))?.clone_ref(py))
}
