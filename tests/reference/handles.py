"""What declarations return: a number, looked up anew at every use."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from . import model
from .blends import name_of
from .declaring import Declaring
from .errors import StaleHandleError
from .values import Value, isolate

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .network import Network

Key = TypeVar("Key")
Record = TypeVar("Record")


def standing(records: Mapping[Key, Record], key: Key, what: str) -> Record:
    """The record of a handle, which may have been removed."""
    if key not in records:
        raise StaleHandleError(f"the {what} of this handle was removed")
    return records[key]


class Numbered:
    """The handle of something that has a number; it is stale if that was removed, though an undo made it again."""

    network: Network
    number: int

    def __post_init__(self) -> None:
        self._life = self.network.lives[self.number]

    def _standing(self, records: Mapping[int, Record], what: str) -> Record:
        if self._life != self.network.lives[self.number]:
            raise StaleHandleError(f"the {what} of this handle was removed")
        return standing(records, self.number, what)


@dataclass(frozen=True)
class Contradiction:
    path: str
    current: Value
    incoming: Value
    current_source: str
    incoming_source: str


@dataclass(unsafe_hash=True)
class Contact(Numbered):
    network: Network
    number: int

    def record(self) -> model.Contact:
        return self._standing(self.network.state.contacts, "contact")

    @property
    def value(self) -> Value:
        return isolate(self.record().content)

    @value.setter
    def value(self, value: Value) -> None:
        self.network.write(self.record().number, value)

    def erase(self) -> None:
        self.network.erase_number(self.record().number)

    @property
    def path(self) -> str:
        return self.record().path

    @property
    def name(self) -> str:
        return self.record().path.rpartition("/")[2]

    @property
    def group(self) -> str:
        return self.record().path.rpartition("/")[0]

    @property
    def blend(self) -> str:
        return name_of(self.record().blend)

    @property
    def boundary(self) -> str | None:
        return self.record().boundary

    @property
    def version(self) -> int:
        return self.record().version

    @property
    def attributes(self) -> dict[str, Any]:
        return dict(self.record().attributes)

    @property
    def contradiction(self) -> Contradiction | None:
        found = self.record().contradiction
        if found is None:
            return None
        sources = self._source(found.current_writer), self._source(found.incoming_writer)
        return Contradiction(self.path, found.current, found.incoming, *sources)

    def _source(self, writer: int) -> str:
        state = self.network.state
        if writer in state.gadgets:
            return state.gadgets[writer].path
        if writer in state.wires:
            wire = state.wires[writer]
            return f"wire:{state.contacts[wire.start].path}->{state.contacts[wire.end].path}"
        return "external:"

    @property
    def fault(self) -> str | None:
        faults = self.record().faults
        return faults[min(faults)] if faults else None


@dataclass(unsafe_hash=True)
class Gadget(Numbered):
    network: Network
    number: int

    def record(self) -> model.Gadget:
        return self._standing(self.network.state.gadgets, "gadget")

    @property
    def path(self) -> str:
        return self.record().path

    @property
    def name(self) -> str:
        return self.record().path.rpartition("/")[2]

    @property
    def firings(self) -> int:
        return self.network.firings(self.path)


@dataclass(unsafe_hash=True)
class Wire(Numbered):
    network: Network
    number: int

    def record(self) -> model.Wire:
        return self._standing(self.network.state.wires, "wire")

    @property
    def kind(self) -> str:
        return self.record().kind


@dataclass(unsafe_hash=True)
class Link:
    network: Network
    key: tuple[int, int, str]

    def _attributes(self) -> dict[str, Any]:
        return standing(self.network.state.links, self.key, "link")

    @property
    def ends(self) -> tuple[str, str]:
        self._attributes()
        return self.network.state.contacts[self.key[0]].path, self.network.state.contacts[self.key[1]].path

    @property
    def relation(self) -> str:
        self._attributes()
        return self.key[2]

    @property
    def attributes(self) -> dict[str, Any]:
        return dict(self._attributes())


@dataclass(unsafe_hash=True)
class Group(Declaring):
    network: Network
    path: str

    def _check(self) -> None:
        if self.path not in self.network.state.groups:
            raise StaleHandleError(f"the group {self.path} was removed")

    @property
    def sealed(self) -> bool:
        self._check()
        return self.path in self.network.state.sealed

    def place(self) -> tuple[Network, str]:
        self._check()
        return self.network, self.path
