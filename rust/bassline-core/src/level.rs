//! Levels: every edge leads to a higher level (from a gadget to its output: not to a lower one), so that what is taken lowest
//! first is settled when it is taken.
//!
//! A new edge that violates this is mended from both sides at once, raising what follows or lowering what leads in, whichever
//! turns out to be less (after the two-way search of Bender, Fineman, Gilbert and Tarjan, 2015); so a chain is built in linear time from
//! either end, and in any order at the cost of its smaller halves. The search that comes back to where it began has found a cycle.

use crate::network::Network;
use crate::vertex::Vertex;
use indexmap::IndexMap;
use rustc_hash::FxBuildHasher;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// What the edge adds: a gadget's outputs may stand on its own level, since gadgets go first there.
fn weight(source: Vertex) -> i32 {
    i32::from(!matches!(source, Vertex::Gadget(_)))
}

/// One side of the two-way search.
struct Search {
    forward: bool,
    /// Vertices to look at, by their present level: nearest to the new edge first.
    heap: BinaryHeap<Reverse<(i32, Vertex)>>,
    needed: IndexMap<Vertex, i32, FxBuildHasher>,
    work: usize,
}

enum Step {
    Goes,
    Done,
    Cycle,
}

impl Search {
    fn new(network: &Network, forward: bool, start: Vertex, level: i32) -> Self {
        let mut search = Self {
            forward,
            heap: BinaryHeap::new(),
            needed: IndexMap::default(),
            work: 0,
        };
        search.require(network, start, level);
        search
    }

    /// Notes the level a vertex needs, if it has not got it.
    fn require(&mut self, network: &Network, vertex: Vertex, level: i32) {
        let present = network.level(vertex);
        let violated = if self.forward { present < level } else { present > level };
        if !violated {
            return;
        }
        let key = if self.forward {
            (present, vertex)
        } else {
            (-present, mirrored(vertex))
        };
        let enough = |noted: i32| if self.forward { noted >= level } else { noted <= level };
        if self.needed.get(&vertex).is_none_or(|&noted| !enough(noted)) {
            self.needed.insert(vertex, level);
            self.heap.push(Reverse(key));
        }
    }

    fn next_degree(&self, network: &Network) -> usize {
        self.heap.peek().map_or(0, |Reverse((_, vertex))| {
            network.degree(if self.forward { *vertex } else { mirrored(*vertex) }, self.forward)
        })
    }

    fn step(&mut self, network: &Network, target: Vertex, scratch: &mut Vec<Vertex>) -> Step {
        let Some(Reverse((_, vertex))) = self.heap.pop() else {
            return Step::Done;
        };
        let vertex = if self.forward { vertex } else { mirrored(vertex) };
        let level = self.needed[&vertex];
        network.neighbours(vertex, self.forward, scratch);
        self.work += scratch.len() + 1;
        for &other in &*scratch {
            if other == target {
                return Step::Cycle;
            }
            let needed = if self.forward {
                level + weight(vertex)
            } else {
                level - weight(other)
            };
            self.require(network, other, needed);
        }
        Step::Goes
    }
}

/// Backwards, contacts of one level come before the gadgets that write them; the heap orders by this stand-in.
fn mirrored(vertex: Vertex) -> Vertex {
    match vertex {
        Vertex::Gadget(slot) => Vertex::Region(slot),
        Vertex::Region(slot) => Vertex::Gadget(slot),
        Vertex::Contact(slot) => Vertex::Contact(slot),
    }
}

impl Network {
    /// Makes the levels agree with an edge from `source` to `target` that is already in the adjacency.
    pub(crate) fn order_edge(&mut self, source: Vertex, target: Vertex) {
        let weight = weight(source);
        if source == target || self.level(target) >= self.level(source) + weight {
            return;
        }
        let mut forward = Search::new(self, true, target, self.level(source) + weight);
        let mut backward = Search::new(self, false, source, self.level(target) - weight);
        let mut scratch = Vec::new();
        loop {
            // While settling, nothing may sink below what has fired already.
            let go_forward = self.tick.settling
                || forward.work + forward.next_degree(self) <= backward.work + backward.next_degree(self);
            let (side, aim) = if go_forward {
                (&mut forward, source)
            } else {
                (&mut backward, target)
            };
            match side.step(self, aim, &mut scratch) {
                Step::Goes => {}
                Step::Done => {
                    let side = if go_forward { forward } else { backward };
                    for (vertex, level) in side.needed {
                        self.set_level(vertex, level);
                    }
                    return;
                }
                Step::Cycle => {
                    self.close_cycle(source, target);
                    return;
                }
            }
        }
    }

    /// Makes one region of everything that lies between `target` and `source`, which the new edge joins into a cycle.
    fn close_cycle(&mut self, source: Vertex, target: Vertex) {
        let behind = self.reach(source, false, target, |_| true);
        let members: Vec<Vertex> = if behind.len() <= 2 {
            vec![source, target]
        } else {
            let ahead = self.reach(target, true, source, |vertex| behind.contains_key(&vertex));
            ahead.into_keys().collect()
        };
        let region = self.merge_into_region(&members);
        self.raise_after(Vertex::Region(region));
    }

    /// What can be reached from `start` inside the band of levels between the ends; `end` is taken but not passed.
    fn reach(
        &self,
        start: Vertex,
        forward: bool,
        end: Vertex,
        within: impl Fn(Vertex) -> bool,
    ) -> IndexMap<Vertex, (), FxBuildHasher> {
        let bound = self.level(end);
        let mut found: IndexMap<Vertex, (), FxBuildHasher> = IndexMap::default();
        found.insert(start, ());
        let mut stack = vec![start];
        let mut scratch = Vec::new();
        while let Some(vertex) = stack.pop() {
            self.neighbours(vertex, forward, &mut scratch);
            for &other in &scratch {
                let level = self.level(other);
                let inside = if forward { level <= bound } else { level >= bound };
                if (inside || other == end) && within(other) && found.insert(other, ()).is_none() {
                    stack.extend((other != end).then_some(other));
                }
            }
        }
        found
    }

    /// Raises what follows `start` where its level asks for it.
    pub(crate) fn raise_after(&mut self, start: Vertex) {
        let mut scratch = Vec::new();
        self.neighbours(start, true, &mut scratch);
        let level = self.level(start) + weight(start);
        let mut search = Search {
            forward: true,
            heap: BinaryHeap::new(),
            needed: IndexMap::default(),
            work: 0,
        };
        for &vertex in &scratch {
            search.require(self, vertex, level);
        }
        while !matches!(search.step(self, start, &mut scratch), Step::Done | Step::Cycle) {}
        for (vertex, level) in search.needed {
            self.set_level(vertex, level);
        }
    }
}
