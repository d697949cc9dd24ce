//! Values as JSON that keeps their types: a float always has a point or an exponent, and what JSON has no word for is a map with one
//! key that begins with `$`.
//!
//! | value | JSON |
//! |---|---|
//! | NaN, infinities | `{"$float": "nan"}`, `"inf"`, `"-inf"` |
//! | bytes | `{"$bytes": "<base64>"}` |
//! | set | `{"$set": […]}` |
//! | interval | `{"$interval": [low, high]}` |
//! | array | `{"$array": ["<f8", [2, 3], "<base64>"]}` |
//! | a value with a codec | `{"$coded": ["codec", payload]}` |
//! | a map whose first key begins with `$` | `{"$map": {…}}` around it |
//!
//! ```
//! use bassline_core::Value;
//! use bassline_storage::json;
//!
//! assert_eq!(json::to_string(&Value::Float(1.0))?, "1.0");
//! assert_eq!(json::from_str("1")?, Value::Int(1));
//! # Ok::<(), json::JsonError>(())
//! ```

mod read;
mod write;

use thiserror::Error;

pub(crate) use read::Any;
pub use read::from_str;
pub use write::{to_string, write};

/// Why a value cannot be written or read.
#[derive(Debug, Error)]
#[error("{0}")]
pub struct JsonError(String);

impl JsonError {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self(message.into())
    }
}

impl From<serde_json::Error> for JsonError {
    fn from(error: serde_json::Error) -> Self {
        Self(error.to_string())
    }
}
