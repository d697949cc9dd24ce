"""The events of a tick as its readers meet them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from .model import AFTER_ALL, Event, Key, State
from .values import Value

Node = tuple[int, int]


@dataclass
class Streams:
    state: State
    consumed: Counter[tuple[Node, int]] = field(default_factory=Counter)  # reader and contact -> events it has had
    latest: dict[tuple[Node, int], Value] = field(default_factory=dict)  # the last of them
    emissions: Counter[int] = field(default_factory=Counter)

    def has_pending(self, reader: Node, contacts: Iterable[int]) -> bool:
        return any(len(self.state.contacts[n].events) > self.consumed[reader, n] for n in contacts)

    def take(self, reader: Node, contacts: Iterable[int]) -> list[tuple[int, Event]]:
        """What the reader has not had yet, all its stream contacts merged in key order."""
        taken: list[tuple[int, Event]] = []
        for number in set(contacts):
            events = self.state.contacts[number].events
            taken += [(number, event) for event in events[self.consumed[reader, number] :]]
            self.consumed[reader, number] = len(events)
        return sorted(taken, key=lambda item: item[1].key)

    def sample(self, reader: Node, number: int) -> Value:
        """The latest event the reader has had, else the content from before the tick."""
        return self.latest.get((reader, number), self.state.contacts[number].before)

    def key(self, member: int, cause: Event | None) -> Key:
        """The key of the next event that this wire or gadget writes."""
        emission = self.emissions[member]
        self.emissions[member] += 1
        if cause is None:
            return (AFTER_ALL, 0, member, emission)
        return (cause.key[0], cause.key[1] + 1, member, emission)
