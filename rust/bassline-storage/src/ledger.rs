//! The journal as a store: a network is the ticks that made it, in order, and now and then its image.
//!
//! Each network has a directory of its own. A tick is written once: the kernel's log is the journal, so that
//! it is durable when the journal is synced, and a driver that fell behind reads it from there.

mod backup;
mod compact;
mod cursors;
mod driver;
mod failure;
mod framed;
mod letters;
mod log;
mod names;
mod place;
mod reader;
mod recover;
mod resume;
mod retention;
mod snapshots;
mod store;
#[cfg(test)]
mod tests;

pub use store::Ledger;
