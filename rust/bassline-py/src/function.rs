//! Python functions as gadgets, and where they are found again.

use crate::argument::OwnedWord;
use crate::current::{has_way_out, is_way_out, keep_way_out};
use crate::error::fault;
use crate::value::{Nothing, content_to_python, to_value};
use arcstr::ArcStr;
use bassline_core::{Content, Fault, Function, FunctionSpec, Lattice, Library, Spent, Text, Value};
use pyo3::exceptions::{PyKeyboardInterrupt, PyTypeError};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyFloat, PyList, PyString, PyTuple};
use smallvec::SmallVec;
use std::any::Any;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

/// A Python callable with its parameters in port order.
pub(crate) struct PythonFunction {
    callable: Py<PyAny>,
    inputs: Vec<Py<PyString>>,
    optional: Vec<bool>,
    is_any_optional: bool,
    outputs: Vec<Text>,
    /// Whether it is a coroutine function, and the loop that its calls run on, if that is not one of the network's own.
    later: bool,
    event_loop: Option<Py<PyAny>>,
    calls: Calls,
}

/// What is counted of the calls of a function. Its network is locked while it is called, so that nobody else counts meanwhile.
///
/// Reading the clock twice can take longer than a short call. Of a function whose calls have been short, only every so many is timed.
#[derive(Default)]
struct Calls {
    count: AtomicU64,
    timed: AtomicU64,
    nanos: AtomicU64,
    longest: AtomicU64,
    /// The call that is timed next.
    next: AtomicU64,
}

/// Calls that are timed before any is left out.
const FIRST: u64 = 16;
/// How many calls apart a function of short calls is timed.
const APART: u64 = 16;
/// What is short, in nanoseconds, on average.
const SHORT: u64 = 20_000;

impl Calls {
    /// Counts a call, and says when it begins if it is to be timed.
    #[inline]
    fn begin(&self) -> Option<Instant> {
        let number = self.count.load(Ordering::Relaxed);
        self.count.store(number + 1, Ordering::Relaxed);
        (number >= self.next.load(Ordering::Relaxed)).then(Instant::now)
    }

    #[cold]
    fn end(&self, begun: Instant) {
        let took = u64::try_from(begun.elapsed().as_nanos()).unwrap_or(u64::MAX);
        let (timed, nanos) = (
            self.timed.load(Ordering::Relaxed) + 1,
            self.nanos.load(Ordering::Relaxed),
        );
        let nanos = nanos.saturating_add(took);
        self.timed.store(timed, Ordering::Relaxed);
        self.nanos.store(nanos, Ordering::Relaxed);
        self.longest.fetch_max(took, Ordering::Relaxed);
        let apart = if timed < FIRST || nanos / timed >= SHORT || took >= SHORT {
            1
        } else {
            APART
        };
        self.next
            .store(self.count.load(Ordering::Relaxed) - 1 + apart, Ordering::Relaxed);
    }

    /// All calls, and the time they took if those that were not timed took as long as the others.
    fn spent(&self) -> Spent {
        let (calls, timed) = (self.count.load(Ordering::Relaxed), self.timed.load(Ordering::Relaxed));
        let nanos = u128::from(self.nanos.load(Ordering::Relaxed)) * u128::from(calls) / u128::from(timed.max(1));
        Spent {
            calls,
            nanos: u64::try_from(nanos).unwrap_or(u64::MAX),
            longest: self.longest.load(Ordering::Relaxed),
        }
    }
}

type Outputs = SmallVec<[Option<Value>; 2]>;

impl PythonFunction {
    /// The loop that its calls run on; `None` for one of the network's own.
    pub(crate) fn event_loop(&self) -> Option<&Py<PyAny>> {
        self.event_loop.as_ref()
    }

    fn call_in(&self, py: Python<'_>, inputs: &[Content]) -> PyResult<Outputs> {
        let result = self.called_with(py, inputs)?;
        self.spread(&result)
    }

    /// What it answers; of a coroutine function, a coroutine.
    pub(crate) fn called_with<'py>(&self, py: Python<'py>, inputs: &[Content]) -> PyResult<Bound<'py, PyAny>> {
        if self.is_any_optional {
            // A parameter with a default is left out while its contact is empty.
            let arguments = PyDict::new(py);
            for ((name, content), optional) in self.inputs.iter().zip(inputs).zip(&self.optional) {
                if content.is_some() || !optional {
                    arguments.set_item(name, content_to_python(py, content)?)?;
                }
            }
            self.callable.bind(py).call((), Some(&arguments))
        } else {
            let callable = self.callable.bind(py);
            let of = |content: &Content| content_to_python(py, content);
            // A few arguments are passed without making a tuple of them.
            match inputs {
                [a] => callable.call1((of(a)?,)),
                [a, b] => callable.call1((of(a)?, of(b)?)),
                [a, b, c] => callable.call1((of(a)?, of(b)?, of(c)?)),
                _ => {
                    let arguments: PyResult<Vec<_>> = inputs.iter().map(of).collect();
                    callable.call1(PyTuple::new(py, arguments?)?)
                }
            }
        }
    }

    /// The result over the outputs: a single output takes it whole.
    pub(crate) fn spread(&self, result: &Bound<'_, PyAny>) -> PyResult<Outputs> {
        let content = |item: &Bound<'_, PyAny>| -> PyResult<Option<Value>> {
            if item.is_instance_of::<Nothing>() {
                Ok(None)
            } else {
                to_value(item).map(Some)
            }
        };
        let is_one = self.outputs.len() == 1;
        // The commonest of all, which is told apart by one look at its type.
        if is_one && result.is_exact_instance_of::<PyFloat>() {
            return Ok(SmallVec::from_iter([Some(to_value(result)?)]));
        }
        if result.is_instance_of::<Nothing>() {
            return Ok(Outputs::new());
        }
        if is_one {
            return Ok(SmallVec::from_iter([content(result)?]));
        }
        if let Ok(dict) = result.cast::<PyDict>() {
            let mut outputs = SmallVec::from_elem(None, self.outputs.len());
            // First its items, then their values: a codec may do anything, to this dict too.
            let items: Vec<_> = dict.iter().collect();
            for (key, value) in items {
                let key = key.cast::<PyString>().ok().and_then(|key| key.to_str().ok());
                let Some(port) = self.outputs.iter().position(|name| Some(name.as_str()) == key) else {
                    return Err(self.misfit(result));
                };
                outputs[port] = content(&value)?;
            }
            return Ok(outputs);
        }
        let items: Vec<Bound<'_, PyAny>> = if let Ok(tuple) = result.cast::<PyTuple>() {
            tuple.iter().collect()
        } else if let Ok(list) = result.cast::<PyList>() {
            list.iter().collect()
        } else {
            return Err(self.misfit(result));
        };
        if items.len() != self.outputs.len() {
            return Err(self.misfit(result));
        }
        items.iter().map(content).collect()
    }

    fn misfit(&self, result: &Bound<'_, PyAny>) -> PyErr {
        let shown = result.repr().map_or_else(|_| "?".to_owned(), |text| text.to_string());
        PyTypeError::new_err(format!(
            "expected a tuple, list or dict for the outputs {}; found {shown}",
            self.outputs.join(", ")
        ))
    }
}

impl Function for PythonFunction {
    fn call(&self, network: &bassline_core::Network, inputs: &[Content]) -> Result<Outputs, Fault> {
        crate::current::while_firing(network, || {
            Python::attach(|py| {
                if has_way_out() {
                    return Err(fault(PyKeyboardInterrupt::new_err("another gadget was interrupted")));
                }
                let begun = self.calls.begin();
                let called = self.call_in(py, inputs);
                if let Some(begun) = begun {
                    self.calls.end(begun);
                }
                called.map_err(|error| {
                    if is_way_out(py, &error) {
                        keep_way_out(error.clone_ref(py));
                    }
                    fault(error)
                })
            })
        })
    }

    fn is_called_later(&self) -> bool {
        self.later
    }

    fn computes_as(&self, other: &dyn Function) -> bool {
        let other: &dyn Any = other;
        let Some(other) = other.downcast_ref::<Self>() else {
            return false;
        };
        Python::attach(|py| {
            let same = py
                .import("bassline._code")
                .and_then(|module| module.call_method1("is_same", (&self.callable, &other.callable)));
            same.and_then(|same| same.is_truthy()).unwrap_or(false)
        })
    }

    fn spent(&self) -> Option<Spent> {
        Some(self.calls.spent())
    }
}

/// The callable of a function, if it is one of Python.
pub(crate) fn callable_of(py: Python<'_>, function: &dyn Function) -> Option<Py<PyAny>> {
    let function: &dyn Any = function;
    let function = function.downcast_ref::<PythonFunction>()?;
    Some(function.callable.clone_ref(py))
}

/// The specification of a Python function, from what `bassline._functions.describe` says of it.
pub(crate) fn function_spec(
    callable: &Bound<'_, PyAny>,
    identity: &str,
    inputs: Vec<(OwnedWord, bool)>,
    outputs: &[String],
    is_queued: bool,
) -> PyResult<FunctionSpec> {
    let py = callable.py();
    let (later, event_loop) = py
        .import("bassline._functions")?
        .call_method1("later", (callable,))?
        .extract()?;
    let outputs: Vec<Text> = outputs.iter().map(ArcStr::from).collect();
    let function = PythonFunction {
        callable: callable.clone().unbind(),
        inputs: inputs
            .iter()
            .map(|(name, _)| PyString::intern(py, &name.0).unbind())
            .collect(),
        optional: inputs.iter().map(|(_, required)| !required).collect(),
        is_any_optional: inputs.iter().any(|(_, required)| !required),
        outputs: outputs.clone(),
        later,
        event_loop,
        calls: Calls::default(),
    };
    Ok(FunctionSpec {
        identity: identity.into(),
        inputs: inputs
            .into_iter()
            .map(|(name, required)| (name.0.into(), required))
            .collect(),
        outputs,
        is_queued,
        call: Some(Arc::new(function)),
    })
}

/// Functions by their import path, found by `bassline._functions.find`.
pub(crate) struct ImportLibrary;

impl Library for ImportLibrary {
    fn find(&self, identity: &str, outputs: &[Text]) -> Result<FunctionSpec, String> {
        Python::attach(|py| {
            let found = py
                .import("bassline._functions")
                .and_then(|module| module.call_method1("find", (identity,)));
            let (callable, inputs): (Bound<'_, PyAny>, Vec<(OwnedWord, bool)>) = found
                .and_then(|found| found.extract())
                .map_err(|error: PyErr| error.value(py).to_string())?;
            let outputs: Vec<String> = outputs.iter().map(ToString::to_string).collect();
            function_spec(&callable, identity, inputs, &outputs, false).map_err(|error| error.value(py).to_string())
        })
    }

    fn find_lattice(&self, identity: &str) -> Result<Arc<dyn Lattice>, String> {
        crate::lattice::find_lattice(identity)
    }
}
