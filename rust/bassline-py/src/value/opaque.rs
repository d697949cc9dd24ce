//! Objects of Python that have no codec: the network holds the object itself.

use bassline_core::Object;
use pyo3::prelude::*;

/// An object that is compared by identity.
pub(super) struct PythonObject {
    object: Py<PyAny>,
    type_name: String,
}

impl PythonObject {
    pub(super) fn new(object: &Bound<'_, PyAny>) -> Self {
        let kind = object.get_type();
        let name = kind.fully_qualified_name().map(|name| name.to_string());
        Self {
            object: object.clone().unbind(),
            type_name: name.unwrap_or_else(|_| "?".to_owned()),
        }
    }

    pub(super) fn get<'py>(&self, py: Python<'py>) -> Bound<'py, PyAny> {
        self.object.bind(py).clone()
    }
}

impl Object for PythonObject {
    fn type_name(&self) -> &str {
        &self.type_name
    }

    fn identity(&self) -> usize {
        self.object.as_ptr() as usize
    }

    fn as_any(&self) -> &dyn std::any::Any {
        self
    }
}
