//! Structure as bytes.

use super::field::{Field, Optional, fields};
use super::input::{Input, RecordError};
use bassline_core::{
    Blend, Boundary, ContactRecord, Contradiction, GadgetRecord, GroupRecord, LinkRecord, StructureChange, Text,
    Unnamed, WireKind, WireRecord,
};

fields! {
    GroupRecord { id, parent, name, attributes, sealed }
    WireRecord { id, creation, from, to, kind }
    LinkRecord { id, from, to, relation, attributes }
    GadgetRecord {
        id, creation, group, name, computation, is_function, inputs, outputs, optional, state, config, contain,
    }
    Contradiction { current, incoming, current_source, incoming_source, current_tick, incoming_tick }
}

impl Optional for Contradiction {}
impl Optional for Boundary {}

/// Something that is one of a few, by the name users write: its place among them may change, its name may not.
fn read_named<T>(
    input: &mut Input<'_>,
    expected: &'static str,
    find: impl Fn(&str) -> Option<T>,
) -> Result<T, RecordError> {
    let name = input.text()?;
    find(name).ok_or_else(|| input.expected(expected, format!("'{name}'")))
}

impl Field for WireKind {
    fn write(&self, out: &mut Vec<u8>) {
        Text::from(self.name()).write(out);
    }
    fn read(input: &mut Input<'_>) -> Result<Self, RecordError> {
        read_named(input, "a kind of wire", Self::from_name)
    }
}

impl Field for Boundary {
    fn write(&self, out: &mut Vec<u8>) {
        Text::from(self.name()).write(out);
    }
    fn read(input: &mut Input<'_>) -> Result<Self, RecordError> {
        read_named(input, "a direction of a boundary", Self::from_name)
    }
}

impl Field for ContactRecord {
    fn write(&self, out: &mut Vec<u8>) {
        self.id.write(out);
        match &self.place {
            Ok((group, name)) => {
                out.push(0);
                group.write(out);
                name.write(out);
            }
            Err(Unnamed::Constant(value)) => {
                out.push(1);
                value.write(out);
            }
            Err(Unnamed::State) => out.push(2),
        }
        // A lattice of the user's has a colon in its name, a blend of ours has none.
        Text::from(self.blend_name()).write(out);
        self.attributes.write(out);
        self.boundary.write(out);
    }

    fn read(input: &mut Input<'_>) -> Result<Self, RecordError> {
        let id = Field::read(input)?;
        let place = match input.byte()? {
            0 => Ok((Field::read(input)?, Field::read(input)?)),
            1 => Err(Unnamed::Constant(Field::read(input)?)),
            2 => Err(Unnamed::State),
            other => return Err(input.expected("what a contact is", other.to_string())),
        };
        let name = Text::read(input)?;
        let (blend, lattice) = if name.contains(':') {
            (Blend::Custom, Some(name))
        } else {
            let blend = Blend::from_name(&name);
            (
                blend.ok_or_else(|| input.expected("a blend", format!("'{name}'")))?,
                None,
            )
        };
        Ok(Self {
            id,
            place,
            blend,
            lattice,
            attributes: Field::read(input)?,
            boundary: Field::read(input)?,
        })
    }
}

impl Field for StructureChange {
    fn write(&self, out: &mut Vec<u8>) {
        match self {
            StructureChange::GroupAdded(record) => tagged(1, record, out),
            StructureChange::ContactAdded(record) => tagged(2, record, out),
            StructureChange::WireAdded(record) => tagged(3, record, out),
            StructureChange::GadgetAdded(record) => tagged(4, record, out),
            StructureChange::LinkAdded(record) => tagged(5, record, out),
            StructureChange::GroupRemoved(id) => tagged(6, id, out),
            StructureChange::ContactRemoved(id) => tagged(7, id, out),
            StructureChange::WireRemoved(id) => tagged(8, id, out),
            StructureChange::GadgetRemoved(id) => tagged(9, id, out),
            StructureChange::LinkRemoved(id) => tagged(10, id, out),
            StructureChange::Marked {
                contact,
                contradiction,
                was_contradiction,
                fault,
            } => {
                tagged(11, contact, out);
                contradiction.write(out);
                was_contradiction.write(out);
                fault.write(out);
            }
        }
    }

    fn read(input: &mut Input<'_>) -> Result<Self, RecordError> {
        Ok(match input.byte()? {
            1 => StructureChange::GroupAdded(Field::read(input)?),
            2 => StructureChange::ContactAdded(Field::read(input)?),
            3 => StructureChange::WireAdded(Field::read(input)?),
            4 => StructureChange::GadgetAdded(Field::read(input)?),
            5 => StructureChange::LinkAdded(Field::read(input)?),
            6 => StructureChange::GroupRemoved(Field::read(input)?),
            7 => StructureChange::ContactRemoved(Field::read(input)?),
            8 => StructureChange::WireRemoved(Field::read(input)?),
            9 => StructureChange::GadgetRemoved(Field::read(input)?),
            10 => StructureChange::LinkRemoved(Field::read(input)?),
            11 => StructureChange::Marked {
                contact: Field::read(input)?,
                contradiction: Field::read(input)?,
                was_contradiction: Field::read(input)?,
                fault: Field::read(input)?,
            },
            other => return Err(input.expected("an edit of the structure", other.to_string())),
        })
    }
}

fn tagged(tag: u8, field: &impl Field, out: &mut Vec<u8>) {
    out.push(tag);
    field.write(out);
}
