//! Drivers defined in Python.

mod attach;
mod batch;
mod classify;
mod control;
mod edit;
mod letter;
mod python;
mod source;
mod status;

pub(crate) use batch::{Batch, Gap};
pub(crate) use edit::Edit;
pub(crate) use letter::DeadLetter;
