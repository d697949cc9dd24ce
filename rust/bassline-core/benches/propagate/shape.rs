//! What a shape is: cells in topological order, and which sources each tick writes.

use std::fmt;

#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Op {
    Add,
    Subtract,
    Multiply,
    /// 1 if a > b, else 0.
    Greater,
    /// a while b is not 0; closed, what it was.
    Gate,
}

impl Op {
    #[inline]
    pub(crate) fn apply(self, a: f64, b: f64, before: f64) -> f64 {
        match self {
            Op::Add => a + b,
            Op::Subtract => a - b,
            Op::Multiply => a * b,
            Op::Greater => f64::from(u8::from(a > b)),
            Op::Gate => {
                if b == 0.0 {
                    before
                } else {
                    a
                }
            }
        }
    }

    fn name(self) -> &'static str {
        match self {
            Op::Add => "add",
            Op::Subtract => "subtract",
            Op::Multiply => "multiply",
            Op::Greater => "greater",
            Op::Gate => "gate",
        }
    }

    /// The gadget's name, and its ports: the two inputs, the output.
    pub(crate) fn primitive(self) -> (&'static str, [&'static str; 3]) {
        match self {
            Op::Add => ("math.add", ["a", "b", "sum"]),
            Op::Subtract => ("math.subtract", ["a", "b", "difference"]),
            Op::Multiply => ("math.multiply", ["a", "b", "product"]),
            Op::Greater => ("logic.greaterThan", ["a", "b", "result"]),
            Op::Gate => ("control.gate", ["value", "condition", "output"]),
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
    /// If not empty, before each tick the last cell's gadget is taken away, and a new one put in its place that reads this.
    pub(crate) moves: Vec<u32>,
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

    /// What the last cell's gadget reads from this tick on, if it moves.
    pub(crate) fn moved(&self, tick: usize) -> Option<u32> {
        (!self.moves.is_empty()).then(|| self.moves[tick % self.moves.len()])
    }

    pub(crate) fn initial(&self) -> Vec<f64> {
        let mut column = Vec::with_capacity(self.cells.len());
        for &cell in &self.cells {
            column.push(match cell {
                Cell::Constant(value) | Cell::Source(value, _) => value,
                Cell::Node(op, a, b) => op.apply(column[a as usize], column[b as usize], 0.0),
            });
        }
        column
    }
}

/// As the peers read it: the cells line by line, then which sources each turn writes, then what the moving gadget reads.
impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for &cell in &self.cells {
            match cell {
                Cell::Constant(value) => writeln!(f, "constant {value}")?,
                Cell::Source(one, other) => writeln!(f, "source {one} {other}")?,
                Cell::Node(op, a, b) => writeln!(f, "{} {a} {b}", op.name())?,
            }
        }
        for turn in &self.turns {
            write!(f, "turn")?;
            turn.iter().try_for_each(|source| write!(f, " {source}"))?;
            writeln!(f)?;
        }
        self.moves.iter().try_for_each(|cell| writeln!(f, "move {cell}"))
    }
}
