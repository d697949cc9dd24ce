//! A tick as bytes.

use super::field::{Field, version, write_items};
use super::input::{Input, RecordError};
use bassline_core::{Cause, Change, ContactId, Content, Text};
use bassline_kernel::{Record, Records, TickRecord};

/// Bits of a change's first byte; the lowest three say who wrote it.
mod bit {
    pub(super) const CAUSE: u8 = 0b111;
    pub(super) const NOBODY: u8 = 0;
    /// Someone outside, under the source of the tick.
    pub(super) const SOURCE: u8 = 1;
    pub(super) const OTHER_SOURCE: u8 = 2;
    pub(super) const GADGET: u8 = 3;
    pub(super) const WIRE: u8 = 4;
    pub(super) const EVENT: u8 = 1 << 3;
    /// It held what the change before made it hold: of the events of a stream.
    pub(super) const OLD_IS_LAST_NEW: u8 = 1 << 4;
    /// It holds the same object as the contact of the change before: of what is passed on.
    pub(super) const NEW_IS_LAST_NEW: u8 = 1 << 5;
    pub(super) const ALL: u8 = (1 << 6) - 1;
}

/// Appends a tick.
pub fn write_tick(record: &TickRecord, out: &mut Vec<u8>) {
    let records: Records = std::iter::once(record).collect();
    if let Some(record) = records.first() {
        write_record(&record, out);
    }
}

/// Appends a tick as a log holds it.
pub fn write_record(record: &Record<'_>, out: &mut Vec<u8>) {
    out.push(super::VERSION);
    record.epoch.write(out);
    record.tick.write(out);
    record.time_micros.write(out);
    record.source.write(out);
    record.position.cloned().write(out);
    write_items(record.structure, out);
    let changes = record.changes();
    (changes.len() as u64).write(out);
    let mut last: Option<Change> = None;
    for change in changes {
        write_change(&change, last.as_ref(), record.source, out);
        last = Some(change);
    }
}

/// Reads what [`write_tick`] has written.
pub fn read_tick(bytes: &[u8]) -> Result<TickRecord, RecordError> {
    let mut input = Input::new(bytes);
    version(&mut input)?;
    let input = &mut input;
    let mut record = TickRecord {
        epoch: Field::read(input)?,
        tick: Field::read(input)?,
        time_micros: Field::read(input)?,
        source: Field::read(input)?,
        position: Field::read(input)?,
        structure: Field::read(input)?,
        changes: Vec::new(),
    };
    let len = input.len()?;
    record.changes.reserve_exact(len);
    for _ in 0..len {
        let change = read_change(input, record.changes.last(), &record.source)?;
        record.changes.push(change);
    }
    input.end()?;
    Ok(record)
}

#[inline]
fn write_change(change: &Change, last: Option<&Change>, source: &Text, out: &mut Vec<u8>) {
    let old_is_last = change.event && last.is_some_and(|last| last.contact == change.contact && last.new == change.old);
    let new_is_last = match (&change.new, last.map(|last| &last.new)) {
        (Some(new), Some(Some(last))) => new.is_same_object(last),
        _ => false,
    };
    let cause = match &change.cause {
        Cause::Nobody => bit::NOBODY,
        Cause::External(other) if other == source => bit::SOURCE,
        Cause::External(_) => bit::OTHER_SOURCE,
        Cause::Gadget(_) => bit::GADGET,
        Cause::Wire(_) => bit::WIRE,
    };
    let set = |bit: u8, on: bool| if on { bit } else { 0 };
    out.push(
        cause
            | set(bit::EVENT, change.event)
            | set(bit::OLD_IS_LAST_NEW, old_is_last)
            | set(bit::NEW_IS_LAST_NEW, new_is_last),
    );
    change.contact.write(out);
    match &change.cause {
        Cause::External(other) if cause == bit::OTHER_SOURCE => other.write(out),
        Cause::Gadget(id) => id.write(out),
        Cause::Wire(id) => id.write(out),
        Cause::Nobody | Cause::External(_) => {}
    }
    if !old_is_last {
        change.old.write(out);
    }
    if !new_is_last {
        change.new.write(out);
    }
}

#[inline]
fn read_change(input: &mut Input<'_>, last: Option<&Change>, source: &Text) -> Result<Change, RecordError> {
    let bits = input.byte()?;
    if bits & !bit::ALL != 0 {
        return Err(input.expected("a change", format!("byte {bits:#04x}")));
    }
    let contact = ContactId::read(input)?;
    let cause = match bits & bit::CAUSE {
        bit::NOBODY => Cause::Nobody,
        bit::SOURCE => Cause::External(source.clone()),
        bit::OTHER_SOURCE => Cause::External(Field::read(input)?),
        bit::GADGET => Cause::Gadget(Field::read(input)?),
        bit::WIRE => Cause::Wire(Field::read(input)?),
        other => return Err(input.expected("who wrote it", other.to_string())),
    };
    let content = |input: &mut Input<'_>, is_last: bool| -> Result<Content, RecordError> {
        match (is_last, last) {
            (false, _) => Field::read(input),
            (true, Some(last)) => Ok(last.new.clone()),
            (true, None) => Err(input.expected("a value", "one as before, with none before")),
        }
    };
    let old = content(input, bits & bit::OLD_IS_LAST_NEW != 0)?;
    let new = content(input, bits & bit::NEW_IS_LAST_NEW != 0)?;
    Ok(Change {
        contact,
        old,
        new,
        cause,
        event: bits & bit::EVENT != 0,
    })
}
