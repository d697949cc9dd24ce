//! Rows of one table, many in one statement: an array for each column, and a checksum for each row.

use super::trouble::Trouble;
use crate::tabular::checksum::Checksum;
use std::borrow::Cow;
use tokio_postgres::Client;
use tokio_postgres::types::{ToSql, Type};

/// What a column holds.
#[derive(Debug, Clone, Copy)]
pub(super) enum Kind {
    Int,
    Bool,
    Text,
    /// A text that is kept as bytes.
    Content,
}

/// Whether the checksum of a row is of a column.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Summed {
    Yes,
    /// It follows from others.
    No,
}

/// A table and its columns, but for `network`, which comes before them, and `checksum`, which comes behind.
#[derive(Debug)]
pub(super) struct Table<const N: usize> {
    pub(super) name: &'static str,
    pub(super) columns: [(&'static str, Kind, Summed); N],
}

/// What a row has in a column.
#[derive(Debug)]
pub(super) enum Field<'a> {
    Int(Option<i64>),
    Bool(bool),
    Text(Option<Cow<'a, str>>),
}

impl From<bool> for Field<'_> {
    fn from(truth: bool) -> Self {
        Field::Bool(truth)
    }
}

impl From<i64> for Field<'_> {
    fn from(int: i64) -> Self {
        Field::Int(Some(int))
    }
}

impl From<Option<i64>> for Field<'_> {
    fn from(int: Option<i64>) -> Self {
        Field::Int(int)
    }
}

pub(super) fn text<'a>(text: impl Into<Cow<'a, str>>) -> Field<'a> {
    Field::Text(Some(text.into()))
}

pub(super) fn maybe_text<'a>(text: Option<impl Into<Cow<'a, str>>>) -> Field<'a> {
    Field::Text(text.map(Into::into))
}

impl Field<'_> {
    fn sum(&self, sum: &mut Checksum) {
        match self {
            Field::Int(Some(int)) => sum.int(*int),
            Field::Bool(truth) => sum.int((*truth).into()),
            Field::Text(Some(text)) => sum.text(text.as_bytes()),
            Field::Int(None) | Field::Text(None) => sum.null(),
        }
    }
}

/// The cells of a column.
#[derive(Debug)]
enum Cells<'a> {
    Ints(Vec<Option<i64>>),
    Bools(Vec<bool>),
    Texts(Vec<Option<Cow<'a, str>>>),
    Contents(Vec<Option<Vec<u8>>>),
}

impl<'a> Cells<'a> {
    fn new(kind: Kind) -> Self {
        match kind {
            Kind::Int => Cells::Ints(Vec::new()),
            Kind::Bool => Cells::Bools(Vec::new()),
            Kind::Text => Cells::Texts(Vec::new()),
            Kind::Content => Cells::Contents(Vec::new()),
        }
    }

    fn push(&mut self, field: Field<'a>) {
        match (self, field) {
            (Cells::Ints(cells), Field::Int(int)) => cells.push(int),
            (Cells::Bools(cells), Field::Bool(truth)) => cells.push(truth),
            (Cells::Texts(cells), Field::Text(text)) => cells.push(text),
            (Cells::Contents(cells), Field::Text(text)) => cells.push(text.map(|text| text.into_owned().into_bytes())),
            // The arrays would differ in length, which the server refuses.
            (cells, field) => debug_assert!(false, "{field:?} does not go into {cells:?}"),
        }
    }

    fn parameter(&self) -> (&(dyn ToSql + Sync), Type) {
        match self {
            Cells::Ints(cells) => (cells, Type::INT8_ARRAY),
            Cells::Bools(cells) => (cells, Type::BOOL_ARRAY),
            Cells::Texts(cells) => (cells, Type::TEXT_ARRAY),
            Cells::Contents(cells) => (cells, Type::BYTEA_ARRAY),
        }
    }

    fn type_name(&self) -> &'static str {
        match self {
            Cells::Ints(_) => "bigint[]",
            Cells::Bools(_) => "boolean[]",
            Cells::Texts(_) => "text[]",
            Cells::Contents(_) => "bytea[]",
        }
    }
}

/// New rows of a table.
#[derive(Debug)]
pub(super) struct Rows<'a, const N: usize> {
    table: &'static Table<N>,
    columns: [Cells<'a>; N],
    sums: Vec<i32>,
}

impl<'a, const N: usize> Rows<'a, N> {
    pub(super) fn of(table: &'static Table<N>) -> Self {
        Self {
            table,
            columns: table.columns.map(|(_, kind, _)| Cells::new(kind)),
            sums: Vec::new(),
        }
    }

    /// Adds a row, whose fields are in the order of the columns.
    pub(super) fn push(&mut self, row: [Field<'a>; N]) {
        let mut sum = Checksum::new();
        for ((field, cells), (_, _, summed)) in row.into_iter().zip(&mut self.columns).zip(&self.table.columns) {
            if *summed == Summed::Yes {
                field.sum(&mut sum);
            }
            cells.push(field);
        }
        self.sums.push(sum.value() as i32);
    }

    pub(super) async fn insert(&self, client: &Client, network: i64) -> Result<(), Trouble> {
        let names = self.table.columns.map(|(name, ..)| name).join(", ");
        let arrays = self.columns.iter().enumerate();
        let arrays: Vec<String> = arrays
            .map(|(at, cells)| format!("${}::{}", at + 2, cells.type_name()))
            .collect();
        let sql = format!(
            "INSERT INTO {} (network, {names}, checksum) SELECT $1, {names}, sum FROM unnest({}, ${}::integer[]) AS new ({names}, sum)",
            self.table.name,
            arrays.join(", "),
            N + 2
        );
        let mut parameters: Vec<(&(dyn ToSql + Sync), Type)> = vec![(&network, Type::INT8)];
        parameters.extend(self.columns.iter().map(Cells::parameter));
        parameters.push((&self.sums, Type::INT4_ARRAY));
        client.execute_typed(&sql, &parameters).await?;
        Ok(())
    }
}
