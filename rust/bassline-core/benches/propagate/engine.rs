//! The engine with a shape in it.

use crate::shape::{Cell, Op, Shape};
use bassline_core::{
    Argument, Changes, Column, Computation, ContactId, GadgetDeclaration, GadgetId, Network, Value, primitive_of,
};
use std::hint::black_box;

pub(crate) struct Engine {
    network: Network,
    contacts: Vec<Option<ContactId>>,
    pub(crate) gadgets: Vec<GadgetId>,
    /// Firings of gadgets that are gone.
    before: usize,
    /// Of a shape that writes all its sources in one tick, these and what is written.
    sources: Vec<ContactId>,
    numbers: Column,
    /// Where the changes of a tick are recorded.
    changes: Changes,
}

impl Engine {
    pub(crate) fn new(shape: &Shape) -> Self {
        let mut engine = Self {
            network: Network::default(),
            contacts: Vec::with_capacity(shape.cells.len()),
            gadgets: Vec::new(),
            before: 0,
            sources: Vec::new(),
            numbers: Column::Floats(Vec::new()),
            changes: Changes::default(),
        };
        engine.network.begin();
        for (at, &cell) in shape.cells.iter().enumerate() {
            if let Cell::Constant(_) = cell {
                engine.contacts.push(None);
                continue;
            }
            let root = engine.network.root();
            let contact = engine
                .network
                .declare_contact(root, &format!("c{at}"), None, Value::Null)
                .unwrap();
            engine.contacts.push(Some(contact));
            if let Cell::Source(value, _) = cell {
                engine.network.write(contact, Value::Float(value)).unwrap();
            }
            if let Cell::Node(op, a, b) = cell {
                let gadget = engine.declare(shape, op, [a, b, at as u32]);
                engine.gadgets.push(gadget);
            }
        }
        engine.network.settle().unwrap();
        engine.network.commit(false, false);
        engine
    }

    fn declare(&mut self, shape: &Shape, op: Op, ports: [u32; 3]) -> GadgetId {
        let (name, names) = op.primitive();
        let argument = |cell: u32| match (self.contacts[cell as usize], shape.cells[cell as usize]) {
            (Some(contact), _) => Argument::Contact(contact),
            (None, Cell::Constant(value)) => Argument::Value(Value::Float(value)),
            _ => unreachable!(),
        };
        let arguments = names
            .into_iter()
            .zip(ports)
            .map(|(name, cell)| (name.into(), argument(cell)))
            .collect();
        let declaration = GadgetDeclaration {
            name: None,
            computation: Computation::Primitive(primitive_of(name).unwrap()),
            arguments,
            contain: false,
        };
        self.network.declare_gadget(self.network.root(), declaration).unwrap()
    }

    /// The last cell's gadget is taken away and another put in its place, in a tick of its own.
    fn move_last(&mut self, shape: &Shape, reads: u32) {
        let last = (shape.cells.len() - 1) as u32;
        let (Some(gadget), Some(&Cell::Node(op, _, b))) = (self.gadgets.pop(), shape.cells.last()) else {
            return;
        };
        self.before += self.network.firings(gadget).unwrap() as usize;
        self.network.begin();
        self.network.remove_gadget(gadget).unwrap();
        let gadget = self.declare(shape, op, [reads, b, last]);
        self.gadgets.push(gadget);
        self.network.settle().unwrap();
        black_box(self.network.commit_untold(false));
    }

    pub(crate) fn tick(&mut self, shape: &Shape, tick: usize, record: bool) {
        if let Some(reads) = shape.moved(tick) {
            self.move_last(shape, reads);
        }
        self.network.begin();
        match *shape.turn(tick) {
            [source] => {
                if let Some(contact) = self.contacts[source as usize] {
                    let value = Value::Float(shape.value(source, tick));
                    self.network.write(contact, value).unwrap();
                }
            }
            ref sources => self.write_column(shape, sources, tick),
        }
        self.network.settle().unwrap();
        if record {
            self.changes.clear();
            black_box(self.network.commit_into(&mut self.changes, false));
        } else {
            black_box(self.network.commit_untold(false));
        }
    }

    /// Writes many sources as a user does it: as a column, whose contacts are looked up once.
    fn write_column(&mut self, shape: &Shape, sources: &[u32], tick: usize) {
        if self.sources.is_empty() {
            let contacts = sources.iter().filter_map(|&source| self.contacts[source as usize]);
            self.sources = contacts.collect();
        }
        if let Column::Floats(numbers) = &mut self.numbers {
            numbers.clear();
            numbers.extend(sources.iter().map(|&source| shape.value(source, tick)));
        }
        self.network.write_column(&self.sources, &self.numbers).unwrap();
    }

    pub(crate) fn fired(&self) -> usize {
        let firings = |&gadget: &GadgetId| self.network.firings(gadget).unwrap() as usize;
        self.before + self.gadgets.iter().map(firings).sum::<usize>()
    }

    /// Every cell as a number; truth is 1 or 0, and a contact without content is NaN.
    pub(crate) fn column(&self, shape: &Shape) -> Vec<f64> {
        let cells = self.contacts.iter().zip(&shape.cells);
        let number = |(contact, &cell): (&Option<ContactId>, &Cell)| match (contact, cell) {
            (None, Cell::Constant(value)) => value,
            (Some(contact), _) => match self.network.content(*contact).unwrap() {
                Some(Value::Float(value)) => *value,
                Some(Value::Bool(truth)) => f64::from(u8::from(*truth)),
                _ => f64::NAN,
            },
            _ => f64::NAN,
        };
        cells.map(number).collect()
    }
}
