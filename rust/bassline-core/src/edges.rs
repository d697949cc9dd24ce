//! The adjacency of contacts: no edge and one edge stand in the contact's own four bytes, more in a list of the pool.

use crate::contact::NONE;
use crate::lists::{COUNTED, Lists, is_dead};
use crate::slots::grow;

/// Set in the head of a contact with more than one edge; no code of an edge has this bit.
const LIST: u32 = 1 << 30;

/// Edges by contact, each a [`crate::contact::Edge`]'s code, in order of creation.
#[derive(Debug, Default)]
pub(crate) struct Edges {
    /// [`NONE`], the only edge, or with [`LIST`] the number of a list.
    heads: Vec<u32>,
    lists: Lists,
    free: Vec<u32>,
}

impl Edges {
    pub(crate) fn grow(&mut self, slots: usize) {
        grow(&mut self.heads, slots, NONE);
    }

    fn list(&self, slot: u32) -> Option<u32> {
        let head = self.heads[slot as usize];
        (head != NONE && head & LIST != 0).then_some(head & !LIST)
    }

    /// The edges; among those of a hub are dead ones, whose two highest bits are set.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "in the innermost loop")]
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

    pub(crate) fn living(&self, slot: u32) -> impl DoubleEndedIterator<Item = u32> + '_ {
        self.get(slot).iter().copied().filter(|&edge| !is_dead(edge))
    }

    /// How many places there are, dead edges counted; but 0 and 1 are exact.
    #[inline]
    pub(crate) fn len(&self, slot: u32) -> usize {
        self.get(slot).len()
    }

    /// The living edge at a place.
    #[inline]
    pub(crate) fn at(&self, slot: u32, index: usize) -> Option<u32> {
        self.get(slot).get(index).copied().filter(|&edge| !is_dead(edge))
    }

    /// Whether a wire is among the edges.
    pub(crate) fn has_wire(&self, slot: u32) -> bool {
        match self.list(slot) {
            Some(list) => self.lists.has_counted(list),
            None => self.get(slot).iter().any(|&edge| edge & COUNTED != 0),
        }
    }

    /// Adds the youngest edge.
    pub(crate) fn push(&mut self, slot: u32, edge: u32) {
        debug_assert_eq!(edge & LIST, 0);
        let head = self.heads[slot as usize];
        if head == NONE {
            self.heads[slot as usize] = edge;
            return;
        }
        let list = self.make_list(slot);
        self.lists.push(list, edge);
    }

    /// Adds an edge in its place by age; that among the edges of a hub is given by [`Edges::sort`].
    pub(crate) fn insert(&mut self, slot: u32, edge: u32, age: impl Fn(u32) -> u64) {
        if self.heads[slot as usize] == NONE {
            self.push(slot, edge);
            return;
        }
        let list = self.make_list(slot);
        self.lists.insert(list, edge, age);
    }

    /// The list of a contact that has an edge.
    fn make_list(&mut self, slot: u32) -> u32 {
        if let Some(list) = self.list(slot) {
            return list;
        }
        let list = self.free.pop().unwrap_or_else(|| {
            let list = self.lists.slots();
            self.lists.grow(list + 1);
            list as u32
        });
        self.lists.push(list, self.heads[slot as usize]);
        self.heads[slot as usize] = LIST | list;
        list
    }

    /// Gives the edges that hubs got back their places.
    pub(crate) fn sort(&mut self, age: impl Fn(u32) -> u64) {
        self.lists.sort(age);
    }

    /// Takes an edge out; whether it was there.
    pub(crate) fn remove(&mut self, slot: u32, edge: u32, age: impl Fn(u32) -> u64) -> bool {
        let Some(list) = self.list(slot) else {
            let found = self.heads[slot as usize] == edge;
            if found {
                self.heads[slot as usize] = NONE;
            }
            return found;
        };
        let found = self.lists.remove(list, edge, &age);
        if let [only] = *self.lists.get(list) {
            self.lists.remove(list, only, age);
            self.free.push(list);
            self.heads[slot as usize] = only;
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn edges_behave_as_sorted_vectors(operations in prop::collection::vec((0u32..4, 0u32..200, prop::bool::weighted(0.7)), 0..900)) {
            let mut edges = Edges::default();
            edges.grow(4);
            let mut model: Vec<Vec<u32>> = vec![Vec::new(); 4];
            for (slot, edge, add) in operations {
                let own = &mut model[slot as usize];
                let known = own.iter().position(|&other| other == edge);
                if add && known.is_none() {
                    edges.insert(slot, edge, u64::from);
                    edges.sort(u64::from);
                    own.push(edge);
                    own.sort_unstable();
                } else if !add {
                    prop_assert_eq!(edges.remove(slot, edge, u64::from), known.is_some());
                    known.map(|at| own.remove(at));
                }
                for slot in 0..4 {
                    prop_assert_eq!(&edges.living(slot).collect::<Vec<u32>>(), &model[slot as usize]);
                    let exact = edges.len(slot).min(2);
                    prop_assert_eq!(exact, model[slot as usize].len().min(2));
                }
            }
        }
    }
}
