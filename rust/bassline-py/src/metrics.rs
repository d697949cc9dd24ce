//! What was counted of a network, as plain data.

use crate::enter::to_read;
use crate::network::Network;
use bassline_core::{GadgetId, NetworkError, Population, Spent, Text, View};
use bassline_kernel::{Distribution, EngineMeasured, TIMED_OF};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};

/// How many of the gadgets that took the most time are named.
const SLOWEST: usize = 10;

/// A gadget that is a function, with what its calls took.
type Slow = (Text, Spent);

/// A histogram; `unit` is what one is in what is told.
pub(crate) fn distribution<'py>(py: Python<'py>, found: &Distribution, unit: f64) -> PyResult<Bound<'py, PyDict>> {
    let dict = PyDict::new(py);
    dict.set_item("count", found.count)?;
    for (name, size) in [
        ("sum", found.sum),
        ("max", found.max),
        ("p50", found.p50),
        ("p95", found.p95),
        ("p99", found.p99),
    ] {
        dict.set_item(name, size as f64 * unit)?;
    }
    Ok(dict)
}

fn seconds(nanos: u64) -> f64 {
    nanos as f64 * 1e-9
}

/// The gadgets whose calls took the most time in all, the slowest first.
fn slowest(view: View<'_>) -> Result<Vec<Slow>, NetworkError> {
    let mut spent: Vec<(GadgetId, Spent)> = view.spent();
    spent.retain(|(_, spent)| spent.calls > 0);
    spent.sort_by_key(|(_, spent)| std::cmp::Reverse(spent.nanos));
    let slowest = spent.into_iter().take(SLOWEST);
    slowest.map(|(id, spent)| Ok((view.gadget_path(id)?, spent))).collect()
}

fn engine<'py>(
    py: Python<'py>,
    found: &EngineMeasured,
    there: Population,
    slowest: &[Slow],
) -> PyResult<Bound<'py, PyDict>> {
    let dict = PyDict::new(py);
    dict.set_item("tick", found.tick)?;
    dict.set_item("epoch", found.epoch)?;
    dict.set_item("ticks", found.committed)?;
    dict.set_item("rolled_back", found.taken_back)?;
    dict.set_item("changes", found.counted.changes)?;
    dict.set_item("firings", found.counted.firings)?;
    dict.set_item("settle_seconds", distribution(py, &found.settled, 1e-9)?)?;
    dict.set_item("settle_one_of", TIMED_OF)?;
    dict.set_item("waits", found.waited.count)?;
    dict.set_item("wait_seconds", found.waited.time.as_secs_f64())?;
    dict.set_item("refused", found.waited.refused)?;
    dict.set_item("contacts", there.contacts)?;
    dict.set_item("groups", there.groups)?;
    dict.set_item("gadgets", there.gadgets)?;
    dict.set_item("wires", there.wires)?;
    dict.set_item("contradictions", there.contradictions)?;
    let gadgets = PyList::empty(py);
    for (path, spent) in slowest {
        let gadget = PyDict::new(py);
        gadget.set_item("gadget", path.as_str())?;
        gadget.set_item("calls", spent.calls)?;
        gadget.set_item("seconds", seconds(spent.nanos))?;
        gadget.set_item("max_seconds", seconds(spent.longest))?;
        gadgets.append(gadget)?;
    }
    dict.set_item("slowest_gadgets", gadgets)?;
    Ok(dict)
}

#[pymethods]
impl Network {
    /// What was counted of the engine, and how much there is.
    fn _engine_metrics<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let state = to_read(py, &self.shared)?;
        let view = state.view();
        let (measured, there, slowest) = (state.engine.measured(), view.population(), slowest(view));
        drop(state);
        let slowest = slowest.map_err(|error| crate::error::network_error(py, error))?;
        engine(py, &measured, there, &slowest)
    }
}
