//! Adjacency without a heap allocation per edge: every list lives in one pool, in a block whose capacity is the next power of
//! two of its length, so that a list costs its header and its entries and nothing else.
//!
//! Entries are in order of age. An entry taken from a long list leaves a dead one in its place, and the list closes its gaps
//! when a quarter of it is dead, so that taking entries out costs about the same however long the list is.

use crate::slots::grow;
use indexmap::IndexMap;
use rustc_hash::FxBuildHasher;

/// Many ordered lists of `u32`, addressed by slot.
#[derive(Debug, Default)]
pub(crate) struct Lists {
    heads: Vec<Head>,
    pool: Vec<u32>,
    /// Free blocks by the binary logarithm of their size.
    free: Vec<Vec<u32>>,
    /// What is to be known of the long lists.
    long: IndexMap<u32, Long, FxBuildHasher>,
    /// The long lists that got entries back, which stand at their ends.
    unsorted: Vec<u32>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Head {
    start: u32,
    len: u32,
}

#[derive(Debug, Clone, Copy, Default)]
struct Long {
    dead: u32,
    /// How many entries are [`COUNTED`].
    counted: u32,
    unsorted: bool,
}

/// A list of more entries than this is long.
const LONG: usize = 64;

/// Both highest bits: of a dead entry. The other bits say how far to the right the next one may live.
const DEAD: u32 = 3 << 30;

/// The bit of the entries that are counted in long lists.
pub(crate) const COUNTED: u32 = 1 << 31;

pub(crate) fn is_dead(entry: u32) -> bool {
    entry & DEAD == DEAD
}

impl Lists {
    /// Makes room for lists up to `slots`.
    pub(crate) fn grow(&mut self, slots: usize) {
        grow(&mut self.heads, slots, Head::default());
    }

    /// The entries, dead ones among them.
    #[inline]
    pub(crate) fn get(&self, slot: u32) -> &[u32] {
        let head = self.heads[slot as usize];
        &self.pool[head.start as usize..(head.start + head.len) as usize]
    }

    fn get_mut(&mut self, slot: u32) -> &mut [u32] {
        let head = self.heads[slot as usize];
        &mut self.pool[head.start as usize..(head.start + head.len) as usize]
    }

    /// How many lists there is room for.
    pub(crate) fn slots(&self) -> usize {
        self.heads.len()
    }

    pub(crate) fn len(&self, slot: u32) -> usize {
        self.heads[slot as usize].len as usize
    }

    /// Whether any entry is [`COUNTED`].
    pub(crate) fn has_counted(&self, slot: u32) -> bool {
        if self.len(slot) > LONG
            && let Some(long) = self.long.get(&slot)
        {
            return long.counted > 0;
        }
        self.get(slot).iter().any(|&entry| entry & COUNTED != 0)
    }

    /// Adds the youngest entry.
    pub(crate) fn push(&mut self, slot: u32, value: u32) {
        self.insert_at(slot, self.len(slot), value);
    }

    /// Adds an entry in its place by age. That of a long list is given by [`Lists::sort`].
    pub(crate) fn insert(&mut self, slot: u32, value: u32, age: impl Fn(u32) -> u64) {
        if self.len(slot) > LONG {
            self.push(slot, value);
            if let Some(long) = self.long.get_mut(&slot)
                && !std::mem::replace(&mut long.unsorted, true)
            {
                self.unsorted.push(slot);
            }
            return;
        }
        let own = age(value);
        let younger = self
            .get(slot)
            .iter()
            .rev()
            .take_while(|&&entry| age(entry) > own)
            .count();
        self.insert_at(slot, self.len(slot) - younger, value);
    }

    /// Gives what long lists got back its place.
    pub(crate) fn sort(&mut self, age: impl Fn(u32) -> u64) {
        for slot in std::mem::take(&mut self.unsorted) {
            if self.long.get(&slot).is_some_and(|long| long.unsorted) {
                self.close_gaps(slot);
                self.get_mut(slot).sort_by_key(|&entry| age(entry));
                if let Some(long) = self.long.get_mut(&slot) {
                    long.unsorted = false;
                }
            }
        }
    }

    fn insert_at(&mut self, slot: u32, index: usize, value: u32) {
        let head = self.heads[slot as usize];
        let len = head.len as usize;
        let mut start = head.start as usize;
        if len == 0 {
            start = self.take_block(0);
        } else if len.is_power_of_two() {
            let class = len.trailing_zeros();
            let bigger = self.take_block(class + 1);
            self.pool.copy_within(start..start + len, bigger);
            self.free_block(class, start);
            start = bigger;
        }
        self.pool.copy_within(start + index..start + len, start + index + 1);
        self.pool[start + index] = value;
        self.heads[slot as usize] = Head {
            start: start as u32,
            len: head.len + 1,
        };
        if len == LONG {
            let counted = self.get(slot).iter().filter(|&&entry| entry & COUNTED != 0).count();
            self.long.insert(
                slot,
                Long {
                    counted: counted as u32,
                    ..Long::default()
                },
            );
        } else if len > LONG
            && let Some(long) = self.long.get_mut(&slot)
        {
            long.counted += u32::from(value & COUNTED != 0);
        }
    }

    /// Removes an entry; whether there was one.
    pub(crate) fn remove(&mut self, slot: u32, value: u32, age: impl Fn(u32) -> u64) -> bool {
        let len = self.len(slot);
        let Some(index) = self.find(slot, value, age) else {
            return false;
        };
        if len <= LONG {
            let start = self.heads[slot as usize].start as usize;
            self.pool.copy_within(start + index + 1..start + len, start + index);
            self.shorten(slot, len - 1);
            return true;
        }
        if let Some(long) = self.long.get_mut(&slot) {
            long.counted -= u32::from(value & COUNTED != 0);
            long.dead += 1;
            let dead = long.dead as usize;
            self.get_mut(slot)[index] = DEAD | 1;
            if dead * 4 > len {
                self.close_gaps(slot);
            }
        }
        true
    }

    fn find(&mut self, slot: u32, value: u32, age: impl Fn(u32) -> u64) -> Option<usize> {
        let unsorted = || self.long.get(&slot).is_some_and(|long| long.unsorted);
        if self.len(slot) <= LONG || unsorted() {
            return self.get(slot).iter().rposition(|&entry| entry == value);
        }
        let entries = self.get_mut(slot);
        let (own, mut low, mut high) = (age(value), 0, entries.len());
        while low < high {
            let middle = low + (high - low) / 2;
            let at = next_living(entries, middle);
            match entries.get(at) {
                Some(&entry) if at < high => {
                    if entry == value {
                        return Some(at);
                    }
                    if age(entry) < own {
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

    fn close_gaps(&mut self, slot: u32) {
        let entries = self.get_mut(slot);
        let mut living = 0;
        for at in 0..entries.len() {
            if !is_dead(entries[at]) {
                entries[living] = entries[at];
                living += 1;
            }
        }
        if let Some(long) = self.long.get_mut(&slot) {
            long.dead = 0;
        }
        self.shorten(slot, living);
    }

    /// Cuts a list off, and frees what of its block it does not need.
    fn shorten(&mut self, slot: u32, len: usize) {
        let head = self.heads[slot as usize];
        let start = head.start as usize;
        if len == 0 && head.len > 0 {
            self.free_block(0, start);
        }
        let (mut block, needed) = ((head.len as usize).next_power_of_two(), len.next_power_of_two());
        while block > needed {
            block /= 2;
            self.free_block(block.trailing_zeros(), start + block);
        }
        self.heads[slot as usize].len = len as u32;
        if len <= LONG && head.len as usize > LONG {
            self.long.swap_remove(&slot);
        }
    }

    fn take_block(&mut self, class: u32) -> usize {
        if let Some(start) = self.free.get_mut(class as usize).and_then(Vec::pop) {
            return start as usize;
        }
        let start = self.pool.len();
        grow(&mut self.pool, start + (1 << class), u32::MAX);
        start
    }

    fn free_block(&mut self, class: u32, start: usize) {
        let class = class as usize;
        if self.free.len() <= class {
            self.free.resize_with(class + 1, Vec::new);
        }
        self.free[class].push(start as u32);
    }
}

/// The first living entry from `at` on, or the end; those on the way will say so.
fn next_living(entries: &mut [u32], at: usize) -> usize {
    let skips = |entries: &[u32], at: usize| {
        let &entry = entries.get(at).filter(|&&entry| is_dead(entry))?;
        Some(at + (entry & !DEAD) as usize)
    };
    let mut living = at;
    while let Some(next) = skips(entries, living) {
        living = next;
    }
    let mut walked = at;
    while let Some(next) = skips(entries, walked) {
        entries[walked] = DEAD | (living - walked) as u32;
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
            let mut lists = Lists::default();
            lists.grow(4);
            let mut model: Vec<Vec<u32>> = vec![Vec::new(); 4];
            for (step, (slot, value, add)) in operations.into_iter().enumerate() {
                let value = if value % 3 == 0 { value | COUNTED } else { value };
                let age = |entry: u32| u64::from(entry & !COUNTED);
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
                let counted = model[slot as usize].iter().any(|&entry| entry & COUNTED != 0);
                prop_assert_eq!(lists.has_counted(slot), counted);
            }
            // Nothing leaks: what is in use and what is free is the whole pool.
            let free: usize = lists.free.iter().enumerate().map(|(class, blocks)| blocks.len() << class).sum();
            let used: usize = (0..4).map(|slot| lists.len(slot)).map(|len| if len == 0 { 0 } else { len.next_power_of_two() }).sum();
            prop_assert_eq!(free + used, lists.pool.len());
        }
    }

    #[test]
    fn a_long_list_that_is_emptied_from_its_old_end_is_searched_in_few_steps() {
        let (mut lists, looked) = (Lists::default(), std::cell::Cell::new(0_usize));
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
}
