//! The shapes: cells in topological order, and which sources each tick writes.

#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Op {
    Add,
    Subtract,
    Multiply,
}

impl Op {
    #[inline]
    pub(crate) fn apply(self, a: f64, b: f64) -> f64 {
        match self {
            Op::Add => a + b,
            Op::Subtract => a - b,
            Op::Multiply => a * b,
        }
    }

    pub(crate) fn primitive(self) -> (&'static str, &'static str) {
        match self {
            Op::Add => ("math.add", "sum"),
            Op::Subtract => ("math.subtract", "difference"),
            Op::Multiply => ("math.multiply", "product"),
        }
    }
}

/// A place in the column.
#[derive(Clone, Copy)]
pub(crate) enum Cell {
    Constant(f64),
    /// Written from outside: one of the two, then the other.
    Source(f64, f64),
    Node(Op, u32, u32),
}

/// Cells in topological order, and which sources each tick writes, in turn.
#[derive(Default)]
pub(crate) struct Shape {
    pub(crate) cells: Vec<Cell>,
    pub(crate) turns: Vec<Vec<u32>>,
}

impl Shape {
    pub(crate) fn cell(&mut self, cell: Cell) -> u32 {
        self.cells.push(cell);
        (self.cells.len() - 1) as u32
    }

    /// A source that every tick writes.
    pub(crate) fn source(&mut self, one: f64, other: f64) -> u32 {
        let source = self.cell(Cell::Source(one, other));
        if self.turns.is_empty() {
            self.turns.push(Vec::new());
        }
        self.turns[0].push(source);
        source
    }

    pub(crate) fn constant(&mut self, value: f64) -> u32 {
        self.cell(Cell::Constant(value))
    }

    pub(crate) fn add(&mut self, a: u32, b: u32) -> u32 {
        self.cell(Cell::Node(Op::Add, a, b))
    }

    /// A binary tree of adders.
    pub(crate) fn sum(&mut self, mut row: Vec<u32>) -> u32 {
        while row.len() > 1 {
            row = row
                .chunks(2)
                .map(|pair| if let [a, b] = pair { self.add(*a, *b) } else { pair[0] })
                .collect();
        }
        row[0]
    }

    /// The value a source gets in a tick: never the one it has.
    pub(crate) fn value(&self, source: u32, tick: usize) -> f64 {
        let Cell::Source(one, other) = self.cells[source as usize] else {
            return 0.0;
        };
        if (tick / self.turns.len()).is_multiple_of(2) {
            other
        } else {
            one
        }
    }

    pub(crate) fn turn(&self, tick: usize) -> &[u32] {
        &self.turns[tick % self.turns.len()]
    }

    pub(crate) fn initial(&self) -> Vec<f64> {
        let mut column = Vec::with_capacity(self.cells.len());
        for &cell in &self.cells {
            column.push(match cell {
                Cell::Constant(value) | Cell::Source(value, _) => value,
                Cell::Node(op, a, b) => op.apply(column[a as usize], column[b as usize]),
            });
        }
        column
    }
}

/// x + 1 + 1 + ...
pub(crate) fn chain(n: usize) -> Shape {
    let mut shape = Shape::default();
    let (mut at, one) = (shape.source(0.0, 1.0), shape.constant(1.0));
    for _ in 0..n {
        at = shape.add(at, one);
    }
    shape
}

/// n times x + 1.
pub(crate) fn fanout(n: usize) -> Shape {
    let mut shape = Shape::default();
    let (source, one) = (shape.source(0.0, 1.0), shape.constant(1.0));
    for _ in 0..n {
        shape.add(source, one);
    }
    shape
}

/// n times x + 1, summed by a tree.
pub(crate) fn diamond(n: usize) -> Shape {
    let mut shape = Shape::default();
    let (source, one) = (shape.source(0.0, 1.0), shape.constant(1.0));
    let middle = (0..n).map(|_| shape.add(source, one)).collect();
    shape.sum(middle);
    shape
}

/// A chain of ten whose every link is added to one sum.
pub(crate) fn triangle() -> Shape {
    let mut shape = Shape::default();
    let (mut at, one) = (shape.source(0.0, 1.0), shape.constant(1.0));
    let mut sum = at;
    for _ in 0..10 {
        at = shape.add(at, one);
        sum = shape.add(sum, at);
    }
    shape
}

/// Fifty chains of two.
pub(crate) fn broad() -> Shape {
    let mut shape = Shape::default();
    let (source, one) = (shape.source(0.0, 1.0), shape.constant(1.0));
    for _ in 0..50 {
        let first = shape.add(source, one);
        shape.add(first, one);
    }
    shape
}

/// A change that ends at the second of five gadgets: times 0.
pub(crate) fn avoidable() -> Shape {
    let mut shape = Shape::default();
    let (source, zero, one) = (shape.source(1.0, 2.0), shape.constant(0.0), shape.constant(1.0));
    let first = shape.add(source, one);
    let mut at = shape.cell(Cell::Node(Op::Multiply, first, zero));
    for _ in 0..3 {
        at = shape.add(at, one);
    }
    shape
}

/// Layers of four: (b, a - c, b + d, c).
pub(crate) fn layered(layers: usize) -> Shape {
    let mut shape = Shape::default();
    let mut row = [(1.0, 4.0), (2.0, 3.0), (3.0, 2.0), (4.0, 1.0)].map(|(one, other)| shape.source(one, other));
    let zero = shape.constant(0.0);
    for _ in 0..layers {
        let [a, b, c, d] = row;
        row = [
            (Op::Add, b, zero),
            (Op::Subtract, a, c),
            (Op::Add, b, d),
            (Op::Add, c, zero),
        ]
        .map(|(op, a, b)| shape.cell(Cell::Node(op, a, b)));
    }
    shape
}

/// A tree of adders; each tick writes another one of up to 1,024 leaves spread over it.
pub(crate) fn tree(leaves: usize) -> Shape {
    let mut shape = Shape::default();
    let row: Vec<u32> = (0..leaves).map(|_| shape.cell(Cell::Source(0.0, 1.0))).collect();
    let turns = leaves.min(1024);
    // An odd stride visits them far apart.
    shape.turns = (0..turns)
        .map(|turn| vec![row[(turn * 389 % turns) * (leaves / turns)]])
        .collect();
    shape.sum(row);
    shape
}

/// n sources in one tick, one gadget each.
pub(crate) fn batch(n: usize) -> Shape {
    let mut shape = Shape::default();
    let one = shape.constant(1.0);
    for _ in 0..n {
        let source = shape.source(0.0, 1.0);
        shape.add(source, one);
    }
    shape
}
