//! A dirty queue by rank that stops where nothing changed: the least any dynamic engine does.

use crate::shape::{Cell, Op, Shape};

const NONE: u32 = u32::MAX;

struct Item {
    op: Op,
    waits: bool,
    rank: u32,
    /// The next that waits in this rank.
    next: u32,
    a: u32,
    b: u32,
    /// Its readers, between this and the next one's.
    readers: u32,
}

pub(crate) struct DirtyQueue {
    pub(crate) column: Vec<f64>,
    items: Vec<Item>,
    readers: Vec<u32>,
    /// The first that waits in each rank.
    ranks: Vec<u32>,
    pub(crate) fired: usize,
}

impl DirtyQueue {
    pub(crate) fn new(shape: &Shape) -> Self {
        let count = shape.cells.len();
        let (mut ranks, mut starts) = (vec![0_u32; count], vec![0_u32; count + 1]);
        for (out, cell) in shape.cells.iter().enumerate() {
            if let Cell::Node(_, a, b) = *cell {
                ranks[out] = ranks[a as usize].max(ranks[b as usize]) + 1;
                starts[a as usize + 1] += 1;
                starts[b as usize + 1] += 1;
            }
        }
        for at in 0..count {
            starts[at + 1] += starts[at];
        }
        let (mut readers, mut ends) = (vec![0; starts[count] as usize], starts.clone());
        for (out, cell) in shape.cells.iter().enumerate() {
            if let Cell::Node(_, a, b) = *cell {
                for input in [a, b] {
                    readers[ends[input as usize] as usize] = out as u32;
                    ends[input as usize] += 1;
                }
            }
        }
        let item = |at: usize| {
            let (op, a, b) = match shape.cells.get(at) {
                Some(&Cell::Node(op, a, b)) => (op, a, b),
                _ => (Op::Add, 0, 0),
            };
            Item {
                op,
                waits: false,
                next: NONE,
                rank: ranks.get(at).copied().unwrap_or(0),
                a,
                b,
                readers: starts[at],
            }
        };
        let deepest = ranks.iter().max().copied().unwrap_or(0) as usize;
        Self {
            column: shape.initial(),
            items: (0..=count).map(item).collect(),
            readers,
            ranks: vec![NONE; deepest + 1],
            fired: 0,
        }
    }

    #[inline]
    fn mark(&mut self, cell: u32) {
        let (from, to) = (self.items[cell as usize].readers, self.items[cell as usize + 1].readers);
        for at in from..to {
            let reader = self.readers[at as usize];
            let item = &mut self.items[reader as usize];
            if !item.waits {
                item.waits = true;
                item.next = std::mem::replace(&mut self.ranks[item.rank as usize], reader);
            }
        }
    }

    pub(crate) fn tick(&mut self, shape: &Shape, tick: usize) {
        for &source in shape.turn(tick) {
            let value = shape.value(source, tick);
            if self.column[source as usize] != value {
                self.column[source as usize] = value;
                self.mark(source);
            }
        }
        for rank in 1..self.ranks.len() {
            let mut node = std::mem::replace(&mut self.ranks[rank], NONE);
            while node != NONE {
                let item = &mut self.items[node as usize];
                item.waits = false;
                let (at, before) = (node as usize, self.column[node as usize]);
                let value = item
                    .op
                    .apply(self.column[item.a as usize], self.column[item.b as usize], before);
                let next = item.next;
                self.fired += 1;
                if before != value {
                    self.column[at] = value;
                    self.mark(node);
                }
                node = next;
            }
        }
    }
}
