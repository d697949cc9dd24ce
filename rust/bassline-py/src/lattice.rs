//! Lattices defined in Python, and where they are found again.

use crate::current::{has_way_out, is_way_out, keep_way_out};
use crate::error::{ContradictionError, fault};
use crate::value::{Nothing, to_python, to_value};
use bassline_core::{Fault, Lattice, LatticeSpec, Network, Value};
use pyo3::exceptions::{PyKeyboardInterrupt, PyTypeError, PyValueError};
use pyo3::prelude::*;
use std::sync::Arc;

/// A Python callable that joins two values.
pub(crate) struct PythonLattice {
    join: Py<PyAny>,
}

impl PythonLattice {
    fn join_in(&self, py: Python<'_>, current: &Value, incoming: &Value) -> PyResult<Option<Value>> {
        let joined = self
            .join
            .bind(py)
            .call1((to_python(py, current)?, to_python(py, incoming)?));
        match joined {
            // Two values that have no join: a contradiction, or what Python calls the wrong value.
            Err(error)
                if error.is_instance_of::<ContradictionError>(py)
                    || error.get_type(py).is(py.get_type::<PyValueError>()) =>
            {
                Ok(None)
            }
            Err(error) => Err(error),
            Ok(joined) if joined.is_instance_of::<Nothing>() => Err(PyTypeError::new_err(
                "join(a, b) answered Nothing; answer the join of the two, or raise ContradictionError if they have none",
            )),
            Ok(joined) => to_value(&joined).map(Some),
        }
    }
}

impl Lattice for PythonLattice {
    fn join(&self, network: &Network, current: &Value, incoming: &Value) -> Result<Option<Value>, Fault> {
        crate::current::while_firing(network, || {
            Python::attach(|py| {
                if has_way_out() {
                    return Err(fault(PyKeyboardInterrupt::new_err("another lattice was interrupted")));
                }
                self.join_in(py, current, incoming).map_err(|error| {
                    if is_way_out(py, &error) {
                        keep_way_out(error.clone_ref(py));
                    }
                    fault(error)
                })
            })
        })
    }
}

/// A lattice whose values are joined by a callable, found again by its import path.
pub(crate) fn lattice_spec(join: &Bound<'_, PyAny>, identity: &str) -> LatticeSpec {
    LatticeSpec {
        identity: identity.into(),
        lattice: Some(Arc::new(PythonLattice {
            join: join.clone().unbind(),
        })),
    }
}

/// The lattice of an import path, found by `bassline._lattices.find`.
pub(crate) fn find_lattice(identity: &str) -> Result<Arc<dyn Lattice>, String> {
    Python::attach(|py| {
        let found = py
            .import("bassline._lattices")
            .and_then(|module| module.call_method1("find", (identity,)));
        match found {
            Ok(join) => Ok(Arc::new(PythonLattice { join: join.unbind() }) as Arc<dyn Lattice>),
            Err(error) => Err(error.value(py).to_string()),
        }
    })
}
