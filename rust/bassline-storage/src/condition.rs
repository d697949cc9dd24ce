//! How a network is: how it was found when it was opened, and what goes wrong beside the work since.

use std::fmt;
use std::sync::Arc;

/// What a store knows of a network that is open, besides what is in it.
#[derive(Clone, Default)]
pub struct Condition {
    /// Whether it was closed well before; `None` if the store does not tell.
    pub closed: Option<bool>,
    /// What was cut from its end.
    pub cut: Option<TornTail>,
    /// What is damaged, and was done without.
    pub damaged: Vec<String>,
    pub(crate) trouble: Option<Arc<dyn Fn() -> Option<String> + Send + Sync>>,
}

/// What stood at the end of a file and was never acknowledged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TornTail {
    /// The file.
    pub file: String,
    /// Where the first of it stood.
    pub offset: u64,
    /// How many bytes of it there were.
    pub bytes: u64,
    /// The number of the first record of it.
    pub record: u64,
    /// What stood there.
    pub found: String,
}

impl Condition {
    /// What goes wrong now and takes nothing from anyone, such as a checkpoint that cannot be made; `None` if all is well.
    pub fn trouble(&self) -> Option<String> {
        self.trouble.as_ref().and_then(|trouble| trouble())
    }
}

impl fmt::Debug for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Condition")
            .field("closed", &self.closed)
            .field("cut", &self.cut)
            .field("damaged", &self.damaged)
            .field("trouble", &self.trouble())
            .finish()
    }
}

impl fmt::Display for TornTail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            file,
            offset,
            bytes,
            record,
            found,
        } = self;
        write!(
            f,
            "a torn tail of {bytes} bytes at byte {offset} of '{file}', record {record}: found {found}"
        )
    }
}
