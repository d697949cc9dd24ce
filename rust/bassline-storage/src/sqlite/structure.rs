//! Structure as rows.

use super::checksum::{self, int, text_or_null};
use super::failure::WriteError;
use super::marks;
use crate::json;
use crate::tabular::key;
use bassline_core::{
    Boundary, ContactId, ContactRecord, Died, GadgetRecord, GroupRecord, Handle, LinkRecord, StructureChange, Text,
    Unnamed, Value, WireRecord,
};
use rusqlite::Transaction;
use rusqlite::types::ValueRef;

/// Writes structure within a transaction.
pub(crate) struct StructureWriter<'a> {
    pub(crate) transaction: &'a Transaction<'a>,
    pub(crate) network: i64,
    /// The tick that is written.
    pub(crate) tick: u64,
    /// The next creation number, as far as it is known.
    pub(crate) creation: u64,
    /// What has died, as far as it is known.
    pub(crate) died: Died,
}

impl StructureWriter<'_> {
    pub(crate) fn write(&mut self, change: &StructureChange) -> Result<(), WriteError> {
        self.died.note(change);
        match change {
            StructureChange::GroupAdded(record) => self.add_group(record),
            StructureChange::ContactAdded(record) => self.add_contact(record),
            StructureChange::WireAdded(record) => self.add_wire(record),
            StructureChange::GadgetAdded(record) => self.add_gadget(record),
            StructureChange::LinkAdded(record) => self.add_link(record),
            StructureChange::LinkRemoved(id) => self.run("DELETE FROM link WHERE id = ?1", *id),
            StructureChange::GroupRemoved(id) => self.run("DELETE FROM group_ WHERE id = ?1", *id),
            StructureChange::ContactRemoved(id) => {
                self.note_gone(
                    "INSERT OR REPLACE INTO gone (network, kind, handle, path, tick)
                     SELECT network, 'contact', handle, path, ?2 FROM contact_path
                     WHERE id = ?1 AND substr(path, 1, 1) <> '('",
                    *id,
                )?;
                self.run("DELETE FROM mark WHERE id = ?1", *id)?;
                self.run("DELETE FROM content WHERE id = ?1", *id)?;
                self.run("DELETE FROM contact WHERE id = ?1", *id)
            }
            StructureChange::WireRemoved(id) => {
                self.note_gone(
                    "INSERT OR REPLACE INTO gone (network, kind, handle, path, tick)
                     SELECT network, 'wire', handle, path, ?2 FROM wire_path WHERE id = ?1",
                    *id,
                )?;
                if bassline_core::planted::is(bassline_core::planted::Bug::RemovalNotStored) {
                    return Ok(());
                }
                self.run("DELETE FROM wire WHERE id = ?1", *id)
            }
            StructureChange::GadgetRemoved(id) => {
                self.note_gone(
                    "INSERT OR REPLACE INTO gone (network, kind, handle, path, tick)
                     SELECT network, 'gadget', handle, path, ?2 FROM gadget_path WHERE id = ?1",
                    *id,
                )?;
                self.run("DELETE FROM gadget WHERE id = ?1", *id)
            }
            StructureChange::Marked {
                contact,
                contradiction,
                fault,
                ..
            } => marks::write(
                self.transaction,
                self.network,
                *contact,
                contradiction.as_ref(),
                fault.as_ref(),
            ),
        }
    }

    fn add_group(&self, record: &GroupRecord) -> Result<(), WriteError> {
        let parent = key::row(self.network, record.parent);
        let mut statement = self.transaction.prepare_cached(
            "INSERT INTO group_ (id, handle, parent, name, path, attributes, sealed, checksum)
             SELECT ?1, ?2, ?3, ?4, CASE path WHEN '' THEN '' ELSE path || '/' END || ?4, ?5, ?6, ?7 FROM group_ WHERE id = ?3",
        )?;
        let attributes = optional(&record.attributes)?;
        let cells = [
            int(key::row(self.network, record.id)),
            bits(record.id),
            int(parent),
            text(&record.name),
            text_or_null(attributes.as_deref()),
            int(record.sealed),
        ];
        let added = checksum::execute(&mut statement, &cells)?;
        if added == 1 {
            Ok(())
        } else {
            Err(WriteError::Unknown {
                what: format!("group {:?}", record.parent),
            })
        }
    }

    fn add_contact(&self, record: &ContactRecord) -> Result<(), WriteError> {
        let (kind, group, name, content) = match &record.place {
            Ok((group, name)) => ("named", Some(key::row(self.network, *group)), Some(name.as_str()), None),
            Err(Unnamed::Constant(value)) => ("constant", None, None, Some(json::to_string(value)?)),
            Err(Unnamed::State) => ("state", None, None, None),
        };
        let mut statement = self.transaction.prepare_cached(
            "INSERT INTO contact (id, handle, kind, group_id, name, blend, attributes, boundary, content, checksum)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        )?;
        let attributes = optional(&record.attributes)?;
        let cells = [
            int(key::row(self.network, record.id)),
            bits(record.id),
            text(kind),
            group.map_or(ValueRef::Null, ValueRef::Integer),
            text_or_null(name),
            text(record.blend_name()),
            text_or_null(attributes.as_deref()),
            text_or_null(record.boundary.map(Boundary::name)),
            text_or_null(content.as_deref()),
        ];
        checksum::execute(&mut statement, &cells)?;
        let mut statement = self.transaction.prepare_cached(
            "INSERT INTO content (id, version, cause, content, checksum) VALUES (?1, ?2, ?3, ?4, ?5)",
        )?;
        let cells = [
            int(key::row(self.network, record.id)),
            int(0),
            ValueRef::Null,
            ValueRef::Null,
        ];
        checksum::execute(&mut statement, &cells)?;
        Ok(())
    }

    fn add_wire(&mut self, record: &WireRecord) -> Result<(), WriteError> {
        self.creation = self.creation.max(record.creation + 1);
        let mut statement = self.transaction.prepare_cached(
            "INSERT INTO wire (id, handle, creation, from_handle, to_handle, kind, checksum) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?;
        let cells = [
            int(key::row(self.network, record.id)),
            bits(record.id),
            int(record.creation as i64),
            bits(record.from),
            bits(record.to),
            text(record.kind.name()),
        ];
        checksum::execute(&mut statement, &cells)?;
        Ok(())
    }

    fn add_link(&self, record: &LinkRecord) -> Result<(), WriteError> {
        let mut statement = self.transaction.prepare_cached(
            "INSERT INTO link (id, handle, from_handle, to_handle, relation, attributes, checksum) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?;
        let attributes = optional(&record.attributes)?;
        let cells = [
            int(key::row(self.network, record.id)),
            bits(record.id),
            bits(record.from),
            bits(record.to),
            text(&record.relation),
            text_or_null(attributes.as_deref()),
        ];
        checksum::execute(&mut statement, &cells)?;
        Ok(())
    }

    fn add_gadget(&mut self, record: &GadgetRecord) -> Result<(), WriteError> {
        self.creation = self.creation.max(record.creation + 1);
        let state: Vec<u64> = record.state.iter().map(|cell| cell.to_bits()).collect();
        let names: Vec<&str> = record.optional.iter().map(Text::as_str).collect();
        let mut statement = self.transaction.prepare_cached(
            "INSERT INTO gadget (id, handle, creation, group_id, name, computation, is_function, contain, inputs, outputs, optional, state, config, checksum)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
        )?;
        let (inputs, outputs) = (ports(&record.inputs)?, ports(&record.outputs)?);
        let (names, state) = (serde_json::to_string(&names)?, serde_json::to_string(&state)?);
        let config = optional(&record.config)?;
        let cells = [
            int(key::row(self.network, record.id)),
            bits(record.id),
            int(record.creation as i64),
            int(key::row(self.network, record.group)),
            text_or_null(record.name.as_ref().map(Text::as_str)),
            text(&record.computation),
            int(record.is_function),
            int(record.contain),
            text(&inputs),
            text(&outputs),
            text(&names),
            text(&state),
            text_or_null(config.as_deref()),
        ];
        checksum::execute(&mut statement, &cells)?;
        Ok(())
    }

    /// Keeps the name of what is removed, for as long as history tells of it.
    fn note_gone<H: Handle>(&self, sql: &str, handle: H) -> Result<(), WriteError> {
        self.transaction
            .prepare_cached(sql)?
            .execute([key::row(self.network, handle), self.tick as i64])?;
        Ok(())
    }

    /// Runs a statement on the row of a handle.
    fn run<H: Handle>(&self, sql: &str, handle: H) -> Result<(), WriteError> {
        self.transaction
            .prepare_cached(sql)?
            .execute([key::row(self.network, handle)])?;
        Ok(())
    }
}

fn bits<H: Handle>(handle: H) -> ValueRef<'static> {
    int(handle.to_bits() as i64)
}

fn text(text: &str) -> ValueRef<'_> {
    ValueRef::Text(text.as_bytes())
}

/// The JSON of a value; NULL for null.
fn optional(value: &Value) -> Result<Option<String>, WriteError> {
    match value {
        Value::Null => Ok(None),
        value => Ok(Some(json::to_string(value)?)),
    }
}

/// `[[port, contact], …]`
fn ports(ports: &[(Text, ContactId)]) -> Result<String, WriteError> {
    let pairs: Vec<(&str, u64)> = ports
        .iter()
        .map(|(port, contact)| (port.as_str(), contact.to_bits()))
        .collect();
    Ok(serde_json::to_string(&pairs)?)
}
