//! What a tick changed, read from the JSON of its history row.

use super::cause;
use crate::json::{Any, JsonError};
use bassline_core::{Cause, Change, ContactId, Content, Handle, Text, Value};
use serde::de::{DeserializeSeed, Deserializer, Error, SeqAccess, Visitor};
use std::fmt;

/// All changes of a tick, in order; what was there before is not in them.
pub(crate) fn all(changes: &str, source: &Text) -> Result<Vec<Change>, JsonError> {
    let mut deserializer = serde_json::Deserializer::from_str(changes);
    let changes = deserializer.deserialize_seq(List { source })?;
    deserializer.end()?;
    Ok(changes)
}

/// The changes of one contact in a tick, in order.
pub(crate) fn of_contact(changes: &str, contact: ContactId, source: &Text) -> Result<Vec<(Content, Cause)>, JsonError> {
    let changes = all(changes, source)?.into_iter();
    let of_contact = changes.filter(|change| change.contact == contact);
    Ok(of_contact.map(|change| (change.new, change.cause)).collect())
}

struct List<'a> {
    source: &'a Text,
}

impl<'de> Visitor<'de> for List<'_> {
    type Value = Vec<Change>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the list of what a tick changed")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Vec<Change>, A::Error> {
        let mut changes = Vec::new();
        while let Some(change) = access.next_element_seed(One {
            earlier: &changes,
            source: self.source,
        })? {
            changes.push(change);
        }
        Ok(changes)
    }
}

struct One<'a> {
    earlier: &'a [Change],
    source: &'a Text,
}

impl<'de> DeserializeSeed<'de> for One<'_> {
    type Value = Change;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Change, D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for One<'_> {
    type Value = Change;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a change: a contact, a value and a cause")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Change, A::Error> {
        let short = |length| A::Error::invalid_length(length, &self);
        let contact = access.next_element::<u64>()?.ok_or_else(|| short(0))?;
        let value = access.next_element_seed(Any)?.ok_or_else(|| short(1))?;
        let cause = match access.next_element_seed(Any)?.ok_or_else(|| short(2))? {
            Value::Null => Cause::Nobody,
            Value::Text(other) => Cause::External(other),
            Value::Int(number) => cause::from_number(number, self.source),
            other => return Err(A::Error::custom(format!("{other} is no cause"))),
        };
        let new = match access.next_element::<i64>()? {
            None => Some(value),
            Some(-1) => None,
            Some(at) => match self.earlier.get(at as usize) {
                Some(earlier) => earlier.new.clone(),
                None => return Err(A::Error::custom(format!("there is no change {at} before it"))),
            },
        };
        Ok(Change {
            contact: ContactId::from_bits(contact),
            old: None,
            new,
            cause,
            event: false,
        })
    }
}
