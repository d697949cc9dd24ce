//! Structure as rows, many of a kind in one statement.
//!
//! What is added waits until something is removed, and what is removed until something is added, as a slot may be taken again; within
//! each, the kinds go in the order in which they need one another.

use super::marks::{self, Mark};
use super::plain::to_plain;
use super::rows::{Field, Kind, Rows, Summed, Table, maybe_text, text};
use super::trouble::Trouble;
use crate::json;
use crate::tabular::key;
use bassline_core::{
    Boundary, ContactId, ContactRecord, Died, GadgetId, GadgetRecord, GroupId, GroupRecord, Handle, LinkId, LinkRecord,
    StructureChange, Text, Unnamed, Value, WireId, WireRecord,
};
use indexmap::IndexMap;
use rustc_hash::FxBuildHasher;
use tokio_postgres::Client;
use tokio_postgres::types::Type;

/// So many rows go in one statement.
pub(crate) const ROWS: usize = 1_000;

static GROUP: Table<7> = Table {
    name: "group_",
    columns: [
        ("id", Kind::Int, Summed::Yes),
        ("handle", Kind::Int, Summed::Yes),
        ("parent", Kind::Int, Summed::Yes),
        ("name", Kind::Text, Summed::Yes),
        ("path", Kind::Text, Summed::No),
        ("attributes", Kind::Text, Summed::Yes),
        ("sealed", Kind::Bool, Summed::Yes),
    ],
};

static CONTACT: Table<9> = Table {
    name: "contact",
    columns: [
        ("id", Kind::Int, Summed::Yes),
        ("handle", Kind::Int, Summed::Yes),
        ("kind", Kind::Text, Summed::Yes),
        ("group_id", Kind::Int, Summed::Yes),
        ("name", Kind::Text, Summed::Yes),
        ("blend", Kind::Text, Summed::Yes),
        ("attributes", Kind::Text, Summed::Yes),
        ("boundary", Kind::Text, Summed::Yes),
        ("content", Kind::Content, Summed::Yes),
    ],
};

static WIRE: Table<8> = Table {
    name: "wire",
    columns: [
        ("id", Kind::Int, Summed::Yes),
        ("handle", Kind::Int, Summed::Yes),
        ("creation", Kind::Int, Summed::Yes),
        ("from_handle", Kind::Int, Summed::Yes),
        ("to_handle", Kind::Int, Summed::Yes),
        ("from_id", Kind::Int, Summed::No),
        ("to_id", Kind::Int, Summed::No),
        ("kind", Kind::Text, Summed::Yes),
    ],
};

static LINK: Table<8> = Table {
    name: "link",
    columns: [
        ("id", Kind::Int, Summed::Yes),
        ("handle", Kind::Int, Summed::Yes),
        ("from_handle", Kind::Int, Summed::Yes),
        ("to_handle", Kind::Int, Summed::Yes),
        ("from_id", Kind::Int, Summed::No),
        ("to_id", Kind::Int, Summed::No),
        ("relation", Kind::Text, Summed::Yes),
        ("attributes", Kind::Text, Summed::Yes),
    ],
};

static GADGET: Table<13> = Table {
    name: "gadget",
    columns: [
        ("id", Kind::Int, Summed::Yes),
        ("handle", Kind::Int, Summed::Yes),
        ("creation", Kind::Int, Summed::Yes),
        ("group_id", Kind::Int, Summed::Yes),
        ("name", Kind::Text, Summed::Yes),
        ("computation", Kind::Text, Summed::Yes),
        ("is_function", Kind::Bool, Summed::Yes),
        ("contain", Kind::Bool, Summed::Yes),
        ("inputs", Kind::Text, Summed::Yes),
        ("outputs", Kind::Text, Summed::Yes),
        ("optional", Kind::Text, Summed::Yes),
        ("state", Kind::Text, Summed::Yes),
        ("config", Kind::Text, Summed::Yes),
    ],
};

/// Gathers structure, and writes it within a transaction.
pub(crate) struct StructureWriter<'a> {
    pub(crate) client: &'a Client,
    pub(crate) network: i64,
    /// The tick that is written.
    pub(crate) tick: u64,
    /// The next creation number, as far as it is known.
    pub(crate) creation: u64,
    /// What has died, as far as it is known.
    pub(crate) died: Died,
    pub(crate) added: Added<'a>,
    pub(crate) removed: Removed,
    pub(crate) marks: IndexMap<u32, Mark<'a>, FxBuildHasher>,
}

#[derive(Default)]
pub(crate) struct Added<'a> {
    groups: Vec<&'a GroupRecord>,
    contacts: Vec<&'a ContactRecord>,
    wires: Vec<&'a WireRecord>,
    gadgets: Vec<&'a GadgetRecord>,
    links: Vec<&'a LinkRecord>,
}

impl Added<'_> {
    fn is_empty(&self) -> bool {
        self.groups.is_empty()
            && self.contacts.is_empty()
            && self.wires.is_empty()
            && self.gadgets.is_empty()
            && self.links.is_empty()
    }
}

/// Rows that are to go, each with the tick it went in.
#[derive(Default)]
pub(crate) struct Removed {
    groups: Vec<i64>,
    contacts: (Vec<i64>, Vec<i64>),
    wires: (Vec<i64>, Vec<i64>),
    gadgets: (Vec<i64>, Vec<i64>),
    links: Vec<i64>,
}

impl Removed {
    fn is_empty(&self) -> bool {
        self.groups.is_empty()
            && self.contacts.0.is_empty()
            && self.wires.0.is_empty()
            && self.gadgets.0.is_empty()
            && self.links.is_empty()
    }
}

impl<'a> StructureWriter<'a> {
    pub(crate) async fn write(&mut self, change: &'a StructureChange) -> Result<(), Trouble> {
        self.died.note(change);
        let (network, tick) = (self.network, self.tick as i64);
        if is_addition(change) && !self.removed.is_empty() {
            self.remove().await?;
        }
        if is_removal(change) && !self.added.is_empty() {
            self.add().await?;
        }
        let note = |(ids, ticks): &mut (Vec<i64>, Vec<i64>), id: i64| {
            ids.push(id);
            ticks.push(tick);
        };
        match change {
            StructureChange::GroupAdded(record) => self.added.groups.push(record),
            StructureChange::ContactAdded(record) => self.added.contacts.push(record),
            StructureChange::WireAdded(record) => {
                self.creation = self.creation.max(record.creation + 1);
                self.added.wires.push(record);
            }
            StructureChange::GadgetAdded(record) => {
                self.creation = self.creation.max(record.creation + 1);
                self.added.gadgets.push(record);
            }
            StructureChange::LinkAdded(record) => self.added.links.push(record),
            StructureChange::GroupRemoved(id) => self.removed.groups.push(key::row::<GroupId>(network, *id)),
            StructureChange::ContactRemoved(id) => {
                self.marks.swap_remove(&id.slot());
                note(&mut self.removed.contacts, key::row::<ContactId>(network, *id));
            }
            StructureChange::WireRemoved(id) => note(&mut self.removed.wires, key::row::<WireId>(network, *id)),
            StructureChange::GadgetRemoved(id) => note(&mut self.removed.gadgets, key::row::<GadgetId>(network, *id)),
            StructureChange::LinkRemoved(id) => self.removed.links.push(key::row::<LinkId>(network, *id)),
            StructureChange::Marked {
                contact,
                contradiction,
                fault,
                ..
            } => {
                let mark = Mark {
                    contradiction: contradiction.as_ref(),
                    fault: fault.as_ref(),
                };
                self.marks.insert(contact.slot(), mark);
            }
        }
        Ok(())
    }

    /// Writes all that waits.
    pub(crate) async fn finish(&mut self) -> Result<(), Trouble> {
        self.remove().await?;
        self.add().await?;
        marks::write(self.client, self.network, &std::mem::take(&mut self.marks)).await
    }

    async fn add(&mut self) -> Result<(), Trouble> {
        let added = std::mem::take(&mut self.added);
        if added.is_empty() {
            return Ok(());
        }
        self.add_groups(&added.groups).await?;
        for contacts in added.contacts.chunks(ROWS) {
            self.add_contacts(contacts).await?;
        }
        for wires in added.wires.chunks(ROWS) {
            self.add_wires(wires).await?;
        }
        for gadgets in added.gadgets.chunks(ROWS) {
            self.add_gadgets(gadgets).await?;
        }
        for links in added.links.chunks(ROWS) {
            self.add_links(links).await?;
        }
        Ok(())
    }

    async fn add_groups(&self, groups: &[&GroupRecord]) -> Result<(), Trouble> {
        let mut paths = IndexMap::<i64, String, FxBuildHasher>::default();
        let parents: Vec<i64> = groups
            .iter()
            .map(|group| key::row(self.network, group.parent))
            .collect();
        if !parents.is_empty() {
            let sql = "SELECT id, path FROM group_ WHERE id = ANY($1)";
            for row in self.client.query_typed(sql, &[(&parents, Type::INT8_ARRAY)]).await? {
                paths.insert(row.try_get(0)?, row.try_get(1)?);
            }
        }
        for chunk in groups.chunks(ROWS) {
            let mut rows = Rows::of(&GROUP);
            for group in chunk {
                let (id, parent) = (self.row(group.id), self.row(group.parent));
                let above = paths.get(&parent).ok_or_else(|| Trouble::Unknown {
                    what: format!("group {:?}", group.parent),
                })?;
                let name = to_plain(&group.name);
                let path = if above.is_empty() {
                    name.clone().into_owned()
                } else {
                    format!("{above}/{name}")
                };
                paths.insert(id, path.clone());
                rows.push([
                    id.into(),
                    bits(group.id),
                    parent.into(),
                    text(name),
                    text(path),
                    maybe_text(optional(&group.attributes)?),
                    group.sealed.into(),
                ]);
            }
            rows.insert(self.client, self.network).await?;
        }
        Ok(())
    }

    async fn add_contacts(&self, contacts: &[&ContactRecord]) -> Result<(), Trouble> {
        let mut rows = Rows::of(&CONTACT);
        for contact in contacts {
            let (kind, group, name, content) = match &contact.place {
                Ok((group, name)) => ("named", Some(self.row(*group)), Some(to_plain(name)), None),
                Err(Unnamed::Constant(value)) => ("constant", None, None, Some(json::to_string(value)?)),
                Err(Unnamed::State) => ("state", None, None, None),
            };
            rows.push([
                self.row(contact.id).into(),
                bits(contact.id),
                text(kind),
                group.into(),
                maybe_text(name),
                text(contact.blend_name()),
                maybe_text(optional(&contact.attributes)?),
                maybe_text(contact.boundary.map(Boundary::name)),
                maybe_text(content),
            ]);
        }
        rows.insert(self.client, self.network).await
    }

    async fn add_wires(&self, wires: &[&WireRecord]) -> Result<(), Trouble> {
        let mut rows = Rows::of(&WIRE);
        for wire in wires {
            rows.push([
                self.row(wire.id).into(),
                bits(wire.id),
                (wire.creation as i64).into(),
                bits(wire.from),
                bits(wire.to),
                self.row(wire.from).into(),
                self.row(wire.to).into(),
                text(wire.kind.name()),
            ]);
        }
        rows.insert(self.client, self.network).await
    }

    async fn add_links(&self, links: &[&LinkRecord]) -> Result<(), Trouble> {
        let mut rows = Rows::of(&LINK);
        for link in links {
            rows.push([
                self.row(link.id).into(),
                bits(link.id),
                bits(link.from),
                bits(link.to),
                self.row(link.from).into(),
                self.row(link.to).into(),
                text(to_plain(&link.relation)),
                maybe_text(optional(&link.attributes)?),
            ]);
        }
        rows.insert(self.client, self.network).await
    }

    async fn add_gadgets(&self, gadgets: &[&GadgetRecord]) -> Result<(), Trouble> {
        let mut rows = Rows::of(&GADGET);
        for gadget in gadgets {
            let names: Vec<&str> = gadget.optional.iter().map(Text::as_str).collect();
            let state: Vec<u64> = gadget.state.iter().map(|cell| cell.to_bits()).collect();
            rows.push([
                self.row(gadget.id).into(),
                bits(gadget.id),
                (gadget.creation as i64).into(),
                self.row(gadget.group).into(),
                maybe_text(gadget.name.as_ref().map(|name| to_plain(name))),
                text(to_plain(&gadget.computation)),
                gadget.is_function.into(),
                gadget.contain.into(),
                text(ports(&gadget.inputs)?),
                text(ports(&gadget.outputs)?),
                text(serde_json::to_string(&names)?),
                text(serde_json::to_string(&state)?),
                maybe_text(optional(&gadget.config)?),
            ]);
        }
        rows.insert(self.client, self.network).await
    }

    fn row<T: Handle>(&self, id: T) -> i64 {
        key::row(self.network, id)
    }

    async fn remove(&mut self) -> Result<(), Trouble> {
        let removed = std::mem::take(&mut self.removed);
        if removed.is_empty() {
            return Ok(());
        }
        // Named while everything is still there.
        for (kind, (ids, ticks)) in [
            ("contact", &removed.contacts),
            ("wire", &removed.wires),
            ("gadget", &removed.gadgets),
        ] {
            self.note_gone(kind, ids, ticks).await?;
        }
        for (table, ids) in [
            ("gadget", &removed.gadgets.0),
            ("wire", &removed.wires.0),
            ("link", &removed.links),
            ("contact", &removed.contacts.0),
            ("group_", &removed.groups),
        ] {
            if !ids.is_empty() {
                let sql = format!("DELETE FROM {table} WHERE id = ANY($1)");
                self.client.execute_typed(&sql, &[(ids, Type::INT8_ARRAY)]).await?;
            }
        }
        Ok(())
    }

    /// Keeps the names of what is removed, for as long as history tells of it.
    async fn note_gone(&self, kind: &str, ids: &[i64], ticks: &[i64]) -> Result<(), Trouble> {
        if ids.is_empty() {
            return Ok(());
        }
        let sql = format!(
            "INSERT INTO gone (network, kind, handle, path, tick)
             SELECT p.network, '{kind}', p.handle, p.path, old.tick
             FROM unnest($1::bigint[], $2::bigint[]) AS old (id, tick) JOIN {kind}_path p ON p.id = old.id
             WHERE p.path IS NOT NULL AND NOT ('{kind}' = 'contact' AND p.path LIKE '(%')
             ON CONFLICT (network, kind, handle) DO UPDATE SET path = excluded.path, tick = excluded.tick"
        );
        self.client
            .execute_typed(&sql, &[(&ids, Type::INT8_ARRAY), (&ticks, Type::INT8_ARRAY)])
            .await?;
        Ok(())
    }
}

fn is_addition(change: &StructureChange) -> bool {
    matches!(
        change,
        StructureChange::GroupAdded(_)
            | StructureChange::ContactAdded(_)
            | StructureChange::WireAdded(_)
            | StructureChange::GadgetAdded(_)
            | StructureChange::LinkAdded(_)
    )
}

fn is_removal(change: &StructureChange) -> bool {
    !is_addition(change) && !matches!(change, StructureChange::Marked { .. })
}

fn bits(handle: impl Handle) -> Field<'static> {
    Field::Int(Some(handle.to_bits() as i64))
}

/// The JSON of a value; NULL for null.
pub(crate) fn optional(value: &Value) -> Result<Option<String>, Trouble> {
    match value {
        Value::Null => Ok(None),
        value => Ok(Some(json::to_string(value)?)),
    }
}

/// `[[port, contact], …]`
fn ports(ports: &[(Text, ContactId)]) -> Result<String, Trouble> {
    let pairs: Vec<(&str, u64)> = ports
        .iter()
        .map(|(port, contact)| (port.as_str(), contact.to_bits()))
        .collect();
    Ok(serde_json::to_string(&pairs)?)
}
