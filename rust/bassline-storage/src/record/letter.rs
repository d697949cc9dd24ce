//! A dead letter as bytes, and the names in it.

use super::field::{Field, version};
use super::input::{Input, RecordError, write_bytes};
use super::tick::{read_tick, write_tick};
use bassline_core::Text;
use bassline_kernel::DeadLetter;
use std::sync::Arc;

/// Appends a letter.
pub fn write_letter(letter: &DeadLetter, out: &mut Vec<u8>) {
    out.push(super::VERSION);
    letter.id.write(out);
    letter.driver.write(out);
    letter.time_micros.write(out);
    letter.error.write(out);
    letter.tries.write(out);
    letter.again.write(out);
    letter.names.write(out);
    let mut tick = Vec::new();
    write_tick(&letter.record, &mut tick);
    write_bytes(&tick, out);
}

/// Reads what [`write_letter`] has written.
pub fn read_letter(bytes: &[u8]) -> Result<DeadLetter, RecordError> {
    let mut input = Input::new(bytes);
    version(&mut input)?;
    let input = &mut input;
    let (id, driver, time_micros, error) = (
        Field::read(input)?,
        Field::read(input)?,
        Field::read(input)?,
        Field::read(input)?,
    );
    let (tries, again, names) = (Field::read(input)?, Field::read(input)?, Field::read(input)?);
    let len = input.len()?;
    let record = read_tick(input.take(len)?)?;
    input.end()?;
    Ok(DeadLetter {
        id,
        driver,
        time_micros,
        error,
        tries,
        record: Arc::new(record),
        names,
        again,
    })
}

/// Appends the names of a letter alone.
pub fn write_names(names: &Vec<(Text, Text)>, out: &mut Vec<u8>) {
    out.push(super::VERSION);
    names.write(out);
}

/// Reads what [`write_names`] has written.
pub fn read_names(bytes: &[u8]) -> Result<Vec<(Text, Text)>, RecordError> {
    let mut input = Input::new(bytes);
    version(&mut input)?;
    let names = Field::read(&mut input)?;
    input.end()?;
    Ok(names)
}
