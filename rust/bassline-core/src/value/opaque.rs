//! Objects of the host language that have no codec.

use std::fmt;
use std::sync::Arc;

/// An object of the host language.
pub trait Object: Send + Sync {
    /// The name of its type.
    fn type_name(&self) -> &str;
    /// A number that no other living object has.
    fn identity(&self) -> usize;
    /// The object itself, for the host to take back.
    fn as_any(&self) -> &dyn std::any::Any;
}

/// A value that is compared by identity and lives in memory only: no store takes it.
#[derive(Clone)]
pub struct Opaque(Arc<Box<dyn Object>>);

impl Opaque {
    /// Holds an object.
    pub fn new(object: impl Object + 'static) -> Self {
        Self(Arc::new(Box::new(object)))
    }

    /// The object.
    pub fn object(&self) -> &dyn Object {
        &**self.0
    }

    /// The name of the object's type.
    pub fn type_name(&self) -> &str {
        self.0.type_name()
    }

    pub(crate) fn identity(&self) -> usize {
        self.0.identity()
    }
}

impl PartialEq for Opaque {
    fn eq(&self, other: &Self) -> bool {
        self.identity() == other.identity()
    }
}

impl Eq for Opaque {}

impl fmt::Debug for Opaque {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{} object>", self.type_name())
    }
}
