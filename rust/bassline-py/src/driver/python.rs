//! A driver in Python as the kernel sees it. What may be left out is looked up once, when it is attached.

use super::batch::Batch;
use super::classify::{failure, retry_after};
use crate::current::while_driving;
use crate::value::{to_content, to_python};
use bassline_core::{Text, Value};
use bassline_kernel::{
    Ask, Batch as Records, Begin, Context, Driver, DriverFailure, FailureClass, Names, Position, Workers,
};
use pyo3::call::PyCallArgs;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyCFunction, PyDict, PyTuple};
use std::sync::Arc;

/// A driver in Python.
pub(super) struct PythonDriver {
    pub(super) object: Py<PyAny>,
    /// The name it is attached by; empty before it begins.
    pub(super) name: Text,
    /// What a bridge is given to write by.
    pub(super) input: Option<Py<PyAny>>,
    /// Whether it begins with the network as it is.
    pub(super) snapshot: bool,
    /// Whether it has taken a batch: who begins again after that goes on from there.
    pub(super) has_begun: bool,
    pub(super) engine: usize,
    pub(super) workers: Workers,
    /// How many forks its process had behind it.
    pub(super) born: u32,
    pub(super) network: Arc<str>,
    pub(super) names: Arc<Names>,
    /// The event loop of a driver whose methods are coroutines, on which all of them run.
    pub(super) runner: Option<Py<PyAny>>,
    /// The batch that was handed over last, to be handed over again as it is.
    pub(super) last: Option<(Records, Py<Batch>)>,
    /// The last tick that it was handed, and the last one behind that in which there was nothing for it.
    pub(super) handed: Option<(u64, u64)>,
}

fn is_same(known: &Records, batch: &Records) -> bool {
    known.records.is_same(&batch.records) && known.snapshot.is_some() == batch.snapshot.is_some()
}

impl PythonDriver {
    /// Calls a method and waits for what it answers; `None` if it has no such method.
    fn call<'py>(
        &mut self,
        py: Python<'py>,
        method: &str,
        arguments: impl PyCallArgs<'py>,
    ) -> Result<Option<Bound<'py, PyAny>>, DriverFailure> {
        let object = self.object.clone_ref(py).into_bound(py);
        if !object.hasattr(method).unwrap_or(false) {
            return Ok(None);
        }
        let called = while_driving(self.engine, || {
            let function = object.getattr(method)?;
            if let Some(runner) = &self.runner {
                return runner.bind(py).call_method1("bound", (function,))?.call1(arguments);
            }
            let answer = function.call1(arguments)?;
            self.awaited(py, answer)
        });
        if self.born != crate::shared::forks() {
            return Err(self.leave_child(py, called.err()));
        }
        called.map(Some).map_err(|error| failure(py, &object, error))
    }

    /// What a coroutine answers, when it is run on the driver's own loop.
    fn awaited<'py>(&mut self, py: Python<'py>, answer: Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        if answer.is_none() || !answer.hasattr("__await__")? {
            return Ok(answer);
        }
        let class = py.import("bassline.drivers")?.getattr("Loop")?;
        let runner = class.call1((&*self.name, self.drive(py)?))?;
        self.runner = Some(runner.clone().unbind());
        runner.call_method1("wait", (answer,))
    }

    /// Makes the loop of a driver that has coroutines, before any of its methods runs.
    fn make_loop(&mut self, py: Python<'_>) -> PyResult<()> {
        if self.runner.is_none() {
            let class = py.import("bassline.drivers")?.getattr("Loop")?;
            let made = class.call_method1("of", (&self.object, &*self.name, self.drive(py)?))?;
            self.runner = (!made.is_none()).then(|| made.unbind());
        }
        Ok(())
    }

    /// What runs a function of the driver on another thread than its worker.
    fn drive<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyCFunction>> {
        let (engine, workers) = (self.engine, self.workers);
        PyCFunction::new_closure(
            py,
            None,
            None,
            move |arguments: &Bound<'_, PyTuple>, _| -> PyResult<()> {
                let run = arguments.get_item(0)?;
                while_driving(engine, || workers.among(|| run.call0())).map(drop)
            },
        )
    }

    /// In a child that was forked inside the driver nobody goes on with it.
    #[cold]
    fn leave_child(&self, py: Python<'_>, raised: Option<PyErr>) -> DriverFailure {
        let ended = py.import("bassline.drivers.forked").and_then(|module| {
            let raised = raised.map(|error| error.into_value(py));
            module.call_method1("leave_child", (&*self.name, raised))
        });
        let message = format!("the process has forked: {ended:?}");
        DriverFailure::new(FailureClass::Fatal, message)
    }

    fn wants_structure(&self, py: Python<'_>) -> bool {
        let wants = self.object.bind(py).getattr("wants_structure");
        wants.is_ok_and(|wants| wants.is(PyBool::new(py, true)))
    }

    fn batch(&mut self, py: Python<'_>, records: &Records) -> Result<Py<Batch>, DriverFailure> {
        if let Some((known, batch)) = &self.last
            && is_same(known, records)
        {
            return Ok(batch.clone_ref(py));
        }
        let made = Py::new(py, Batch::of(&self.network, records, &self.names));
        let batch = made.map_err(|error| failure(py, self.object.bind(py), error))?;
        self.last = Some((records.clone(), batch.clone_ref(py)));
        Ok(batch)
    }

    fn check(&mut self, records: &Records, method: &str, what: &str) -> Result<(), DriverFailure> {
        Python::attach(|py| {
            if !self.object.bind(py).hasattr(method).unwrap_or(false) {
                return Ok(());
            }
            let batch = self.batch(py, records)?;
            match self.call(py, method, (batch,))? {
                Some(answer) if answer.is(PyBool::new(py, false)) => {
                    Err(DriverFailure::new(FailureClass::Transient, what))
                }
                _ => Ok(()),
            }
        })
    }
}

/// What the driver is told when it begins.
fn told<'py>(py: Python<'py>, context: &Context, network: &str) -> PyResult<Bound<'py, PyAny>> {
    let arguments = (&*context.driver, network, context.epoch, context.tick);
    py.import("bassline.drivers")?.getattr("Context")?.call1(arguments)
}

/// Where what it has stored ends.
fn standing(stored: &Bound<'_, PyAny>) -> PyResult<Position> {
    Ok(Position {
        epoch: stored.getattr("epoch")?.extract()?,
        tick: stored.getattr("tick")?.extract()?,
    })
}

impl Driver for PythonDriver {
    fn initialize(&mut self, context: &Context) -> Result<Begin, DriverFailure> {
        Python::attach(|py| {
            self.last = None;
            self.name = context.driver.clone();
            let object = self.object.clone_ref(py).into_bound(py);
            self.make_loop(py).map_err(|error| failure(py, &object, error))?;
            let context = told(py, context, &self.network).map_err(|error| failure(py, &object, error))?;
            self.call(py, "initialize", (context,))?;
            let loaded = self.call(py, "load", ())?;
            if let Some(input) = self.input.as_ref().map(|input| input.clone_ref(py)) {
                self.call(py, "start_listening", (input,))?;
            }
            let upto = |position: Position| match self.handed {
                Some((handed, tick)) if handed == position.tick => Position { tick, ..position },
                _ => position,
            };
            match loaded {
                Some(stored) if !stored.is_none() => standing(&stored)
                    .map(|position| Begin::After(upto(position)))
                    .map_err(|error| failure(py, &object, error)),
                _ if self.snapshot && !self.has_begun => Ok(Begin::Snapshot),
                _ => Ok(Begin::Here),
            }
        })
    }

    fn check_preconditions(&mut self, batch: &Records) -> Result<(), DriverFailure> {
        self.check(batch, "check_preconditions", "check_preconditions answered False")
    }

    fn handle_changes(&mut self, records: &Records) -> Result<(), DriverFailure> {
        let last = records.records.last().map(|record| record.tick);
        Python::attach(|py| {
            let batch = self.batch(py, records)?;
            if batch.get().is_empty() && !(batch.get().has_edits() && self.wants_structure(py)) {
                self.handed = self.handed.zip(last).map(|((handed, _), last)| (handed, last));
            } else {
                // It may have taken it, whatever it answers.
                self.handed = last.map(|last| (last, last));
                let answer = self.call(py, "handle_changes", (batch,))?;
                if let Some(answer) = answer.filter(|answer| !answer.is_none()) {
                    return Err(match retry_after(&answer) {
                        Some(time) => DriverFailure::backpressure(time),
                        None => {
                            let kind = answer
                                .get_type()
                                .name()
                                .map_or_else(|_| "?".into(), |name| name.to_string());
                            let message = format!(
                                "handle_changes answers None when the batch is taken, or bl.Backpressure(retry_after=...); found an object of type '{kind}'"
                            );
                            DriverFailure::new(FailureClass::Fatal, message)
                        }
                    });
                }
            }
            Ok(())
        })
    }

    fn check_postconditions(&mut self, batch: &Records) -> Result<(), DriverFailure> {
        let checked = self.check(batch, "check_postconditions", "check_postconditions answered False");
        if checked.is_ok() {
            self.has_begun = true;
            self.last = None;
        }
        checked
    }

    fn ask(&mut self, ask: &Ask) -> Result<Value, DriverFailure> {
        Python::attach(|py| {
            let object = self.object.clone_ref(py).into_bound(py);
            let answer = match ask {
                Ask::Health => self.call(py, "health", ())?,
                Ask::Stats => self.call(py, "stats", ())?,
                Ask::Command(name, arguments) => {
                    let command = command(py, name, arguments).map_err(|error| failure(py, &object, error))?;
                    let answer = self.call(py, "handle_command", (command,))?;
                    if answer.is_none() {
                        let message = format!("it has no handle_command(command), found the command '{name}'");
                        return Err(DriverFailure::new(FailureClass::Permanent, message));
                    }
                    answer
                }
            };
            match answer {
                Some(answer) => to_content(&answer)
                    .map(|content| content.unwrap_or(Value::Null))
                    .map_err(|error| failure(py, &object, error)),
                None => Ok(Value::Null),
            }
        })
    }

    fn idle(&mut self) -> Result<(), DriverFailure> {
        Python::attach(|py| self.call(py, "idle", ()).map(drop))
    }

    fn shutdown(&mut self, force: bool) -> Result<(), DriverFailure> {
        Python::attach(|py| {
            self.last = None;
            let stopped = match self.input {
                Some(_) => self.call(py, "stop_listening", ()).map(drop),
                None => Ok(()),
            };
            let shut = self.call(py, "shutdown", (force,)).map(drop);
            let closed = match self.runner.take() {
                Some(runner) => runner
                    .call_method0(py, "close")
                    .map(drop)
                    .map_err(|error| failure(py, self.object.bind(py), error)),
                None => Ok(()),
            };
            stopped.and(shut).and(closed)
        })
    }
}

fn command<'py>(py: Python<'py>, name: &Text, arguments: &Value) -> PyResult<Bound<'py, PyAny>> {
    let arguments = to_python(py, arguments)?;
    let keywords = PyDict::new(py);
    keywords.set_item("name", &**name)?;
    keywords.set_item("arguments", arguments)?;
    py.import("bassline.drivers")?
        .getattr("Command")?
        .call((), Some(&keywords))
}
