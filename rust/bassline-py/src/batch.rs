//! A batch from Python: everything between enter and exit is one tick.

use crate::current::{self, Busy};
use crate::enter::{thread_number, to_write};
use crate::error::BasslineError;
use crate::network::Network;
use crate::shared::lock;
use crate::tick::{admit, after, closed, settle};
use crate::value::to_value;
use pyo3::prelude::*;

#[pymethods]
impl Network {
    #[pyo3(signature = (source=None, position=None))]
    fn _enter_batch(&self, py: Python<'_>, source: Option<&str>, position: Option<&Bound<'_, PyAny>>) -> PyResult<()> {
        let shared = &self.shared;
        shared.check_process()?;
        if current::firing(shared.key(), |_| ()).is_some() {
            return Err(BasslineError::new_err("a gadget cannot open a batch; what it writes is made in ticks after this one"));
        }
        let position = position.map(to_value).transpose()?;
        let me = thread_number();
        let mut state = to_write(py, shared)?;
        if state.owner == me {
            state.depth += 1;
            return Ok(());
        }
        if state.closed {
            return Err(closed());
        }
        if shared.kernel.is_needed() {
            drop(state);
            admit(py, shared)?;
            state = to_write(py, shared)?;
        }
        state.owner = me;
        state.depth = 1;
        state.engine.begin(&source.unwrap_or_default().into(), position);
        Ok(())
    }

    /// Ends a batch: commits it, or rolls it back.
    fn _exit_batch(&self, py: Python<'_>, commit: bool) -> PyResult<()> {
        let shared = &self.shared;
        let mut state = to_write(py, shared)?;
        if state.owner != thread_number() {
            return Err(BasslineError::new_err("this batch is not open on this thread; enter and leave a batch on the same thread"));
        }
        state.depth -= 1;
        if state.depth > 0 {
            return Ok(());
        }
        let result = if commit {
            let busy = Busy::with(shared.key());
            let settled = settle(py, &mut state.engine);
            drop(busy);
            settled
        } else {
            Ok(())
        };
        if commit && result.is_ok() {
            state.engine.commit();
        } else {
            state.engine.rollback();
            lock(&shared.deferred).clear();
        }
        state.owner = 0;
        drop(state);
        shared.freed.notify_all();
        result?;
        if commit { after(py, shared) } else { Ok(()) }
    }
}
