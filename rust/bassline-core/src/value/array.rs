//! Arrays: type, shape and bytes, as `NumPy` writes them.

use super::Text;
use std::cmp::Ordering;

/// An array of fixed-size items, in row-major order. As among floats, every NaN in it equals every other, and `0.0` equals `-0.0`.
#[derive(Debug, Clone)]
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

impl Array {
    /// The place of two arrays in the order of dtype, shape and content; `Equal` exactly if they are equal.
    pub(super) fn structural_order(&self, other: &Self) -> Ordering {
        let kinds = (self.dtype(), self.shape()).cmp(&(other.dtype(), other.shape()));
        kinds.then_with(|| match float_width(self.dtype()) {
            Some(width) if self.bytes != other.bytes => {
                let floats = |bytes: &'_ [u8]| -> Vec<u64> { bytes.chunks(width).map(canonical).collect() };
                floats(&self.bytes).cmp(&floats(&other.bytes))
            }
            _ => self.bytes.cmp(&other.bytes),
        })
    }
}

impl PartialEq for Array {
    fn eq(&self, other: &Self) -> bool {
        self.bytes.len() == other.bytes.len() && self.structural_order(other).is_eq()
    }
}

impl Eq for Array {}

/// How many bytes each float of a type has, a complex number being two of them; nothing for what is no float.
fn float_width(dtype: &str) -> Option<usize> {
    match dtype {
        "<f2" => Some(2),
        "<f4" | "<c8" => Some(4),
        "<f8" | "<c16" => Some(8),
        _ => None,
    }
}

/// The bits of an IEEE 754 float, with one zero and one NaN.
fn canonical(float: &[u8]) -> u64 {
    let bits = float.iter().rev().fold(0, |bits, &byte| bits << 8 | u64::from(byte));
    let (magnitude, infinity) = match float.len() {
        2 => (0x7fff, 0x7c00),
        4 => (0x7fff_ffff, 0x7f80_0000),
        _ => (0x7fff_ffff_ffff_ffff, 0x7ff0_0000_0000_0000),
    };
    match bits & magnitude {
        0 => 0,
        other if other > infinity => magnitude,
        _ => bits,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_in_arrays_are_equal_as_floats_are() {
        let of = |items: [f64; 2]| {
            let bytes = items.iter().flat_map(|item| item.to_le_bytes()).collect();
            Array::new("<f8".into(), vec![2], bytes)
        };
        assert_eq!(of([0.0, f64::NAN]), of([-0.0, -f64::NAN]));
        assert_ne!(of([0.0, 1.0]), of([0.0, -1.0]));
        assert_ne!(of([f64::INFINITY, 1.0]), of([f64::NAN, 1.0]));
        let half = |bits: u16| Array::new("<f2".into(), vec![], bits.to_le_bytes().to_vec());
        assert_eq!(half(0x7e00), half(0xfe01));
        assert_eq!(half(0x8000), half(0));
        assert_ne!(half(0x7c00), half(0x7e00));
    }

    #[test]
    fn arrays_of_other_types_and_shapes_differ() {
        let of = |dtype: &str, shape: &[usize]| Array::new(dtype.into(), shape.to_vec(), vec![0; 8]);
        assert_ne!(of("<f8", &[1]), of("<i8", &[1]));
        assert_ne!(of("<f8", &[1]), of("<f8", &[1, 1]));
    }
}
