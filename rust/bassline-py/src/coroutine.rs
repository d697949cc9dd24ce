//! Gadgets that are coroutines: the calls that committed ticks asked for, and their answers, each a tick of its own.

use crate::enter::to_read;
use crate::error::{fault, network_error};
use crate::function::PythonFunction;
use crate::network::Network;
use crate::schedule::to_begin;
use crate::shared::Shared;
use crate::tick::{Follows, after, once};
use bassline_core::{Answered, Fault, Handle, Value};
use pyo3::prelude::*;
use pyo3::types::PyList;
use smallvec::SmallVec;
use std::any::Any;
use std::sync::Arc;

type Outcome = Result<SmallVec<[Option<Value>; 2]>, Fault>;

/// A call of a coroutine function that a tick asked for. It keeps its network open until it is answered.
#[pyclass(frozen, module = "bassline._core")]
pub(crate) struct Call {
    asked: bassline_core::Call,
    path: String,
    shared: Arc<Shared>,
}

impl Call {
    fn function(&self) -> PyResult<&PythonFunction> {
        let function: &dyn Any = &*self.asked.function;
        let found = function.downcast_ref();
        found.ok_or_else(|| pyo3::exceptions::PyTypeError::new_err("only functions of Python are coroutines"))
    }

    /// Writes what it came to, or puts its outputs in a fault. What fails is told to whoever flushes, settles or closes next, unless the
    /// gadget contains its faults.
    fn answer(&self, py: Python<'_>, result: &Bound<'_, PyAny>, error: &Bound<'_, PyAny>) -> PyResult<()> {
        let outcome = if error.is_none() {
            self.function()?.spread(result).map_err(fault)
        } else {
            Err(fault(PyErr::from_value(error.clone())))
        };
        self.write(py, outcome, true)
    }

    /// One tick that writes an outcome. With `tells`, a failure that is not contained waits for who comes next.
    fn write(&self, py: Python<'_>, outcome: Outcome, tells: bool) -> PyResult<()> {
        let shared = &self.shared;
        let guard = to_begin(py, shared)?;
        let (answered, follows) = once(py, shared, guard, |network| network.answer(&self.asked, outcome))?;
        if let (Answered::Failed(error), true) = (answered, tells) {
            let error = network_error(py, *error);
            to_read(py, shared)?.late.push_back(error);
        }
        if follows == Follows::Something {
            after(py, shared)?;
        }
        Ok(())
    }
}

#[pymethods]
impl Call {
    /// Which gadget it is of, as a number that no other gadget has.
    #[getter]
    fn gadget(&self) -> u64 {
        self.asked.gadget.to_bits()
    }
    /// The gadget's path.
    #[getter]
    fn path(&self) -> &str {
        &self.path
    }
    /// Whether it is made though a newer one waits.
    #[getter]
    fn queued(&self) -> bool {
        self.asked.is_queued
    }
    /// The event loop it runs on; `None` for one of the network's own.
    #[getter(r#loop)]
    fn event_loop(&self, py: Python<'_>) -> PyResult<Option<Py<PyAny>>> {
        Ok(self.function()?.event_loop().map(|known| known.clone_ref(py)))
    }

    /// Begins it: answers the coroutine.
    fn begin<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.function()?.called_with(py, &self.asked.inputs)
    }

    /// Puts its outputs in a fault, as the tick of its answer was taken back; its maker tells of that.
    fn refuse(&self, py: Python<'_>, error: &Bound<'_, PyAny>) -> PyResult<()> {
        self.write(py, Err(fault(PyErr::from_value(error.clone()))), false)
    }
}

/// Writes answers from a place on, each a call, what it came to and what it raised, in a tick of its own; at most so many at once, as the
/// interpreter is not let go between them. Answers the place of the first that is not written yet, and why the one before it could not be.
#[pyfunction]
pub(crate) fn write_answers<'py>(
    py: Python<'py>,
    answers: &Bound<'py, PyList>,
    from: usize,
    most: usize,
) -> PyResult<(usize, Option<Bound<'py, PyAny>>)> {
    let until = answers.len().min(from.saturating_add(most));
    for at in from..until {
        let (call, result, error): (Bound<'_, Call>, Bound<'_, PyAny>, Bound<'_, PyAny>) =
            answers.get_item(at)?.extract()?;
        if let Err(refused) = call.get().answer(py, &result, &error) {
            return Ok((at + 1, Some(refused.into_value(py).into_bound(py).into_any())));
        }
    }
    Ok((until, None))
}

/// Hands the calls that committed ticks asked for to who makes them; one thread at a time, so that they come in order.
pub(crate) fn launch(py: Python<'_>, shared: &Arc<Shared>) -> PyResult<()> {
    loop {
        let calls = {
            let mut state = to_read(py, shared)?;
            if state.launching || !state.engine.network.has_calls() {
                return Ok(());
            }
            state.launching = true;
            let network = &mut state.engine.network;
            let calls = network.take_calls().into_iter();
            let called = calls.map(|call| (network.gadget_path(call.gadget).to_string(), call));
            called.collect::<Vec<_>>()
        };
        let handed = hand_over(py, shared, calls);
        to_read(py, shared)?.launching = false;
        handed?;
    }
}

fn hand_over(py: Python<'_>, shared: &Arc<Shared>, calls: Vec<(String, bassline_core::Call)>) -> PyResult<()> {
    let made = calls.into_iter().map(|(path, call)| {
        let shared = Arc::clone(shared);
        Py::new(
            py,
            Call {
                asked: call,
                path,
                shared,
            },
        )
    });
    let made: PyResult<Vec<_>> = made.collect();
    let coroutines = shared.coroutines.get_or_try_init(py, || {
        let module = py.import("bassline.coroutines")?;
        Ok::<_, PyErr>(module.call_method1("Coroutines", (&shared.name,))?.unbind())
    })?;
    coroutines
        .call_method1(py, "start", (PyList::new(py, made?)?,))
        .map(drop)
}

#[pymethods]
impl Network {
    /// What makes the calls of gadgets that are coroutines; `None` if there was no such call yet.
    fn _coroutines(&self, py: Python<'_>) -> Option<Py<PyAny>> {
        self.shared.coroutines.get(py).map(|known| known.clone_ref(py))
    }
}
