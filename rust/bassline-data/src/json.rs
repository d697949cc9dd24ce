//! `data.json-parse`, `data.json-stringify`.

mod read;
mod write;

use crate::entry::{Answer, bounded_text, malformed, outputs, required};
use bassline_core::Content;

pub(crate) use read::read;
pub(crate) use write::{quoted, stringify};

/// `data.json-parse`.
pub(crate) fn parse(inputs: &[Content]) -> Answer {
    let text = bounded_text("text", required(inputs, 0))?;
    outputs([read(text).map_err(|found| malformed("text", "JSON", found))?])
}
