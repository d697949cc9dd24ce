"""Who leads to whom, and the regions (strongly connected components) in an order in which they may be evaluated."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass, field

from .model import State
from .router import possible_targets

Node = tuple[int, int]  # creation number; 1 for the backward half of a bidirectional wire, else 0
Graph = dict[Node, list[Node]]


@dataclass(frozen=True)
class Region:
    contacts: frozenset[int]
    members: list[Node]  # gadgets and wires
    is_cycle: bool


def build(state: State) -> Graph:
    graph: Graph = {(number, 0): [] for number in state.contacts}
    for wire in state.wires.values():
        start, end = (wire.start, 0), (wire.end, 0)
        _between(graph, start, (wire.number, 0), end)
        if wire.kind == "bidirectional":
            _between(graph, end, (wire.number, 1), start)
    for gadget in state.gadgets.values():
        node = (gadget.number, 0)
        graph[node] = [(target, 0) for target in gadget.writes]
        if gadget.primitive.name == "stream.route":
            graph[node] += [(target, 0) for target in possible_targets(state, gadget)]
        for source in gadget.reads:
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
    work: list[tuple[Node, Iterator[Node]]] = []

    def enter(node: Node) -> None:
        index[node] = low[node] = len(index)
        path.append(node)
        on_path.add(node)
        work.append((node, iter(graph[node])))

    for root in graph:
        if root not in index:
            enter(root)
        while work:
            node, targets = work[-1]
            for target in targets:
                if target not in index:
                    enter(target)
                    break
                if target in on_path and index[target] < low[node]:
                    low[node] = index[target]
            else:
                work.pop()
                if work:
                    before = work[-1][0]
                    low[before] = min(low[before], low[node])
                if low[node] == index[node]:
                    at = path.index(node)
                    found.append(path[at:])
                    on_path.difference_update(path[at:])
                    del path[at:]
    return found


def first_key(order: str, region: list[Node]) -> tuple[int, ...]:
    """Which of the regions that may be evaluated is first: nothing a user sees may depend on it."""
    number, direction = min(region)
    if order == "youngest":
        return (-number, -direction)
    if order == "cycles last":
        return (len(region), number, direction)
    return (number, direction)


@dataclass
class Shape:
    """Who reads what, and all regions: each after everything that leads into it."""

    order: str
    structure: tuple[tuple[int, ...], ...] = ()
    graph: Graph = field(default_factory=dict)
    regions: list[Region] = field(default_factory=list)

    def follow(self, state: State) -> None:
        """Nothing is worked out anew for the structure it was worked out for: numbers are never used again."""
        structure = (tuple(state.contacts), tuple(state.wires), tuple(state.gadgets))
        if structure != self.structure:
            self.structure, self.graph = structure, build(state)
            self.regions = [self._region(nodes, state) for nodes in ordered(self.graph, self.order)]

    def _region(self, nodes: list[Node], state: State) -> Region:
        contacts = frozenset(number for number, _ in nodes if number in state.contacts)
        return Region(contacts, [node for node in nodes if node[0] not in contacts], len(nodes) > 1)


def ordered(graph: Graph, order: str) -> list[list[Node]]:
    regions = components(graph)
    region_of = {node: number for number, region in enumerate(regions) for node in region}
    follow: list[set[int]] = [set() for _ in regions]
    for node, targets in graph.items():
        here = region_of[node]
        follow[here].update([there for target in targets if (there := region_of[target]) != here])
    waits_for = [0] * len(regions)
    for followers in follow:
        for follower in followers:
            waits_for[follower] += 1
    free = [(first_key(order, region), number) for number, region in enumerate(regions) if not waits_for[number]]
    heapq.heapify(free)
    in_order: list[list[Node]] = []
    while free:
        _, number = heapq.heappop(free)
        in_order.append(regions[number])
        for follower in follow[number]:
            waits_for[follower] -= 1
            if not waits_for[follower]:
                heapq.heappush(free, (first_key(order, regions[follower]), follower))
    return in_order
