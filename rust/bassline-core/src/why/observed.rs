//! What was made of several events or changes: which those were.

use super::derive::{Node, Walk};
use crate::contact::{NONE, Writer};
use crate::network::Cause;
use crate::primitive::Body;
use crate::primitive::statistic::Statistic;
use crate::undo::Return;
use crate::value::{Content, Value};
use indexmap::IndexMap;
use rustc_hash::FxBuildHasher;

/// What something was made of, newest first, and how many there were, if that is known.
pub(super) struct Seen {
    pub(super) nodes: Vec<Node>,
    pub(super) count: Option<u64>,
}

/// The changes of a contact, newest first, and the tick after which none is missing.
struct Known {
    nodes: Vec<Node>,
    since: u64,
}

impl Walk<'_> {
    /// The events or changes that a content was made of, where that is more than the last: of a statistic all there were, and of
    /// a stream that is asked about its own.
    pub(super) fn observed(&mut self, node: &Node, is_root: bool) -> Option<Seen> {
        let network = self.network();
        if network.contacts.group[node.slot as usize] == NONE || node.forgotten || node.content.is_none() {
            return None;
        }
        let came_over = self.came_over_a_link(node);
        if let Some(gadget) = node.writer.as_gadget().filter(|_| !came_over)
            && let Body::Statistic(statistic) = network.gadgets.rows[gadget as usize].body
        {
            return self.of_statistic(node, gadget, statistic);
        }
        if is_root && network.contacts.is_stream(node.slot) {
            let as_of = self.looked_at(node);
            let known = self.line(node.slot, 0)?;
            let dead = self.dead(as_of);
            let nodes: Vec<Node> = known
                .nodes
                .into_iter()
                .filter(|event| is_event(event, as_of, &dead))
                .collect();
            let count = (known.since == 0).then_some(nodes.len() as u64);
            return Some(Seen { nodes, count });
        }
        None
    }

    /// Of what follows from the events of a tick on a stream, those before the last, each with how many come after it.
    pub(super) fn events_before(&mut self, stream: u32, made: u64) -> Vec<(u32, Node)> {
        let Some(known) = self.line(stream, made.saturating_sub(1)) else {
            return Vec::new();
        };
        let own = known
            .nodes
            .into_iter()
            .filter(|event| event.version == made && event.nth > 0);
        own.take(self.events.saturating_sub(1))
            .map(|event| (event.nth, event))
            .collect()
    }

    fn of_statistic(&mut self, node: &Node, gadget: u32, statistic: Statistic) -> Option<Seen> {
        let network = self.network();
        let input = *network.gadgets.inputs(gadget).first()?;
        let as_of = self.looked_at(node);
        let dead = self.dead(as_of);
        let known = self.line(input, 0)?;
        let since = match network.declared_in(gadget) {
            Some(tick) => Some(tick),
            None => self.first_written(node.slot, gadget),
        };
        let all: Vec<Node> = known
            .nodes
            .into_iter()
            .filter(|event| is_event(event, as_of, &dead))
            .collect();
        let mut nodes = all;
        if let Some(since) = since {
            let own = nodes.iter().take_while(|event| event.version >= since).count();
            // A state that was there when it was declared was observed then.
            let had = !network.contacts.is_stream(input)
                && nodes.get(own.wrapping_sub(1)).is_none_or(|first| first.version > since);
            nodes.truncate(own + usize::from(had));
        }
        nodes.retain(|event| !matches!(event.content, None | Some(Value::Null)));
        if crate::planted::is(crate::planted::Bug::EventNotNamed) && nodes.len() > 1 {
            nodes.pop();
        }
        let mut state: Vec<Content> = vec![None; statistic.cells()];
        let mut content = None;
        for event in nodes.iter().rev() {
            if let Some(value) = &event.content {
                content = statistic.observe(&mut state, value).ok()?.or(content);
            }
        }
        let is_whole = content == node.content && (known.since == 0 || since.is_some_and(|since| since > known.since));
        let count = match (&node.content, statistic) {
            (Some(Value::Int(count)), Statistic::Count) => u64::try_from(*count).ok(),
            _ => is_whole.then_some(nodes.len() as u64),
        };
        Some(Seen { nodes, count })
    }

    /// The first tick in which a gadget wrote to a contact, as far as that is known.
    fn first_written(&mut self, slot: u32, gadget: u32) -> Option<u64> {
        let known = self.line(slot, 0)?;
        let own = known
            .nodes
            .iter()
            .rev()
            .find(|node| node.writer == Writer::gadget(gadget));
        own.map(|node| node.version)
    }

    /// The tick whose state a content is of.
    fn looked_at(&self, node: &Node) -> u64 {
        match self.network().return_in(node.version) {
            Some(Return::Undo(tick)) => tick - 1,
            Some(Return::Redo(tick)) => tick,
            None => node.version,
        }
    }

    /// The ticks that had been undone by a tick, and those that undid or did again.
    fn dead(&self, as_of: u64) -> IndexMap<u64, bool, FxBuildHasher> {
        let mut dead = IndexMap::default();
        for (at, returned) in self.network().all_returns() {
            dead.insert(at, true);
            if at <= as_of {
                dead.insert(returned.tick(), matches!(returned, Return::Undo(_)));
            }
        }
        dead
    }

    /// The changes of a contact after a tick, as far as they are known.
    fn line(&mut self, slot: u32, after: u64) -> Option<Known> {
        let network = self.network();
        let id = network.contacts.id(slot);
        if let Some(line) = self.told.lines.get(&id).filter(|line| line.asked <= after) {
            let nodes = line.changes.iter().map(|(tick, content, cause)| {
                let source = match cause {
                    Cause::External(source) => Some(source.clone()),
                    _ => None,
                };
                Node {
                    source,
                    ..self.happened(slot, *tick, content.clone(), self.writer_of(cause))
                }
            });
            return Some(numbered(nodes.collect(), line.since));
        }
        if !network.keeps_its_past() {
            let asked = self.missing_lines.entry(id).or_insert(after);
            *asked = after.min(*asked);
            return None;
        }
        let (changes, since) = if network.contacts.is_stream(slot) {
            network.kept_events(slot)
        } else {
            self.past.changes(slot, self.most)
        };
        let nodes = changes
            .into_iter()
            .map(|(tick, content, writer)| self.happened(slot, tick, content, writer));
        Some(numbered(nodes.collect(), since))
    }

    fn happened(&self, slot: u32, tick: u64, content: Content, writer: Writer) -> Node {
        let present = self.present(slot, tick);
        let is_stream = self.network().contacts.is_stream(slot);
        let since = (present.version > tick && !is_stream).then_some(present.version);
        Node {
            content,
            version: tick,
            writer,
            since,
            ..present
        }
    }
}

fn is_event(node: &Node, as_of: u64, dead: &IndexMap<u64, bool, FxBuildHasher>) -> bool {
    let names_undone = crate::planted::is(crate::planted::Bug::UndoneEventNamed);
    node.version <= as_of && (names_undone || !dead.get(&node.version).is_some_and(|&dead| dead))
}

/// Of the events of each tick, the last is the first here.
fn numbered(mut nodes: Vec<Node>, since: u64) -> Known {
    let (mut tick, mut nth) = (0, 0);
    for node in &mut nodes {
        nth = if node.version == tick { nth + 1 } else { 0 };
        (node.nth, tick) = (nth, node.version);
    }
    Known { nodes, since }
}
