//! What a tick changed, as the compact JSON of its history row.

mod read;

use super::cause;
use crate::json::{self, JsonError};
use bassline_core::{Change, ContactId, Handle, Text, Value};
use bassline_kernel::Record;
use indexmap::IndexMap;
use rustc_hash::FxBuildHasher;
use std::ops::Range;
use std::sync::Arc;

pub(crate) use read::{all, of_contact};

/// What a table that a large tick has left behind may hold: clearing it takes as long as it is large.
const OBJECTS_KEPT: usize = 256;

/// Writes the changes of the ticks of a batch, and remembers where each value stands, so that none is written a second time.
#[derive(Debug, Default)]
pub(crate) struct ChangesWriter {
    out: Vec<u8>,
    /// For each change of the last tick, where its value stands; empty for Nothing.
    values: Vec<Range<usize>>,
    /// For each heap object written in this tick, the change it was written in.
    objects: IndexMap<usize, usize, FxBuildHasher>,
}

impl ChangesWriter {
    /// Begins a batch.
    pub(crate) fn clear(&mut self) {
        self.out.clear();
    }

    /// Writes a tick's changes as JSON, which is UTF-8, and answers where it stands; or the contact whose value has none.
    pub(crate) fn write(&mut self, record: &Record<'_>) -> Result<Range<usize>, (ContactId, JsonError)> {
        self.values.clear();
        if self.objects.capacity() > OBJECTS_KEPT {
            self.objects = IndexMap::default();
        } else {
            self.objects.clear();
        }
        let begin = self.out.len();
        let is_alone = record.changes().len() == 1;
        self.out.push(b'[');
        for (at, change) in record.changes().enumerate() {
            if at > 0 {
                self.out.push(b',');
            }
            let value = self
                .write_change(at, &change, record.source, is_alone)
                .map_err(|error| (change.contact, error))?;
            self.values.push(value);
        }
        self.out.push(b']');
        Ok(begin..self.out.len())
    }

    /// Where the values of the last tick stand, change by change.
    pub(crate) fn values(&self) -> &[Range<usize>] {
        &self.values
    }

    /// What stands at a place.
    #[inline]
    pub(crate) fn at(&self, place: Range<usize>) -> &[u8] {
        &self.out[place]
    }

    #[inline]
    fn write_change(
        &mut self,
        at: usize,
        change: &Change,
        own: &Text,
        is_alone: bool,
    ) -> Result<Range<usize>, JsonError> {
        let earlier = match change.new.as_ref().and_then(address) {
            Some(address) if !is_alone => {
                let first = *self.objects.entry(address).or_insert(at);
                (first != at).then_some(first)
            }
            _ => None,
        };
        let out = &mut self.out;
        out.push(b'[');
        serde_json::to_writer(&mut *out, &change.contact.to_bits())?;
        out.push(b',');
        let begin = out.len();
        let (value, reference) = match (&change.new, earlier) {
            (None, _) => (0..0, Some(-1)),
            (Some(_), Some(first)) => (self.values[first].clone(), Some(first as i64)),
            (Some(value), None) => {
                json::write(value, out)?;
                (begin..out.len(), None)
            }
        };
        if reference.is_some() {
            out.extend_from_slice(b"null");
        }
        out.push(b',');
        cause::write(&change.cause, own, out)?;
        if let Some(reference) = reference {
            out.push(b',');
            serde_json::to_writer(&mut *out, &reference)?;
        }
        out.push(b']');
        Ok(value)
    }
}

/// What tells one heap object from another while both are alive.
fn address(value: &Value) -> Option<usize> {
    match value {
        Value::Bytes(bytes) => Some(Arc::as_ptr(bytes).addr()),
        Value::List(items) => Some(Arc::as_ptr(items).addr()),
        Value::Map(map) => Some(Arc::as_ptr(map).addr()),
        Value::Set(set) => Some(Arc::as_ptr(set).addr()),
        Value::Array(array) => Some(Arc::as_ptr(array).addr()),
        Value::Coded(coded) => Some(Arc::as_ptr(coded).addr()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bassline_core::{Cause, Content, GadgetId, WireId};
    use bassline_kernel::{Records, TickRecord};

    #[test]
    fn a_value_shared_by_contacts_is_written_once() {
        let list = Value::List(Arc::new(vec![Value::Int(7)]));
        let change = |contact: u64, new: Content, cause: Cause| Change {
            contact: ContactId::from_bits(contact),
            old: None,
            new,
            cause,
            event: false,
        };
        let gadget = Cause::Gadget(GadgetId::from_bits(4));
        let record = TickRecord {
            epoch: 1,
            tick: 1,
            time_micros: 0,
            source: "file".into(),
            position: None,
            changes: vec![
                change(1, Some(list.clone()), Cause::External("file".into())),
                change(2, Some(list.clone()), gadget.clone()),
                change(3, None, Cause::Wire(WireId::from_bits(0))),
                change(2, Some(Value::Null), Cause::External("other".into())),
            ],
            structure: vec![],
        };
        let mut writer = ChangesWriter::default();
        let records = Records::from_iter([&record]);
        let place = writer.write(&records.first().unwrap()).unwrap();
        let text = String::from_utf8(writer.at(place).to_vec()).unwrap();
        let values: Vec<&[u8]> = writer.values().iter().map(|place| writer.at(place.clone())).collect();
        assert_eq!(values, [b"[7]" as &[u8], b"[7]", b"", b"null"]);
        assert_eq!(text, r#"[[1,[7],0],[2,null,5,0],[3,null,-1,-1],[2,null,"other"]]"#);
        let of = |bits| of_contact(&text, ContactId::from_bits(bits), &record.source).unwrap();
        assert_eq!(
            of(2),
            vec![
                (Some(list), gadget),
                (Some(Value::Null), Cause::External("other".into()))
            ]
        );
        assert_eq!(of(3), vec![(None, Cause::Wire(WireId::from_bits(0)))]);
    }

    #[test]
    fn what_makes_no_change_is_refused() {
        let source = Text::from("");
        for text in [
            "",
            "7",
            "[7]",
            "[[]]",
            "[[1]]",
            "[[1,2]]",
            "[[-1,2,0]]",
            r#"[["a",2,0]]"#,
            "[[1,2,[]]]",
            "[[1,2,0.5]]",
            "[[1,null,0,0]]",
            "[[1,2,0],[1,null,0,-2]]",
            "[[1,2,0,-1,0]]",
            "[[1,2,0]] ]",
        ] {
            assert!(all(text, &source).is_err(), "{text}");
        }
        assert_eq!(
            all("[[1,2,0],[3,null,0,0]]", &source).unwrap()[1].new,
            Some(Value::Int(2))
        );
    }
}
