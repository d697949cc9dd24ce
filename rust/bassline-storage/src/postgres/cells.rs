//! The checksums of rows, of cells that are known by their types.

use crate::tabular::checksum::Checksum;

/// A cell as a checksum sees it.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Cell<'a> {
    Int(i64),
    MaybeInt(Option<i64>),
    Text(&'a str),
    MaybeText(Option<&'a str>),
    Bytes(&'a [u8]),
    MaybeBytes(Option<&'a [u8]>),
}

/// The checksum of a row.
#[inline]
pub(crate) fn checksum(cells: &[Cell<'_>]) -> i32 {
    let mut sum = Checksum::new();
    for cell in cells {
        match *cell {
            Cell::Int(int) | Cell::MaybeInt(Some(int)) => sum.int(int),
            Cell::Text(text) | Cell::MaybeText(Some(text)) => sum.text(text.as_bytes()),
            Cell::Bytes(bytes) | Cell::MaybeBytes(Some(bytes)) => sum.bytes(bytes),
            Cell::MaybeInt(None) | Cell::MaybeText(None) | Cell::MaybeBytes(None) => sum.null(),
        }
    }
    sum.value() as i32
}
