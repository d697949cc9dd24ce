//! A clock that a test moves on.

use crate::argument::Seconds;
use bassline_kernel::ManualClock;
use pyo3::prelude::*;
use std::sync::Arc;

/// The engine's side of `bassline.testing.ManualClock`.
#[pyclass(frozen, subclass, name = "ManualClock", module = "bassline._core")]
pub(crate) struct Manual {
    pub(crate) clock: Arc<ManualClock>,
}

fn micros(seconds: f64) -> i64 {
    (seconds * 1e6).round() as i64
}

#[pymethods]
impl Manual {
    #[new]
    #[pyo3(signature = (start=Seconds(0.0)), text_signature = "(start=0.0)")]
    fn new(start: Seconds) -> Self {
        Self {
            clock: ManualClock::new(micros(start.0)),
        }
    }

    fn _advance(&self, seconds: Seconds) {
        self.clock.advance(micros(seconds.0));
    }

    /// What it shows, in seconds since 1970.
    #[getter]
    fn now(&self) -> f64 {
        self.clock.now() as f64 / 1e6
    }
}
