//! Adjacency without a heap allocation per edge: every list lives in one pool, in a block whose capacity is the next power of
//! two of its length, so that a list costs its header and its entries and nothing else.

/// Many ordered lists of `u32`, addressed by slot.
#[derive(Debug, Default)]
pub(crate) struct Lists {
    heads: Vec<Head>,
    pool: Vec<u32>,
    /// Free blocks by the binary logarithm of their size.
    free: Vec<Vec<u32>>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Head {
    start: u32,
    len: u32,
}

impl Lists {
    /// Makes room for lists up to `slots`.
    pub(crate) fn grow(&mut self, slots: usize) {
        if self.heads.len() < slots {
            self.heads.resize(slots, Head::default());
        }
    }

    #[inline]
    pub(crate) fn get(&self, slot: u32) -> &[u32] {
        let head = self.heads[slot as usize];
        &self.pool[head.start as usize..(head.start + head.len) as usize]
    }

    /// How many lists there is room for.
    pub(crate) fn slots(&self) -> usize {
        self.heads.len()
    }

    pub(crate) fn len(&self, slot: u32) -> usize {
        self.heads[slot as usize].len as usize
    }

    pub(crate) fn push(&mut self, slot: u32, value: u32) {
        self.insert(slot, self.len(slot), value);
    }

    /// Puts `value` at `index`; used by push, and by rollback to restore an order.
    pub(crate) fn insert(&mut self, slot: u32, index: usize, value: u32) {
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
    }

    /// Removes the last entry equal to `value` and answers where it was.
    pub(crate) fn remove(&mut self, slot: u32, value: u32) -> Option<usize> {
        let index = self.get(slot).iter().rposition(|&entry| entry == value)?;
        let head = self.heads[slot as usize];
        let (start, len) = (head.start as usize, head.len as usize);
        self.pool.copy_within(start + index + 1..start + len, start + index);
        let left = len - 1;
        if left == 0 {
            self.free_block(0, start);
        } else if left.is_power_of_two() {
            // The block was of size 2 * left: its upper half is free now.
            self.free_block(left.trailing_zeros(), start + left);
        }
        self.heads[slot as usize].len = left as u32;
        Some(index)
    }

    fn take_block(&mut self, class: u32) -> usize {
        if let Some(start) = self.free.get_mut(class as usize).and_then(Vec::pop) {
            return start as usize;
        }
        let start = self.pool.len();
        self.pool.resize(start + (1 << class), u32::MAX);
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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn lists_behave_as_vectors(operations in prop::collection::vec((0u32..4, 0u32..6, any::<bool>()), 0..400)) {
            let mut lists = Lists::default();
            lists.grow(4);
            let mut model = vec![Vec::new(); 4];
            for (slot, value, add) in operations {
                if add {
                    lists.push(slot, value);
                    model[slot as usize].push(value);
                } else {
                    let expected = model[slot as usize].iter().rposition(|&v| v == value);
                    prop_assert_eq!(lists.remove(slot, value), expected);
                    if let Some(index) = expected {
                        model[slot as usize].remove(index);
                    }
                }
                for slot in 0..4 {
                    prop_assert_eq!(lists.get(slot), &model[slot as usize][..]);
                }
            }
            // Nothing leaks: what is in use and what is free is the whole pool.
            let free: usize = lists.free.iter().enumerate().map(|(class, blocks)| blocks.len() << class).sum();
            let used: usize = model.iter().map(|list| if list.is_empty() { 0 } else { list.len().next_power_of_two() }).sum();
            prop_assert_eq!(free + used, lists.pool.len());
        }
    }
}
