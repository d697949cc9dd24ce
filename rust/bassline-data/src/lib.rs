//! Primitives of data: JSON, CSV, YAML and Base64, validation, and parts of maps and lists. They are pure, and stand apart from the
//! engine for the libraries they need.
//!
//! No input makes them overrun the stack or run without an end: texts are read up to 16 MiB, 100 levels and 1,000,000 values; patterns
//! are matched in a time that is linear in the text; schemas have a budget of steps.
//!
//! ```
//! bassline_data::register();
//! assert!(bassline_core::primitive_of("data.json-parse").is_ok());
//! ```
#![forbid(unsafe_code)]

mod base64;
mod catalogue;
mod csv;
mod email;
mod entry;
mod json;
mod merge;
mod pattern;
mod phone;
mod property;
mod range;
mod schema;
mod url;
mod yaml;

pub use catalogue::CATALOGUE;

/// Adds these primitives to the engine's; before the first network is made.
pub fn register() {
    bassline_core::add_primitives(CATALOGUE);
}
