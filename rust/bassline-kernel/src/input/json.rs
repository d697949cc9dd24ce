//! JSON lines: an object a line.

mod object;

use super::row::Shape;
use bassline_core::Value;
use object::Object;
use std::sync::Arc;

/// What the reader of JSON lines knows: the columns of the last line, as the next one mostly has the same.
#[derive(Debug, Default)]
pub(crate) struct JsonLines {
    shape: Option<Arc<Shape>>,
}

impl JsonLines {
    pub(crate) fn shape(&self) -> Option<&Arc<Shape>> {
        self.shape.as_ref()
    }

    /// The columns and values of a line.
    pub(crate) fn row(&mut self, line: &[u8]) -> Result<(Arc<Shape>, Vec<Option<Value>>), String> {
        let line = std::str::from_utf8(line)
            .map_err(|error| format!("byte {} of the line is not UTF-8", error.valid_up_to() + 1))?;
        let known = self.shape.as_ref().map_or(&[][..], |shape| &shape.columns);
        let Object { keys, values } = object::parse(line, known)?;
        match &self.shape {
            Some(shape) if shape.columns == keys => Ok((Arc::clone(shape), values)),
            _ => {
                let shape = Arc::new(Shape::new(keys));
                self.shape = Some(Arc::clone(&shape));
                Ok((shape, values))
            }
        }
    }
}
