//! What contacts held when the tick began, in a form that costs nothing to forget: only values on the heap are kept aside.

use crate::value::{Content, Value};
use std::ops::Range;

/// Content as it was.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Old {
    Nothing,
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    /// Where it is kept.
    Kept(u32),
}

impl Old {
    /// The same where it is kept behind `others`.
    pub(crate) fn behind(self, others: u32) -> Self {
        match self {
            Old::Kept(at) => Old::Kept(at + others),
            old => old,
        }
    }
}

/// The old contents on the heap.
#[derive(Debug, Default)]
pub(crate) struct Kept(Vec<Content>);

impl Kept {
    #[inline]
    pub(crate) fn keep(&mut self, content: Content) -> Old {
        match content {
            None => Old::Nothing,
            Some(Value::Null) => Old::Null,
            Some(Value::Bool(old)) => Old::Bool(old),
            Some(Value::Int(old)) => Old::Int(old),
            Some(Value::Float(old)) => Old::Float(old),
            heap => {
                self.0.push(heap);
                Old::Kept((self.0.len() - 1) as u32)
            }
        }
    }

    pub(crate) fn content(&self, old: Old) -> Content {
        match old {
            Old::Nothing => None,
            Old::Null => Some(Value::Null),
            Old::Bool(old) => Some(Value::Bool(old)),
            Old::Int(old) => Some(Value::Int(old)),
            Old::Float(old) => Some(Value::Float(old)),
            Old::Kept(at) => self.0[at as usize].clone(),
        }
    }

    pub(crate) fn all(&self) -> &[Content] {
        &self.0
    }

    #[inline]
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Takes what others keep behind its own.
    #[inline]
    pub(crate) fn take(&mut self, others: &mut Self) {
        self.0.append(&mut others.0);
    }

    /// Forgets some of the contents, whose places stay.
    #[inline]
    pub(crate) fn empty(&mut self, places: Range<usize>) {
        for content in self.0.get_mut(places).unwrap_or_default() {
            *content = None;
        }
    }

    /// Whether content is what it was.
    #[inline]
    pub(crate) fn is_same(&self, old: Old, content: &Content) -> bool {
        match old {
            Old::Kept(at) => self.0[at as usize] == *content,
            _ => self.content(old) == *content,
        }
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }
}
