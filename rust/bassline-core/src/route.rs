//! The keyed router: each record goes to the group of its key, found in constant time, made from the template when the key is new.

use crate::contact::{Edge, NONE, Writer};
use crate::edit::Edit;
use crate::error::{Fault, NetworkError};
use crate::fire::Inputs;
use crate::gadget::flag;
use crate::group::Named;
use crate::id::Handle;
use crate::network::Network;
use crate::primitive::Body;
use crate::primitive::argument::wrong_type;
use crate::tick::{EventKey, Stamp};
use crate::value::{Text, Value};

impl Network {
    /// Fires a router on one record.
    pub(crate) fn route(&mut self, slot: u32, inputs: &Inputs, key: EventKey) -> Result<(), NetworkError> {
        let Some(Some(record)) = inputs.first() else {
            return Ok(());
        };
        let Value::Map(map) = record else {
            let fault = wrong_type("record", "a map", record);
            return self.fail(slot, fault, inputs);
        };
        let field = self.config_text(slot, "key").unwrap_or_default();
        let target = match map.get(&field).filter(|value| !is_blank(value)) {
            Some(value) => match self.entry_for(slot, value) {
                Ok(target) => target?,
                Err(fault) => return self.fail(slot, fault, inputs),
            },
            None => {
                let other = self.gadgets.wide[slot as usize]
                    .as_ref()
                    .map_or(NONE, |wide| wide.outputs[0]);
                if other == NONE {
                    let fault = Fault::Domain(format!(
                        "a record has no '{field}' to route by: {record}; bind the output 'other' to take such records"
                    ));
                    return self.fail(slot, fault, inputs);
                }
                other
            }
        };
        self.clear_derived_faults_of(slot);
        let stamp = Stamp::creation(self.gadgets.creation[slot as usize], self.tick.firing);
        self.write_content(target, Some(record.clone()), Writer::gadget(slot), stamp, key)
            .map(|_| ())
    }

    /// The contact that takes the records of a key.
    fn entry_for(&mut self, slot: u32, key: &Value) -> Result<Result<u32, NetworkError>, Fault> {
        let name = match key {
            Value::Text(text) => text.clone(),
            Value::Int(_) | Value::Bool(_) | Value::Float(_) => key.to_string().into(),
            other => {
                return Err(wrong_type(
                    "record",
                    "a record whose key is a string, a number or a boolean",
                    other,
                ));
            }
        };
        let known = self.gadgets.wide[slot as usize]
            .as_ref()
            .and_then(|wide| wide.routes.get(&name).copied());
        if let Some(entry) = known.and_then(|id| self.contacts.find(id)) {
            return Ok(Ok(entry));
        }
        Ok(self.make_entry(slot, name))
    }

    #[cold]
    fn make_entry(&mut self, slot: u32, name: Text) -> Result<u32, NetworkError> {
        let group = self.gadgets.group[slot as usize];
        let into = self.config_text(slot, "into").unwrap_or_default();
        let entry = self.config_text(slot, "entry").unwrap_or_default();
        let template = match self.gadgets.wide[slot as usize].as_ref().map(|wide| &wide.config) {
            Some(Value::Map(map)) => map.get("template").cloned().unwrap_or(Value::Null),
            _ => Value::Null,
        };
        let path = format!("{into}/{}", escape(&name));
        if let Some(Named::Contact(contact)) = self.resolve(group, &format!("{path}/{entry}")) {
            // Made by a router before this one.
            self.add_route(slot, contact);
            self.know_route(slot, name, contact);
            return Ok(contact);
        }
        let instance = self.groups.id(group);
        let instance = self.declare_group(instance, &path, Value::Null)?;
        let blend = template_blend(&template, &entry)
            .map(|name| self.blend_named(&name))
            .transpose()?;
        let contact = self.contact_declared(instance.slot(), &entry, blend, Value::Null)?;
        self.add_route(slot, contact);
        let creation = self.gadgets.creation[slot as usize];
        self.tick.building = Some((
            Writer::gadget(slot),
            Stamp::creation(creation, self.tick.firing),
            EventKey::of_state(creation),
        ));
        let built = self.build(instance, &template);
        self.tick.building = None;
        built?;
        self.know_route(slot, name, contact);
        Ok(contact)
    }

    fn know_route(&mut self, slot: u32, key: Text, contact: u32) {
        let id = self.contacts.id(contact);
        if let Some(wide) = &mut self.gadgets.wide[slot as usize] {
            if wide.routes.len() > 2 * wide.outputs.len() {
                let contacts = &self.contacts;
                wide.routes.retain(|_, &mut entry| contacts.find(entry).is_some());
            }
            wide.routes.insert(key, id);
        }
    }

    /// A route that was made in this tick is taken back; the newest first.
    pub(crate) fn forget_route(&mut self, slot: u32, contact: u32) {
        self.unroute(slot, contact);
        let id = self.contacts.id(contact);
        if let Some(wide) = &mut self.gadgets.wide[slot as usize] {
            wide.outputs.pop_if(|output| *output == NONE);
            match wide.routes.last() {
                Some((_, last)) if *last == id => drop(wide.routes.pop()),
                _ => wide.routes.retain(|_, known| *known != id),
            }
        }
    }

    fn add_route(&mut self, slot: u32, contact: u32) {
        let Some(wide) = &mut self.gadgets.wide[slot as usize] else {
            return;
        };
        if wide.places.contains_key(&contact) {
            return;
        }
        // The first output is the port `other`.
        let writes = wide.outputs[0] == contact;
        wide.places.insert(contact, wide.outputs.len() as u32);
        wide.outputs.push(contact);
        if !writes {
            self.put_writer(contact, Edge::Gadget(slot).code());
            self.sort_edges();
        }
        self.order_edge(self.gadget_vertex(slot), self.contact_vertex(contact));
        self.tick.edits.push(Edit::Routed { gadget: slot, contact });
    }

    /// Closes the gaps among the outputs of a router, when most are gaps.
    pub(crate) fn close_outputs(&mut self, slot: u32) {
        let Some(wide) = &mut self.gadgets.wide[slot as usize] else {
            return;
        };
        if wide.outputs.len() > 2 * wide.places.len() + 1 {
            let mut place = 0;
            wide.outputs.retain(|&contact| {
                place += 1;
                place == 1 || contact != NONE
            });
            let placed = wide.outputs.iter().copied().zip(0..).skip(1);
            wide.places = placed.collect();
        }
    }

    pub(crate) fn is_router(&self, slot: u32) -> bool {
        self.gadgets.rows[slot as usize].body == Body::Route
    }

    /// Whether a gadget is a router that writes to a contact by key, not by a port.
    pub(crate) fn is_route_to(&self, slot: u32, contact: u32) -> bool {
        self.is_router(slot)
            && !self.gadgets.inputs(slot).contains(&contact)
            && self.gadgets.wide[slot as usize]
                .as_ref()
                .is_some_and(|wide| wide.outputs[0] != contact)
    }

    /// Takes a contact from a router; answers where it stood among the outputs.
    pub(crate) fn unroute(&mut self, slot: u32, contact: u32) -> Option<u32> {
        let wide = self.gadgets.wide[slot as usize].as_mut()?;
        let output = wide.places.swap_remove(&contact)?;
        wide.outputs[output as usize] = NONE;
        if wide.outputs[0] != contact {
            self.take_writer(contact, Edge::Gadget(slot).code());
        }
        Some(output)
    }

    /// After loading: routers find the groups they had made.
    pub(crate) fn restore_routes(&mut self) {
        self.find_routes();
        self.tick.edits.clear();
    }

    /// Routers find the groups that they, or routers before them, have made.
    pub(crate) fn find_routes(&mut self) {
        for slot in 0..self.gadgets.rows.len() as u32 {
            let row = &self.gadgets.rows[slot as usize];
            if row.body == Body::Route && row.flags & flag::REMOVED == 0 && self.gadgets.is_live(slot) {
                self.find_routes_of(slot);
            }
        }
    }

    /// One router finds the groups that it, or routers before it, have made.
    pub(crate) fn find_routes_of(&mut self, slot: u32) {
        let into = self.config_text(slot, "into").unwrap_or_default();
        let entry = self.config_text(slot, "entry").unwrap_or_default();
        let Some(Named::Group(parent)) = self.resolve(self.gadgets.group[slot as usize], &into) else {
            return;
        };
        let mut instances: Vec<u32> = self.groups.groups_in(parent).collect();
        instances.sort_unstable();
        for instance in instances {
            if let Some(Named::Contact(contact)) = self.resolve(instance, &entry) {
                self.add_route(slot, contact);
                let key = unescape(self.symbols.text(self.groups.rows[instance as usize].name));
                self.know_route(slot, key, contact);
            }
        }
    }

    /// A router ceases to write to a contact that stays.
    pub(crate) fn leave_route(&mut self, gadget: u32, contact: u32) {
        if let Some(output) = self.unroute(gadget, contact) {
            let edit = Edit::Unrouted {
                gadget,
                contact,
                output,
            };
            self.tick.edits.push(edit);
        }
        let id = self.contacts.id(contact);
        if let Some(wide) = &mut self.gadgets.wide[gadget as usize] {
            wide.routes.retain(|_, known| *known != id);
        }
    }

    /// A router writes again to the entry of a group that is there again.
    pub(crate) fn rejoin_route(&mut self, gadget: u32, contact: u32) {
        let entry = self.config_text(gadget, "entry").unwrap_or_default();
        let mut instance = self.contacts.group[contact as usize];
        for _ in entry.matches('/') {
            instance = self.groups.rows[instance as usize].parent;
        }
        let key = unescape(self.symbols.text(self.groups.rows[instance as usize].name));
        self.add_route(gadget, contact);
        self.know_route(gadget, key, contact);
    }
}

fn is_blank(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Text(text) => text.is_empty(),
        _ => false,
    }
}

/// A key as the name of a group: `/` separates names, so it is written `%2F`.
fn escape(key: &str) -> String {
    key.replace('%', "%25").replace('/', "%2F")
}

fn unescape(name: &str) -> Text {
    name.replace("%2F", "/").replace("%25", "%").into()
}

/// The name of the blend that a template gives its entry.
fn template_blend(template: &Value, entry: &str) -> Option<Text> {
    let Value::Map(map) = template else { return None };
    let Some(Value::List(contacts)) = map.get("contacts") else {
        return None;
    };
    contacts.iter().find_map(|contact| {
        let Value::Map(contact) = contact else { return None };
        match (contact.get("id"), contact.get("blend")) {
            (Some(Value::Text(id)), Some(Value::Text(blend))) if id == entry => Some(blend.clone()),
            _ => None,
        }
    })
}
