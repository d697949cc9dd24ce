//! Arrays: type, shape and bytes, as `NumPy` writes them.

use super::Text;

/// An array of fixed-size items, in row-major order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Array {
    dtype: Text,
    shape: Vec<usize>,
    bytes: Vec<u8>,
}

impl Array {
    /// An array of items of `dtype`, in the notation of `NumPy` (`<f8`), little-endian or byte-sized.
    pub fn new(dtype: Text, shape: Vec<usize>, bytes: Vec<u8>) -> Self {
        Self { dtype, shape, bytes }
    }

    /// The type of the items, in the notation of `NumPy`.
    pub fn dtype(&self) -> &str {
        &self.dtype
    }

    /// The length along each axis; empty for a single item.
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// The items' bytes, in row-major order.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}
