//! What makes a second declaration the same gadget, and one constant the same contact.

use crate::gadget::Gadgets;
use crate::symbol::fixed_hash;
use crate::value::Value;
use hashbrown::HashTable;

/// Tables of unnamed things by what they are.
#[derive(Debug, Default)]
pub(crate) struct Identities {
    gadgets: HashTable<(u64, u32)>,
    constants: HashTable<(u64, u32)>,
}

/// The hash of an unnamed gadget: its computation and bindings.
pub(crate) fn gadget_hash(computation: &str, group: u32, inputs: &[u32], outputs: &[u32]) -> u64 {
    fixed_hash(&(computation, group, inputs, outputs))
}

fn constant_hash(value: &Value) -> u64 {
    match value {
        Value::Null => 0,
        Value::Bool(x) => fixed_hash(&(1_u8, *x)),
        Value::Int(x) => fixed_hash(&(2_u8, *x)),
        // Zeroes are equal, and so are all NaNs.
        Value::Float(x) if *x == 0.0 || x.is_nan() => fixed_hash(&(3_u8, x.is_nan())),
        Value::Float(x) => fixed_hash(&(4_u8, x.to_bits())),
        Value::Text(x) => fixed_hash(&(5_u8, x.as_str())),
        Value::Bytes(x) => fixed_hash(&(6_u8, x.as_slice())),
        Value::List(x) => fixed_hash(&(7_u8, x.len())),
        Value::Map(x) => fixed_hash(&(8_u8, x.len())),
        Value::Set(x) => fixed_hash(&(9_u8, x.len())),
        Value::Interval(x) => fixed_hash(&(10_u8, constant_hash(x.low()), constant_hash(x.high()))),
        Value::Array(x) => fixed_hash(&(11_u8, x.dtype(), x.shape())),
        Value::Coded(x) => fixed_hash(&(12_u8, x.codec().as_str(), constant_hash(x.payload()))),
        Value::Opaque(x) => fixed_hash(&(13_u8, x.identity())),
    }
}

impl Identities {
    /// The gadget that is declared so; `computes` says of one whether its computation is that of the declaration.
    pub(crate) fn gadget(
        &self,
        hash: u64,
        gadgets: &Gadgets,
        group: u32,
        inputs: &[u32],
        outputs: &[u32],
        computes: impl Fn(u32) -> bool,
    ) -> Option<u32> {
        let same = |&(known, slot): &(u64, u32)| {
            known == hash
                && computes(slot)
                && gadgets.group[slot as usize] == group
                && gadgets.inputs(slot).as_slice() == inputs
                && gadgets.derived_outputs(slot).as_slice() == outputs
        };
        self.gadgets.find(hash, same).map(|entry| entry.1)
    }

    pub(crate) fn enter_gadget(&mut self, hash: u64, slot: u32) {
        self.gadgets.insert_unique(hash, (hash, slot), |entry| entry.0);
    }

    pub(crate) fn forget_gadget(&mut self, hash: u64, slot: u32) {
        if let Ok(entry) = self.gadgets.find_entry(hash, |entry| entry.1 == slot) {
            entry.remove();
        }
    }

    pub(crate) fn constant(&self, value: &Value, holds: impl Fn(u32) -> bool) -> Option<u32> {
        self.constants
            .find(constant_hash(value), |entry| holds(entry.1))
            .map(|entry| entry.1)
    }

    pub(crate) fn enter_constant(&mut self, value: &Value, slot: u32) {
        let hash = constant_hash(value);
        self.constants.insert_unique(hash, (hash, slot), |entry| entry.0);
    }

    pub(crate) fn forget_constant(&mut self, value: &Value, slot: u32) {
        if let Ok(entry) = self.constants.find_entry(constant_hash(value), |entry| entry.1 == slot) {
            entry.remove();
        }
    }
}
