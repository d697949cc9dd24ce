//! What the stores of tables share: the numbers of rows, changes and causes as text, checksums, and when a base is due.

pub(crate) mod cause;
pub(crate) mod changes;
pub(crate) mod checksum;
pub(crate) mod contradiction;
pub(crate) mod died;
pub(crate) mod findings;
pub(crate) mod key;
pub(crate) mod newest;
pub(crate) mod pace;
