//! Marks as rows: the contradictions and faults that contacts are in.

use super::checksum::{self, int, text_or_null, verify};
use super::failure::WriteError;
use super::key;
use crate::json::{self, JsonError};
use bassline_core::{ContactId, Contradiction, GadgetId, Handle, Map, Text, Value};
use rusqlite::types::ValueRef;
use rusqlite::{Row, Transaction};
use std::sync::Arc;

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

fn encoded(found: &Contradiction) -> Value {
    // What was refused need not be storable; then what it looks like is kept.
    let storable = |value: &Value| match json::to_string(value) {
        Ok(_) => value.clone(),
        Err(_) => Value::text(&value.to_string()),
    };
    let pairs = vec![
        ("current".into(), storable(&found.current)),
        ("current_source".into(), Value::Text(found.current_source.clone())),
        ("current_tick".into(), Value::Int(found.current_tick as i64)),
        ("incoming".into(), storable(&found.incoming)),
        ("incoming_source".into(), Value::Text(found.incoming_source.clone())),
        ("incoming_tick".into(), Value::Int(found.incoming_tick as i64)),
    ];
    Value::Map(Arc::new(Map::new(pairs)))
}

fn decoded(value: &Value) -> Result<Contradiction, JsonError> {
    let Value::Map(map) = value else {
        return Err(JsonError::new("a contradiction is no map"));
    };
    let malformed = |key: &str| JsonError::new(format!("a contradiction has no '{key}'"));
    let of = |key: &str| map.get(key).cloned().ok_or_else(|| malformed(key));
    let text = |key: &str| match map.get(key) {
        Some(Value::Text(text)) => Ok(text.clone()),
        _ => Err(malformed(key)),
    };
    let tick = |key: &str| match map.get(key) {
        Some(Value::Int(tick)) => Ok(*tick as u64),
        _ => Err(malformed(key)),
    };
    Ok(Contradiction {
        current: of("current")?,
        incoming: of("incoming")?,
        current_source: text("current_source")?,
        incoming_source: text("incoming_source")?,
        current_tick: tick("current_tick")?,
        incoming_tick: tick("incoming_tick")?,
    })
}
