//! The arena of gadgets. What propagation touches is one small row; what only declaration and rare kinds need stands beside it.

use crate::contact::NONE;
use crate::counted::Spent;
use crate::error::Fault;
use crate::id::{ContactId, GadgetId};
use crate::network::Network;
use crate::primitive::{Body, Primitive};
use crate::slots::{Slots, grow, make_room};
use crate::symbol::Symbol;
use crate::value::{Content, Text, Value};
use indexmap::IndexMap;
use rustc_hash::FxBuildHasher;
use smallvec::SmallVec;
use std::any::Any;
use std::fmt;
use std::sync::Arc;

/// Bits of a gadget's `flags`.
pub(crate) mod flag {
    /// Has a stream input: fires once per event.
    pub(crate) const STREAM: u8 = 1;
    pub(crate) const CYCLIC: u8 = 2;
    /// Its ports stand in a [`super::Wide`].
    pub(crate) const WIDE: u8 = 4;
    pub(crate) const SLOW: u8 = STREAM | WIDE;
    pub(crate) const QUEUED: u8 = 8;
    pub(crate) const REMOVED: u8 = 16;
    /// Declared in the open tick.
    pub(crate) const FRESH: u8 = 32;
}

/// A user's function: called with the content of its inputs, it answers what it writes, output by output.
pub trait Function: Any + Send + Sync {
    /// Computes. `None` for an output writes nothing there. `network` is in the middle of a tick: it may be read as it was
    /// when the tick began ([`Network::committed_content`]).
    fn call(&self, network: &Network, inputs: &[Content]) -> Result<SmallVec<[Option<Value>; 2]>, Fault>;

    /// Whether it is not called in the tick, but when that has committed: see [`crate::Call`].
    fn is_called_later(&self) -> bool {
        false
    }

    /// Whether it computes what another does, as far as their code says: then a gadget that is bound to it anew need not fire.
    fn computes_as(&self, _other: &dyn Function) -> bool {
        false
    }

    /// What its calls took, if that is measured.
    fn spent(&self) -> Option<Spent> {
        None
    }
}

/// What is computed.
#[derive(Debug, Clone)]
pub enum Computation {
    /// A native gadget.
    Primitive(&'static Primitive),
    /// A user's function.
    Function(FunctionSpec),
}

/// A user's function, as it is declared and found again.
#[derive(Clone)]
pub struct FunctionSpec {
    /// Where it is found again: `module:qualified.name`.
    pub identity: Text,
    /// Input ports: the name, and whether it is required.
    pub inputs: Vec<(Text, bool)>,
    /// Output ports.
    pub outputs: Vec<Text>,
    /// Whether, of one that is called later, each call is made, and none is skipped for a newer one.
    pub is_queued: bool,
    /// The function; `None` if it was not found when the network was opened.
    pub call: Option<Arc<dyn Function>>,
}

impl fmt::Debug for FunctionSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FunctionSpec({})", self.identity)
    }
}

/// Ports and settings of a gadget that is more than one native function of one or two contacts.
pub(crate) struct Wide {
    pub(crate) inputs: Vec<u32>,
    pub(crate) outputs: Vec<u32>,
    pub(crate) state: Vec<u32>,
    pub(crate) config: Value,
    /// A fault stays in the outputs instead of rolling the tick back.
    pub(crate) contain: bool,
    pub(crate) function: Option<FunctionSpec>,
    /// Of a router: the contact that takes the records of a key. A handle gone stale is looked up anew.
    pub(crate) routes: IndexMap<Text, ContactId, FxBuildHasher>,
    /// Of a router: where among its outputs a contact stands that it writes to by key.
    pub(crate) places: IndexMap<u32, u32, FxBuildHasher>,
}

/// The ports and settings of a gadget to be placed.
pub(crate) struct Declared {
    pub(crate) inputs: Ports,
    pub(crate) outputs: Ports,
    pub(crate) state: Vec<u32>,
    /// A map, or nothing for an empty one.
    pub(crate) config: Option<Value>,
    pub(crate) contain: bool,
    pub(crate) function: Option<FunctionSpec>,
}

impl From<Declared> for Wide {
    fn from(declared: Declared) -> Self {
        Self {
            inputs: declared.inputs.into_vec(),
            outputs: declared.outputs.into_vec(),
            state: declared.state,
            config: declared.config.unwrap_or_else(crate::declare::empty_map),
            contain: declared.contain,
            function: declared.function,
            routes: IndexMap::default(),
            places: IndexMap::default(),
        }
    }
}

/// What propagation reads of a gadget.
///
/// Aligned so that a row never straddles two cache lines.
#[derive(Debug, Clone, Copy)]
#[repr(align(32))]
pub(crate) struct Row {
    pub(crate) body: Body,
    pub(crate) flags: u8,
    pub(crate) level: i32,
    /// The next gadget in the queue.
    pub(crate) next: u32,
    pub(crate) a: u32,
    pub(crate) b: u32,
    pub(crate) out: u32,
    pub(crate) firings: u32,
}

/// The columns.
#[derive(Default)]
pub(crate) struct Gadgets {
    pub(crate) slots: Slots,
    pub(crate) rows: Vec<Row>,
    pub(crate) wide: Vec<Option<Box<Wide>>>,
    pub(crate) creation: Vec<u64>,
    pub(crate) group: Vec<u32>,
    /// The name given; [`UNNAMED`] if its identity is its primitive and bindings.
    pub(crate) name: Vec<Symbol>,
    pub(crate) primitive: Vec<Option<&'static Primitive>>,
}

/// No name given.
pub(crate) const UNNAMED: Symbol = Symbol(u32::MAX);

pub(crate) type Ports = SmallVec<[u32; 4]>;

impl Gadgets {
    /// Fills the columns at a slot that has just been taken. A native function of one or two contacts needs no [`Wide`]: its ports
    /// stand in its row.
    pub(crate) fn place(
        &mut self,
        slot: u32,
        ports: Declared,
        primitive: Option<&'static Primitive>,
        creation: u64,
        group: u32,
        name: Symbol,
    ) {
        let body = primitive.map_or(Body::Function, |primitive| primitive.body);
        let is_narrow =
            matches!(body, Body::Unary(_) | Body::Binary(_) | Body::Compare(_) | Body::Gate) && !ports.contain;
        let mut row = Row {
            body,
            flags: flag::WIDE,
            level: 0,
            next: NONE,
            a: NONE,
            b: NONE,
            out: NONE,
            firings: 0,
        };
        let wide = if is_narrow {
            row.flags = 0;
            row.a = ports.inputs[0];
            row.b = ports.inputs.get(1).copied().unwrap_or(NONE);
            row.out = ports.outputs[0];
            None
        } else {
            Some(Box::new(ports.into()))
        };
        let len = self.slots.len();
        grow(&mut self.rows, len, row);
        make_room(&mut self.wide, len);
        self.wide.resize_with(self.rows.len(), || None);
        grow(&mut self.creation, len, 0);
        grow(&mut self.group, len, NONE);
        grow(&mut self.name, len, UNNAMED);
        grow(&mut self.primitive, len, None);
        let at = slot as usize;
        self.rows[at] = row;
        self.wide[at] = wide;
        self.creation[at] = creation;
        self.group[at] = group;
        self.name[at] = name;
        self.primitive[at] = primitive;
    }

    /// What uses a freed slot falls over it.
    #[cfg(debug_assertions)]
    pub(crate) fn poison(&mut self, slot: u32) {
        let row = &mut self.rows[slot as usize];
        (row.a, row.b, row.out) = (NONE - 1, NONE - 1, NONE - 1);
        self.group[slot as usize] = NONE - 1;
    }

    pub(crate) fn id(&self, slot: u32) -> GadgetId {
        self.slots.handle(slot)
    }

    pub(crate) fn is_live(&self, slot: u32) -> bool {
        self.slots.is_live(slot) && self.rows[slot as usize].flags & flag::REMOVED == 0
    }

    /// The contacts on the input ports, port by port; [`NONE`] where unbound.
    pub(crate) fn inputs(&self, slot: u32) -> Ports {
        let row = &self.rows[slot as usize];
        match &self.wide[slot as usize] {
            Some(wide) => Ports::from_slice(&wide.inputs),
            None if row.b == NONE => Ports::from_slice(&[row.a]),
            None => Ports::from_slice(&[row.a, row.b]),
        }
    }

    /// The contacts on the output ports, port by port; [`NONE`] where unbound.
    pub(crate) fn outputs(&self, slot: u32) -> Ports {
        match &self.wide[slot as usize] {
            Some(wide) => Ports::from_slice(&wide.outputs),
            None => Ports::from_slice(&[self.rows[slot as usize].out]),
        }
    }

    /// The contacts on the output ports, without those that a router writes by key: they do not follow from its record.
    pub(crate) fn derived_outputs(&self, slot: u32) -> Ports {
        match (&self.wide[slot as usize], self.primitive[slot as usize]) {
            (Some(wide), Some(primitive)) => {
                let derived = primitive.outputs.len().min(wide.outputs.len());
                Ports::from_slice(&wide.outputs[..derived])
            }
            _ => self.outputs(slot),
        }
    }

    pub(crate) fn set_output(&mut self, slot: u32, port: usize, contact: u32) {
        match &mut self.wide[slot as usize] {
            Some(wide) => wide.outputs[port] = contact,
            None => self.rows[slot as usize].out = contact,
        }
    }

    pub(crate) fn function(&self, slot: u32) -> Option<&FunctionSpec> {
        self.wide[slot as usize]
            .as_ref()
            .and_then(|wide| wide.function.as_ref())
    }

    /// The name of an input port.
    pub(crate) fn input_name(&self, slot: u32, port: usize) -> Text {
        match (self.primitive[slot as usize], self.function(slot)) {
            (Some(primitive), _) => primitive.inputs[port].name.into(),
            (None, Some(function)) => function.inputs[port].0.clone(),
            (None, None) => Text::new(),
        }
    }

    /// The name of an output port.
    pub(crate) fn output_name(&self, slot: u32, port: usize) -> Text {
        match (self.primitive[slot as usize], self.function(slot)) {
            (Some(primitive), _) => primitive.outputs.get(port).map_or("entry", |port| port.name).into(),
            (None, Some(function)) => function.outputs[port].clone(),
            (None, None) => Text::new(),
        }
    }

    pub(crate) fn input_required(&self, slot: u32, port: usize) -> bool {
        match (self.primitive[slot as usize], self.function(slot)) {
            (Some(primitive), _) => primitive.inputs[port].required,
            (None, Some(function)) => function.inputs[port].1,
            (None, None) => true,
        }
    }
}
