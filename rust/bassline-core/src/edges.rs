//! The adjacency of contacts: no edge and one edge stand in the contact's own four bytes, more in a block of their own.
//!
//! Edges are in order of age. An edge taken from a long list leaves a dead one in its place, and the list closes its gaps when a quarter
//! of it is dead, so that taking edges out costs about the same however many there are.

use crate::blocks::Blocks;
use crate::contact::NONE;
use crate::slots::grow;
use indexmap::IndexMap;
use rustc_hash::FxBuildHasher;

/// Set in the head of a contact with more than one edge; no code of an edge has this bit.
const LIST: u32 = 1 << 30;

/// A list of more edges than this is long.
const LONG: usize = 64;

/// Both highest bits: of a dead edge. The other bits say how far to the right the next one may live.
const DEAD: u32 = 3 << 30;

/// The bit of the edges that are wires, which are counted in long lists.
const WIRE: u32 = 1 << 31;

fn is_dead(edge: u32) -> bool {
    edge & DEAD == DEAD
}

/// Edges by contact, each a [`crate::contact::Edge`]'s code, in order of creation.
#[derive(Debug, Default)]
pub(crate) struct Edges {
    /// [`NONE`], the only edge, or with [`LIST`] the block of a list.
    heads: Vec<u32>,
    blocks: Blocks,
    /// What is to be known of the long lists.
    long: IndexMap<u32, Long, FxBuildHasher>,
    /// The long lists that got edges back, which stand at their ends.
    unsorted: Vec<u32>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Long {
    dead: u32,
    wires: u32,
    unsorted: bool,
}

impl Edges {
    pub(crate) fn grow(&mut self, slots: usize) {
        grow(&mut self.heads, slots, NONE);
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
            self.blocks.get(*head & !LIST)
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
        if self.len(slot) > LONG
            && let Some(long) = self.long.get(&slot)
        {
            return long.wires > 0;
        }
        self.get(slot).iter().any(|&edge| edge & WIRE != 0)
    }

    /// Adds the youngest edge.
    pub(crate) fn push(&mut self, slot: u32, edge: u32) {
        self.insert_at(slot, self.len(slot), edge);
    }

    /// Adds an edge in its place by age; that among the edges of a hub is given by [`Edges::sort`].
    pub(crate) fn insert(&mut self, slot: u32, edge: u32, age: impl Fn(u32) -> u64) {
        if self.len(slot) > LONG {
            self.push(slot, edge);
            if let Some(long) = self.long.get_mut(&slot)
                && !std::mem::replace(&mut long.unsorted, true)
            {
                self.unsorted.push(slot);
            }
            return;
        }
        let own = age(edge);
        let edges = self.get(slot);
        let younger = edges.iter().rev().take_while(|&&other| age(other) > own).count();
        self.insert_at(slot, edges.len() - younger, edge);
    }

    /// Gives the edges that hubs got back their places.
    pub(crate) fn sort(&mut self, age: impl Fn(u32) -> u64) {
        for slot in std::mem::take(&mut self.unsorted) {
            if self.long.get(&slot).is_some_and(|long| long.unsorted) {
                self.close_gaps(slot, &age);
                self.sort_list(slot, &age);
            }
        }
    }

    fn sort_list(&mut self, slot: u32, age: impl Fn(u32) -> u64) {
        if let Some(block) = self.block(slot) {
            self.blocks.get_mut(block).sort_by_key(|&edge| age(edge));
        }
        if let Some(long) = self.long.get_mut(&slot) {
            long.unsorted = false;
        }
    }

    /// The block of a contact with more than one edge.
    fn block(&self, slot: u32) -> Option<u32> {
        let head = self.heads[slot as usize];
        (head != NONE && head & LIST != 0).then_some(head & !LIST)
    }

    fn insert_at(&mut self, slot: u32, index: usize, edge: u32) {
        debug_assert_eq!(edge & LIST, 0);
        let head = self.heads[slot as usize];
        if head == NONE {
            self.heads[slot as usize] = edge;
            return;
        }
        let block = self.block(slot).unwrap_or_else(|| {
            let block = self.blocks.take();
            self.blocks.insert(block, 0, head)
        });
        let len = self.blocks.len(block);
        self.heads[slot as usize] = LIST | self.blocks.insert(block, index, edge);
        if len == LONG {
            let wires = self.get(slot).iter().filter(|&&edge| edge & WIRE != 0).count() as u32;
            self.long.insert(
                slot,
                Long {
                    wires,
                    ..Long::default()
                },
            );
        } else if len > LONG
            && let Some(long) = self.long.get_mut(&slot)
        {
            long.wires += u32::from(edge & WIRE != 0);
        }
    }

    /// Takes an edge out; whether it was there.
    pub(crate) fn remove(&mut self, slot: u32, edge: u32, age: impl Fn(u32) -> u64) -> bool {
        let Some(block) = self.block(slot) else {
            let found = self.heads[slot as usize] == edge;
            if found {
                self.heads[slot as usize] = NONE;
            }
            return found;
        };
        let Some(index) = self.find(slot, block, edge, &age) else {
            return false;
        };
        let len = self.blocks.len(block);
        if len <= LONG {
            self.blocks.remove(block, index);
            if let [only] = *self.blocks.get(block) {
                self.blocks.free(block);
                self.heads[slot as usize] = only;
            }
        } else if let Some(long) = self.long.get_mut(&slot) {
            long.wires -= u32::from(edge & WIRE != 0);
            long.dead += 1;
            let dead = long.dead as usize;
            self.blocks.get_mut(block)[index] = DEAD | 1;
            if dead * 4 > len {
                self.close_gaps(slot, age);
            }
        }
        true
    }

    fn find(&mut self, slot: u32, block: u32, edge: u32, age: impl Fn(u32) -> u64) -> Option<usize> {
        let unsorted = || self.long.get(&slot).is_some_and(|long| long.unsorted);
        if self.len(slot) <= LONG || unsorted() {
            return self.get(slot).iter().rposition(|&other| other == edge);
        }
        let edges = self.blocks.get_mut(block);
        let (own, mut low, mut high) = (age(edge), 0, edges.len());
        while low < high {
            let middle = low + (high - low) / 2;
            let at = next_living(edges, middle);
            match edges.get(at) {
                Some(&other) if at < high => {
                    if other == edge {
                        return Some(at);
                    }
                    if age(other) < own {
                        low = at + 1;
                    } else {
                        high = middle;
                    }
                }
                _ => high = middle,
            }
        }
        None
    }

    fn close_gaps(&mut self, slot: u32, age: impl Fn(u32) -> u64) {
        let Some(block) = self.block(slot) else { return };
        let edges = self.blocks.get_mut(block);
        let mut living = 0;
        for at in 0..edges.len() {
            if !is_dead(edges[at]) {
                edges[living] = edges[at];
                living += 1;
            }
        }
        self.blocks.truncate(block, living);
        if living <= LONG {
            if self.long.swap_remove(&slot).is_some_and(|long| long.unsorted) {
                self.sort_list(slot, age);
            }
        } else if let Some(long) = self.long.get_mut(&slot) {
            long.dead = 0;
        }
    }
}

/// The first living edge from `at` on, or the end; those on the way will say so.
fn next_living(edges: &mut [u32], at: usize) -> usize {
    let skips = |edges: &[u32], at: usize| {
        let &edge = edges.get(at).filter(|&&edge| is_dead(edge))?;
        Some(at + (edge & !DEAD) as usize)
    };
    let mut living = at;
    while let Some(next) = skips(edges, living) {
        living = next;
    }
    let mut walked = at;
    while let Some(next) = skips(edges, walked) {
        edges[walked] = DEAD | (living - walked) as u32;
        walked = next;
    }
    living
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Few entries in short lists, and many in long ones.
    fn operations() -> impl Strategy<Value = Vec<(u32, u32, bool)>> {
        prop_oneof![
            prop::collection::vec((0u32..4, 0u32..6, any::<bool>()), 0..400),
            prop::collection::vec((0u32..2, 0u32..300, prop::bool::weighted(0.6)), 0..2000),
        ]
    }

    proptest! {
        #[test]
        fn lists_behave_as_sorted_vectors(operations in operations(), sorts in any::<u8>()) {
            let mut lists = Edges::default();
            lists.grow(4);
            let mut model: Vec<Vec<u32>> = vec![Vec::new(); 4];
            for (step, (slot, value, add)) in operations.into_iter().enumerate() {
                let value = if value % 3 == 0 { value | WIRE } else { value };
                let age = |entry: u32| u64::from(entry & !WIRE);
                let known = model[slot as usize].iter().position(|&other| other == value);
                match (add, known) {
                    (true, None) => {
                        lists.insert(slot, value, age);
                        model[slot as usize].push(value);
                        model[slot as usize].sort_by_key(|&entry| age(entry));
                    }
                    (true, Some(_)) => {}
                    (false, known) => {
                        prop_assert_eq!(lists.remove(slot, value, age), known.is_some());
                        known.map(|at| model[slot as usize].remove(at));
                    }
                }
                if step % (usize::from(sorts) + 1) == 0 {
                    lists.sort(age);
                    for slot in 0..4 {
                        let living: Vec<u32> = lists.get(slot).iter().copied().filter(|&entry| !is_dead(entry)).collect();
                        prop_assert_eq!(&living, &model[slot as usize]);
                    }
                }
                let counted = model[slot as usize].iter().any(|&entry| entry & WIRE != 0);
                prop_assert_eq!(lists.has_wire(slot), counted);
            }
            // Nothing leaks: what is in use and what is free is the whole pool.
            let (all, free) = lists.blocks.room();
            let used: usize = (0..4).map(|slot| lists.len(slot)).filter(|&len| len > 1).map(Blocks::quads).sum();
            prop_assert_eq!(free + used, all);
        }
    }

    #[test]
    fn what_a_long_list_got_back_has_its_place_though_the_list_is_short_before_it_is_sorted() {
        let mut edges = Edges::default();
        edges.grow(1);
        (0..100).filter(|&edge| edge != 7).for_each(|edge| edges.push(0, edge));
        edges.insert(0, 7, u64::from);
        for edge in 50..100 {
            assert!(edges.remove(0, edge, u64::from));
        }
        edges.sort(u64::from);
        assert_eq!(edges.living(0).collect::<Vec<u32>>(), (0..50).collect::<Vec<u32>>());
    }

    #[test]
    fn a_long_list_that_is_emptied_from_its_old_end_is_searched_in_few_steps() {
        let (mut lists, looked) = (Edges::default(), std::cell::Cell::new(0_usize));
        lists.grow(1);
        let count = 50_000;
        (0..count).for_each(|entry| lists.push(0, entry));
        let age = |entry: u32| {
            looked.set(looked.get() + 1);
            u64::from(entry)
        };
        for entry in 0..count {
            assert!(lists.remove(0, entry, age));
        }
        assert_eq!(lists.len(0), 0);
        assert!(looked.get() < 20 * count as usize, "looked at {} entries", looked.get());
    }

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
