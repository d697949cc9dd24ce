"""The public face: declarations, writes and ticks."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from . import handles
from .binding import bind_primitive, bind_python
from .blends import Blend
from .changes import Change, Subscriptions, changes_of, same_outcome
from .connecting import connect
from .declaring import Declaring
from .errors import BasslineError, StaleHandleError, UnknownContactError
from .graph import Shape
from .model import EXTERNAL, State
from .settle import Settling
from .structure import Declarations, absolute
from .undo import History
from .values import Nothing, Value, equal, isolate
from .writes import Write, erase, write


class Network(Declaring):
    """`order` is that in which independent regions are evaluated ("oldest", "youngest" or "cycles last"): it must not matter."""

    def __init__(self, contradictions: str = "record", *, order: str = "oldest") -> None:
        self.state = State()
        self._policy = contradictions
        self._shape = Shape(order)
        self.cycles = 0  # how often a cycle had something to fire
        self._numbers = itertools.count(1)
        self._firings: Counter[str] = Counter()
        self._subscriptions = Subscriptions()
        self._history = History()
        self.lives: Counter[int] = Counter()  # how often each thing was made again: handles of before are stale
        self._depth = 0
        self._next_index = 0
        self._busy = False  # gadgets or subscribers are running: what they write waits
        self._waiting: list[Callable[[], None]] = []

    # ticks

    @contextmanager
    def batch(self, source: str | None = None, position: Any = None) -> Iterator[None]:
        if self._depth:
            self._depth += 1
            try:
                yield
            finally:
                self._depth -= 1
            return
        if self._busy:
            raise BasslineError("a batch inside a gadget or subscriber is beyond the reference")
        before = self.state.copied()
        self.state.begin_tick()
        self._depth, self._next_index = 1, 0
        try:
            yield
            self._settle()
        except BaseException:
            self.state = before
            self._waiting.clear()
            raise
        finally:
            self._depth = 0
        self._commit(before, source)
        while self._waiting and not self._busy:
            self._waiting.pop(0)()

    def _settle(self) -> None:
        settling = Settling(self._declarations(), self._policy, self._firings, self._shape)
        self._busy = True
        try:
            settling.run()
        finally:
            self.cycles += settling.cycles
            self._busy = False

    def _commit(self, before: State, source: str | None) -> None:
        changes = changes_of(self.state, source)
        if not changes and same_outcome(before, self.state):
            self.state.contacts = before.contacts  # not even who wrote last is different
            return
        self.state.tick += 1
        for change in changes:
            contact = self.state.at(change.path)
            assert contact is not None
            contact.version = self.state.tick
        self._history.note(before, self.state, source)
        self._tell(changes)

    def _tell(self, changes: list[Change]) -> None:
        self._busy = True
        try:
            self._subscriptions.deliver(changes)
        finally:
            self._busy = False

    def undo(self) -> int | None:
        return self._bring_back("undo", self._history.undo)

    def redo(self) -> int | None:
        return self._bring_back("redo", self._history.redo)

    def _bring_back(self, what: str, bring: Callable[[State], tuple[int, State] | None]) -> int | None:
        if self._busy or self._depth:
            raise BasslineError("a tick of its own")
        found = bring(self.state)
        if found is None:
            return None
        tick, before = found[0], self.state
        self.state = found[1]
        records = (self.state.contacts, self.state.gadgets, self.state.wires)
        for new, old in zip(records, (before.contacts, before.gadgets, before.wires), strict=True):
            self.lives.update(new.keys() - old.keys())
        changes = []
        for contact in sorted(self.state.contacts.values(), key=lambda one: one.number):
            was = before.contacts[contact.number].content if contact.number in before.contacts else Nothing
            if not equal(was, contact.content):
                changes.append(Change(self.state.tick, contact.path, was, contact.content, f"{what}:{tick}"))
        self._tell(changes)
        while self._waiting and not self._busy:
            self._waiting.pop(0)()
        return tick

    @property
    def tick(self) -> int:
        return self.state.tick

    def on_change(self, pattern: str, function: Callable[[Change], None]) -> Callable[[], None]:
        return self._subscriptions.add(pattern, function)

    def firings(self, name: str) -> int:
        return self._firings[name]

    # content

    def __getitem__(self, path: str) -> Value:
        return isolate(self.state.contacts[self._number(path)].content)

    def __setitem__(self, path: str, value: Value) -> None:
        self.write(self._number(path), value)

    def get(self, path: str, default: Value = None) -> Value:
        contact = self.state.at(path)
        return default if contact is None or contact.content is Nothing else isolate(contact.content)

    def update(self, values: Mapping[str, Value]) -> None:
        writes = [(self._number(path), isolate(value)) for path, value in values.items()]
        if self._wait(lambda: self.update(values)):
            return
        before = self.state.copied() if self._depth else self.state
        try:
            with self.batch():
                for number, value in writes:
                    self.write(number, value)
        except BaseException:
            self.state = before if self._depth else self.state  # inside a batch, the operation alone is undone
            raise

    def erase(self, path: str) -> None:
        self.erase_number(self._number(path))

    def write(self, number: int, value: Value) -> None:
        value = isolate(value)
        if self._wait(lambda: self.write(number, value)):
            return
        with self.batch():
            index = self._index()
            incoming = Write(value, (0, index), EXTERNAL, (index, 0, EXTERNAL, 0))
            contact = self.state.contacts[number]
            write(contact, incoming, self._policy)
            contact.faults.clear()  # only a direct write: what a wire brings does not mend the gadget

    def erase_number(self, number: int) -> None:
        if self._wait(lambda: self.erase_number(number)):
            return
        with self.batch():
            erase(self.state.contacts[number], self._index())

    def _wait(self, operation: Callable[[], None]) -> bool:
        if self._busy:
            self._waiting.append(operation)
        return self._busy

    def _index(self) -> int:
        self._next_index += 1
        return self._next_index - 1

    def _number(self, path: str) -> int:
        contact = self.state.at(path)
        if contact is None:
            raise UnknownContactError(f"no contact has the path {path!r}; declare it with net.contact({path!r})")
        return contact.number

    # structure

    @property
    def contacts(self) -> dict[str, handles.Contact]:
        return {contact.path: handles.Contact(self, number) for number, contact in self.state.contacts.items()}

    @property
    def gadgets(self) -> dict[str, handles.Gadget]:
        return {gadget.path: handles.Gadget(self, number) for number, gadget in self.state.gadgets.items()}

    @property
    def wires(self) -> dict[int, handles.Wire]:
        return {number: handles.Wire(self, number) for number in self.state.wires}

    @property
    def groups(self) -> dict[str, handles.Group]:
        return {path: handles.Group(self, path) for path in self.state.groups}

    @property
    def links(self) -> dict[tuple[int, int, str], handles.Link]:
        return {key: handles.Link(self, key) for key in self.state.links}

    def place(self) -> tuple[Network, str]:
        return self, ""

    def declare_contact(
        self,
        group: str,
        path: str,
        value: Value,
        blend: Blend | None,
        attributes: Mapping[str, Any],
        boundary: str | None = None,
    ) -> handles.Contact:
        value = isolate(value)
        with self.batch():
            contact = self._declarations().contact(absolute(group, path), blend, attributes, boundary)
            if value is not Nothing and contact.content is Nothing:
                self.write(contact.number, value)
        return handles.Contact(self, contact.number)

    def declare_link(
        self,
        group: str,
        a: str | handles.Contact,
        b: str | handles.Contact,
        relation: str,
        attributes: Mapping[str, Any],
    ) -> handles.Link:
        with self.batch():
            key = self._declarations().link(self._end(group, a), self._end(group, b), relation, attributes)
        return handles.Link(self, key)

    def declare_group(
        self, group: str, path: str, attributes: Mapping[str, Any], sealed: bool = False
    ) -> handles.Group:
        with self.batch():
            self._declarations().group(absolute(group, path), attributes, sealed)
        return handles.Group(self, absolute(group, path))

    def declare_wire(self, group: str, a: str | handles.Contact, b: str | handles.Contact, kind: str) -> handles.Wire:
        before = self.state.copied() if self._depth else self.state
        try:
            with self.batch():
                wire, new = self._declarations().wire(self._end(group, a), self._end(group, b), kind)
                if new:
                    connect(self.state, wire, self._index(), self._policy)
        except BaseException:
            self.state = before if self._depth else self.state  # as in `update`
            raise
        return handles.Wire(self, wire.number)

    def declare_gadget(
        self,
        group: str,
        primitive: Any,
        *,
        name: str | None = None,
        on_error: str = "raise",
        inputs: Any = None,
        outputs: Any = None,
        **ports: Any,
    ) -> Any:
        if primitive is None:
            return lambda function: self.declare_gadget(
                group, function, name=name, on_error=on_error, inputs=inputs, outputs=outputs
            )
        with self.batch():
            if callable(primitive):
                bound = bind_python(self.state, group, primitive, inputs, outputs)
                name = name or primitive.__name__
            else:
                bound = bind_primitive(group, primitive, ports)
            gadget = self._declarations().gadget(group, *bound, name=name, on_error=on_error)
        return primitive if callable(primitive) else handles.Gadget(self, gadget.number)

    def remove(
        self, what: str | handles.Contact | handles.Gadget | handles.Wire | handles.Link | handles.Group
    ) -> None:
        with self.batch():
            declarations, index = self._declarations(), self._index()
            lost: list[tuple[int, int]] = []
            if isinstance(what, str):
                what = self._find(what)
            if isinstance(what, handles.Contact):
                lost = declarations.remove_contacts({what.record().number})
            elif isinstance(what, handles.Group):
                if what.path not in self.state.groups:
                    raise StaleHandleError(f"the group {what.path} was removed")
                lost = declarations.remove_group(what.path)
            elif isinstance(what, handles.Gadget):
                declarations.remove_gadget(what.record())
            elif isinstance(what, handles.Link):
                what.ends  # noqa: B018 - it raises if the link was removed
                del self.state.links[what.key]
            else:
                del self.state.wires[what.record().number]
            for number, writer in lost:
                contact = self.state.contacts[number]
                if contact.blend == "accept-last" and contact.content is not Nothing and contact.writer == writer:
                    write(contact, Write(Nothing, (0, index), writer, (0, 0, 0, 0)), self._policy)

    def _find(self, path: str) -> handles.Contact | handles.Gadget | handles.Group:
        for mapping in (self.contacts, self.groups, self.gadgets):
            if path in mapping:
                return mapping[path]
        raise UnknownContactError(f"nothing has the path {path!r}")

    def _end(self, group: str, end: str | handles.Contact) -> str:
        return absolute(group, end) if isinstance(end, str) else end.path

    def _declarations(self) -> Declarations:
        return Declarations(self.state, lambda: next(self._numbers))
