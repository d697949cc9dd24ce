//! Causes as numbers, and as one element of a change.

use bassline_core::{Cause, GadgetId, Handle, Text, WireId};

/// A gadget is its handle plus one, a wire the negative of that.
fn number(bits: u64) -> i64 {
    bits as i64 + 1
}

/// The number of whoever is within the network: positive for a gadget, negative for a wire; `None` for others.
pub(crate) fn to_number(cause: &Cause) -> Option<i64> {
    match cause {
        Cause::Nobody | Cause::External(_) => None,
        Cause::Gadget(id) => Some(number(id.to_bits())),
        Cause::Wire(id) => Some(-number(id.to_bits())),
    }
}

/// The cause of a number; `own` is what 0 stands for.
pub(crate) fn from_number(number: i64, own: &Text) -> Cause {
    match number {
        0 => Cause::External(own.clone()),
        1.. => Cause::Gadget(GadgetId::from_bits((number - 1) as u64)),
        _ => Cause::Wire(WireId::from_bits((-number - 1) as u64)),
    }
}

/// Appends a cause to a change; `own` is the source that 0 stands for.
#[inline]
pub(crate) fn write(cause: &Cause, own: &Text, out: &mut Vec<u8>) -> serde_json::Result<()> {
    match cause {
        Cause::Nobody => out.extend_from_slice(b"null"),
        Cause::External(source) if source == own => out.push(b'0'),
        Cause::External(source) => serde_json::to_writer(out, source.as_str())?,
        Cause::Gadget(id) => serde_json::to_writer(out, &number(id.to_bits()))?,
        Cause::Wire(id) => serde_json::to_writer(out, &-number(id.to_bits()))?,
    }
    Ok(())
}
