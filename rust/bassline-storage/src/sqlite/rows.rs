//! Rows, many in one statement: what SQLite does once for each statement it then does once for many rows.

use super::checksum::{self, Checksum};
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{CachedStatement, Connection};

const MANY: usize = 32;

/// Writes a row of cells and, last, their checksum for each item, and answers how many rows were changed. `sql` makes a statement of
/// a list of rows.
pub(crate) fn write<'a, Item, const CELLS: usize>(
    connection: &Connection,
    sql: impl Fn(&str) -> String,
    items: &'a [Item],
    cells: impl Fn(&'a Item) -> [ValueRef<'a>; CELLS],
) -> rusqlite::Result<usize> {
    let (chunks, rest) = items.as_chunks::<MANY>();
    let mut changed = 0;
    if !chunks.is_empty() {
        let mut statement = connection.prepare_cached(&sql(&list(MANY, CELLS)))?;
        for chunk in chunks {
            changed += execute(&mut statement, chunk, &cells)?;
        }
    }
    if !rest.is_empty() {
        let mut statement = connection.prepare_cached(&sql(&list(1, CELLS)))?;
        for item in rest {
            changed += execute(&mut statement, std::slice::from_ref(item), &cells)?;
        }
    }
    Ok(changed)
}

/// `(?, ?), (?, ?)`: so many rows of so many cells and a checksum.
fn list(rows: usize, cells: usize) -> String {
    let row = format!("({}?)", "?, ".repeat(cells));
    vec![row; rows].join(", ")
}

fn execute<'a, Item, const CELLS: usize>(
    statement: &mut CachedStatement<'_>,
    items: &'a [Item],
    cells: impl Fn(&'a Item) -> [ValueRef<'a>; CELLS],
) -> rusqlite::Result<usize> {
    let mut at = 0;
    for item in items {
        let mut checksum = Checksum::new();
        for cell in cells(item) {
            at += 1;
            checksum::take(&mut checksum, cell);
            statement.raw_bind_parameter(at, ToSqlOutput::Borrowed(cell))?;
        }
        at += 1;
        statement.raw_bind_parameter(at, checksum.value())?;
    }
    statement.raw_execute()
}
