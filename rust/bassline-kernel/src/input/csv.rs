//! CSV: records of cells (RFC 4180, with any line ending), under a header.

mod record;

use super::cell::scalar;
use super::intern::Interned;
use super::row::Shape;
use bassline_core::{Text, Value};
use record::Record;
pub(crate) use record::Split;
use std::sync::Arc;

/// How a CSV file is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CsvOptions {
    /// The cells that mean null, such as `NA`.
    pub null: Vec<String>,
    /// The columns whose cells are text whatever they look like.
    pub text: Vec<String>,
    /// What stands between cells: one ASCII character.
    pub delimiter: u8,
}

impl Default for CsvOptions {
    fn default() -> Self {
        Self {
            null: Vec::new(),
            text: Vec::new(),
            delimiter: b',',
        }
    }
}

/// What the reader of a CSV file knows.
#[derive(Debug)]
pub(crate) struct Csv {
    options: CsvOptions,
    header: Option<Header>,
    record: Record,
}

#[derive(Debug)]
struct Header {
    shape: Arc<Shape>,
    columns: Vec<Column>,
}

#[derive(Debug, Default)]
struct Column {
    is_text: bool,
    interned: Interned,
}

impl Csv {
    pub(crate) fn new(options: CsvOptions) -> Self {
        Self {
            options,
            header: None,
            record: Record::default(),
        }
    }

    pub(crate) fn shape(&self) -> Option<&Arc<Shape>> {
        self.header.as_ref().map(|header| &header.shape)
    }

    /// Finds the end of the record that begins at the start of `bytes`.
    pub(crate) fn split(&mut self, bytes: &[u8], is_last: bool) -> Split {
        self.record.split(bytes, self.options.delimiter, is_last)
    }

    /// Takes the record that was split off as the header.
    pub(crate) fn take_header(&mut self, bytes: &[u8]) -> Result<(), String> {
        let mut columns: Vec<Text> = Vec::new();
        for at in 0..self.record.len() {
            let name = self
                .record
                .cell(bytes, at)
                .map_err(|message| format!("the header: {message}"))?;
            if name.is_empty() {
                return Err(format!(
                    "column {} has no name; every column of the header needs one",
                    at + 1
                ));
            }
            if columns.iter().any(|known| known == name) {
                return Err(format!("two columns are named '{name}'; rename one of them"));
            }
            columns.push(name.into());
        }
        if let Some(unknown) = self
            .options
            .text
            .iter()
            .find(|name| !columns.iter().any(|known| known == name.as_str()))
        {
            return Err(format!(
                "there is no column '{unknown}' to read as text; there are {}",
                columns.join(", ")
            ));
        }
        let is_text = |name: &Text| self.options.text.iter().any(|text| text == name.as_str());
        let rules = columns
            .iter()
            .map(|name| Column {
                is_text: is_text(name),
                ..Column::default()
            })
            .collect();
        self.header = Some(Header {
            shape: Arc::new(Shape::new(columns)),
            columns: rules,
        });
        Ok(())
    }

    /// The values of the record that was split off.
    pub(crate) fn values(&mut self, bytes: &[u8]) -> Result<Vec<Option<Value>>, String> {
        let Some(header) = &mut self.header else {
            return Ok(Vec::new());
        };
        let (found, expected) = (self.record.len(), header.columns.len());
        if found != expected {
            return Err(format!("expected {expected} cells, found {found}"));
        }
        let mut values = Vec::with_capacity(expected);
        for (at, column) in header.columns.iter_mut().enumerate() {
            let in_column = |message: String| format!("column '{}': {message}", header.shape.columns[at]);
            let cell = self.record.cell(bytes, at).map_err(in_column)?;
            values.push(column.value(cell, &self.options.null).map_err(in_column)?);
        }
        Ok(values)
    }
}

impl Column {
    #[inline]
    fn value(&mut self, cell: &str, null: &[String]) -> Result<Option<Value>, String> {
        if cell.is_empty() {
            return Ok(None);
        }
        if !self.is_text {
            if null.iter().any(|marker| marker == cell) {
                return Ok(Some(Value::Null));
            }
            if let Some(value) = scalar(cell)? {
                return Ok(Some(value));
            }
        }
        Ok(Some(self.interned.text(cell)))
    }
}
