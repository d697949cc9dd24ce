//! Loading a network out of its rows.

use super::checksum::verify;
use super::entry::Entry;
use super::failure::storage_error;
use super::marks;
use crate::error::StorageError;
use crate::json;
use crate::tabular::cause;
use crate::tabular::checksum::Differs;
use crate::tabular::key;
use bassline_core::{
    Blend, Boundary, Cause, ContactId, ContactRecord, ContactState, Died, GadgetId, GadgetRecord, GroupRecord, Handle,
    Image, LinkId, LinkRecord, Text, Unnamed, Value, WireId, WireKind, WireRecord,
};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, Row};
use std::fmt::Display;
use std::path::Path;

/// Parents stand before children, as they are less deep.
const GROUPS: &str = "
    SELECT g.id, g.handle, p.handle, g.name, g.attributes, g.sealed, g.parent, g.checksum, g.path,
        CASE p.path WHEN '' THEN '' ELSE p.path || '/' END || g.name
    FROM group_ g LEFT JOIN group_ p ON p.id = g.parent
    WHERE g.id BETWEEN ?1 AND ?2 AND g.parent IS NOT NULL
    ORDER BY length(g.path) - length(replace(g.path, '/', '')), g.id";
const CONTACTS: &str = "
    SELECT c.id, c.handle, c.kind, g.handle, c.name, c.blend, c.attributes, v.version, v.cause, v.content, c.boundary,
        c.group_id, c.checksum, v.checksum, c.content
    FROM contact c LEFT JOIN content v ON v.id = c.id LEFT JOIN group_ g ON g.id = c.group_id
    WHERE c.id BETWEEN ?1 AND ?2 ORDER BY c.id";
const WIRES: &str = "
    SELECT id, handle, creation, from_handle, to_handle, kind, checksum
    FROM wire WHERE id BETWEEN ?1 AND ?2 ORDER BY creation";
const LINKS: &str = "
    SELECT id, handle, from_handle, to_handle, relation, attributes, checksum
    FROM link WHERE id BETWEEN ?1 AND ?2 ORDER BY id";
const GADGETS: &str = "
    SELECT a.id, a.handle, a.creation, g.handle, a.name, a.computation, a.is_function, a.contain,
        a.inputs, a.outputs, a.optional, a.state, a.config, a.group_id, a.checksum
    FROM gadget a LEFT JOIN group_ g ON g.id = a.group_id
    WHERE a.id BETWEEN ?1 AND ?2 ORDER BY a.creation";

/// Reads the rows of one network.
pub(crate) struct Loader<'a> {
    pub(crate) connection: &'a Connection,
    pub(crate) path: &'a Path,
    pub(crate) network: i64,
    pub(crate) bad_rows: BadRows<'a>,
}

/// What becomes of a row that makes no record.
#[derive(Clone, Copy)]
pub(crate) enum BadRows<'a> {
    /// It is the error.
    Refuse,
    /// It is left out, and told to this.
    Tell(&'a dyn Fn(String)),
}

/// Why a row is no record.
type Reason = Box<dyn std::error::Error + Send + std::marker::Sync>;

/// A network, none of whose rows may be bad.
pub(crate) fn load(connection: &Connection, path: &Path, network: i64) -> Result<Image, StorageError> {
    let loader = Loader {
        connection,
        path,
        network,
        bad_rows: BadRows::Refuse,
    };
    loader.load()
}

impl Loader<'_> {
    /// The network.
    pub(crate) fn load(&self) -> Result<Image, StorageError> {
        let entry =
            Entry::of(self.connection, self.network).map_err(|error| storage_error(error, self.path, "read"))?;
        let corrupt = |reason: &str| StorageError::Corrupt {
            path: self.path.to_owned(),
            what: format!("the row of network {}", self.network),
            reason: reason.to_owned(),
        };
        let entry = entry.ok_or_else(|| corrupt("it is not there"))?;
        if !entry.is_whole {
            match self.bad_rows {
                BadRows::Tell(tell) => tell(format!("its row: {Differs}")),
                BadRows::Refuse => return Err(corrupt(&Differs.to_string())),
            }
        }
        let mut contacts = self.rows("contact", CONTACTS, contact)?;
        for found in self.rows("mark", marks::MARKS, marks::read)? {
            if let Ok(at) = contacts.binary_search_by_key(&found.slot, |state| state.record.id.slot()) {
                contacts[at].contradiction = found.contradiction;
                contacts[at].fault = found.fault;
            }
        }
        Ok(Image {
            tick: entry.tick,
            creation: entry.creation,
            died: self.died(entry.died)?,
            groups: self.rows("group", GROUPS, group)?,
            contacts,
            wires: self.rows("wire", WIRES, wire)?,
            gadgets: self.rows("gadget", GADGETS, gadget)?,
            links: self.rows("link", LINKS, link)?,
        })
    }

    /// What has died: what the network's row says, and, of what an older version has removed, what history needs the names of.
    fn died(&self, mut died: Died) -> Result<Died, StorageError> {
        let failed = |error| storage_error(error, self.path, "read");
        let sql = "SELECT kind, max(handle) FROM gone WHERE network = ?1 GROUP BY kind";
        let mut statement = self.connection.prepare(sql).map_err(failed)?;
        let mut rows = statement.query([self.network]).map_err(failed)?;
        while let Some(row) = rows.next().map_err(failed)? {
            let (kind, bits): (String, i64) = (row.get(0).map_err(failed)?, row.get(1).map_err(failed)?);
            let generation = ContactId::from_bits(bits as u64).generation();
            match kind.as_str() {
                "contact" => died.contacts = died.contacts.max(generation),
                "wire" => died.wires = died.wires.max(generation),
                _ => died.gadgets = died.gadgets.max(generation),
            }
        }
        Ok(died)
    }

    fn rows<T>(
        &self,
        what: &str,
        sql: &str,
        read: impl Fn(&Row<'_>) -> Result<T, Reason>,
    ) -> Result<Vec<T>, StorageError> {
        let failed = |error| storage_error(error, self.path, "read");
        let mut statement = self.connection.prepare(sql).map_err(failed)?;
        let mut rows = statement.query(key::rows(self.network)).map_err(failed)?;
        let mut records = Vec::new();
        while let Some(row) = rows.next().map_err(failed)? {
            match (read(row), self.bad_rows) {
                (Ok(record), _) => records.push(record),
                (Err(reason), bad_rows) => {
                    let what = format!("{what} row {}", row.get::<_, i64>(0).unwrap_or_default());
                    let reason = reason.to_string();
                    match bad_rows {
                        BadRows::Tell(tell) => tell(format!("{what}: {reason}")),
                        BadRows::Refuse => {
                            let path = self.path.to_owned();
                            return Err(StorageError::Corrupt { path, what, reason });
                        }
                    }
                }
            }
        }
        Ok(records)
    }
}

fn handle<H: Handle>(row: &Row<'_>, at: usize) -> Result<H, Reason> {
    Ok(H::from_bits(row.get::<_, i64>(at)? as u64))
}

fn known<T>(found: Option<T>, what: &str, name: impl Display) -> Result<T, Reason> {
    found.ok_or_else(|| format!("there is no {what} '{name}'").into())
}

/// The JSON in a column; null for NULL.
fn optional(row: &Row<'_>, at: usize) -> Result<Value, Reason> {
    match row.get_ref(at)?.as_str_or_null()? {
        None => Ok(Value::Null),
        Some(text) => Ok(json::from_str(text)?),
    }
}

fn group(row: &Row<'_>) -> Result<GroupRecord, Reason> {
    verify(row, &[0, 1, 6, 3, 4, 5], 7)?;
    if row.get_ref(8)? != row.get_ref(9)? {
        return Err("its path is not that of its parent and its name".into());
    }
    Ok(GroupRecord {
        id: handle(row, 1)?,
        parent: handle(row, 2)?,
        name: row.get::<_, String>(3)?.into(),
        attributes: optional(row, 4)?,
        sealed: row.get(5)?,
    })
}

fn contact(row: &Row<'_>) -> Result<ContactState, Reason> {
    verify(row, &[0, 1, 2, 11, 4, 5, 6, 10, 14], 12)?;
    verify(row, &[0, 7, 8, 9], 13)?;
    let kind: String = row.get(2)?;
    let column = if kind == "constant" { 14 } else { 9 };
    let content = match row.get_ref(column)?.as_str_or_null()? {
        None => None,
        Some(text) => Some(json::from_str(text)?),
    };
    let place = match (kind.as_str(), &content) {
        ("named", _) => Ok((handle(row, 3)?, Text::from(row.get::<_, String>(4)?))),
        ("constant", Some(value)) => Err(Unnamed::Constant(value.clone())),
        ("state", _) => Err(Unnamed::State),
        _ => return Err(format!("there is no kind '{kind}'").into()),
    };
    let name: String = row.get(5)?;
    let (blend, lattice) = if name.contains(':') {
        (Blend::Custom, Some(name.into()))
    } else {
        (known(Blend::from_name(&name), "blend", name)?, None)
    };
    let record = ContactRecord {
        id: handle(row, 1)?,
        place,
        blend,
        lattice,
        attributes: optional(row, 6)?,
        boundary: match row.get::<_, Option<String>>(10)? {
            None => None,
            Some(name) => Some(known(Boundary::from_name(&name), "boundary", name)?),
        },
    };
    let cause = match row.get_ref(8)? {
        ValueRef::Null => Cause::Nobody,
        ValueRef::Integer(number) => cause::from_number(number, &Text::new()),
        cell => Cause::External(cell.as_str()?.into()),
    };
    Ok(ContactState {
        record,
        content,
        version: row.get::<_, i64>(7)? as u64,
        cause,
        contradiction: None,
        fault: None,
    })
}

fn wire(row: &Row<'_>) -> Result<WireRecord, Reason> {
    verify(row, &[0, 1, 2, 3, 4, 5], 6)?;
    let kind: String = row.get(5)?;
    Ok(WireRecord {
        id: handle::<WireId>(row, 1)?,
        creation: row.get::<_, i64>(2)? as u64,
        from: handle(row, 3)?,
        to: handle(row, 4)?,
        kind: known(WireKind::from_name(&kind), "kind of wire", kind)?,
    })
}

fn link(row: &Row<'_>) -> Result<LinkRecord, Reason> {
    verify(row, &[0, 1, 2, 3, 4, 5], 6)?;
    Ok(LinkRecord {
        id: handle::<LinkId>(row, 1)?,
        from: handle(row, 2)?,
        to: handle(row, 3)?,
        relation: row.get::<_, String>(4)?.into(),
        attributes: optional(row, 5)?,
    })
}

fn gadget(row: &Row<'_>) -> Result<GadgetRecord, Reason> {
    verify(row, &[0, 1, 2, 13, 4, 5, 6, 7, 8, 9, 10, 11, 12], 14)?;
    let ports = |at: usize| -> Result<Vec<(Text, ContactId)>, Reason> {
        let pairs: Vec<(String, u64)> = serde_json::from_str(row.get_ref(at)?.as_str()?)?;
        Ok(pairs
            .into_iter()
            .map(|(port, bits)| (port.into(), ContactId::from_bits(bits)))
            .collect())
    };
    let optional_ports: Vec<String> = serde_json::from_str(row.get_ref(10)?.as_str()?)?;
    let state: Vec<u64> = serde_json::from_str(row.get_ref(11)?.as_str()?)?;
    Ok(GadgetRecord {
        id: handle::<GadgetId>(row, 1)?,
        creation: row.get::<_, i64>(2)? as u64,
        group: handle(row, 3)?,
        name: row.get::<_, Option<String>>(4)?.map(Text::from),
        computation: row.get::<_, String>(5)?.into(),
        is_function: row.get(6)?,
        contain: row.get(7)?,
        inputs: ports(8)?,
        outputs: ports(9)?,
        optional: optional_ports.into_iter().map(Text::from).collect(),
        state: state.into_iter().map(ContactId::from_bits).collect(),
        config: optional(row, 12)?,
    })
}
