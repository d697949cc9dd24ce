//! A batch from Python: everything between enter and exit is one tick.

use crate::argument::Word;
use crate::current::Busy;
use crate::enter::{thread_number, to_read, to_write};
use crate::error::{BasslineError, ValueTypeError};
use crate::network::Network;
use crate::schedule::to_begin;
use crate::tick::{Refusal, admit, after, end, settle};
use crate::value::to_value;
use bassline_core::Value;
use pyo3::prelude::*;

#[pymethods]
impl Network {
    /// How many batches this thread has open, one inside the other.
    fn _batch_depth(&self, py: Python<'_>) -> PyResult<u32> {
        let state = to_read(py, &self.shared)?;
        Ok(if state.owner == thread_number() { state.depth } else { 0 })
    }

    #[pyo3(signature = (source=None, position=None))]
    fn _enter_batch(
        &self,
        py: Python<'_>,
        source: Option<Word<'_>>,
        position: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<()> {
        let shared = &self.shared;
        crate::undo::check_source(source.as_deref().unwrap_or_default())?;
        let position = position.map(to_value).transpose()?;
        if let Some(Err(why)) = position.as_ref().map(Value::check_storable) {
            return Err(ValueTypeError::new_err(format!("the position would hold {why}")));
        }
        let me = thread_number();
        let mut state = to_write(py, shared)?;
        if state.owner == me && state.transaction {
            return Err(BasslineError::new_err(
                "a batch is a tick of its own, and a transaction is open on this thread; commit() or abort() that first",
            ));
        }
        if state.owner == me {
            if source.is_some() || position.is_some() {
                return Err(BasslineError::new_err(
                    "a batch inside a batch is part of its tick; give the source and position to the outermost",
                ));
            }
            state.depth += 1;
            return Ok(());
        }
        if shared.kernel.is_needed() {
            drop(state);
            admit(py, shared)?;
            state = to_write(py, shared)?;
        }
        if state.engine.is_waiting() {
            drop(state);
            state = to_begin(py, shared)?;
        }
        shared.check_open(&state)?;
        state.owner = me;
        state.depth = 1;
        state
            .engine
            .begin(&source.as_deref().unwrap_or_default().into(), position);
        Ok(())
    }

    /// Ends the batches of this thread down to `depth`: the outermost commits, or is rolled back. That nothing is left to roll back is no
    /// error, as Ctrl-C may come before the batch has begun, or after it has ended.
    fn _exit_batch(&self, py: Python<'_>, depth: u32, commit: bool) -> PyResult<()> {
        let shared = &self.shared;
        // No Ctrl-C is looked for, as an end that does not happen would shut everybody out.
        let mut state = to_read(py, shared)?;
        if state.owner != thread_number() || state.depth <= depth {
            let message = "this batch is not open on this thread; enter and leave a batch on the same thread";
            return if commit {
                Err(BasslineError::new_err(message))
            } else {
                Ok(())
            };
        }
        state.depth = depth;
        if depth > 0 {
            return Ok(());
        }
        let busy = Busy::settling(shared.key());
        let mut result = if commit {
            shared.check_open(&state).map_err(Refusal::Raised)
        } else {
            Ok(())
        };
        if commit && result.is_ok() {
            result = settle(py, &mut state.engine);
        }
        state.owner = 0;
        end(shared, state, commit && result.is_ok());
        drop(busy);
        shared.freed.notify_all();
        result.map_err(|refusal| refusal.into_error(py))?;
        if commit { after(py, shared) } else { Ok(()) }
    }
}
