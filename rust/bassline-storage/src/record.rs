//! The record format: one tick as bytes, encoded once and used wherever ticks are kept or sent; and a whole network as bytes.
//!
//! A body begins with the version of the format. Numbers are little-endian base-128, signed ones zigzag; what repeats within a tick, such as
//! a value that a wire passes on, stands once. Frames, checksums and the order of records are the affair of whoever keeps them.

mod cursors;
mod entry;
mod field;
mod image;
mod input;
mod letter;
mod structure;
#[cfg(test)]
mod tests;
mod tick;
mod value;

pub use cursors::{read_cursors, write_cursors};
pub use entry::{Entry, EntryHead, read_entry, read_entry_head, write_opening, write_tick_entry};
pub use field::{read_structure, write_structure};
pub use image::{Base, read_base, read_image, write_base, write_image};
pub use input::RecordError;
pub use letter::{read_letter, read_names, write_letter, write_names};
pub use tick::{read_tick, write_record, write_tick};

/// The version of the format.
pub const VERSION: u8 = 1;
