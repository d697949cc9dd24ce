//! Which planted bug there is to be: the environment names it, once, when the module is imported.

use bassline_core::planted::{BUGS, choose as chosen};
use pyo3::exceptions::PyImportError;
use pyo3::prelude::*;

const VARIABLE: &str = "BASSLINE_PLANTED";

pub(crate) fn choose(module: &Bound<'_, PyModule>) -> PyResult<()> {
    let names: Vec<&str> = BUGS.iter().map(|(name, _)| *name).collect();
    if let Ok(name) = std::env::var(VARIABLE)
        && !name.is_empty()
        && !chosen(&name)
    {
        return Err(PyImportError::new_err(format!(
            "{VARIABLE} is {name:?}; the planted bugs are {}",
            names.join(", ")
        )));
    }
    module.add("planted_bugs", names)
}
