//! A fixed topological order over a column of f64: it decides nothing.

use crate::shape::{Cell, Op, Shape};

#[derive(Clone, Copy)]
struct Step {
    op: Op,
    a: u32,
    b: u32,
    out: u32,
}

pub(crate) struct Plan {
    pub(crate) column: Vec<f64>,
    /// Of each turn, what follows from what it writes.
    steps: Vec<Vec<Step>>,
}

impl Plan {
    pub(crate) fn new(shape: &Shape) -> Self {
        let mut readers = vec![Vec::new(); shape.cells.len()];
        for (out, cell) in shape.cells.iter().enumerate() {
            if let Cell::Node(_, a, b) = *cell {
                readers[a as usize].push(out as u32);
                readers[b as usize].push(out as u32);
            }
        }
        let steps = |turn: &Vec<u32>| {
            let (mut found, mut next) = (rustc_hash::FxHashSet::default(), turn.clone());
            while let Some(at) = next.pop() {
                next.extend(readers[at as usize].iter().filter(|&&out| found.insert(out)));
            }
            let mut order: Vec<u32> = found.into_iter().collect();
            order.sort_unstable();
            let step = |out: u32| match shape.cells[out as usize] {
                Cell::Node(op, a, b) => Some(Step { op, a, b, out }),
                _ => None,
            };
            order.into_iter().filter_map(step).collect()
        };
        Self {
            column: shape.initial(),
            steps: shape.turns.iter().map(steps).collect(),
        }
    }

    pub(crate) fn tick(&mut self, shape: &Shape, tick: usize) {
        for &source in shape.turn(tick) {
            self.column[source as usize] = shape.value(source, tick);
        }
        for step in &self.steps[tick % shape.turns.len()] {
            let before = self.column[step.out as usize];
            self.column[step.out as usize] =
                step.op
                    .apply(self.column[step.a as usize], self.column[step.b as usize], before);
        }
    }
}
