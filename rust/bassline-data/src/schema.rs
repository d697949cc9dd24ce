//! `data.validate-schema`: JSON Schema 2020-12, as far as it speaks of what is there: no schemas elsewhere, no dynamic references, no
//! `unevaluated…`. What is not known is refused rather than passed over.

mod budget;
mod check;
mod equal;
mod keywords;

use crate::entry::{Answer, outputs, required};
use bassline_core::argument::wrong_type;
use bassline_core::{Content, Value};
use budget::Budget;
use check::Check;
use std::sync::Arc;

/// Whether a value is as a schema says, and everything that is not.
pub(crate) fn validate(inputs: &[Content]) -> Answer {
    let (data, schema) = (required(inputs, 0), required(inputs, 1));
    if !matches!(schema, Value::Map(_) | Value::Bool(_)) {
        return Err(wrong_type("schema", "a map or a bool", schema));
    }
    let mut budget = Budget::new(schema);
    keywords::check(schema, schema, &mut budget, 0)?;
    let mut check = Check::new(schema, budget);
    check.schema(schema, data, 0)?;
    let errors = check.into_errors();
    outputs([Value::Bool(errors.is_empty()), Value::List(Arc::new(errors))])
}
