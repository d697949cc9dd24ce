//! Structural edits, as a driver in Python is told of them.

use bassline_core::{ContactId, Directory, StructureChange, Text, WireRecord};
use bassline_kernel::{Record, Records, Snapshot, TickRecord};
use pyo3::prelude::*;
use std::sync::Arc;

/// Something that a tick added to the structure, or removed from it.
///
/// >>> class Show(bl.Driver):
/// ...     wants_structure = True
/// ...
/// ...     def handle_changes(self, batch):
/// ...         print([(edit.action, edit.kind, edit.path) for edit in batch.structure])
/// >>> net = bl.Network()
/// >>> net.attach(Show(), name="show")
/// >>> _ = net.contact("shop/price")
/// >>> net.flush()
/// [('added', 'group', 'shop'), ('added', 'contact', 'shop/price')]
/// >>> net.remove("shop/price")
/// >>> net.flush()
/// [('removed', 'contact', 'shop/price')]
#[pyclass(frozen, module = "bassline")]
pub(crate) struct Edit {
    network: Arc<str>,
    edited: Edited,
}

/// The same without its network.
#[derive(Clone)]
pub(super) struct Edited {
    epoch: u64,
    tick: u64,
    time_micros: i64,
    source: Text,
    added: bool,
    kind: &'static str,
    path: Text,
    ends: Option<(Text, Text)>,
    detail: Option<Text>,
}

impl Edit {
    pub(super) fn of(network: &Arc<str>, edited: &Edited) -> Self {
        Self {
            network: Arc::clone(network),
            edited: edited.clone(),
        }
    }
}

/// The edits of ticks, by the names that the directory has; what has no name is none.
pub(super) fn edits(records: &Records, directory: &Directory) -> Vec<Edited> {
    let edits = records.iter().flat_map(|record| {
        let of = Names { record, directory };
        record.structure.iter().filter_map(move |change| of.edit(change))
    });
    edits.collect()
}

/// Everything there is, as a tick that added it.
pub(super) fn all_of(snapshot: &Snapshot) -> Vec<Edited> {
    let image = &snapshot.image;
    let groups = image.groups.iter().cloned().map(StructureChange::GroupAdded);
    let contacts = image
        .contacts
        .iter()
        .map(|contact| StructureChange::ContactAdded(contact.record.clone()));
    let wires = image.wires.iter().cloned().map(StructureChange::WireAdded);
    let gadgets = image.gadgets.iter().cloned().map(StructureChange::GadgetAdded);
    let links = image.links.iter().cloned().map(StructureChange::LinkAdded);
    let structure = groups.chain(contacts).chain(wires).chain(gadgets).chain(links);
    let record = TickRecord {
        epoch: snapshot.position.epoch,
        tick: snapshot.position.tick,
        time_micros: snapshot.time_micros,
        source: Text::new(),
        position: None,
        changes: Vec::new(),
        structure: structure.collect(),
    };
    edits(&Records::from_iter([&record]), &Directory::of(image))
}

#[derive(Clone, Copy)]
struct Names<'a> {
    record: Record<'a>,
    directory: &'a Directory,
}

impl Names<'_> {
    fn edit(self, change: &StructureChange) -> Option<Edited> {
        let directory = self.directory;
        match change {
            StructureChange::GroupAdded(group) => self.named(true, "group", directory.group(group.id)),
            StructureChange::GroupRemoved(id) => self.named(false, "group", directory.group(*id)),
            StructureChange::ContactAdded(contact) => Some(Edited {
                detail: Some(contact.blend_name().into()),
                ..self.named(true, "contact", directory.path(contact.id))?
            }),
            StructureChange::ContactRemoved(id) => self.named(false, "contact", directory.path(*id)),
            StructureChange::GadgetAdded(gadget) => Some(Edited {
                detail: Some(gadget.computation.clone()),
                ..self.named(true, "gadget", directory.gadget(gadget.id))?
            }),
            StructureChange::GadgetRemoved(id) => self.named(false, "gadget", directory.gadget(*id)),
            StructureChange::WireAdded(WireRecord { from, to, kind, .. }) => Some(Edited {
                detail: Some(kind.name().into()),
                ..self.between(true, "wire", (*from, *to))?
            }),
            StructureChange::WireRemoved(id) => self.between(false, "wire", directory.wire(*id)?),
            StructureChange::LinkAdded(link) => Some(Edited {
                detail: Some(link.relation.clone()),
                ..self.between(true, "link", (link.from, link.to))?
            }),
            StructureChange::LinkRemoved(id) => {
                let (from, to, relation) = directory.link(*id)?;
                Some(Edited {
                    detail: Some(relation.clone()),
                    ..self.between(false, "link", (*from, *to))?
                })
            }
            StructureChange::Marked { .. } => None,
        }
    }

    fn named(self, added: bool, kind: &'static str, path: Option<&Text>) -> Option<Edited> {
        Some(Edited {
            epoch: self.record.epoch,
            tick: self.record.tick,
            time_micros: self.record.time_micros,
            source: self.record.source.clone(),
            added,
            kind,
            path: path?.clone(),
            ends: None,
            detail: None,
        })
    }

    fn between(self, added: bool, kind: &'static str, ends: (ContactId, ContactId)) -> Option<Edited> {
        let from = self.directory.path(ends.0)?;
        let to = self.directory.path(ends.1)?;
        let path: Text = format!("{from}->{to}").into();
        Some(Edited {
            ends: Some((from.clone(), to.clone())),
            ..self.named(added, kind, Some(&path))?
        })
    }
}

#[pymethods]
impl Edit {
    /// What was done: "added" or "removed".
    #[getter]
    fn action(&self) -> &'static str {
        if self.edited.added { "added" } else { "removed" }
    }
    /// To what: "group", "contact", "wire", "gadget" or "link".
    #[getter]
    fn kind(&self) -> &'static str {
        self.edited.kind
    }
    /// Its path; of a wire and a link, `from->to`.
    #[getter]
    fn path(&self) -> &str {
        &self.edited.path
    }
    /// The paths that a wire or a link lies between; `None` for the others.
    #[getter]
    fn ends(&self) -> Option<(&str, &str)> {
        let ends = self.edited.ends.as_ref();
        ends.map(|(from, to)| (&**from, &**to))
    }
    /// The blend of a contact, the computation of a gadget, "directed" or "bidirectional" of a wire, each where it is added; the relation
    /// of a link.
    #[getter]
    fn detail(&self) -> Option<&str> {
        self.edited.detail.as_deref()
    }
    /// The tick.
    #[getter]
    fn tick(&self) -> u64 {
        self.edited.tick
    }
    /// Which opening of the network the tick was in.
    #[getter]
    fn epoch(&self) -> u64 {
        self.edited.epoch
    }
    /// When the tick was committed, in seconds since 1970.
    #[getter]
    fn time(&self) -> f64 {
        self.edited.time_micros as f64 / 1e6
    }
    /// Who caused the tick; empty for an ordinary write.
    #[getter]
    fn source(&self) -> &str {
        &self.edited.source
    }
    /// The network's name.
    #[getter]
    fn network(&self) -> &str {
        &self.network
    }

    fn __repr__(&self) -> String {
        let Edited { kind, path, tick, .. } = &self.edited;
        format!("<Edit at tick {tick}: {kind} '{path}' {}>", self.action())
    }
}
