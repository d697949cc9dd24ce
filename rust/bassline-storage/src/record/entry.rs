//! What stands in a ledger: ticks, and the openings of the network between them.

use super::field::{Field, version};
use super::input::{Input, RecordError};
use super::tick::{read_tick, write_record};
use bassline_kernel::{Record, TickRecord};

/// One entry of a ledger.
#[derive(Debug, Clone, PartialEq)]
pub enum Entry {
    /// A committed tick.
    Tick(TickRecord),
    /// The network was opened: what follows is of this epoch.
    Opened {
        /// The number of the opening.
        epoch: u64,
        /// When: microseconds since 1970.
        time_micros: i64,
    },
}

const TICK: u8 = 1;
const OPENED: u8 = 2;

/// Appends the entry of a tick.
#[inline]
pub fn write_tick_entry(record: &Record<'_>, out: &mut Vec<u8>) {
    out.push(TICK);
    write_record(record, out);
}

/// Appends the entry of an opening.
pub fn write_opening(epoch: u64, time_micros: i64, out: &mut Vec<u8>) {
    out.push(OPENED);
    epoch.write(out);
    time_micros.write(out);
}

/// What an entry begins with: what it is, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EntryHead {
    /// The tick; `None` of an opening.
    pub tick: Option<u64>,
    /// Which opening of the network it belongs to.
    pub epoch: u64,
    /// When: microseconds since 1970.
    pub time_micros: i64,
}

/// Reads the beginning of an entry, and nothing behind it.
pub fn read_entry_head(bytes: &[u8]) -> Result<EntryHead, RecordError> {
    let mut input = Input::new(bytes);
    let input = &mut input;
    match input.byte()? {
        TICK => {
            version(input)?;
            Ok(EntryHead {
                epoch: Field::read(input)?,
                tick: Some(Field::read(input)?),
                time_micros: Field::read(input)?,
            })
        }
        OPENED => Ok(EntryHead {
            tick: None,
            epoch: Field::read(input)?,
            time_micros: Field::read(input)?,
        }),
        other => Err(unknown(input, other)),
    }
}

fn unknown(input: &Input<'_>, kind: u8) -> RecordError {
    let found = format!("kind {kind}, which may be of a newer bassline");
    input.expected("an entry of a ledger", found)
}

/// Reads an entry.
pub fn read_entry(bytes: &[u8]) -> Result<Entry, RecordError> {
    let mut input = Input::new(bytes);
    match input.byte()? {
        TICK => read_tick(bytes.get(1..).unwrap_or_default()).map(Entry::Tick),
        OPENED => {
            let opened = Entry::Opened {
                epoch: Field::read(&mut input)?,
                time_micros: Field::read(&mut input)?,
            };
            input.end()?;
            Ok(opened)
        }
        other => Err(unknown(&input, other)),
    }
}
