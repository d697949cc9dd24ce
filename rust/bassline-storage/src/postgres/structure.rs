//! Structure as rows, many of a kind in one statement.
//!
//! What is added waits until something is removed, and what is removed until something is added, as a slot may be taken again; within
//! each, the kinds go in the order in which they need one another.

use super::cells::{Cell, checksum};
use super::marks::{self, Mark};
use super::plain::to_plain;
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
            let (mut ids, mut handles, mut parents, mut names) = (vec![], vec![], vec![], vec![]);
            let (mut own, mut attributes, mut sealed, mut sums) = (vec![], vec![], vec![], vec![]);
            for group in chunk {
                let (id, parent) = (key::row(self.network, group.id), key::row(self.network, group.parent));
                let above = paths.get(&parent).ok_or_else(|| Trouble::Unknown {
                    what: format!("group {:?}", group.parent),
                })?;
                let name = to_plain(&group.name).into_owned();
                let path = if above.is_empty() {
                    name.clone()
                } else {
                    format!("{above}/{name}")
                };
                let told = optional(&group.attributes)?;
                sums.push(checksum(&[
                    Cell::Int(id),
                    Cell::Int(group.id.to_bits() as i64),
                    Cell::Int(parent),
                    Cell::Text(&name),
                    Cell::MaybeText(told.as_deref()),
                    Cell::Int(group.sealed.into()),
                ]));
                paths.insert(id, path.clone());
                ids.push(id);
                handles.push(group.id.to_bits() as i64);
                parents.push(parent);
                names.push(name);
                own.push(path);
                attributes.push(told);
                sealed.push(group.sealed);
            }
            let sql = "INSERT INTO group_ (id, network, handle, parent, name, path, attributes, sealed, checksum)
                SELECT id, $1, handle, parent, name, path, attributes, sealed, sum
                FROM unnest($2::bigint[], $3::bigint[], $4::bigint[], $5::text[], $6::text[], $7::text[], $8::boolean[], $9::integer[])
                    AS new (id, handle, parent, name, path, attributes, sealed, sum)";
            self.client
                .execute_typed(
                    sql,
                    &[
                        (&self.network, Type::INT8),
                        (&ids, Type::INT8_ARRAY),
                        (&handles, Type::INT8_ARRAY),
                        (&parents, Type::INT8_ARRAY),
                        (&names, Type::TEXT_ARRAY),
                        (&own, Type::TEXT_ARRAY),
                        (&attributes, Type::TEXT_ARRAY),
                        (&sealed, Type::BOOL_ARRAY),
                        (&sums, Type::INT4_ARRAY),
                    ],
                )
                .await?;
        }
        Ok(())
    }

    async fn add_contacts(&self, contacts: &[&ContactRecord]) -> Result<(), Trouble> {
        let (mut ids, mut handles, mut kinds, mut groups, mut names) = (vec![], vec![], vec![], vec![], vec![]);
        let (mut blends, mut attributes, mut boundaries, mut contents, mut sums) =
            (vec![], vec![], vec![], vec![], vec![]);
        for contact in contacts {
            let id = key::row(self.network, contact.id);
            let (kind, group, name, content) = match &contact.place {
                Ok((group, name)) => (
                    "named",
                    Some(key::row(self.network, *group)),
                    Some(to_plain(name)),
                    None,
                ),
                Err(Unnamed::Constant(value)) => ("constant", None, None, Some(json::to_string(value)?)),
                Err(Unnamed::State) => ("state", None, None, None),
            };
            let told = optional(&contact.attributes)?;
            let (blend, boundary) = (contact.blend_name(), contact.boundary.map(Boundary::name));
            sums.push(checksum(&[
                Cell::Int(id),
                Cell::Int(contact.id.to_bits() as i64),
                Cell::Text(kind),
                Cell::MaybeInt(group),
                Cell::MaybeText(name.as_deref()),
                Cell::Text(blend),
                Cell::MaybeText(told.as_deref()),
                Cell::MaybeText(boundary),
                Cell::MaybeText(content.as_deref()),
            ]));
            ids.push(id);
            handles.push(contact.id.to_bits() as i64);
            kinds.push(kind);
            groups.push(group);
            names.push(name);
            blends.push(blend);
            attributes.push(told);
            boundaries.push(boundary);
            contents.push(content.map(String::into_bytes));
        }
        let sql = "INSERT INTO contact (id, network, handle, kind, group_id, name, blend, attributes, boundary, content, checksum)
            SELECT id, $1, handle, kind, group_id, name, blend, attributes, boundary, content, sum
            FROM unnest($2::bigint[], $3::bigint[], $4::text[], $5::bigint[], $6::text[], $7::text[], $8::text[], $9::text[], $10::bytea[], $11::integer[])
                AS new (id, handle, kind, group_id, name, blend, attributes, boundary, content, sum)";
        self.client
            .execute_typed(
                sql,
                &[
                    (&self.network, Type::INT8),
                    (&ids, Type::INT8_ARRAY),
                    (&handles, Type::INT8_ARRAY),
                    (&kinds, Type::TEXT_ARRAY),
                    (&groups, Type::INT8_ARRAY),
                    (&names, Type::TEXT_ARRAY),
                    (&blends, Type::TEXT_ARRAY),
                    (&attributes, Type::TEXT_ARRAY),
                    (&boundaries, Type::TEXT_ARRAY),
                    (&contents, Type::BYTEA_ARRAY),
                    (&sums, Type::INT4_ARRAY),
                ],
            )
            .await?;
        Ok(())
    }

    async fn add_wires(&self, wires: &[&WireRecord]) -> Result<(), Trouble> {
        let (mut ids, mut handles, mut creations, mut kinds, mut sums) = (vec![], vec![], vec![], vec![], vec![]);
        let (mut from, mut to, mut from_ids, mut to_ids) = (vec![], vec![], vec![], vec![]);
        for wire in wires {
            let id = key::row(self.network, wire.id);
            sums.push(checksum(&[
                Cell::Int(id),
                Cell::Int(wire.id.to_bits() as i64),
                Cell::Int(wire.creation as i64),
                Cell::Int(wire.from.to_bits() as i64),
                Cell::Int(wire.to.to_bits() as i64),
                Cell::Text(wire.kind.name()),
            ]));
            ids.push(id);
            handles.push(wire.id.to_bits() as i64);
            creations.push(wire.creation as i64);
            from.push(wire.from.to_bits() as i64);
            to.push(wire.to.to_bits() as i64);
            from_ids.push(key::row(self.network, wire.from));
            to_ids.push(key::row(self.network, wire.to));
            kinds.push(wire.kind.name());
        }
        let sql = "INSERT INTO wire (id, network, handle, creation, from_handle, to_handle, from_id, to_id, kind, checksum)
            SELECT id, $1, handle, creation, from_handle, to_handle, from_id, to_id, kind, sum
            FROM unnest($2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[], $9::text[], $10::integer[])
                AS new (id, handle, creation, from_handle, to_handle, from_id, to_id, kind, sum)";
        self.client
            .execute_typed(
                sql,
                &[
                    (&self.network, Type::INT8),
                    (&ids, Type::INT8_ARRAY),
                    (&handles, Type::INT8_ARRAY),
                    (&creations, Type::INT8_ARRAY),
                    (&from, Type::INT8_ARRAY),
                    (&to, Type::INT8_ARRAY),
                    (&from_ids, Type::INT8_ARRAY),
                    (&to_ids, Type::INT8_ARRAY),
                    (&kinds, Type::TEXT_ARRAY),
                    (&sums, Type::INT4_ARRAY),
                ],
            )
            .await?;
        Ok(())
    }

    async fn add_links(&self, links: &[&LinkRecord]) -> Result<(), Trouble> {
        let (mut ids, mut handles, mut relations, mut attributes, mut sums) = (vec![], vec![], vec![], vec![], vec![]);
        let (mut from, mut to, mut from_ids, mut to_ids) = (vec![], vec![], vec![], vec![]);
        for link in links {
            let id = key::row(self.network, link.id);
            let (relation, told) = (to_plain(&link.relation), optional(&link.attributes)?);
            sums.push(checksum(&[
                Cell::Int(id),
                Cell::Int(link.id.to_bits() as i64),
                Cell::Int(link.from.to_bits() as i64),
                Cell::Int(link.to.to_bits() as i64),
                Cell::Text(&relation),
                Cell::MaybeText(told.as_deref()),
            ]));
            ids.push(id);
            handles.push(link.id.to_bits() as i64);
            from.push(link.from.to_bits() as i64);
            to.push(link.to.to_bits() as i64);
            from_ids.push(key::row(self.network, link.from));
            to_ids.push(key::row(self.network, link.to));
            relations.push(relation);
            attributes.push(told);
        }
        let sql = "INSERT INTO link (id, network, handle, from_handle, to_handle, from_id, to_id, relation, attributes, checksum)
            SELECT id, $1, handle, from_handle, to_handle, from_id, to_id, relation, attributes, sum
            FROM unnest($2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[], $8::text[], $9::text[], $10::integer[])
                AS new (id, handle, from_handle, to_handle, from_id, to_id, relation, attributes, sum)";
        self.client
            .execute_typed(
                sql,
                &[
                    (&self.network, Type::INT8),
                    (&ids, Type::INT8_ARRAY),
                    (&handles, Type::INT8_ARRAY),
                    (&from, Type::INT8_ARRAY),
                    (&to, Type::INT8_ARRAY),
                    (&from_ids, Type::INT8_ARRAY),
                    (&to_ids, Type::INT8_ARRAY),
                    (&relations, Type::TEXT_ARRAY),
                    (&attributes, Type::TEXT_ARRAY),
                    (&sums, Type::INT4_ARRAY),
                ],
            )
            .await?;
        Ok(())
    }

    async fn add_gadgets(&self, gadgets: &[&GadgetRecord]) -> Result<(), Trouble> {
        let (mut ids, mut handles, mut creations, mut groups, mut called) = (vec![], vec![], vec![], vec![], vec![]);
        let (mut computations, mut functions, mut contains, mut sums) = (vec![], vec![], vec![], vec![]);
        let (mut inputs, mut outputs, mut optionals, mut states, mut configs) =
            (vec![], vec![], vec![], vec![], vec![]);
        for gadget in gadgets {
            let (id, group) = (key::row(self.network, gadget.id), key::row(self.network, gadget.group));
            let name = gadget.name.as_ref().map(|name| to_plain(name));
            let computation = to_plain(&gadget.computation);
            let names: Vec<&str> = gadget.optional.iter().map(Text::as_str).collect();
            let state: Vec<u64> = gadget.state.iter().map(|cell| cell.to_bits()).collect();
            let (ins, outs) = (ports(&gadget.inputs)?, ports(&gadget.outputs)?);
            let (optional_ports, state) = (serde_json::to_string(&names)?, serde_json::to_string(&state)?);
            let config = optional(&gadget.config)?;
            sums.push(checksum(&[
                Cell::Int(id),
                Cell::Int(gadget.id.to_bits() as i64),
                Cell::Int(gadget.creation as i64),
                Cell::Int(group),
                Cell::MaybeText(name.as_deref()),
                Cell::Text(&computation),
                Cell::Int(gadget.is_function.into()),
                Cell::Int(gadget.contain.into()),
                Cell::Text(&ins),
                Cell::Text(&outs),
                Cell::Text(&optional_ports),
                Cell::Text(&state),
                Cell::MaybeText(config.as_deref()),
            ]));
            ids.push(id);
            handles.push(gadget.id.to_bits() as i64);
            creations.push(gadget.creation as i64);
            groups.push(group);
            called.push(name);
            computations.push(computation);
            functions.push(gadget.is_function);
            contains.push(gadget.contain);
            inputs.push(ins);
            outputs.push(outs);
            optionals.push(optional_ports);
            states.push(state);
            configs.push(config);
        }
        let sql = "INSERT INTO gadget (id, network, handle, creation, group_id, name, computation, is_function, contain,
                inputs, outputs, optional, state, config, checksum)
            SELECT id, $1, handle, creation, group_id, name, computation, is_function, contain, inputs, outputs, optional, state, config, sum
            FROM unnest($2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::text[], $7::text[], $8::boolean[], $9::boolean[],
                $10::text[], $11::text[], $12::text[], $13::text[], $14::text[], $15::integer[])
                AS new (id, handle, creation, group_id, name, computation, is_function, contain, inputs, outputs, optional, state, config, sum)";
        self.client
            .execute_typed(
                sql,
                &[
                    (&self.network, Type::INT8),
                    (&ids, Type::INT8_ARRAY),
                    (&handles, Type::INT8_ARRAY),
                    (&creations, Type::INT8_ARRAY),
                    (&groups, Type::INT8_ARRAY),
                    (&called, Type::TEXT_ARRAY),
                    (&computations, Type::TEXT_ARRAY),
                    (&functions, Type::BOOL_ARRAY),
                    (&contains, Type::BOOL_ARRAY),
                    (&inputs, Type::TEXT_ARRAY),
                    (&outputs, Type::TEXT_ARRAY),
                    (&optionals, Type::TEXT_ARRAY),
                    (&states, Type::TEXT_ARRAY),
                    (&configs, Type::TEXT_ARRAY),
                    (&sums, Type::INT4_ARRAY),
                ],
            )
            .await?;
        Ok(())
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
