"""The records a network consists of. Contacts, wires and gadgets share one counter of creation numbers."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any, TypeVar

from .primitives import Primitive
from .values import Const, Nothing, Value, equal

Stamp = tuple[int, ...]
Key = tuple[float, int, int, int]  # origin, hops, creation number of the writer, emission

EXTERNAL = 0  # the "creation number" of the world outside
AFTER_ALL = math.inf

# why a member of a region fires
CHANGED = "changed"  # what it reads changed, or it is a new gadget
ANSWER = "answer"  # the other end of a bidirectional wire did not end up with what it was sent
CONNECTED = "connected"  # a wire that was made while the network settled


@dataclass(slots=True)
class Event:
    """One event of a stream contact in this tick; `erased` marks where an erase stands among them."""

    key: Key
    value: Value
    stamp: Stamp
    writer: int
    identity: Key  # the key it was first written with: bidirectional wires pass it on
    erased: bool = False


@dataclass(frozen=True)
class Contradiction:
    """Both values of an impossible join and who wrote them (0 = from outside)."""

    current: Value
    incoming: Value
    current_writer: int
    incoming_writer: int

    def same(self, other: Contradiction | None) -> bool:
        return other is not None and equal(self.current, other.current) and equal(self.incoming, other.incoming)


@dataclass
class Contact:
    number: int
    path: str
    blend: str | type
    attributes: dict[str, Any]
    boundary: str | None = None  # "input" or "output"
    content: Value = Nothing
    version: int = 0
    writer: int = EXTERNAL  # who made the last write it took
    changed_by: int = EXTERNAL  # who made the last one that changed it
    contradiction: Contradiction | None = None
    faults: dict[int, str] = field(default_factory=dict)  # by the number of the failed gadget
    # what holds within one tick only:
    before: Value = Nothing
    stamp: Stamp | None = None
    born: Stamp | None = None  # of a `first`, the stamp of its content
    events: list[Event] = field(default_factory=list)  # in order of arrival
    latest: Event | None = None  # of them, in key order
    arrivals: list[Any] = field(default_factory=list)  # what came to a lattice outside of cycles, while settling
    base: tuple[Any, ...] = ()  # what it was before them
    is_stream: bool = field(init=False)

    def __post_init__(self) -> None:
        self.is_stream = self.blend == "stream"

    def differs(self) -> bool:
        """From what it was when the tick began."""
        return bool(self.events) if self.is_stream else not equal(self.before, self.content)

    def begin_tick(self) -> None:
        self.before, self.stamp, self.born, self.events, self.latest = self.content, None, None, [], None
        self.arrivals, self.base = [], ()


@dataclass
class Wire:
    number: int
    start: int
    end: int
    kind: str
    forced: dict[int, str] = field(default_factory=dict)  # directions that fire in this tick anyway, and why


@dataclass
class Gadget:
    number: int
    path: str
    group: str
    primitive: Primitive
    inputs: dict[str, int | Const]
    outputs: dict[str, int]
    config: dict[str, Any]
    on_error: str
    state: Any = None
    new: bool = True  # created in this tick
    reads: list[int] = field(init=False)
    writes: list[int] = field(init=False)

    def __post_init__(self) -> None:
        self.reads = [source for source in self.inputs.values() if isinstance(source, int)]
        self.writes = list(self.outputs.values())


Record = TypeVar("Record", Contact, Wire, Gadget)


def _copied(record: Record) -> Record:
    """As `copy.copy`, which takes ten times as long."""
    copied = object.__new__(type(record))
    copied.__dict__.update(record.__dict__)
    return copied


@dataclass
class State:
    """Everything that a rolled back tick takes back."""

    tick: int = 0
    groups: dict[str, dict[str, Any]] = field(default_factory=dict)
    sealed: set[str] = field(default_factory=set)
    links: dict[tuple[int, int, str], dict[str, Any]] = field(default_factory=dict)  # from, to, relation
    contacts: dict[int, Contact] = field(default_factory=dict)
    wires: dict[int, Wire] = field(default_factory=dict)
    gadgets: dict[int, Gadget] = field(default_factory=dict)

    def copied(self) -> State:
        contacts = {number: _copied(contact) for number, contact in self.contacts.items()}
        for contact in contacts.values():
            contact.faults, contact.events = dict(contact.faults), list(contact.events)
            contact.arrivals = list(contact.arrivals)
        wires = {number: _copied(wire) for number, wire in self.wires.items()}
        for wire in wires.values():
            wire.forced = dict(wire.forced)
        gadgets = {number: _copied(gadget) for number, gadget in self.gadgets.items()}
        groups, sealed, links = dict(self.groups), set(self.sealed), dict(self.links)
        return State(self.tick, groups, sealed, links, contacts, wires, gadgets)

    def begin_tick(self) -> None:
        for contact in self.contacts.values():
            contact.begin_tick()
        for wire in self.wires.values():
            wire.forced = {}
        for gadget in self.gadgets.values():
            gadget.new = False

    def at(self, path: str) -> Contact | None:
        return next((contact for contact in self.contacts.values() if contact.path == path), None)
