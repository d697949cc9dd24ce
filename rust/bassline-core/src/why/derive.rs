//! Walking back from a content to what it was made of.

use super::{Derivation, Extent, How, Observed, Reason, Told};
use crate::blend::Blend;
use crate::contact::{NONE, Writer};
use crate::id::{ContactId, Handle};
use crate::network::{Cause, Network};
use crate::primitive::Body;
use crate::undo::{Past, Return};
use crate::value::{Content, Text};
use crate::view::View;
use indexmap::{IndexMap, IndexSet};
use rustc_hash::FxBuildHasher;

/// The port of what the contact itself held before, where a join made it.
const JOINED: &str = "joined";

/// A content: of a contact, as a tick left it.
#[derive(Clone)]
pub(super) struct Node {
    pub(super) slot: u32,
    pub(super) content: Content,
    pub(super) version: u64,
    pub(super) writer: Writer,
    /// Of an external write of the past, its source: nothing here need know that any more.
    pub(super) source: Option<Text>,
    pub(super) since: Option<u64>,
    pub(super) forgotten: bool,
    /// The tick after which it is looked at.
    pub(super) asked: u64,
    /// Of events of one tick, how many come after it.
    pub(super) nth: u32,
}

impl View<'_> {
    pub(crate) fn derivation(self, slot: u32, extent: Extent, told: &Told) -> Derivation {
        let mut walk = Walk {
            view: self,
            past: self.network.past(),
            told,
            most: extent.most,
            events: extent.events,
            missing: IndexSet::default(),
            missing_lines: IndexMap::default(),
        };
        let mut found = Found::default();
        let root = walk.present(slot, u64::MAX);
        found.place_of(&mut walk, root);
        let (mut at, mut level, mut level_end) = (0, 0, 1);
        while let Some(node) = found.nodes.get(at).cloned() {
            if at == level_end {
                level += 1;
                level_end = found.nodes.len();
            }
            if level >= extent.depth {
                let (missing, lines) = (walk.missing.len(), walk.missing_lines.clone());
                found.reasons[at].cut = !walk.sources(&node).is_empty();
                walk.missing.truncate(missing);
                walk.missing_lines = lines;
            } else {
                for (port, source) in walk.sources(&node) {
                    let place = found.place_of(&mut walk, source);
                    found.reasons[at].from.push((port, place));
                }
                let before = if at == 0 { extent.before } else { u64::MAX };
                found.observe(&mut walk, at, &node, extent.events, before);
            }
            at += 1;
        }
        Derivation {
            reasons: found.reasons,
            missing: walk.missing.into_iter().collect(),
            missing_lines: walk.missing_lines.into_iter().collect(),
        }
    }
}

/// What was found so far, each content once.
#[derive(Default)]
struct Found {
    nodes: Vec<Node>,
    reasons: Vec<Reason>,
    places: IndexMap<(u32, u64, bool, u32), usize, FxBuildHasher>,
}

impl Found {
    fn place_of(&mut self, walk: &mut Walk<'_>, node: Node) -> usize {
        let next = self.nodes.len();
        let place = *self.places.entry(node.key(walk.made(&node))).or_insert(next);
        if place == next {
            self.reasons.push(walk.reason(&node));
            self.nodes.push(node);
        }
        place
    }

    fn observe(&mut self, walk: &mut Walk<'_>, at: usize, node: &Node, most: usize, before: u64) {
        let Some(seen) = walk.observed(node, at == 0) else {
            return;
        };
        let known = seen.nodes.len() as u64;
        let older = seen.nodes.into_iter().filter(|node| node.version < before);
        let mut events: Vec<Node> = older.collect();
        let earlier = events.len().saturating_sub(most) as u64;
        events.truncate(most);
        let places = events.into_iter().map(|node| self.place_of(walk, node));
        let events = places.filter(|&place| place != at).collect();
        self.reasons[at].observed = Some(Observed {
            count: seen.count,
            known,
            events,
            earlier,
        });
    }
}

impl Node {
    fn key(&self, made: u64) -> (u32, u64, bool, u32) {
        (self.slot, made, self.forgotten, self.nth)
    }
}

pub(super) struct Walk<'a> {
    pub(super) view: View<'a>,
    pub(super) past: Past<'a>,
    pub(super) told: &'a Told,
    pub(super) most: usize,
    pub(super) events: usize,
    pub(super) missing: IndexSet<(ContactId, u64), FxBuildHasher>,
    /// How far back the changes of contacts have to be known: all after a tick.
    pub(super) missing_lines: IndexMap<ContactId, u64, FxBuildHasher>,
}

impl<'a> Walk<'a> {
    pub(super) fn network(&self) -> &'a Network {
        self.view.network
    }

    pub(super) fn present(&self, slot: u32, asked: u64) -> Node {
        Node {
            slot,
            content: self.view.content_at(slot),
            version: self.view.version_at(slot),
            writer: self.view.writer_at(slot),
            source: None,
            since: None,
            forgotten: false,
            asked,
            nth: 0,
        }
    }

    /// What a contact held after a tick.
    fn as_of(&mut self, slot: u32, tick: u64) -> Node {
        let present = self.present(slot, tick);
        let is_unnamed = self.network().contacts.group[slot as usize] == NONE;
        if present.version <= tick || is_unnamed || crate::planted::is(crate::planted::Bug::WhyWrongInput) {
            return present;
        }
        let since = Some(present.version);
        let id = self.network().contacts.id(slot);
        if let Some(told) = self.told.then.get(&(id, tick)) {
            return match told {
                Some(then) => Node {
                    slot,
                    content: then.content.clone(),
                    version: then.version,
                    writer: self.writer_of(&then.cause),
                    source: match &then.cause {
                        Cause::External(source) => Some(source.clone()),
                        _ => None,
                    },
                    since,
                    forgotten: false,
                    asked: tick,
                    nth: 0,
                },
                None => Node::forgotten(slot, tick, since),
            };
        }
        match self.past.of(slot, present.version, tick) {
            Some((content, version, writer)) => Node {
                slot,
                // Undone ticks apart, nothing changed it: it holds the same by now.
                content: content.unwrap_or(present.content),
                version,
                writer: writer.unwrap_or(present.writer),
                source: None,
                since,
                forgotten: false,
                asked: tick,
                nth: 0,
            },
            None => {
                self.missing.insert((id, tick));
                Node::forgotten(slot, tick, since)
            }
        }
    }

    pub(super) fn writer_of(&self, cause: &Cause) -> Writer {
        let network = self.network();
        match cause {
            Cause::Gadget(id) if network.gadgets.slots.holds(id.in_any_arena()) => Writer::gadget(id.slot()),
            Cause::Wire(id) if network.wires.slots.holds(id.in_any_arena()) => Writer::wire(id.slot()),
            Cause::Nobody | Cause::External(_) | Cause::Gadget(_) | Cause::Wire(_) => Writer::NOBODY,
        }
    }

    fn reason(&self, node: &Node) -> Reason {
        let (network, slot, writer) = (self.network(), node.slot, node.writer);
        let at = slot as usize;
        let how = if network.contacts.group[at] == NONE {
            if network.contacts.name[at] == crate::declare::CONSTANT {
                How::Constant
            } else {
                How::State
            }
        } else if node.forgotten {
            How::Forgotten
        } else if let Some(source) = &node.source {
            How::External(source.clone())
        } else if let Some(source) = writer.as_external() {
            How::External(network.symbols.text(source).clone())
        } else if self.came_over_a_link(node) {
            How::Wire
        } else if let Some(gadget) = writer.as_gadget() {
            How::Gadget {
                path: network.gadget_path_of(gadget),
                computation: network.computation_name(gadget),
            }
        } else if writer.as_wire().is_some() {
            How::Wire
        } else if node.content.is_some() && writer == Writer::NOBODY {
            How::Removed
        } else {
            How::Empty
        };
        Reason {
            path: network.path_of(slot),
            content: node.content.clone(),
            version: node.version,
            how,
            from: Vec::new(),
            cut: false,
            since: node.since,
            returned: self.returned(node),
            observed: None,
        }
    }

    /// Whether a bidirectional wire passed on what a gadget wrote elsewhere.
    pub(super) fn came_over_a_link(&self, node: &Node) -> bool {
        node.writer.as_gadget().is_some_and(|gadget| {
            !self.view.has_gadget(gadget) || !self.network().gadgets.outputs(gadget).contains(&node.slot)
        })
    }

    /// What a content was made of, by port, as it was in the tick that made it.
    fn sources(&mut self, node: &Node) -> Vec<(Text, Node)> {
        let network = self.network();
        if network.contacts.group[node.slot as usize] == NONE || node.forgotten {
            return Vec::new();
        }
        let made = self.made(node);
        let mut sources = self.written_from(node, made);
        if node.content.is_some() && made > 0 && joins_several(network.contacts.rows[node.slot as usize].blend) {
            let before = self.as_of(node.slot, made - 1);
            if before.content.is_some() || before.forgotten {
                sources.push((JOINED.into(), before));
            }
        }
        sources
    }

    /// The tick as of which the inputs of a content are those it was made of. What is computed anew whenever an input changes is so of the
    /// inputs there are, though it came to the same; anything else was made in the tick that changed it. Of what an undo brought back,
    /// that is the tick to whose state it went.
    pub(super) fn made(&mut self, node: &Node) -> u64 {
        let network = self.network();
        let made = self.stood_in(node);
        let keeps = network.contacts.rows[node.slot as usize].blend != Blend::AcceptLast;
        if keeps || node.forgotten || network.faults.contains_key(&node.slot) {
            return made;
        }
        let mut inputs = match (node.writer.as_gadget(), node.writer.as_wire()) {
            (Some(gadget), _) if !self.came_over_a_link(node) => {
                if !network.gadgets.rows[gadget as usize].body.always_writes() {
                    return made;
                }
                network.gadgets.inputs(gadget)
            }
            (None, Some(wire)) => smallvec::smallvec![network.other_end(wire, node.slot)],
            _ => return made,
        };
        inputs.retain(|&mut contact| contact != NONE);
        if inputs.iter().any(|&contact| network.contacts.is_stream(contact)) {
            return made;
        }
        let changed = |contact: u32| {
            let input = self.as_of(contact, node.asked);
            self.stood_in(&input)
        };
        inputs.into_iter().map(changed).fold(made, u64::max)
    }

    fn returned(&self, node: &Node) -> Option<Return> {
        let is_whole = !node.forgotten && node.version > 0 && !crate::planted::is(crate::planted::Bug::UndoNotTold);
        is_whole.then(|| self.network().return_in(node.version)).flatten()
    }

    /// The tick that made a content: that which changed it, or if that brought back what was, the one to whose state it went.
    fn stood_in(&mut self, node: &Node) -> u64 {
        let network = self.network();
        let stood = network.state_of(node.slot, node.version);
        if stood != node.version || node.forgotten {
            return stood;
        }
        let mut version = node.version;
        while let Some(returned) = network.return_in(version) {
            let then = match returned {
                Return::Undo(tick) => self.as_of(node.slot, tick - 1),
                Return::Redo(tick) => self.as_of(node.slot, tick),
            };
            if then.forgotten || then.version >= version {
                break;
            }
            version = then.version;
        }
        version
    }

    fn written_from(&mut self, node: &Node, tick: u64) -> Vec<(Text, Node)> {
        let (network, slot) = (self.network(), node.slot);
        if self.came_over_a_link(node) {
            let mut wires: Vec<u32> = network.wires_into(slot).collect();
            wires.sort_by_key(|&wire| network.wires.creation(wire));
            for wire in wires {
                let other = self.as_of(network.other_end(wire, slot), tick);
                if other.writer == node.writer && !other.forgotten {
                    return vec![("wire".into(), other)];
                }
            }
            return Vec::new();
        }
        let inputs: Vec<(Text, u32)> = match (node.writer.as_gadget(), node.writer.as_wire()) {
            (Some(gadget), _) => {
                let ports = network.gadgets.inputs(gadget);
                let bound = ports.iter().enumerate().filter(|(_, contact)| **contact != NONE);
                let named = bound.map(|(port, &contact)| (network.gadgets.input_name(gadget, port), contact));
                named.collect()
            }
            (None, Some(wire)) => vec![("wire".into(), network.other_end(wire, slot))],
            (None, None) => Vec::new(),
        };
        let is_statistic = |gadget: u32| matches!(network.gadgets.rows[gadget as usize].body, Body::Statistic(_));
        let tells_all = node.writer.as_gadget().is_some_and(is_statistic);
        let mut sources = Vec::with_capacity(inputs.len());
        for (port, contact) in inputs {
            let last = self.as_of(contact, tick);
            let is_of_events = !tells_all && network.contacts.is_stream(contact) && last.version == tick;
            sources.push((port.clone(), last));
            if is_of_events {
                let before = self.events_before(contact, tick).into_iter();
                sources.extend(before.map(|(nth, event)| (format!("{port}[-{}]", nth + 1).into(), event)));
            }
        }
        sources
    }
}

/// Whether a content may be held up by several writes, and not by one alone.
fn joins_several(blend: Blend) -> bool {
    match blend {
        Blend::Merge
        | Blend::Union
        | Blend::Intersection
        | Blend::Interval
        | Blend::Map
        | Blend::Counter
        | Blend::Custom => true,
        Blend::AcceptLast
        | Blend::Stream
        | Blend::Max
        | Blend::Min
        | Blend::All
        | Blend::Any
        | Blend::Equal
        | Blend::First => false,
    }
}

impl Node {
    fn forgotten(slot: u32, tick: u64, since: Option<u64>) -> Self {
        Self {
            slot,
            content: None,
            version: tick,
            writer: Writer::NOBODY,
            source: None,
            since,
            forgotten: true,
            asked: tick,
            nth: 0,
        }
    }
}
