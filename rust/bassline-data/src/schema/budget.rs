//! What a schema may cost: a small one can ask for more work than there is time.

use crate::pattern::Pattern;
use bassline_core::argument::out_of_range;
use bassline_core::{Fault, Value};
use std::collections::BTreeMap;

const STEPS: usize = 1_000_000;
const LEVELS: usize = 400;
/// What compiling a pattern costs beside looking at one value.
const COMPILING: usize = 2_000;
/// Bytes of a text that cost a step.
const BYTES: usize = 64;

/// Steps that are left, and the patterns that were compiled.
pub(super) struct Budget<'a> {
    schema: &'a Value,
    left: usize,
    patterns: BTreeMap<String, Pattern>,
}

impl<'a> Budget<'a> {
    pub(super) fn new(schema: &'a Value) -> Self {
        Self {
            schema,
            left: STEPS,
            patterns: BTreeMap::new(),
        }
    }

    /// A schema that cannot be taken.
    pub(super) fn refused(&self, expected: impl Into<String>) -> Fault {
        out_of_range("schema", expected, self.schema)
    }

    pub(super) fn spend(&mut self, steps: usize) -> Result<(), Fault> {
        match self.left.checked_sub(steps) {
            Some(left) => self.left = left,
            None => {
                let expected = format!("a schema that takes at most {STEPS} steps for this data");
                return Err(self.refused(expected));
            }
        }
        Ok(())
    }

    /// Spends what it costs to look through a text.
    pub(super) fn read(&mut self, text: &str) -> Result<(), Fault> {
        self.spend(1 + text.len() / BYTES)
    }

    pub(super) fn enter(&mut self, level: usize) -> Result<(), Fault> {
        self.spend(1)?;
        if level < LEVELS {
            return Ok(());
        }
        Err(self.refused(format!(
            "a schema that comes to an end within {LEVELS} levels, those of the data and of references counted"
        )))
    }

    /// Whether a text matches a pattern.
    pub(super) fn is_match(&mut self, pattern: &str, text: &str) -> Result<bool, Fault> {
        let found = match self.patterns.get(pattern) {
            Some(known) => known.clone(),
            None => {
                self.spend(COMPILING)?;
                let made = Pattern::new(pattern, "");
                let made = made.map_err(|problem| self.refused(format!("patterns; in '{pattern}': {problem}")))?;
                self.patterns.insert(pattern.to_owned(), made.clone());
                made
            }
        };
        self.spend(1 + found.steps(text))?;
        found
            .is_match(text)
            .map_err(|problem| self.refused(format!("patterns; in '{pattern}': {problem}")))
    }
}
