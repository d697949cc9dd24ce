//! Loading a network out of its rows.

use super::cells::{Cell, checksum};
use super::entry::Entry;
use super::marks;
use super::plain::from_plain;
use super::trouble::Trouble;
use crate::json;
use crate::tabular::cause;
use crate::tabular::checksum::{Differs, compare};
use crate::tabular::key;
use bassline_core::{
    Blend, Boundary, Cause, ContactId, ContactRecord, ContactState, GadgetId, GadgetRecord, GroupRecord, Handle, Image,
    LinkId, LinkRecord, Text, Unnamed, Value, WireId, WireKind, WireRecord,
};
use futures_util::{StreamExt, pin_mut};
use std::fmt::Display;
use tokio_postgres::types::Type;
use tokio_postgres::{Client, Row};

/// Parents stand before children, as they are less deep.
const GROUPS: &str = "
    SELECT g.id, g.handle, p.handle, g.name, g.attributes, g.sealed, g.parent, g.checksum, g.path,
        CASE p.path WHEN '' THEN '' ELSE p.path || '/' END || g.name
    FROM group_ g LEFT JOIN group_ p ON p.id = g.parent
    WHERE g.id BETWEEN $1 AND $2 AND g.parent IS NOT NULL
    ORDER BY length(g.path) - length(replace(g.path, '/', '')), g.id";
const CONTACTS: &str = "
    SELECT c.id, c.handle, c.kind, g.handle, c.name, c.blend, c.attributes, v.version, v.cause, v.source, v.content, c.boundary,
        c.group_id, c.checksum, v.checksum, c.content
    FROM contact c LEFT JOIN content v ON v.id = c.id LEFT JOIN group_ g ON g.id = c.group_id
    WHERE c.id BETWEEN $1 AND $2 ORDER BY c.id";
const WIRES: &str = "
    SELECT id, handle, creation, from_handle, to_handle, kind, checksum
    FROM wire WHERE id BETWEEN $1 AND $2 ORDER BY creation";
const LINKS: &str = "
    SELECT id, handle, from_handle, to_handle, relation, attributes, checksum
    FROM link WHERE id BETWEEN $1 AND $2 ORDER BY id";
const GADGETS: &str = "
    SELECT a.id, a.handle, a.creation, g.handle, a.name, a.computation, a.is_function, a.contain,
        a.inputs, a.outputs, a.optional, a.state, a.config, a.group_id, a.checksum
    FROM gadget a LEFT JOIN group_ g ON g.id = a.group_id
    WHERE a.id BETWEEN $1 AND $2 ORDER BY a.creation";

/// Why a row is no record.
pub(crate) type Reason = Box<dyn std::error::Error + Send + Sync>;

/// What becomes of a row that makes no record.
#[derive(Clone, Copy)]
pub(crate) enum BadRows<'a> {
    /// It is the error.
    Refuse,
    /// It is left out, and told to this.
    Tell(&'a dyn Fn(String)),
}

/// Reads the rows of one network.
pub(crate) struct Loader<'a> {
    pub(crate) client: &'a Client,
    pub(crate) network: i64,
    pub(crate) bad_rows: BadRows<'a>,
}

/// A network, none of whose rows may be bad.
pub(crate) async fn load(client: &Client, network: i64) -> Result<Image, Trouble> {
    let loader = Loader {
        client,
        network,
        bad_rows: BadRows::Refuse,
    };
    loader.load().await
}

impl Loader<'_> {
    /// The network.
    pub(crate) async fn load(&self) -> Result<Image, Trouble> {
        let what = || format!("the row of network {}", self.network);
        let entry = Entry::of(self.client, self.network)
            .await?
            .ok_or_else(|| Trouble::Damaged {
                what: what(),
                reason: "it is not there".to_owned(),
            })?;
        if !entry.is_whole {
            match self.bad_rows {
                BadRows::Tell(tell) => tell(format!("its row: {Differs}")),
                BadRows::Refuse => {
                    return Err(Trouble::Damaged {
                        what: what(),
                        reason: Differs.to_string(),
                    });
                }
            }
        }
        let mut contacts = self.rows("contact", CONTACTS, contact).await?;
        for found in self.rows("mark", marks::MARKS, marks::read).await? {
            if let Ok(at) = contacts.binary_search_by_key(&found.slot, |state| state.record.id.slot()) {
                contacts[at].contradiction = found.contradiction;
                contacts[at].fault = found.fault;
            }
        }
        Ok(Image {
            tick: entry.tick,
            creation: entry.creation,
            died: entry.died,
            groups: self.rows("group", GROUPS, group).await?,
            contacts,
            wires: self.rows("wire", WIRES, wire).await?,
            gadgets: self.rows("gadget", GADGETS, gadget).await?,
            links: self.rows("link", LINKS, link).await?,
        })
    }

    async fn rows<T>(
        &self,
        what: &str,
        sql: &str,
        read: impl Fn(&Row) -> Result<T, Reason>,
    ) -> Result<Vec<T>, Trouble> {
        let [first, last] = key::rows(self.network);
        let rows = self
            .client
            .query_typed_raw(sql, [(first, Type::INT8), (last, Type::INT8)])
            .await?;
        pin_mut!(rows);
        let mut records = Vec::new();
        while let Some(row) = rows.next().await {
            let row = row?;
            match (read(&row), self.bad_rows) {
                (Ok(record), _) => records.push(record),
                (Err(reason), bad_rows) => {
                    let what = format!("{what} row {}", row.try_get::<_, i64>(0).unwrap_or_default());
                    let reason = reason.to_string();
                    match bad_rows {
                        BadRows::Tell(tell) => tell(format!("{what}: {reason}")),
                        BadRows::Refuse => return Err(Trouble::Damaged { what, reason }),
                    }
                }
            }
        }
        Ok(records)
    }
}

/// Whether the cells of a row are those that its checksum is of.
pub(crate) fn verify(row: &Row, kept: usize, cells: &[Cell<'_>]) -> Result<(), Reason> {
    let kept: Option<i32> = row.try_get(kept)?;
    Ok(compare(kept.map(i64::from), i64::from(checksum(cells)))?)
}

fn handle<H: Handle>(row: &Row, at: usize) -> Result<H, Reason> {
    Ok(H::from_bits(row.try_get::<_, i64>(at)? as u64))
}

fn known<T>(found: Option<T>, what: &str, name: impl Display) -> Result<T, Reason> {
    found.ok_or_else(|| format!("there is no {what} '{name}'").into())
}

/// A value of JSON; null for NULL.
fn optional(text: Option<&str>) -> Result<Value, Reason> {
    text.map_or(Ok(Value::Null), |text| Ok(json::from_str(text)?))
}

fn text(plain: &str) -> Text {
    from_plain(plain).as_ref().into()
}

fn group(row: &Row) -> Result<GroupRecord, Reason> {
    let (name, attributes): (&str, Option<&str>) = (row.try_get(3)?, row.try_get(4)?);
    let sealed: bool = row.try_get(5)?;
    let cells = [
        Cell::Int(row.try_get(0)?),
        Cell::Int(row.try_get(1)?),
        Cell::MaybeInt(row.try_get(6)?),
        Cell::Text(name),
        Cell::MaybeText(attributes),
        Cell::Int(sealed.into()),
    ];
    verify(row, 7, &cells)?;
    if row.try_get::<_, Option<&str>>(8)? != row.try_get::<_, Option<&str>>(9)? {
        return Err("its path is not that of its parent and its name".into());
    }
    Ok(GroupRecord {
        id: handle(row, 1)?,
        parent: handle(row, 2)?,
        name: text(name),
        attributes: optional(attributes)?,
        sealed,
    })
}

fn contact(row: &Row) -> Result<ContactState, Reason> {
    let id: i64 = row.try_get(0)?;
    let (kind, name, blend): (&str, Option<&str>, &str) = (row.try_get(2)?, row.try_get(4)?, row.try_get(5)?);
    let (attributes, boundary): (Option<&str>, Option<&str>) = (row.try_get(6)?, row.try_get(11)?);
    let constant: Option<&[u8]> = row.try_get(15)?;
    let constant = constant.map(std::str::from_utf8).transpose()?;
    let declared = [
        Cell::Int(id),
        Cell::Int(row.try_get(1)?),
        Cell::Text(kind),
        Cell::MaybeInt(row.try_get(12)?),
        Cell::MaybeText(name),
        Cell::Text(blend),
        Cell::MaybeText(attributes),
        Cell::MaybeText(boundary),
        Cell::MaybeText(constant),
    ];
    verify(row, 13, &declared)?;
    let version: Option<i64> = row.try_get(7)?;
    let (number, source): (Option<i64>, Option<&str>) = (row.try_get(8)?, row.try_get(9)?);
    let content: Option<&[u8]> = row.try_get(10)?;
    if let Some(version) = version {
        let cells = [
            Cell::Int(id),
            Cell::Int(version),
            Cell::MaybeInt(number),
            Cell::MaybeText(source),
            Cell::MaybeBytes(content),
        ];
        verify(row, 14, &cells)?;
    }
    let json = match constant {
        Some(text) if kind == "constant" => Some(text),
        _ => content.map(std::str::from_utf8).transpose()?,
    };
    let content = json.map(json::from_str).transpose()?;
    let place = match (kind, &content) {
        ("named", _) => Ok((handle(row, 3)?, text(name.unwrap_or_default()))),
        ("constant", Some(value)) => Err(Unnamed::Constant(Value::clone(value))),
        ("state", _) => Err(Unnamed::State),
        _ => return Err(format!("there is no kind '{kind}'").into()),
    };
    let (blend, lattice) = if blend.contains(':') {
        (Blend::Custom, Some(blend.into()))
    } else {
        (known(Blend::from_name(blend), "blend", blend)?, None)
    };
    let record = ContactRecord {
        id: handle(row, 1)?,
        place,
        blend,
        lattice,
        attributes: optional(attributes)?,
        boundary: match boundary {
            None => None,
            Some(name) => Some(known(Boundary::from_name(name), "boundary", name)?),
        },
    };
    let cause = match number {
        None => Cause::Nobody,
        Some(number) => cause::from_number(number, &text(source.unwrap_or_default())),
    };
    Ok(ContactState {
        record,
        content,
        version: version.unwrap_or_default() as u64,
        cause,
        contradiction: None,
        fault: None,
    })
}

fn wire(row: &Row) -> Result<WireRecord, Reason> {
    let kind: &str = row.try_get(5)?;
    let cells = [
        Cell::Int(row.try_get(0)?),
        Cell::Int(row.try_get(1)?),
        Cell::Int(row.try_get(2)?),
        Cell::Int(row.try_get(3)?),
        Cell::Int(row.try_get(4)?),
        Cell::Text(kind),
    ];
    verify(row, 6, &cells)?;
    Ok(WireRecord {
        id: handle::<WireId>(row, 1)?,
        creation: row.try_get::<_, i64>(2)? as u64,
        from: handle(row, 3)?,
        to: handle(row, 4)?,
        kind: known(WireKind::from_name(kind), "kind of wire", kind)?,
    })
}

fn link(row: &Row) -> Result<LinkRecord, Reason> {
    let (relation, attributes): (&str, Option<&str>) = (row.try_get(4)?, row.try_get(5)?);
    let cells = [
        Cell::Int(row.try_get(0)?),
        Cell::Int(row.try_get(1)?),
        Cell::Int(row.try_get(2)?),
        Cell::Int(row.try_get(3)?),
        Cell::Text(relation),
        Cell::MaybeText(attributes),
    ];
    verify(row, 6, &cells)?;
    Ok(LinkRecord {
        id: handle::<LinkId>(row, 1)?,
        from: handle(row, 2)?,
        to: handle(row, 3)?,
        relation: text(relation),
        attributes: optional(attributes)?,
    })
}

fn gadget(row: &Row) -> Result<GadgetRecord, Reason> {
    let (name, computation): (Option<&str>, &str) = (row.try_get(4)?, row.try_get(5)?);
    let (is_function, contain): (bool, bool) = (row.try_get(6)?, row.try_get(7)?);
    let (inputs, outputs, optional_ports, state): (&str, &str, &str, &str) =
        (row.try_get(8)?, row.try_get(9)?, row.try_get(10)?, row.try_get(11)?);
    let config: Option<&str> = row.try_get(12)?;
    let cells = [
        Cell::Int(row.try_get(0)?),
        Cell::Int(row.try_get(1)?),
        Cell::Int(row.try_get(2)?),
        Cell::Int(row.try_get(13)?),
        Cell::MaybeText(name),
        Cell::Text(computation),
        Cell::Int(is_function.into()),
        Cell::Int(contain.into()),
        Cell::Text(inputs),
        Cell::Text(outputs),
        Cell::Text(optional_ports),
        Cell::Text(state),
        Cell::MaybeText(config),
    ];
    verify(row, 14, &cells)?;
    let ports = |told: &str| -> Result<Vec<(Text, ContactId)>, Reason> {
        let pairs: Vec<(String, u64)> = serde_json::from_str(told)?;
        Ok(pairs
            .into_iter()
            .map(|(port, bits)| (port.into(), ContactId::from_bits(bits)))
            .collect())
    };
    let optional_ports: Vec<String> = serde_json::from_str(optional_ports)?;
    let state: Vec<u64> = serde_json::from_str(state)?;
    Ok(GadgetRecord {
        id: handle::<GadgetId>(row, 1)?,
        creation: row.try_get::<_, i64>(2)? as u64,
        group: handle(row, 3)?,
        name: name.map(text),
        computation: text(computation),
        is_function,
        contain,
        inputs: ports(inputs)?,
        outputs: ports(outputs)?,
        optional: optional_ports.into_iter().map(Text::from).collect(),
        state: state.into_iter().map(ContactId::from_bits).collect(),
        config: optional(config)?,
    })
}
