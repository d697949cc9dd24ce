//! Values of types that have a codec.

use super::{Text, Value};

/// A value of a type that is not one of the engine's: the name of its codec, and what the codec made of it. Two are equal if their
/// codecs and payloads are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coded {
    codec: Text,
    payload: Value,
}

impl Coded {
    /// A value as `codec` wrote it.
    pub fn new(codec: Text, payload: Value) -> Self {
        Self { codec, payload }
    }

    /// The codec's name.
    pub fn codec(&self) -> &Text {
        &self.codec
    }

    /// What the codec made of the value.
    pub fn payload(&self) -> &Value {
        &self.payload
    }
}
