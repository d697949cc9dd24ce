"""Who leads to whom, and the regions (strongly connected components) in an order in which they may be evaluated."""

from __future__ import annotations

import heapq
from collections import Counter
from dataclasses import dataclass, field

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
    regions: list[list[Node]] = field(default_factory=list)

    def follow(self, state: State) -> None:
        """Nothing is worked out anew for the structure it was worked out for: numbers are never used again."""
        structure = (tuple(state.contacts), tuple(state.wires), tuple(state.gadgets))
        if structure != self.structure:
            self.structure, self.graph = structure, build(state)
            self.regions = ordered(self.graph, self.order)


def ordered(graph: Graph, order: str) -> list[list[Node]]:
    regions = components(graph)
    region_of = {node: number for number, region in enumerate(regions) for node in region}
    follow: list[set[int]] = [set() for _ in regions]
    for node, targets in graph.items():
        follow[region_of[node]].update(region_of[target] for target in targets)
    waits_for: Counter[int] = Counter()
    for number, followers in enumerate(follow):
        followers.discard(number)
        waits_for.update(followers)
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
