//! Before a tick is stored: whether a store can take what it would hold.

use crate::edit::Edit;
use crate::error::NetworkError;
use crate::network::Network;
use crate::value::{Content, Value};

impl Network {
    /// Whether a store can take everything that the open tick has written; the first contact that holds what it cannot.
    pub fn check_storable(&self) -> Result<(), NetworkError> {
        for (place, touch) in self.tick.touches.iter().enumerate() {
            self.check_content(touch.contact, &self.contacts.rows[touch.contact as usize].content)?;
            for event in self.events_from(self.event_ends(place).0) {
                self.check_content(touch.contact, &event.value)?;
            }
        }
        for edit in &self.tick.edits {
            // Constants are made with their content.
            if let Edit::ContactAdded(slot) = edit {
                self.check_content(*slot, &self.contacts.rows[*slot as usize].content)?;
            }
        }
        Ok(())
    }

    #[inline]
    fn check_content(&self, slot: u32, content: &Content) -> Result<(), NetworkError> {
        let checked = content.as_ref().map_or(Ok(()), Value::check_storable);
        checked.map_err(|why| NetworkError::Unstorable {
            place: format!("contact '{}'", self.path_of(slot)),
            why,
        })
    }
}
