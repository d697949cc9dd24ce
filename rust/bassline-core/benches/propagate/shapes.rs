//! The shapes by name.

use crate::shape::{Cell, Op, Shape};

/// A name and how to make it.
pub(crate) type Named = (&'static str, fn() -> Shape);

pub(crate) const SHAPES: [Named; 18] = [
    ("nothing", nothing),
    ("chain_1k", || chain(1_000)),
    ("chain_100k", || chain(100_000)),
    ("fanout_1k", || fanout(1_000)),
    ("fanout_100k", || fanout(100_000)),
    ("diamond_5", || diamond(5)),
    ("diamond_1k", || diamond(1_000)),
    ("triangle", triangle),
    ("broad", broad),
    ("avoidable", avoidable),
    ("cellx_1000", || layered(1_000)),
    ("cellx_5000", || layered(5_000)),
    ("tree_1k", || tree(1 << 10)),
    ("tree_1m", || tree(1 << 20)),
    ("batch_10k", || batch(10_000)),
    ("dense", || dense(10)),
    ("unstable", || unstable(100)),
    ("dynamic", || dynamic(1_000)),
];

/// x + 1 + 1 + ...
fn chain(n: usize) -> Shape {
    let mut shape = Shape::default();
    let (mut at, one) = (shape.source(0.0, 1.0), shape.constant(1.0));
    for _ in 0..n {
        at = shape.add(at, one);
    }
    shape
}

/// n times x + 1.
fn fanout(n: usize) -> Shape {
    let mut shape = Shape::default();
    let (source, one) = (shape.source(0.0, 1.0), shape.constant(1.0));
    for _ in 0..n {
        shape.add(source, one);
    }
    shape
}

/// n times x + 1, summed by a tree.
fn diamond(n: usize) -> Shape {
    let mut shape = Shape::default();
    let (source, one) = (shape.source(0.0, 1.0), shape.constant(1.0));
    let middle = (0..n).map(|_| shape.add(source, one)).collect();
    shape.sum(middle);
    shape
}

/// A chain of ten whose every link is added to one sum.
fn triangle() -> Shape {
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
fn broad() -> Shape {
    let mut shape = Shape::default();
    let (source, one) = (shape.source(0.0, 1.0), shape.constant(1.0));
    for _ in 0..50 {
        let first = shape.add(source, one);
        shape.add(first, one);
    }
    shape
}

/// A change that ends at the second of five gadgets: times 0.
fn avoidable() -> Shape {
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
fn layered(layers: usize) -> Shape {
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
fn tree(leaves: usize) -> Shape {
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
fn batch(n: usize) -> Shape {
    let mut shape = Shape::default();
    let one = shape.constant(1.0);
    for _ in 0..n {
        let source = shape.source(0.0, 1.0);
        shape.add(source, one);
    }
    shape
}

/// A source and nothing else: what a tick costs by itself.
fn nothing() -> Shape {
    let mut shape = Shape::default();
    shape.source(0.0, 1.0);
    shape
}

/// Layers of a hundred, each the sum of four of the layer before, three gadgets a sum.
fn dense(layers: usize) -> Shape {
    const WIDTH: usize = 100;
    let mut shape = Shape::default();
    let (source, one) = (shape.source(0.0, 1.0), shape.constant(1.0));
    let mut row: Vec<u32> = (0..WIDTH).map(|_| shape.add(source, one)).collect();
    for _ in 0..layers {
        row = (0..WIDTH)
            .map(|at| {
                let [a, b, c, d] = [0, 1, 17, 41].map(|step| row[(at + step) % WIDTH]);
                let (left, right) = (shape.add(a, b), shape.add(c, d));
                shape.add(left, right)
            })
            .collect();
    }
    shape
}

/// n pairs of gates, each pair added. Every write opens the gate that was closed, with a new value, and closes the other.
///
/// Two sources are written in turn, so that whether they differ flips at every write.
fn unstable(n: usize) -> Shape {
    let mut shape = Shape::default();
    let (p, q) = (shape.cell(Cell::Source(0.0, 1.0)), shape.cell(Cell::Source(0.0, 1.0)));
    shape.turns = vec![vec![p], vec![q]];
    let (half, two) = (shape.constant(0.5), shape.constant(2.0));
    let apart = shape.cell(Cell::Node(Op::Subtract, p, q));
    let differ = shape.cell(Cell::Node(Op::Multiply, apart, apart));
    let (high, low) = (
        shape.cell(Cell::Node(Op::Greater, differ, half)),
        shape.cell(Cell::Node(Op::Greater, half, differ)),
    );
    let (one, other) = (shape.add(p, half), shape.cell(Cell::Node(Op::Subtract, q, two)));
    for _ in 0..n {
        let (first, second) = (
            shape.cell(Cell::Node(Op::Gate, one, high)),
            shape.cell(Cell::Node(Op::Gate, other, low)),
        );
        shape.add(first, second);
    }
    shape
}

/// Chains of ten. Each tick a gadget is taken off one chain, a new one put onto the next, and that chain's source written.
fn dynamic(chains: usize) -> Shape {
    let mut shape = Shape::default();
    let one = shape.constant(1.0);
    for chain in 0..chains {
        let mut at = shape.cell(Cell::Source(0.0, 1.0));
        shape.turns.push(vec![at]);
        for place in 0..10 {
            at = shape.add(at, one);
            if place == chain % 10 {
                shape.moves.push(at);
            }
        }
    }
    shape.add(shape.moves[chains - 1], one);
    shape
}
