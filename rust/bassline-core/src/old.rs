//! What contacts held when the tick began, in a form that costs nothing to forget: only values on the heap are kept aside.

use crate::changes::{Kind, Packed};
use crate::undo::heap;
use crate::value::{Content, Value};

/// Content as it was.
pub(crate) type Old = Packed;

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

    #[inline]
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// About how many bytes of them are outside their cells.
    pub(crate) fn bytes(&self) -> usize {
        self.0.iter().map(heap).sum()
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }
}
