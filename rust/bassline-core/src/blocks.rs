//! Short lists of words without a heap allocation for each: a block of one column begins with the number of its entries, and they follow.
//!
//! A block is of so many quads of words: 1, 2, 3, 4, 6, 8, 12, 16 and so on, which leaves little room unused and can be cut down to any
//! smaller size without a rest that is none.

use crate::slots::grow;

/// The words of a quad; blocks are addressed by quads.
const QUAD: usize = 4;

#[derive(Debug, Default)]
pub(crate) struct Blocks {
    words: Vec<u32>,
    /// Free blocks by the class of their size.
    free: Vec<Vec<u32>>,
}

/// The quads of the block for so many entries.
fn quads_for(entries: usize) -> usize {
    let needed = (entries + 1).div_ceil(QUAD);
    let power = needed.next_power_of_two();
    let between = power / 4 * 3;
    if between >= needed { between } else { power }
}

/// The next size down: the rest is a size too.
fn smaller(quads: usize) -> usize {
    if quads.is_power_of_two() && quads > 2 {
        quads / 4 * 3
    } else {
        quads.next_power_of_two() / 2
    }
}

fn class_of(quads: usize) -> usize {
    let log = quads.ilog2() as usize;
    2 * log + usize::from(!quads.is_power_of_two())
}

fn words_of(block: u32) -> usize {
    block as usize * QUAD
}

impl Blocks {
    /// The entries of a block.
    #[inline]
    pub(crate) fn get(&self, block: u32) -> &[u32] {
        let start = words_of(block) + 1;
        let len = self.words[start - 1] as usize;
        &self.words[start..start + len]
    }

    pub(crate) fn get_mut(&mut self, block: u32) -> &mut [u32] {
        let start = words_of(block) + 1;
        let len = self.words[start - 1] as usize;
        &mut self.words[start..start + len]
    }

    pub(crate) fn len(&self, block: u32) -> usize {
        self.words[words_of(block)] as usize
    }

    /// A block without entries.
    pub(crate) fn take(&mut self) -> u32 {
        let block = self.take_quads(quads_for(0));
        self.words[words_of(block)] = 0;
        block
    }

    /// Inserts an entry; the block that has them all now, in place of this one.
    pub(crate) fn insert(&mut self, block: u32, index: usize, entry: u32) -> u32 {
        let len = self.len(block);
        let is_full = (len + 1).is_multiple_of(QUAD) && quads_for(len + 1) > quads_for(len);
        let block = if is_full { self.lengthen(block) } else { block };
        let start = words_of(block);
        self.words[start] += 1;
        self.words
            .copy_within(start + 1 + index..=start + len, start + 2 + index);
        self.words[start + 1 + index] = entry;
        block
    }

    /// Makes room for one more entry than a full block has.
    fn lengthen(&mut self, block: u32) -> u32 {
        let (start, len) = (words_of(block), self.len(block));
        let bigger = self.take_quads(quads_for(len + 1));
        self.words.copy_within(start..=start + len, words_of(bigger));
        self.free_quads(block, quads_for(len));
        bigger
    }

    pub(crate) fn remove(&mut self, block: u32, index: usize) {
        let (start, len) = (words_of(block), self.len(block));
        self.words
            .copy_within(start + 2 + index..=start + len, start + 1 + index);
        if len.is_multiple_of(QUAD) {
            self.truncate(block, len - 1);
        } else {
            self.words[start] -= 1;
        }
    }

    /// Cuts the entries off behind the first `len`, and frees what of the block they do not need.
    pub(crate) fn truncate(&mut self, block: u32, len: usize) {
        let (mut quads, needed) = (quads_for(self.len(block)), quads_for(len));
        while quads > needed {
            let kept = smaller(quads);
            self.free_quads(block + kept as u32, quads - kept);
            quads = kept;
        }
        self.words[words_of(block)] = len as u32;
    }

    pub(crate) fn free(&mut self, block: u32) {
        self.free_quads(block, quads_for(self.len(block)));
    }

    fn take_quads(&mut self, quads: usize) -> u32 {
        if let Some(block) = self.free.get_mut(class_of(quads)).and_then(Vec::pop) {
            return block;
        }
        let start = self.words.len();
        grow(&mut self.words, start + quads * QUAD, 0);
        (start / QUAD) as u32
    }

    fn free_quads(&mut self, block: u32, quads: usize) {
        let class = class_of(quads);
        if self.free.len() <= class {
            self.free.resize_with(class + 1, Vec::new);
        }
        self.free[class].push(block);
    }

    /// How many quads there are, and how many of them are free.
    #[cfg(test)]
    pub(crate) fn room(&self) -> (usize, usize) {
        let quads = |class: usize| {
            if class.is_multiple_of(2) {
                1 << (class / 2)
            } else {
                (3 << (class / 2)) / 2
            }
        };
        let free = self.free.iter().enumerate();
        (
            self.words.len() / QUAD,
            free.map(|(class, blocks)| blocks.len() * quads(class)).sum(),
        )
    }

    /// How many quads a block of so many entries has.
    #[cfg(test)]
    pub(crate) fn quads(entries: usize) -> usize {
        quads_for(entries)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_cut_off_a_block_is_a_block() {
        let sizes = |quads: usize| quads.is_power_of_two() || quads.is_multiple_of(3) && (quads / 3).is_power_of_two();
        for entries in 0..5000 {
            let quads = quads_for(entries);
            assert!(sizes(quads) && entries < quads * QUAD);
            assert!(entries < QUAD || quads * QUAD <= entries * 2);
            if quads > 1 {
                assert!(smaller(quads) < quads && sizes(smaller(quads)) && sizes(quads - smaller(quads)));
                assert!(entries >= smaller(quads) * QUAD);
            }
        }
    }

    #[test]
    fn no_two_sizes_are_one_class() {
        let sizes: Vec<usize> = (0..5000).map(quads_for).collect();
        for pair in sizes.windows(2) {
            assert!(pair[0] == pair[1] || class_of(pair[0]) < class_of(pair[1]));
        }
    }
}
