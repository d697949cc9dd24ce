//! The newest content of each contact in a batch, in its row.

use super::cause;
use super::checksum::int;
use super::failure::WriteError;
use super::rows;
use crate::tabular::changes::ChangesWriter;
use crate::tabular::key;
use crate::tabular::newest::Newest;
use rusqlite::Transaction;
use rusqlite::types::ValueRef;

/// Rows of contacts that there are.
fn update(rows: &str) -> String {
    format!(
        "INSERT OR REPLACE INTO content (id, version, cause, content, checksum)
         SELECT new.* FROM (VALUES {rows}) new CROSS JOIN contact ON contact.id = new.column1"
    )
}

/// Writes the newest contents to their rows, by slot.
pub(crate) fn write(
    newest: Newest<'_>,
    transaction: &Transaction<'_>,
    network: i64,
    texts: &ChangesWriter,
) -> Result<(), WriteError> {
    let newest = newest.into_latest();
    let written = rows::write(transaction, update, &newest, |latest| {
        let content = latest.text.clone();
        [
            int(key::row(network, latest.contact)),
            int(latest.tick as i64),
            cause::to_cell(&latest.cause),
            content.map_or(ValueRef::Null, |place| ValueRef::Text(texts.at(place))),
        ]
    });
    if written? == newest.len() {
        return Ok(());
    }
    let mut known = transaction.prepare("SELECT 1 FROM contact WHERE id = ?1")?;
    for latest in &newest {
        if !known.exists([key::row(network, latest.contact)])? {
            return Err(WriteError::Unknown {
                what: format!("contact {:?}", latest.contact),
            });
        }
    }
    Ok(())
}
