//! One object for the texts that a column repeats.

use bassline_core::{Text, Value};
use rustc_hash::FxHasher;
use std::hash::Hasher;

const SLOTS: usize = 256;

/// The texts a column had lately: each has one slot it may be in, and takes it over from whichever was there.
#[derive(Debug, Default)]
pub(crate) struct Interned {
    slots: Vec<Option<Text>>,
}

impl Interned {
    pub(crate) fn text(&mut self, text: &str) -> Value {
        if self.slots.is_empty() {
            self.slots.resize(SLOTS, None);
        }
        let mut hasher = FxHasher::default();
        hasher.write(text.as_bytes());
        let slot = &mut self.slots[hasher.finish() as usize % SLOTS];
        match slot {
            Some(known) if known == text => Value::Text(known.clone()),
            _ => {
                let fresh = Text::from(text);
                *slot = Some(fresh.clone());
                Value::Text(fresh)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repeated_text_is_one_object() {
        let mut interned = Interned::default();
        let (Value::Text(first), Value::Text(second)) = (interned.text("UA"), interned.text("UA")) else {
            panic!()
        };
        assert!(Text::ptr_eq(&first, &second));
        for n in 0..2_000 {
            let text = format!("N{n}");
            assert_eq!(interned.text(&text), Value::text(&text));
        }
    }
}
