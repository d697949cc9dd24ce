//! A whole network as bytes.

use super::field::{Field, fields, version};
use super::input::{Input, RecordError};
use bassline_core::{Cause, ContactState, Died, Image, Text, Value};
use indexmap::IndexMap;

/// A network as it was after a tick, with what a store knows besides: where to go on from.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Base {
    /// Which opening of the network the tick belongs to.
    pub epoch: u64,
    /// When the tick was: microseconds since 1970.
    pub time_micros: i64,
    /// Where the readers of outside sources stand.
    pub positions: IndexMap<Text, Value>,
    /// The network.
    pub image: Image,
}

fields! {
    ContactState { record, content, version, cause, contradiction, fault }
    Died { contacts, wires, gadgets }
    Image { tick, creation, died, groups, contacts, wires, gadgets, links }
}

impl Field for Cause {
    fn write(&self, out: &mut Vec<u8>) {
        match self {
            Cause::Nobody => out.push(0),
            Cause::External(source) => {
                out.push(1);
                source.write(out);
            }
            Cause::Gadget(id) => {
                out.push(2);
                id.write(out);
            }
            Cause::Wire(id) => {
                out.push(3);
                id.write(out);
            }
        }
    }

    fn read(input: &mut Input<'_>) -> Result<Self, RecordError> {
        Ok(match input.byte()? {
            0 => Cause::Nobody,
            1 => Cause::External(Field::read(input)?),
            2 => Cause::Gadget(Field::read(input)?),
            3 => Cause::Wire(Field::read(input)?),
            other => return Err(input.expected("who wrote it", other.to_string())),
        })
    }
}

/// Appends an image.
pub fn write_image(image: &Image, out: &mut Vec<u8>) {
    out.push(super::VERSION);
    image.write(out);
}

/// Reads what [`write_image`] has written.
pub fn read_image(bytes: &[u8]) -> Result<Image, RecordError> {
    let mut input = Input::new(bytes);
    version(&mut input)?;
    let image = Field::read(&mut input)?;
    input.end()?;
    Ok(image)
}

/// Appends a base.
pub fn write_base(base: &Base, out: &mut Vec<u8>) {
    out.push(super::VERSION);
    base.epoch.write(out);
    base.time_micros.write(out);
    (base.positions.len() as u64).write(out);
    for (source, position) in &base.positions {
        source.write(out);
        position.write(out);
    }
    base.image.write(out);
}

/// Reads what [`write_base`] has written.
pub fn read_base(bytes: &[u8]) -> Result<Base, RecordError> {
    let mut input = Input::new(bytes);
    version(&mut input)?;
    let input = &mut input;
    let (epoch, time_micros) = (Field::read(input)?, Field::read(input)?);
    let positions: Vec<(Text, Value)> = Field::read(input)?;
    let image = Field::read(input)?;
    input.end()?;
    Ok(Base {
        epoch,
        time_micros,
        positions: positions.into_iter().collect(),
        image,
    })
}
