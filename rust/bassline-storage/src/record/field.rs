//! What a record is made of: each type of a field is written and read by one implementation, each struct by the list of its fields.

use super::input::{Input, RecordError, write_bytes, write_number, write_signed};
use bassline_core::{ContactId, GadgetId, GroupId, Handle, LinkId, StructureChange, Text, WireId};

/// Something with a form in bytes.
pub(super) trait Field: Sized {
    fn write(&self, out: &mut Vec<u8>);
    fn read(input: &mut Input<'_>) -> Result<Self, RecordError>;
}

/// A struct: its fields in the order given.
macro_rules! fields {
    ($($name:ident { $($field:ident),* $(,)? })*) => {$(
        impl Field for $name {
            fn write(&self, out: &mut Vec<u8>) {
                $(self.$field.write(out);)*
            }
            fn read(input: &mut Input<'_>) -> Result<Self, RecordError> {
                Ok(Self { $($field: Field::read(input)?),* })
            }
        }
    )*};
}
pub(super) use fields;

macro_rules! handles {
    ($($name:ident)*) => {$(
        impl Field for $name {
            #[inline]
            fn write(&self, out: &mut Vec<u8>) {
                write_number(self.to_bits(), out);
            }
            #[inline]
            fn read(input: &mut Input<'_>) -> Result<Self, RecordError> {
                Ok(Self::from_bits(input.number()?))
            }
        }
    )*};
}
handles!(ContactId GadgetId GroupId LinkId WireId);

impl Field for bool {
    fn write(&self, out: &mut Vec<u8>) {
        out.push(u8::from(*self));
    }
    fn read(input: &mut Input<'_>) -> Result<Self, RecordError> {
        match input.byte()? {
            0 => Ok(false),
            1 => Ok(true),
            other => Err(input.expected("a truth value", other.to_string())),
        }
    }
}

impl Field for u32 {
    fn write(&self, out: &mut Vec<u8>) {
        write_number(u64::from(*self), out);
    }
    fn read(input: &mut Input<'_>) -> Result<Self, RecordError> {
        let number = input.number()?;
        u32::try_from(number).map_err(|_| input.expected("a number of 32 bits", number.to_string()))
    }
}

impl Field for u64 {
    fn write(&self, out: &mut Vec<u8>) {
        write_number(*self, out);
    }
    fn read(input: &mut Input<'_>) -> Result<Self, RecordError> {
        input.number()
    }
}

impl Field for i64 {
    fn write(&self, out: &mut Vec<u8>) {
        write_signed(*self, out);
    }
    fn read(input: &mut Input<'_>) -> Result<Self, RecordError> {
        input.signed()
    }
}

impl Field for Text {
    fn write(&self, out: &mut Vec<u8>) {
        write_bytes(self.as_bytes(), out);
    }
    fn read(input: &mut Input<'_>) -> Result<Self, RecordError> {
        input.text().map(Text::from)
    }
}

impl<A: Field, B: Field> Field for (A, B) {
    fn write(&self, out: &mut Vec<u8>) {
        self.0.write(out);
        self.1.write(out);
    }
    fn read(input: &mut Input<'_>) -> Result<Self, RecordError> {
        Ok((A::read(input)?, B::read(input)?))
    }
}

/// Appends what a list of them is read from.
pub(super) fn write_items<T: Field>(items: &[T], out: &mut Vec<u8>) {
    write_number(items.len() as u64, out);
    for item in items {
        item.write(out);
    }
}

impl<T: Field> Field for Vec<T> {
    fn write(&self, out: &mut Vec<u8>) {
        write_items(self, out);
    }
    fn read(input: &mut Input<'_>) -> Result<Self, RecordError> {
        let len = input.len()?;
        (0..len).map(|_| T::read(input)).collect()
    }
}

/// Something that may be missing; what is a value has a form of its own, [`bassline_core::Content`].
pub(super) trait Optional: Field {}

impl<T: Optional> Field for Option<T> {
    fn write(&self, out: &mut Vec<u8>) {
        self.is_some().write(out);
        if let Some(there) = self {
            there.write(out);
        }
    }
    fn read(input: &mut Input<'_>) -> Result<Self, RecordError> {
        bool::read(input)?.then(|| T::read(input)).transpose()
    }
}

impl Optional for Text {}
impl<A: Field, B: Field> Optional for (A, B) {}

/// Appends the structure of a tick.
pub fn write_structure(structure: &[StructureChange], out: &mut Vec<u8>) {
    out.push(super::VERSION);
    write_items(structure, out);
}

/// Reads what [`write_structure`] has written.
pub fn read_structure(bytes: &[u8]) -> Result<Vec<StructureChange>, RecordError> {
    let mut input = Input::new(bytes);
    version(&mut input)?;
    let structure = Field::read(&mut input)?;
    input.end()?;
    Ok(structure)
}

/// The version that a body begins with.
#[inline]
pub(super) fn version(input: &mut Input<'_>) -> Result<(), RecordError> {
    match input.byte()? {
        super::VERSION => Ok(()),
        newer => Err(input.expected(
            "version 1 of the record format",
            format!("version {newer}, which is of a newer bassline"),
        )),
    }
}
