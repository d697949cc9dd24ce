//! The pure propagation engine of Bassline: a state machine that is told everything and answers with what changed.
//!
//! It has no I/O, no clock, no threads and no random order. What a network means is written in `docs/semantics.md`.
//!
//! ```
//! use bassline_core::{Argument, Computation, GadgetDeclaration, Network, Value, primitive_of};
//!
//! # fn main() -> Result<(), bassline_core::NetworkError> {
//! let mut network = Network::default();
//! let root = network.root();
//! network.begin();
//! let price = network.declare_contact(root, "price", None, Value::Null)?;
//! let total = network.declare_contact(root, "total", None, Value::Null)?;
//! network.declare_gadget(root, GadgetDeclaration {
//!     name: None,
//!     computation: Computation::Primitive(primitive_of("math.multiply")?),
//!     arguments: vec![
//!         ("a".into(), Argument::Contact(price)),
//!         ("b".into(), Argument::Value(Value::Int(3))),
//!         ("product".into(), Argument::Contact(total)),
//!     ],
//!     contain: false,
//! })?;
//! network.write(price, Value::Float(9.5))?;
//! network.settle()?;
//! network.commit(true, false);
//! assert_eq!(network.content(total)?, &Some(Value::Float(28.5)));
//! # Ok(())
//! # }
//! ```
#![forbid(unsafe_code)]

mod adjacency;
mod attempt;
mod blend;
mod blocks;
mod boundary;
mod build;
mod calls;
mod changes;
mod column;
mod component;
mod contact;
mod contradiction;
mod counted;
mod cycle;
mod declare;
mod declare_gadget;
mod declare_many;
mod describe;
mod directory;
mod edges;
mod edit;
mod error;
mod faults;
mod fire;
mod gadget;
mod gathering;
mod group;
mod id;
mod identity;
mod join;
mod large_int;
mod level;
mod link;
mod load;
mod members;
mod network;
mod number;
mod observe;
mod old;
mod ownership;
mod pattern;
mod plain;
pub mod planted;
mod primitive;
mod queue;
mod rebind;
mod record;
mod region;
mod regions;
mod remove;
mod restore;
mod route;
mod separate;
mod settle;
mod slots;
mod storable;
mod strays;
mod stream;
mod symbol;
mod tick;
mod undo;
mod value;
mod vertex;
mod view;
mod why;
mod wire;
mod write;

pub use blend::{Blend, Join, Lattice, LatticeSpec};
pub use boundary::Boundary;
pub use build::{Library, blend_of, boundary_of, primitive_of, wire_kind_of};
pub use calls::{Answered, Call};
pub use changes::{Changes, ChangesIter};
pub use column::{Column, ColumnError, ColumnFault};
pub use contact::Unnamed;
pub use contradiction::Contradiction;
pub use counted::{Counted, Population, Spent};
pub use declare_gadget::{Argument, GadgetDeclaration};
pub use declare_many::{Declarations, End};
pub use describe::{ContactState, Died, Image};
pub use directory::Directory;
pub use error::{Fault, NetworkError, nearest};
pub use fire::Outputs;
pub use gadget::{Computation, Function, FunctionSpec};
pub use id::{ContactId, GadgetId, GroupId, Handle, LinkId, WireId};
pub use large_int::large_int;
pub use load::ImageError;
pub use network::{Cause, Network, OnContradiction};
pub use number::compare as compare_numbers;
pub use pattern::{Pattern, PatternIndex};
pub use primitive::{Port, Primitive, PureFunction, add_primitives, argument, catalogue, limit, text::written_float};
pub use record::{
    Change, Committed, ContactRecord, GadgetRecord, GroupRecord, LinkRecord, Removed, StructureChange, TickDone,
    Untold, WireRecord,
};
pub use settle::Settled;
pub use undo::Return;
pub use value::{
    Array, Coded, Content, DEEPEST, EmptyInterval, Interval, Keys, Map, Object, Opaque, Set, Text, Unstorable, Value,
    base64, show, untagged,
};
pub use view::View;
pub use why::{Derivation, Extent, How, Line, Observed, Reason, Then, Told};
pub use wire::WireKind;
