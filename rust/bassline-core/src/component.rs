//! Strongly connected components (Tarjan, 1972), without recursion.

use crate::vertex::Vertex;
use indexmap::IndexMap;
use rustc_hash::FxBuildHasher;

#[derive(Clone, Copy)]
struct Mark {
    index: usize,
    low: usize,
    on_stack: bool,
}

/// The components of the graph that `members` span, each before the components it can be reached from.
pub(crate) fn strongly_connected(
    members: &[Vertex],
    neighbours: impl Fn(Vertex, &mut Vec<Vertex>),
) -> Vec<Vec<Vertex>> {
    let mut marks: IndexMap<Vertex, Option<Mark>, FxBuildHasher> =
        members.iter().map(|&vertex| (vertex, None)).collect();
    let mut components = Vec::new();
    let mut stack = Vec::new();
    let mut next_index = 0;
    for &root in members {
        let mut path: Vec<(Vertex, Vec<Vertex>)> = Vec::new();
        let mut enter = Some(root).filter(|root| marks[root].is_none());
        loop {
            if let Some(vertex) = enter.take() {
                marks[&vertex] = Some(Mark {
                    index: next_index,
                    low: next_index,
                    on_stack: true,
                });
                next_index += 1;
                stack.push(vertex);
                let mut ahead = Vec::new();
                neighbours(vertex, &mut ahead);
                path.push((vertex, ahead));
            }
            let Some((vertex, ahead)) = path.last_mut() else { break };
            let vertex = *vertex;
            if let Some(other) = ahead.pop() {
                match marks.get(&other).copied() {
                    Some(None) => enter = Some(other),
                    Some(Some(seen)) if seen.on_stack => lower(&mut marks, vertex, seen.index),
                    None | Some(Some(_)) => {}
                }
                continue;
            }
            path.pop();
            let Some(mark) = marks[&vertex] else { continue };
            if let Some((parent, _)) = path.last() {
                lower(&mut marks, *parent, mark.low);
            }
            if mark.low == mark.index {
                let at = stack.iter().rposition(|&other| other == vertex).unwrap_or(0);
                let component = stack.split_off(at);
                for member in &component {
                    if let Some(Some(mark)) = marks.get_mut(member) {
                        mark.on_stack = false;
                    }
                }
                components.push(component);
            }
        }
    }
    components
}

fn lower(marks: &mut IndexMap<Vertex, Option<Mark>, FxBuildHasher>, vertex: Vertex, index: usize) {
    if let Some(Some(mark)) = marks.get_mut(&vertex) {
        mark.low = mark.low.min(index);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_cycles_joined_by_a_bridge_are_two_components() {
        let members: Vec<Vertex> = (0..5).map(Vertex::Contact).collect();
        let edges: [&[u32]; 5] = [&[1], &[0, 2], &[3], &[4], &[3]];
        let components = strongly_connected(&members, |vertex, out| {
            if let Vertex::Contact(slot) = vertex {
                out.extend(edges[slot as usize].iter().map(|&other| Vertex::Contact(other)));
            }
        });
        let mut sizes: Vec<usize> = components.iter().map(Vec::len).collect();
        assert_eq!(sizes, [2, 1, 2]);
        sizes.sort_unstable();
        assert_eq!(components[0].iter().max(), Some(&Vertex::Contact(4)));
    }
}
