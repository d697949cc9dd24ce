//! Marks as rows: the contradictions and faults that contacts are in.

use super::checksum::{self, int, text_or_null, verify};
use super::failure::WriteError;
use crate::json;
use crate::tabular::contradiction::{decoded, encoded};
use crate::tabular::key;
use bassline_core::{ContactId, Contradiction, GadgetId, Handle, Text};
use rusqlite::types::ValueRef;
use rusqlite::{Row, Transaction};

/// What a store of version 2 may lack, as it came without a version of its own.
pub(crate) const CREATE: &str = r"
CREATE TABLE IF NOT EXISTS mark (
    id INTEGER PRIMARY KEY,
    contradiction TEXT,
    fault TEXT,
    fault_gadget INTEGER
) STRICT;
CREATE VIEW IF NOT EXISTS contradictions AS
SELECT n.name AS network_id, p.path,
    m.contradiction -> '$.current' AS current, m.contradiction ->> '$.current_source' AS current_source,
    m.contradiction ->> '$.current_tick' AS current_tick,
    m.contradiction -> '$.incoming' AS incoming, m.contradiction ->> '$.incoming_source' AS incoming_source,
    m.contradiction ->> '$.incoming_tick' AS incoming_tick
FROM mark m
JOIN network n ON n.id = m.id >> 32
JOIN contact_path p ON p.id = m.id
WHERE m.contradiction IS NOT NULL;
CREATE VIEW IF NOT EXISTS faults AS
SELECT n.name AS network_id, p.path, m.fault
FROM mark m
JOIN network n ON n.id = m.id >> 32
JOIN contact_path p ON p.id = m.id
WHERE m.fault IS NOT NULL;
";

/// Of each contact in one: its slot and marks.
pub(crate) const MARKS: &str = "
    SELECT id, contradiction, fault, fault_gadget, checksum FROM mark WHERE id BETWEEN ?1 AND ?2 ORDER BY id";

/// What a contact is in.
#[derive(Debug, Default)]
pub(crate) struct Marks {
    pub(crate) slot: u32,
    pub(crate) contradiction: Option<Contradiction>,
    pub(crate) fault: Option<(GadgetId, Text)>,
}

pub(crate) fn write(
    transaction: &Transaction<'_>,
    network: i64,
    contact: ContactId,
    contradiction: Option<&Contradiction>,
    fault: Option<&(GadgetId, Text)>,
) -> Result<(), WriteError> {
    let id = key::row(network, contact);
    if contradiction.is_none() && fault.is_none() {
        transaction
            .prepare_cached("DELETE FROM mark WHERE id = ?1")?
            .execute([id])?;
        return Ok(());
    }
    let contradiction = contradiction
        .map(|found| json::to_string(&encoded(found)))
        .transpose()?;
    let mut statement = transaction.prepare_cached(
        "INSERT OR REPLACE INTO mark (id, contradiction, fault, fault_gadget, checksum) VALUES (?1, ?2, ?3, ?4, ?5)",
    )?;
    let cells = [
        int(id),
        text_or_null(contradiction.as_deref()),
        text_or_null(fault.map(|(_, text)| text.as_str())),
        fault.map_or(ValueRef::Null, |(gadget, _)| int(gadget.to_bits() as i64)),
    ];
    checksum::execute(&mut statement, &cells)?;
    Ok(())
}

/// The marks in a row of [`MARKS`].
pub(crate) fn read(row: &Row<'_>) -> Result<Marks, Box<dyn std::error::Error + Send + Sync>> {
    verify(row, &[0, 1, 2, 3], 4)?;
    let contradiction = match row.get_ref(1)?.as_str_or_null()? {
        None => None,
        Some(text) => Some(decoded(&json::from_str(text)?)?),
    };
    let (fault, gadget): (Option<String>, Option<i64>) = (row.get(2)?, row.get(3)?);
    Ok(Marks {
        slot: row.get::<_, i64>(0)? as u32,
        contradiction,
        fault: fault
            .zip(gadget)
            .map(|(text, gadget)| (GadgetId::from_bits(gadget as u64), text.into())),
    })
}
