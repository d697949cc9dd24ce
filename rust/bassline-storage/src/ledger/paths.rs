//! Contacts by path, in an image.

use bassline_core::{ContactId, ContactRecord, Handle, Image};
use std::collections::BTreeMap;

/// The contact at a path, if there is one.
pub(crate) fn contact_at(image: &Image, path: &str) -> Option<ContactId> {
    let path = path.trim_start_matches('/');
    let (group, name) = path.rsplit_once('/').unwrap_or(("", path));
    let mut paths: BTreeMap<u32, String> = BTreeMap::from([(0, String::new())]);
    for record in &image.groups {
        let above = paths.get(&record.parent.slot())?;
        let path = if above.is_empty() {
            record.name.to_string()
        } else {
            format!("{above}/{}", record.name)
        };
        paths.insert(record.id.slot(), path);
    }
    let slot = *paths.iter().find(|(_, path)| *path == group)?.0;
    let is_it = |record: &&ContactRecord| match &record.place {
        Ok((group, found)) => group.slot() == slot && found == name,
        Err(_) => false,
    };
    image
        .contacts
        .iter()
        .map(|state| &state.record)
        .find(is_it)
        .map(|record| record.id)
}
