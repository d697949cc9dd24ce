//! `data.yaml-parse`, `data.yaml-stringify`.

mod plain;
mod read;
mod write;

use crate::entry::{Answer, bounded_text, given, malformed, outputs, required, whole_of};
use bassline_core::{Content, Value};

/// `data.yaml-parse`.
pub(crate) fn parse(inputs: &[Content]) -> Answer {
    let text = bounded_text("text", required(inputs, 0))?;
    outputs([read::read(text).map_err(|found| malformed("text", "YAML", found))?])
}

/// `data.yaml-stringify`.
pub(crate) fn stringify(inputs: &[Content]) -> Answer {
    let indent = given(inputs, 1).map_or(Ok(2), |indent| whole_of("indent", indent, 2, 10))?;
    outputs([Value::Text(write::written(required(inputs, 0), indent)?.into())])
}
