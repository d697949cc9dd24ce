//! Cursors as bytes: of each driver, the last tick that it has taken.

use super::field::{Field, version};
use super::input::{Input, RecordError, write_number};
use bassline_core::Text;
use bassline_kernel::Position;
use indexmap::IndexMap;

/// Appends cursors.
pub fn write_cursors(cursors: &IndexMap<Text, Position>, out: &mut Vec<u8>) {
    out.push(super::VERSION);
    write_number(cursors.len() as u64, out);
    for (driver, position) in cursors {
        driver.write(out);
        position.epoch.write(out);
        position.tick.write(out);
    }
}

/// Reads what [`write_cursors`] has written.
pub fn read_cursors(bytes: &[u8]) -> Result<IndexMap<Text, Position>, RecordError> {
    let mut input = Input::new(bytes);
    version(&mut input)?;
    let input = &mut input;
    let mut cursors = IndexMap::new();
    for _ in 0..input.len()? {
        let driver = Field::read(input)?;
        let (epoch, tick) = (Field::read(input)?, Field::read(input)?);
        cursors.insert(driver, Position { epoch, tick });
    }
    input.end()?;
    Ok(cursors)
}
