//! A row of a file, and what can be wrong with one.

use bassline_core::{Keys, Map, Text, Value};
use std::sync::Arc;
use thiserror::Error;

/// A row that cannot be read. The reader stands behind it and can go on.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("row {row} (line {line}): {message}")]
pub struct RowError {
    /// Which row, from 1; 0 for the header.
    pub row: u64,
    /// The line it begins in, from 1.
    pub line: u64,
    /// What is wrong with it.
    pub message: String,
}

/// The columns of a row, shared by all rows that have the same.
#[derive(Debug)]
pub(crate) struct Shape {
    pub(crate) columns: Vec<Text>,
    keys: Arc<Keys>,
    /// For each column its place among the keys.
    places: Vec<usize>,
    is_sorted: bool,
}

impl Shape {
    pub(crate) fn new(columns: Vec<Text>) -> Self {
        let (keys, places) = Keys::new(&columns);
        let is_sorted = places.iter().copied().eq(0..columns.len());
        Self {
            columns,
            keys,
            places,
            is_sorted,
        }
    }
}

/// One row: a value per column.
#[derive(Debug, Clone)]
pub struct Row {
    /// Which row, from 1.
    pub number: u64,
    /// The values in column order; `None` is an empty cell.
    pub values: Vec<Option<Value>>,
    pub(crate) shape: Arc<Shape>,
}

impl Row {
    /// The columns.
    pub fn columns(&self) -> &[Text] {
        &self.shape.columns
    }

    /// The row as one map value, in which empty cells are null. The maps of one file share their keys.
    pub fn into_map(self) -> Value {
        let Self { values, shape, .. } = self;
        let filled = values.into_iter().map(|value| value.unwrap_or(Value::Null));
        let values = if shape.is_sorted {
            filled.collect()
        } else {
            let mut sorted = vec![Value::Null; shape.columns.len()];
            for (value, &place) in filled.zip(&shape.places) {
                sorted[place] = value;
            }
            sorted
        };
        Value::Map(Arc::new(Map::with_keys(Arc::clone(&shape.keys), values)))
    }
}
