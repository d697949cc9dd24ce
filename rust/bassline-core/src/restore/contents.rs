//! Contents, who wrote them, and marks.

use super::Here;
use crate::contact::{Unnamed, Writer, flag};
use crate::describe::{ContactState, Image};
use crate::edit::Edit;
use crate::error::Fault;
use crate::faults::Faults;
use crate::load::ImageError;
use crate::network::{Cause, Network};

impl Network {
    pub(super) fn restore_contents(&mut self, image: &Image, here: &Here) -> Result<(), ImageError> {
        for state in &image.contacts {
            let slot = here.contact(state.record.id)?;
            if !matches!(state.record.place, Err(Unnamed::Constant(_))) {
                self.restore_content(slot, state, here);
            }
            self.restore_marks(slot, state, here);
        }
        Ok(())
    }

    fn restore_content(&mut self, slot: u32, state: &ContactState, here: &Here) {
        let writer = self.writer_here(&state.cause, here);
        let row = &self.contacts.rows[slot as usize];
        if row.content == state.content && row.writer == writer {
            return;
        }
        self.touch(slot);
        let row = &mut self.contacts.rows[slot as usize];
        row.content.clone_from(&state.content);
        row.writer = writer;
    }

    fn writer_here(&mut self, cause: &Cause, here: &Here) -> Writer {
        match cause {
            Cause::Nobody => Writer::NOBODY,
            Cause::External(source) => Writer::external(self.symbols.pin(source)),
            Cause::Gadget(id) => here
                .gadgets
                .get(id)
                .map_or(Writer::NOBODY, |&slot| Writer::gadget(slot)),
            Cause::Wire(id) => here.wires.get(id).map_or(Writer::NOBODY, |&slot| Writer::wire(slot)),
        }
    }

    fn restore_marks(&mut self, slot: u32, state: &ContactState, here: &Here) {
        let fault = state.fault.as_ref();
        let fault = fault.and_then(|(gadget, text)| Some((*here.gadgets.get(gadget)?, text)));
        let is_same_contradiction = match (self.contradictions.get(&slot), &state.contradiction) {
            (Some(now), Some(then)) => now.is_of(&then.current, &then.incoming),
            (now, then) => now.is_some() == then.is_some(),
        };
        let is_same_fault = match (self.faults.get(&slot), fault) {
            (Some(now), Some((gadget, text))) => now.is_same(&Faults::of(gadget, Fault::Domain(text.to_string()))),
            (now, then) => now.is_some() == then.is_some(),
        };
        if is_same_contradiction && is_same_fault {
            return;
        }
        self.tick.edits.push(Edit::marked(self, slot));
        if !is_same_contradiction {
            match &state.contradiction {
                Some(then) => self.contradictions.insert(slot, then.clone()),
                None => self.contradictions.swap_remove(&slot),
            };
        }
        if !is_same_fault {
            self.faults.swap_remove(&slot);
            if let Some((gadget, text)) = fault {
                self.note_fault(slot, gadget, Fault::Domain(text.to_string()));
            }
        }
        let marked = self.contradictions.contains_key(&slot) || self.faults.contains_key(&slot);
        self.contacts.set(slot, flag::MARKED, marked);
    }
}
