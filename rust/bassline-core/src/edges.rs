//! The adjacency of contacts: no edge and one edge stand in the contact's own four bytes, more in a list of the pool.

use crate::contact::NONE;
use crate::lists::Lists;

/// Set in the head of a contact with more than one edge; no code of an edge has this bit.
const LIST: u32 = 1 << 30;

/// Edges by contact, each a [`crate::contact::Edge`]'s code, in order.
#[derive(Debug, Default)]
pub(crate) struct Edges {
    /// [`NONE`], the only edge, or with [`LIST`] the number of a list.
    heads: Vec<u32>,
    lists: Lists,
    free: Vec<u32>,
}

impl Edges {
    pub(crate) fn grow(&mut self, slots: usize) {
        if self.heads.len() < slots {
            self.heads.resize(slots, NONE);
        }
    }

    fn list(&self, slot: u32) -> Option<u32> {
        let head = self.heads[slot as usize];
        (head != NONE && head & LIST != 0).then_some(head & !LIST)
    }

    #[inline]
    pub(crate) fn get(&self, slot: u32) -> &[u32] {
        let head = &self.heads[slot as usize];
        if *head & LIST == 0 {
            std::slice::from_ref(head)
        } else if *head == NONE {
            &[]
        } else {
            self.lists.get(*head & !LIST)
        }
    }

    #[inline]
    pub(crate) fn len(&self, slot: u32) -> usize {
        self.get(slot).len()
    }

    #[inline]
    pub(crate) fn at(&self, slot: u32, index: usize) -> Option<u32> {
        self.get(slot).get(index).copied()
    }

    pub(crate) fn push(&mut self, slot: u32, edge: u32) {
        self.insert(slot, self.len(slot), edge);
    }

    /// Puts an edge at a place: where [`Edges::remove`] took it from.
    pub(crate) fn insert(&mut self, slot: u32, index: usize, edge: u32) {
        debug_assert_eq!(edge & LIST, 0);
        if let Some(list) = self.list(slot) {
            self.lists.insert(list, index, edge);
            return;
        }
        let only = self.heads[slot as usize];
        if only == NONE {
            self.heads[slot as usize] = edge;
            return;
        }
        let list = self.free.pop().unwrap_or_else(|| {
            let list = self.lists.slots();
            self.lists.grow(list + 1);
            list as u32
        });
        self.lists.push(list, only);
        self.lists.insert(list, index, edge);
        self.heads[slot as usize] = LIST | list;
    }

    /// Takes an edge out; answers where it stood.
    pub(crate) fn remove(&mut self, slot: u32, edge: u32) -> Option<usize> {
        let Some(list) = self.list(slot) else {
            let found = self.heads[slot as usize] == edge;
            return found.then(|| {
                self.heads[slot as usize] = NONE;
                0
            });
        };
        let index = self.lists.remove(list, edge)?;
        if let [only] = *self.lists.get(list) {
            self.lists.remove(list, only);
            self.free.push(list);
            self.heads[slot as usize] = only;
        }
        Some(index)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn edges_behave_as_vectors(operations in prop::collection::vec((0u32..4, 0u32..6, any::<bool>()), 0..300)) {
            let mut edges = Edges::default();
            edges.grow(4);
            let mut model = vec![Vec::new(); 4];
            for (slot, edge, add) in operations {
                if add {
                    let at = edges.len(slot) / 2;
                    edges.insert(slot, at, edge);
                    model[slot as usize].insert(at, edge);
                } else {
                    let expected = model[slot as usize].iter().rposition(|&other| other == edge);
                    prop_assert_eq!(edges.remove(slot, edge), expected);
                    if let Some(index) = expected {
                        model[slot as usize].remove(index);
                    }
                }
                for slot in 0..4 {
                    prop_assert_eq!(edges.get(slot), &model[slot as usize][..]);
                }
            }
        }
    }
}
