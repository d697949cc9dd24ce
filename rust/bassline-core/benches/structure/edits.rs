//! Edits and writes in random order, each a tick of its own, in the engine and in the editable queue.

use crate::editable_queue::EditableQueue;
use crate::shape::Op;
use bassline_core::{
    Argument, Computation, ContactId, GadgetDeclaration, GadgetId, Network, Value, WireKind, primitive_of,
};
use std::time::{Duration, Instant};

/// The same numbers on every run.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new() -> Self {
        Self(0x9E37_79B9_7F4A_7C15)
    }

    pub(crate) fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % end
    }
}

/// What is done to a network of so many contacts: the first half are sources, each of the rest adds two of them.
#[derive(Clone, Copy)]
pub(crate) enum Step {
    /// Adds a gadget of two contacts, and its output.
    Gadget(usize, usize),
    /// Adds a contact, and a wire from another to it.
    Wire(usize),
    /// Removes what was added, by its place among what is there; the last takes its place.
    Remove(usize),
    Write(usize, f64),
}

/// So many steps; of four, one adds, one removes, two write.
pub(crate) fn steps(random: &mut Random, contacts: usize, live: &mut usize, count: usize) -> Vec<Step> {
    let step = |_| match random.below(4) {
        0 if *live > 0 => {
            *live -= 1;
            Step::Remove(random.below(*live + 1))
        }
        0 | 1 => {
            *live += 1;
            if random.below(2) == 0 {
                Step::Gadget(random.below(contacts), random.below(contacts))
            } else {
                Step::Wire(random.below(contacts))
            }
        }
        _ => Step::Write(random.below(contacts / 2), random.below(1 << 20) as f64),
    };
    (0..count).map(step).collect()
}

/// The two sources that a derived contact adds.
fn inputs(random: &mut Random, contacts: usize) -> (usize, usize) {
    (random.below(contacts / 2), random.below(contacts / 2))
}

pub(crate) struct Floor {
    queue: EditableQueue,
    added: Vec<u32>,
}

impl Floor {
    pub(crate) fn new(contacts: usize) -> Self {
        let (mut queue, mut random) = (EditableQueue::default(), Random::new());
        for _ in 0..contacts / 2 {
            queue.source(0.0);
        }
        for _ in contacts / 2..contacts {
            let (a, b) = inputs(&mut random, contacts);
            queue.add(Op::Add, a as u32, b as u32);
        }
        Self {
            queue,
            added: Vec::new(),
        }
    }

    pub(crate) fn run(&mut self, steps: &[Step]) -> Duration {
        let started = Instant::now();
        for &step in steps {
            match step {
                Step::Gadget(a, b) => self.added.push(self.queue.add(Op::Add, a as u32, b as u32)),
                Step::Wire(from) => self.added.push(self.queue.add(Op::Add, from as u32, from as u32)),
                Step::Remove(at) => self.queue.remove(self.added.swap_remove(at)),
                Step::Write(source, value) => {
                    self.queue.write(source as u32, value);
                    self.queue.settle();
                }
            }
        }
        started.elapsed()
    }

    pub(crate) fn column(&self, contacts: usize) -> &[f64] {
        &self.queue.column[..contacts]
    }
}

pub(crate) struct Engine {
    pub(crate) network: Network,
    pub(crate) contacts: Vec<ContactId>,
    /// The contact, the gadget that writes it unless it is a wire, and its name, for the next.
    added: Vec<(ContactId, Option<GadgetId>, u32)>,
    names: Vec<u32>,
    named: u32,
}

impl Engine {
    pub(crate) fn new(contacts: usize) -> Self {
        let (mut network, mut random) = (Network::default(), Random::new());
        let root = network.root();
        network.begin();
        let declare = |at| {
            network
                .declare_contact(root, &format!("c{at}"), None, Value::Null)
                .unwrap()
        };
        let declared: Vec<ContactId> = (0..contacts).map(declare).collect();
        for &source in &declared[..contacts / 2] {
            network.write(source, Value::Float(0.0)).unwrap();
        }
        for &derived in &declared[contacts / 2..] {
            let (a, b) = inputs(&mut random, contacts);
            add(&mut network, declared[a], declared[b], derived);
        }
        network.settle().unwrap();
        network.commit(false, false);
        Self {
            network,
            contacts: declared,
            added: Vec::new(),
            names: Vec::new(),
            named: 0,
        }
    }

    pub(crate) fn run(&mut self, steps: &[Step]) -> Duration {
        let started = Instant::now();
        for &step in steps {
            self.network.begin();
            match step {
                Step::Gadget(a, b) => {
                    let (contact, name) = self.contact();
                    let gadget = add(&mut self.network, self.contacts[a], self.contacts[b], contact);
                    self.added.push((contact, Some(gadget), name));
                }
                Step::Wire(from) => {
                    let (contact, name) = self.contact();
                    let from = self.contacts[from];
                    self.network.declare_wire(from, contact, WireKind::Directed).unwrap();
                    self.added.push((contact, None, name));
                }
                Step::Remove(at) => {
                    let (contact, gadget, name) = self.added.swap_remove(at);
                    if let Some(gadget) = gadget {
                        self.network.remove_gadget(gadget).unwrap();
                    }
                    self.network.remove_contact(contact).unwrap();
                    self.names.push(name);
                }
                Step::Write(source, value) => self.network.write(self.contacts[source], Value::Float(value)).unwrap(),
            }
            self.network.settle().unwrap();
            self.network.commit(false, false);
        }
        started.elapsed()
    }

    /// A new contact, with a name that has been free.
    fn contact(&mut self) -> (ContactId, u32) {
        let name = self.names.pop().unwrap_or_else(|| {
            self.named += 1;
            self.named
        });
        let root = self.network.root();
        let contact = self
            .network
            .declare_contact(root, &format!("e{name}"), None, Value::Null)
            .unwrap();
        (contact, name)
    }

    pub(crate) fn agrees(&self, column: &[f64]) -> bool {
        let holds = |(&contact, &value): (&ContactId, &f64)| {
            self.network.content(contact).unwrap() == &Some(Value::Float(value))
        };
        self.contacts.iter().zip(column).all(holds)
    }
}

/// Adds a gadget that adds.
pub(crate) fn add(network: &mut Network, a: ContactId, b: ContactId, sum: ContactId) -> GadgetId {
    let arguments = [("a", a), ("b", b), ("sum", sum)];
    let declaration = GadgetDeclaration {
        name: None,
        computation: Computation::Primitive(primitive_of("math.add").unwrap()),
        arguments: arguments
            .map(|(port, contact)| (port.into(), Argument::Contact(contact)))
            .into(),
        contain: false,
    };
    network.declare_gadget(network.root(), declaration).unwrap()
}
