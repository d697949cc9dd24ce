//! A dirty queue by rank whose nodes come and go between ticks: each has a list of readers of its own.

use crate::shape::{Cell, Op, Shape};

struct Node {
    op: Op,
    waits: bool,
    rank: u32,
    a: u32,
    b: u32,
}

#[derive(Default)]
pub(crate) struct EditableQueue {
    pub(crate) column: Vec<f64>,
    nodes: Vec<Node>,
    readers: Vec<Vec<u32>>,
    ranks: Vec<Vec<u32>>,
    free: Vec<u32>,
    pub(crate) fired: usize,
}

impl EditableQueue {
    pub(crate) fn new(shape: &Shape) -> Self {
        let mut queue = Self::default();
        for &cell in &shape.cells {
            match cell {
                Cell::Constant(value) | Cell::Source(value, _) => queue.source(value),
                Cell::Node(op, a, b) => queue.add(op, a, b),
            };
        }
        queue
    }

    fn place(&mut self, node: Node, value: f64) -> u32 {
        let rank = node.rank as usize;
        if self.ranks.len() <= rank {
            self.ranks.resize_with(rank + 1, Vec::new);
        }
        if let Some(at) = self.free.pop() {
            self.nodes[at as usize] = node;
            self.column[at as usize] = value;
            return at;
        }
        self.nodes.push(node);
        self.column.push(value);
        self.readers.push(Vec::new());
        (self.nodes.len() - 1) as u32
    }

    pub(crate) fn source(&mut self, value: f64) -> u32 {
        let node = Node {
            op: Op::Add,
            waits: false,
            rank: 0,
            a: 0,
            b: 0,
        };
        self.place(node, value)
    }

    /// Adds a node and computes it.
    pub(crate) fn add(&mut self, op: Op, a: u32, b: u32) -> u32 {
        let rank = self.nodes[a as usize].rank.max(self.nodes[b as usize].rank) + 1;
        let value = op.apply(self.column[a as usize], self.column[b as usize], 0.0);
        self.fired += 1;
        let node = Node {
            op,
            waits: false,
            rank,
            a,
            b,
        };
        let at = self.place(node, value);
        self.readers[a as usize].push(at);
        self.readers[b as usize].push(at);
        at
    }

    /// Removes a node that nobody reads.
    pub(crate) fn remove(&mut self, at: u32) {
        let Node { a, b, .. } = self.nodes[at as usize];
        for input in [a, b] {
            let readers = &mut self.readers[input as usize];
            if let Some(place) = readers.iter().rposition(|&reader| reader == at) {
                readers.swap_remove(place);
            }
        }
        self.free.push(at);
    }

    fn mark(&mut self, cell: u32) {
        for &reader in &self.readers[cell as usize] {
            let node = &mut self.nodes[reader as usize];
            if !node.waits {
                node.waits = true;
                self.ranks[node.rank as usize].push(reader);
            }
        }
    }

    pub(crate) fn write(&mut self, source: u32, value: f64) {
        if self.column[source as usize] != value {
            self.column[source as usize] = value;
            self.mark(source);
        }
    }

    pub(crate) fn settle(&mut self) {
        for rank in 1..self.ranks.len() {
            let mut line = std::mem::take(&mut self.ranks[rank]);
            self.fired += line.len();
            for &at in &line {
                let node = &mut self.nodes[at as usize];
                node.waits = false;
                let before = self.column[at as usize];
                let value = node
                    .op
                    .apply(self.column[node.a as usize], self.column[node.b as usize], before);
                self.write(at, value);
            }
            line.clear();
            self.ranks[rank] = line;
        }
    }

    pub(crate) fn tick(&mut self, shape: &Shape, tick: usize) {
        if let Some(reads) = shape.moved(tick) {
            let last = (shape.cells.len() - 1) as u32;
            let Node { op, b, .. } = self.nodes[last as usize];
            self.remove(last);
            self.add(op, reads, b); // in the place that has just become free
        }
        for &source in shape.turn(tick) {
            self.write(source, shape.value(source, tick));
        }
        self.settle();
    }
}
