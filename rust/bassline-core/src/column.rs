//! Numbers of many contacts at once: a column is written as one operation of a tick and read in one go.

use crate::error::NetworkError;
use crate::id::{ContactId, Handle};
use crate::network::Network;
use crate::value::{Content, Value};
use crate::view::View;

/// What is written to the contacts of a column, in their order.
#[derive(Debug, Clone, PartialEq)]
pub enum Column {
    /// Floats.
    Floats(Vec<f64>),
    /// Ints.
    Ints(Vec<i64>),
    /// Booleans.
    Bools(Vec<bool>),
}

impl Column {
    /// How many numbers it has.
    pub fn len(&self) -> usize {
        match self {
            Column::Floats(numbers) => numbers.len(),
            Column::Ints(numbers) => numbers.len(),
            Column::Bools(numbers) => numbers.len(),
        }
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// Why a column cannot be written or read: which of its contacts is in the way, and how.
#[derive(Debug, Clone)]
pub struct ColumnError {
    /// Its place in the column.
    pub at: usize,
    /// What is the matter with it.
    pub cause: ColumnFault,
}

/// What is the matter with one contact of a column.
#[derive(Debug, Clone)]
pub enum ColumnFault {
    /// The network refuses it.
    Refused(NetworkError),
    /// Its content is not what is asked for.
    Content(Content),
}

impl Network {
    /// Writes a column from outside, in the open tick. Nothing is written if one of the contacts is not there any more.
    pub fn write_column(&mut self, contacts: &[ContactId], column: &Column) -> Result<(), ColumnError> {
        for (at, &id) in contacts.iter().enumerate() {
            self.slot(id).map_err(|error| refused(at, error))?;
        }
        match column {
            Column::Floats(numbers) => self.write_floats(contacts, numbers),
            Column::Ints(numbers) => self.write_each(contacts, numbers, Value::Int),
            Column::Bools(numbers) => self.write_each(contacts, numbers, Value::Bool),
        }
    }

    fn write_floats(&mut self, contacts: &[ContactId], numbers: &[f64]) -> Result<(), ColumnError> {
        self.tick.touches.reserve(contacts.len());
        let mut at = 0;
        loop {
            let rest = contacts.iter().zip(numbers).skip(at);
            at += self.write_plain(rest.map(|(id, &number)| (id.slot(), number)));
            let Some((&id, &number)) = contacts.get(at).zip(numbers.get(at)) else {
                return Ok(());
            };
            self.write(id, Value::Float(number))
                .map_err(|error| refused(at, error))?;
            at += 1;
        }
    }

    fn write_each<T: Copy>(
        &mut self,
        contacts: &[ContactId],
        numbers: &[T],
        value: impl Fn(T) -> Value,
    ) -> Result<(), ColumnError> {
        self.tick.touches.reserve(contacts.len());
        for (at, (&id, &number)) in contacts.iter().zip(numbers).enumerate() {
            self.write(id, value(number)).map_err(|error| refused(at, error))?;
        }
        Ok(())
    }
}

fn refused(at: usize, error: NetworkError) -> ColumnError {
    ColumnError {
        at,
        cause: ColumnFault::Refused(error),
    }
}

impl View<'_> {
    /// The contents of a column; `number` makes of a content what is asked for, if it can.
    pub fn read_column<T>(
        self,
        contacts: &[ContactId],
        number: impl Fn(&Content) -> Option<T>,
    ) -> Result<Vec<T>, ColumnError> {
        let read = contacts.iter().enumerate().map(|(at, &id)| {
            let content = self.content(id).map_err(|error| refused(at, error))?;
            number(&content).ok_or(ColumnError {
                at,
                cause: ColumnFault::Content(content),
            })
        });
        read.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::blend::Blend;

    #[test]
    fn a_column_is_written_as_single_writes_would_be() {
        let declared = |network: &mut Network| -> Vec<ContactId> {
            let blends = [None, Some(Blend::Max), None, Some(Blend::Stream), None];
            network.begin();
            let root = network.root();
            let declare = |(at, blend)| network.declare_contact(root, &format!("c{at}"), blend, Value::Null);
            let contacts: Result<Vec<_>, _> = blends.into_iter().enumerate().map(declare).collect();
            let contacts = contacts.unwrap();
            network
                .declare_wire(contacts[0], contacts[4], crate::WireKind::Bidirectional)
                .unwrap();
            network.settle().unwrap();
            network.commit(false, false);
            contacts
        };
        let (mut one, mut other) = (Network::default(), Network::default());
        let (columned, single) = (declared(&mut one), declared(&mut other));
        for numbers in [[5.0, 5.0, 5.0, 5.0, 5.0], [5.0, 1.0, f64::NAN, 5.0, 7.0], [0.0; 5]] {
            one.begin();
            one.write_column(&columned, &Column::Floats(numbers.to_vec())).unwrap();
            one.settle().unwrap();
            other.begin();
            for (&id, number) in single.iter().zip(numbers) {
                other.write(id, Value::Float(number)).unwrap();
            }
            other.settle().unwrap();
            assert_eq!(one.commit(true, false), other.commit(true, false));
            assert_eq!(one.image(), other.image());
        }
    }

    #[test]
    fn a_contact_that_is_gone_is_named_by_its_place_and_nothing_is_written() {
        let mut network = Network::default();
        network.begin();
        let root = network.root();
        let [a, b] = ["a", "b"].map(|path| network.declare_contact(root, path, None, Value::Null).unwrap());
        network.remove_contact(b).unwrap();
        let error = network.write_column(&[a, b], &Column::Ints(vec![1, 2])).unwrap_err();
        assert_eq!(error.at, 1);
        assert_eq!(network.content(a).unwrap(), &None);
    }
}
