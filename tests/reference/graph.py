"""Who leads to whom, and the regions (strongly connected components) in an order in which they may be evaluated."""

from __future__ import annotations

from collections.abc import Iterable

from .model import State
from .router import possible_targets

Node = tuple[int, int]  # creation number; 1 for the backward half of a bidirectional wire, else 0
Graph = dict[Node, list[Node]]


def build(state: State) -> Graph:
    graph: Graph = {(number, 0): [] for number in state.contacts}
    for wire in state.wires.values():
        start, end = (wire.start, 0), (wire.end, 0)
        _between(graph, start, (wire.number, 0), end)
        if wire.kind == "bidirectional":
            _between(graph, end, (wire.number, 1), start)
    for gadget in state.gadgets.values():
        node = (gadget.number, 0)
        graph[node] = [(target, 0) for target in gadget.writes()]
        if gadget.primitive.name == "stream.route":
            graph[node] += [(target, 0) for target in possible_targets(state, gadget)]
        for source in gadget.reads():
            graph[(source, 0)].append(node)
    return graph


def _between(graph: Graph, source: Node, member: Node, target: Node) -> None:
    graph[source].append(member)
    graph[member] = [target]


def components(graph: Graph) -> list[list[Node]]:
    """Tarjan's algorithm, with an explicit stack."""
    index: dict[Node, int] = {}
    low: dict[Node, int] = {}
    path: list[Node] = []
    on_path: set[Node] = set()
    found: list[list[Node]] = []
    for root in graph:
        work: list[tuple[Node, int]] = [(root, 0)] if root not in index else []
        while work:
            node, child = work.pop()
            if child == 0:
                index[node] = low[node] = len(index)
                path.append(node)
                on_path.add(node)
            else:
                low[node] = min(low[node], low[graph[node][child - 1]])
            while child < len(graph[node]):
                target = graph[node][child]
                child += 1
                if target not in index:
                    work.append((node, child))
                    work.append((target, 0))
                    break
                if target in on_path:
                    low[node] = min(low[node], index[target])
            else:
                if low[node] == index[node]:
                    component: list[Node] = []
                    while node not in component:
                        component.append(path.pop())
                        on_path.discard(component[-1])
                    found.append(component)
    return found


def ordered_regions(state: State, youngest_first: bool = False) -> list[list[Node]]:
    """All regions; each after everything that leads into it; among independent ones the oldest first.

    `youngest_first` turns the last rule around: nothing a user sees may depend on it.
    """
    graph = build(state)
    regions = components(graph)
    region_of = {node: number for number, region in enumerate(regions) for node in region}
    waits_for: list[set[int]] = [set() for _ in regions]
    for node, targets in graph.items():
        for target in targets:
            if region_of[target] != region_of[node]:
                waits_for[region_of[target]].add(region_of[node])
    order: list[list[Node]] = []
    left = set(range(len(regions)))
    while left:
        free = [number for number in left if not waits_for[number] & left]
        chosen = _extreme(free, regions, youngest_first)
        left.remove(chosen)
        order.append(regions[chosen])
    return order


def _extreme(free: Iterable[int], regions: list[list[Node]], youngest_first: bool) -> int:
    pick = max if youngest_first else min
    return pick(free, key=lambda number: min(regions[number]))
