"""What a tick changed, and who is told."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from .model import EXTERNAL, Contradiction, State
from .values import Nothing, Value, equal


@dataclass(frozen=True)
class Change:
    tick: int
    path: str
    old: Value
    new: Value
    cause: str


def changes_of(state: State, source: str | None) -> list[Change]:
    """One record per changed contact, one per event of a stream contact; in order of creation."""
    changes: list[Change] = []
    for contact in sorted(state.contacts.values(), key=lambda one: one.number):
        if not contact.is_stream and not equal(contact.before, contact.content):
            writes = [(contact.content, contact.changed_by)]
        else:
            writes = [(event.value, event.writer) for event in sorted(contact.events, key=lambda one: one.key)]
        old = contact.before
        for new, writer in writes:
            if not (old is Nothing and new is Nothing):
                changes.append(Change(state.tick + 1, contact.path, old, new, _cause(state, writer, source)))
            old = new
    return changes


def _cause(state: State, writer: int, source: str | None) -> str:
    if writer == EXTERNAL:
        return f"external:{source or ''}"
    if writer in state.gadgets:
        return state.gadgets[writer].path
    return f"wire:{writer}"


def same_outcome(before: State, after: State) -> bool:
    """Whether a tick without change records did nothing else either."""
    if before.groups.keys() != after.groups.keys() or before.links.keys() != after.links.keys():
        return False
    if before.contacts.keys() != after.contacts.keys() or before.wires.keys() != after.wires.keys():
        return False
    if before.gadgets.keys() != after.gadgets.keys():
        return False
    if any(not equal(before.gadgets[n].state, after.gadgets[n].state) for n in before.gadgets):
        return False
    for number, old in before.contacts.items():
        new = after.contacts[number]
        if old.faults != new.faults:
            return False
        if not _same(old.contradiction, new.contradiction):
            return False
    return True


def _same(old: Contradiction | None, new: Contradiction | None) -> bool:
    return old is new or (old is not None and old.same(new))


@dataclass
class Subscriptions:
    functions: list[tuple[re.Pattern[str], Callable[[Change], None]]] = field(default_factory=list)

    def add(self, pattern: str, function: Callable[[Change], None]) -> Callable[[], None]:
        subscription = (_expression(pattern), function)
        self.functions.append(subscription)
        return lambda: self.functions.remove(subscription)

    def deliver(self, changes: list[Change]) -> None:
        for change in changes:
            for expression, function in list(self.functions):
                if expression.fullmatch(change.path):
                    function(change)


def _expression(pattern: str) -> re.Pattern[str]:
    """`*` stays within a name, `**` crosses groups."""
    parts = re.split(r"(\*\*|\*)", pattern)
    return re.compile("".join({"**": ".*", "*": "[^/]*"}.get(part, re.escape(part)) for part in parts))
