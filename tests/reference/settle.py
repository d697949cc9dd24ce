"""Evaluating the regions of a network, each when everything that leads into it has settled."""

from __future__ import annotations

from collections import Counter

from .errors import NotSettledError
from .firing import Firing, stream_inputs
from .graph import Region, Shape
from .model import ANSWER, CHANGED, State
from .streams import Node, Streams
from .structure import Declarations
from .values import Nothing, Value, equal

Told = tuple[Value, int]  # the content, and how many events there were

BOUND = 10_000  # firings of any one member of a region


class Settling:
    def __init__(self, declarations: Declarations, policy: str, firings: Counter[str], shape: Shape) -> None:
        self.state: State = declarations.state
        self.streams = Streams(self.state)
        self.firing = Firing(declarations, self.streams, policy, firings)
        self.shape = shape
        self.cycles = 0  # regions with something to fire
        self.done: set[Node] = set()
        self.told: dict[int, Told] = {}  # what those that read a contact know of it
        self.again: set[Node] = set()  # those of them for whom it is something else since

    def run(self) -> None:
        complete = False
        while not complete:
            complete = self._evaluate_until_restructured()

    def _evaluate_until_restructured(self) -> bool:
        """True when every region has been evaluated; False when a router made new ones on the way."""
        self.shape.follow(self.state)
        for region in self.shape.regions:
            self.firing.begin_turn(region)
            self._look_again(region)
            members = {node for node in region.members if node not in self.done}
            if members:
                self._evaluate(members, is_cycle=region.is_cycle)
            for number in region.contacts:
                self.told[number] = self._tell(number)
            if self.firing.restructured:
                self.firing.restructured = False
                return False
        return True

    def _tell(self, number: int) -> Told:
        contact = self.state.contacts[number]
        return contact.content, len(contact.events)

    def _look_again(self, region: Region) -> None:
        """What a router has made may write to a contact that was read before."""
        for number in region.contacts & self.told.keys():
            if not equal(list(self.told[number]), list(self._tell(number))):
                readers = self.shape.graph[number, 0]
                self.done.difference_update(readers)
                self.again.update(readers)

    def _evaluate(self, members: set[Node], is_cycle: bool) -> None:
        dirty: dict[Node, str] = {}
        for node in members:
            self._trigger(node, dirty)
        if not dirty:
            self.done |= members
            return
        self.cycles += is_cycle
        fired: Counter[Node] = Counter()
        moved: list[int] = []
        while dirty:
            position: Node = (0, 0)
            moved_before, moved = moved, []
            while ahead := [node for node in dirty if node >= position]:
                position = min(ahead)
                fired[position] += self._fire(position, dirty.pop(position))
                if self.firing.restructured and is_cycle:
                    self._grow(position, members, dirty)
                moved += self.firing.changed
                self._spread(position, members, dirty)
                self._drop_echo(position, dirty)
                if is_cycle and fired[position] > BOUND:
                    raise self._not_settled(moved_before + moved)
        self.done |= members

    def _trigger(self, node: Node, dirty: dict[Node, str]) -> None:
        reason = self._reason(node)
        if reason:
            dirty[node] = reason

    def _reason(self, node: Node) -> str | None:
        """Why a member fires when its region is reached, if it does."""
        number, direction = node
        contacts = self.state.contacts
        if number in self.state.gadgets:
            gadget = self.state.gadgets[number]
            streams = stream_inputs(contacts, gadget)
            if streams:
                return CHANGED if self.streams.has_pending(node, streams) else None
            return (
                CHANGED
                if gadget.new or node in self.again or any(contacts[n].differs() for n in gadget.reads)
                else None
            )
        wire = self.state.wires[number]
        source = wire.start if direction == 0 else wire.end
        if contacts[source].differs() or node in self.again:
            return CHANGED
        if self._is_apart(node) and contacts[source].stamp is not None:
            return CHANGED  # written with what it held before, and newer than what its partner holds
        return wire.forced.get(direction)

    def _is_apart(self, node: Node) -> bool:
        """Whether this is a bidirectional wire whose ends differ."""
        wire, contacts = self.state.wires.get(node[0]), self.state.contacts
        if wire is None or wire.kind != "bidirectional":
            return False
        return not equal(contacts[wire.start].content, contacts[wire.end].content)

    def _fire(self, node: Node, reason: str) -> int:
        self.firing.changed, self.firing.renewed, self.firing.answers = [], [], []
        if node[0] in self.state.gadgets:
            return self.firing.gadget(self.state.gadgets[node[0]])
        return self.firing.wire(self.state.wires[node[0]], node[1], reason)

    def _spread(self, fired: Node, members: set[Node], dirty: dict[Node, str]) -> None:
        graph, contacts = self.shape.graph, self.state.contacts
        for number in self.firing.changed:
            for node in graph.get((number, 0), ()):
                if node in members:
                    dirty[node] = CHANGED
        for number in self.firing.renewed:
            if fired[0] in self.state.gadgets or contacts[number].content is Nothing:
                for node in graph.get((number, 0), ()):
                    if node in members and node[0] != fired[0] and self._is_apart(node):
                        dirty[node] = CHANGED
        for node in self.firing.answers:
            dirty.setdefault(node, ANSWER)

    def _drop_echo(self, node: Node, dirty: dict[Node, str]) -> None:
        """What a bidirectional wire has just brought need not go back over it."""
        back = (node[0], 1 - node[1])
        if back in dirty:
            wire = self.state.wires[node[0]]
            start, end = self.state.contacts[wire.start], self.state.contacts[wire.end]
            if equal(start.content, end.content) and not start.is_stream and not end.is_stream:
                del dirty[back]

    def _grow(self, router: Node, members: set[Node], dirty: dict[Node, str]) -> None:
        """The router is part of a cycle, and so may be what it has just made."""
        self.shape.follow(self.state)
        region = next(region for region in self.shape.regions if router in region.members)
        self.firing.begin_turn(region)
        for node in region.members:
            if node not in members:
                members.add(node)
                self._trigger(node, dirty)

    def _not_settled(self, moved: list[int]) -> NotSettledError:
        last = {self.state.contacts[n].path: self.state.contacts[n].content for n in sorted(set(moved))}
        values = ", ".join(f"{path} = {value!r}" for path, value in last.items())
        return NotSettledError(f"a cycle did not settle within {BOUND} firings; still moving: {values}")
