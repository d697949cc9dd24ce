//! Set one source, settle, commit: the engine beside two hand-written floors, in one run, in ns per gadget fired.
//!
//! *plan* computes a fixed topological order over a column of f64 and decides nothing; *queue* keeps a dirty queue by rank and
//! stops where nothing changed: the least any dynamic engine does. All three must come to the same numbers.
//!
//! `cargo bench -p bassline-core --bench propagate -- chain fanout` runs the shapes with one of these in their name.
#![expect(clippy::print_stdout, reason = "the table is the result")]
#![expect(clippy::unwrap_used, reason = "what fails here is a bug in the bench")]
#![expect(clippy::disallowed_methods, reason = "it measures time")]
#![expect(clippy::float_cmp, reason = "any change is a change")]

#[path = "propagate/shape.rs"]
mod shape;

use bassline_core::{Argument, Computation, ContactId, GadgetDeclaration, GadgetId, Network, Value, primitive_of};
use shape::{Cell, Op, Shape, avoidable, batch, broad, chain, diamond, fanout, layered, tree, triangle};
use std::alloc::{GlobalAlloc, Layout, System};
use std::hint::black_box;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::{Duration, Instant};

const ROUNDS: usize = 9;
const SAMPLE: Duration = Duration::from_millis(30);

/// The system's allocator, counting.
struct Counting;

static ALLOCATIONS: AtomicUsize = AtomicUsize::new(0);
static BYTES: AtomicUsize = AtomicUsize::new(0);

#[global_allocator]
static ALLOCATOR: Counting = Counting;

#[expect(
    unsafe_code,
    reason = "a global allocator is unsafe to implement; this one only counts and passes on"
)]
// SAFETY: every call goes to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Relaxed);
        BYTES.fetch_add(layout.size(), Relaxed);
        // SAFETY: as our caller promises.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        BYTES.fetch_sub(layout.size(), Relaxed);
        // SAFETY: as our caller promises.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Relaxed);
        BYTES.fetch_add(size, Relaxed);
        BYTES.fetch_sub(layout.size(), Relaxed);
        // SAFETY: as our caller promises.
        unsafe { System.realloc(pointer, layout, size) }
    }
}

// ---------------------------------------------------------------------------------------------------------------------
// The floors

#[derive(Clone, Copy)]
struct Step {
    op: Op,
    a: u32,
    b: u32,
    out: u32,
}

struct Plan {
    column: Vec<f64>,
    /// Of each turn, what follows from what it writes.
    steps: Vec<Vec<Step>>,
}

impl Plan {
    fn new(shape: &Shape) -> Self {
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

    fn tick(&mut self, shape: &Shape, tick: usize) {
        for &source in shape.turn(tick) {
            self.column[source as usize] = shape.value(source, tick);
        }
        for step in &self.steps[tick % shape.turns.len()] {
            self.column[step.out as usize] = step
                .op
                .apply(self.column[step.a as usize], self.column[step.b as usize]);
        }
    }
}

struct Item {
    op: Op,
    waits: bool,
    rank: u32,
    a: u32,
    b: u32,
    /// Its readers, between this and the next one's.
    readers: u32,
}

struct DirtyQueue {
    column: Vec<f64>,
    items: Vec<Item>,
    readers: Vec<u32>,
    ranks: Vec<Vec<u32>>,
    fired: usize,
}

impl DirtyQueue {
    fn new(shape: &Shape) -> Self {
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
            ranks: vec![Vec::new(); deepest + 2],
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
                self.ranks[item.rank as usize].push(reader);
            }
        }
    }

    fn tick(&mut self, shape: &Shape, tick: usize) {
        for &source in shape.turn(tick) {
            let value = shape.value(source, tick);
            if self.column[source as usize] != value {
                self.column[source as usize] = value;
                self.mark(source);
            }
        }
        for rank in 1..self.ranks.len() {
            let mut line = std::mem::take(&mut self.ranks[rank]);
            self.fired += line.len();
            for &node in &line {
                let item = &mut self.items[node as usize];
                item.waits = false;
                let value = item
                    .op
                    .apply(self.column[item.a as usize], self.column[item.b as usize]);
                if self.column[node as usize] != value {
                    self.column[node as usize] = value;
                    self.mark(node);
                }
            }
            line.clear();
            self.ranks[rank] = line;
        }
    }
}

// ---------------------------------------------------------------------------------------------------------------------
// The engine

struct Engine {
    network: Network,
    contacts: Vec<Option<ContactId>>,
    gadgets: Vec<GadgetId>,
}

impl Engine {
    fn new(shape: &Shape) -> Self {
        let mut network = Network::default();
        let root = network.root();
        let mut contacts: Vec<Option<ContactId>> = Vec::with_capacity(shape.cells.len());
        let mut gadgets = Vec::new();
        network.begin();
        for (at, &cell) in shape.cells.iter().enumerate() {
            if let Cell::Constant(_) = cell {
                contacts.push(None);
                continue;
            }
            let contact = network
                .declare_contact(root, &format!("c{at}"), None, Value::Null)
                .unwrap();
            contacts.push(Some(contact));
            if let Cell::Source(value, _) = cell {
                network.write(contact, Value::Float(value)).unwrap();
            }
            if let Cell::Node(op, a, b) = cell {
                let argument = |input: u32| match (contacts[input as usize], shape.cells[input as usize]) {
                    (Some(contact), _) => Argument::Contact(contact),
                    (None, Cell::Constant(value)) => Argument::Value(Value::Float(value)),
                    _ => unreachable!(),
                };
                let (name, output) = op.primitive();
                let arguments = vec![
                    ("a".into(), argument(a)),
                    ("b".into(), argument(b)),
                    (output.into(), Argument::Contact(contact)),
                ];
                let computation = Computation::Primitive(primitive_of(name).unwrap());
                let declaration = GadgetDeclaration {
                    name: None,
                    computation,
                    arguments,
                    contain: false,
                };
                gadgets.push(network.declare_gadget(root, declaration).unwrap());
            }
        }
        network.settle().unwrap();
        network.commit(false, false);
        Self {
            network,
            contacts,
            gadgets,
        }
    }

    fn tick(&mut self, shape: &Shape, tick: usize, record: bool) {
        self.network.begin();
        for &source in shape.turn(tick) {
            if let Some(contact) = self.contacts[source as usize] {
                self.network
                    .write(contact, Value::Float(shape.value(source, tick)))
                    .unwrap();
            }
        }
        self.network.settle().unwrap();
        black_box(self.network.commit(record, false));
    }

    fn fired(&self) -> usize {
        self.gadgets
            .iter()
            .map(|&gadget| self.network.firings(gadget).unwrap() as usize)
            .sum()
    }

    fn agrees(&self, column: &[f64]) -> bool {
        self.contacts.iter().zip(column).all(|(contact, &value)| {
            contact.is_none_or(|contact| self.network.content(contact).unwrap() == &Some(Value::Float(value)))
        })
    }
}

// ---------------------------------------------------------------------------------------------------------------------
// Measuring

/// One thing that is measured: what it does in a tick, and the fastest it has done it.
struct Contender<'a> {
    tick: Box<dyn FnMut(usize) + 'a>,
    at: usize,
    ticks: usize,
    best: f64,
}

impl<'a> Contender<'a> {
    fn new(tick: impl FnMut(usize) + 'a) -> Self {
        Self {
            tick: Box::new(tick),
            at: 0,
            ticks: 1,
            best: f64::INFINITY,
        }
    }

    /// One sample; the seconds it took.
    fn sample(&mut self) -> Duration {
        let started = Instant::now();
        for _ in 0..self.ticks {
            (self.tick)(self.at);
            self.at += 1;
        }
        started.elapsed()
    }

    /// Finds out how many ticks make a sample.
    fn prepare(&mut self) {
        while self.sample() < SAMPLE / 2 {
            self.ticks *= 2;
        }
    }

    fn measure(&mut self) {
        self.best = self.best.min(self.sample().as_secs_f64() * 1e9 / self.ticks as f64);
    }
}

fn run(name: &str, shape: &Shape) {
    let (plan, queue) = (&mut Plan::new(shape), &mut DirtyQueue::new(shape));
    let (bytes, started) = (BYTES.load(Relaxed), Instant::now());
    let mut engine = Engine::new(shape);
    let gadgets = engine.gadgets.len() as f64;
    let build = started.elapsed().as_secs_f64() * 1e9 / gadgets;
    let size = (BYTES.load(Relaxed) - bytes) as f64 / gadgets;

    // Two rounds of all turns: the first warms what is kept from tick to tick, the second is counted.
    let turns = shape.turns.len();
    let mut tick = 0;
    let (mut fired, mut allocations) = (0, 0);
    for _ in 0..2 {
        (fired, allocations) = (engine.fired(), ALLOCATIONS.load(Relaxed));
        for _ in 0..turns {
            engine.tick(shape, tick, false);
            tick += 1;
        }
        allocations = ALLOCATIONS.load(Relaxed) - allocations;
        fired = engine.fired() - fired;
    }
    let wanted = queue.fired;
    for tick in 0..tick {
        plan.tick(shape, tick);
        queue.tick(shape, tick);
    }
    assert!(
        engine.agrees(&plan.column) && engine.agrees(&queue.column),
        "{name}: the floors come to other numbers"
    );
    assert_eq!(2 * fired, queue.fired - wanted, "{name}: the queue fires other gadgets");

    // The plan and the queue go on where they are; the engine is shared by two contenders, which go on in turns.
    let engine = &std::cell::RefCell::new((engine, tick));
    let on = |record: bool| {
        move |_| {
            let (engine, tick) = &mut *engine.borrow_mut();
            engine.tick(shape, *tick, record);
            *tick += 1;
        }
    };
    let mut contenders = [
        Contender::new(|tick| plan.tick(shape, tick)),
        Contender::new(|tick| queue.tick(shape, tick)),
        Contender::new(on(false)),
        Contender::new(on(true)),
    ];
    contenders.iter_mut().for_each(Contender::prepare);
    for _ in 0..ROUNDS {
        contenders.iter_mut().for_each(Contender::measure);
    }
    let fired = fired as f64 / turns as f64;
    let [plan, queue, engine, recorded] = contenders.map(|contender| contender.best / fired);
    println!(
        "| {name:<11} | {fired:>7} | {plan:>5.1} | {queue:>5.1} | {engine:>6.1} | {recorded:>8.1} | {:>6.1} | {:>7.1} | {:>11.2} | {build:>5.0} | {size:>5.0} |",
        engine / plan,
        engine / queue,
        allocations as f64 / turns as f64,
    );
}

/// A name and how to make it.
type Named = (&'static str, fn() -> Shape);

const SHAPES: [Named; 14] = [
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
];

fn main() {
    let wanted: Vec<String> = std::env::args()
        .skip(1)
        .filter(|word| !word.starts_with("--"))
        .collect();
    let chosen = |name: &str| wanted.is_empty() || wanted.iter().any(|part| name.contains(part.as_str()));
    let shapes: Vec<&Named> = SHAPES.iter().filter(|(name, _)| chosen(name)).collect();
    if shapes.is_empty() {
        return;
    }
    println!(
        "ns per gadget fired, best of {ROUNDS}; build in ns and bytes per gadget, its output and its constant among them\n"
    );
    println!(
        "| shape       |   fired |  plan | queue | engine | recorded | x plan | x queue | allocs/tick | build | bytes |"
    );
    println!(
        "|-------------|--------:|------:|------:|-------:|---------:|-------:|--------:|------------:|------:|------:|"
    );
    for (name, shape) in shapes {
        run(name, &shape());
    }
}
