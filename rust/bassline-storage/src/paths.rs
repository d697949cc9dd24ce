//! Contacts by path, in an image.

use bassline_core::{ContactId, GroupId, Handle, Image, Text, Unnamed};

/// The contact at a path, if there is one.
pub(crate) fn contact_at(image: &Image, path: &str) -> Option<ContactId> {
    let path = path.trim_start_matches('/');
    let (groups, name) = path.rsplit_once('/').unwrap_or(("", path));
    let mut group = GroupId::from_bits(0);
    for part in groups.split('/').filter(|part| !part.is_empty()) {
        let is_inner = |inner: &&bassline_core::GroupRecord| inner.parent == group && inner.name == part;
        group = image.groups.iter().find(is_inner)?.id;
    }
    let is_it =
        |place: &Result<(GroupId, Text), Unnamed>| matches!(place, Ok((at, own)) if *at == group && own == name);
    let found = image.contacts.iter().find(|state| is_it(&state.record.place));
    found.map(|state| state.record.id)
}
