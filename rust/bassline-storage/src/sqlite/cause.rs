//! Causes as one column.

use crate::tabular::cause::to_number;
use bassline_core::Cause;
use rusqlite::types::ValueRef;

/// The cell of a cause.
pub(crate) fn to_cell(cause: &Cause) -> ValueRef<'_> {
    match cause {
        Cause::External(source) => ValueRef::Text(source.as_bytes()),
        within => to_number(within).map_or(ValueRef::Null, ValueRef::Integer),
    }
}
