//! What contacts held when the tick began, in a form that costs nothing to forget: only values on the heap are kept aside.

use crate::changes::{Kind, Packed};
use crate::undo::heap;
use crate::value::{Content, Value};
use std::ops::Range;

/// Content as it was.
pub(crate) type Old = Packed;

impl Old {
    /// The same where it is kept behind `others`.
    pub(crate) fn behind(self, others: u32) -> Self {
        match self.place() {
            Some(at) => Old::wide(at + others as usize),
            None => self,
        }
    }
}

/// The old contents on the heap.
#[derive(Debug, Default)]
pub(crate) struct Kept(Vec<Content>);

impl Kept {
    #[inline]
    pub(crate) fn keep(&mut self, content: Content) -> Old {
        Packed::of(&content).unwrap_or_else(|| {
            self.0.push(content);
            Packed::wide(self.0.len() - 1)
        })
    }

    pub(crate) fn content(&self, old: Old) -> Content {
        match old.place() {
            Some(at) => self.0[at].clone(),
            None => old.plain(),
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
    pub(crate) fn join(&mut self, others: &mut Self) {
        self.0.append(&mut others.0);
    }

    /// Forgets some of the contents, whose places stay.
    #[inline]
    pub(crate) fn empty(&mut self, places: Range<usize>) {
        for content in self.0.get_mut(places).unwrap_or_default() {
            *content = None;
        }
    }

    /// The content, which is given away if it is on the heap.
    #[inline]
    pub(crate) fn take(&mut self, old: Old) -> Option<Value> {
        old.place().and_then(|at| self.0[at].take())
    }

    /// Whether content is what it was.
    #[inline]
    pub(crate) fn is_same(&self, old: Old, content: &Content) -> bool {
        match (old.kind, content) {
            (Kind::Int, Some(Value::Int(value))) => old.bits == *value as u64,
            (Kind::Wide, _) => old.place().is_some_and(|at| self.0[at] == *content),
            _ => old.plain() == *content,
        }
    }

    /// About how many bytes of them are outside their cells.
    pub(crate) fn bytes(&self) -> usize {
        self.0.iter().map(heap).sum()
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }
}
