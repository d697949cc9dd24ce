//! How rows of files become values.

mod cell;
mod csv;
mod intern;
mod json;
mod reader;
mod row;

pub use csv::CsvOptions;
pub use reader::RowReader;
pub use row::{Row, RowError};
