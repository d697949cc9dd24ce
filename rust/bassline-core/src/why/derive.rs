//! Walking back from a content to what it was made of.

use super::{Derivation, How, Reason, Told};
use crate::blend::Blend;
use crate::contact::{NONE, Writer};
use crate::id::{ContactId, Handle};
use crate::network::{Cause, Network};
use crate::undo::Past;
use crate::value::{Content, Text};
use crate::view::View;
use indexmap::{IndexMap, IndexSet};
use rustc_hash::FxBuildHasher;

/// The port of what the contact itself held before, where a join made it.
const JOINED: &str = "joined";

/// A content: of a contact, as a tick left it.
#[derive(Clone)]
struct Node {
    slot: u32,
    content: Content,
    version: u64,
    writer: Writer,
    /// Of an external write of the past, its source: nothing here need know that any more.
    source: Option<Text>,
    since: Option<u64>,
    forgotten: bool,
    /// The tick after which it is looked at.
    asked: u64,
}

impl View<'_> {
    pub(crate) fn derivation(self, slot: u32, depth: usize, told: &Told) -> Derivation {
        let mut walk = Walk {
            view: self,
            past: self.network.past(),
            told,
            missing: IndexSet::default(),
        };
        let mut nodes = vec![walk.present(slot, u64::MAX)];
        let mut places: IndexMap<(u32, u64, bool), usize, FxBuildHasher> = IndexMap::default();
        places.insert(nodes[0].key(walk.made(&nodes[0])), 0);
        let mut reasons = vec![walk.reason(&nodes[0])];
        let (mut at, mut level, mut level_end) = (0, 0, 1);
        while at < nodes.len() {
            if at == level_end {
                level += 1;
                level_end = nodes.len();
            }
            if level >= depth {
                let missing = walk.missing.len();
                reasons[at].cut = !walk.sources(&nodes[at]).is_empty();
                walk.missing.truncate(missing);
            } else {
                for (port, source) in walk.sources(&nodes[at]) {
                    let next = nodes.len();
                    let place = *places.entry(source.key(walk.made(&source))).or_insert(next);
                    if place == next {
                        reasons.push(walk.reason(&source));
                        nodes.push(source);
                    }
                    reasons[at].from.push((port, place));
                }
            }
            at += 1;
        }
        Derivation {
            reasons,
            missing: walk.missing.into_iter().collect(),
        }
    }
}

impl Node {
    fn key(&self, made: u64) -> (u32, u64, bool) {
        (self.slot, made, self.forgotten)
    }
}

struct Walk<'a> {
    view: View<'a>,
    past: Past<'a>,
    told: &'a Told,
    missing: IndexSet<(ContactId, u64), FxBuildHasher>,
}

impl<'a> Walk<'a> {
    fn network(&self) -> &'a Network {
        self.view.network
    }

    fn present(&self, slot: u32, asked: u64) -> Node {
        Node {
            slot,
            content: self.view.content_at(slot),
            version: self.view.version_at(slot),
            writer: self.view.writer_at(slot),
            source: None,
            since: None,
            forgotten: false,
            asked,
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
        if let Some(told) = self.told.get(&(id, tick)) {
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
            },
            None => {
                self.missing.insert((id, tick));
                Node::forgotten(slot, tick, since)
            }
        }
    }

    fn writer_of(&self, cause: &Cause) -> Writer {
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
        }
    }

    /// Whether a bidirectional wire passed on what a gadget wrote elsewhere.
    fn came_over_a_link(&self, node: &Node) -> bool {
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
    fn made(&mut self, node: &Node) -> u64 {
        let network = self.network();
        let made = network.state_of(node.slot, node.version);
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
            network.state_of(contact, input.version)
        };
        inputs.into_iter().map(changed).fold(made, u64::max)
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
        if let Some(gadget) = node.writer.as_gadget() {
            let ports = network.gadgets.inputs(gadget);
            let bound = ports.iter().enumerate().filter(|(_, contact)| **contact != NONE);
            return bound
                .map(|(port, &contact)| (network.gadgets.input_name(gadget, port), self.as_of(contact, tick)))
                .collect();
        }
        match node.writer.as_wire() {
            Some(wire) => vec![("wire".into(), self.as_of(network.other_end(wire, slot), tick))],
            None => Vec::new(),
        }
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
        }
    }
}
