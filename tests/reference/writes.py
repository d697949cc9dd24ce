"""One write meeting one contact."""

from __future__ import annotations

from dataclasses import dataclass

from .blends import IncompatibleError, join
from .errors import BeyondTheReferenceError, ContradictionError
from .model import EXTERNAL, Contact, Contradiction, Event, Key, Stamp
from .values import Nothing, Value, equal

EVENTS = 300  # of one contact in one tick: looking through them is quadratic here


@dataclass(slots=True)
class Write:
    value: Value
    stamp: Stamp
    writer: int
    key: Key
    identity: Key | None = None


@dataclass(slots=True)
class Outcome:
    changed: bool
    answer: bool  # the contact did not end up with what came: over a bidirectional wire it answers
    taken: bool = True  # though it may have changed nothing


def write(contact: Contact, incoming: Write, policy: str) -> Outcome:
    if contact.blend == "accept-last":
        return _accept_last(contact, incoming)
    if contact.is_stream:
        return _event(contact, incoming)
    if contact.blend == "first":
        return _first(contact, incoming)
    return _join(contact, incoming, policy)


def settling_write(contact: Contact, incoming: Write, policy: str, *, in_cycle: bool) -> Outcome:
    """A write of a member. What comes to a lattice waits for its turn, unless it comes from a cycle that has its turn and holds it."""
    if contact.blend in ("accept-last", "stream", "first") or in_cycle:
        return write(contact, incoming, policy)
    if not contact.arrivals:
        contact.base = (contact.content, contact.stamp, contact.writer, contact.changed_by, contact.contradiction)
    contact.arrivals.append(incoming)
    return Outcome(changed=False, answer=False)


def take_turn(contact: Contact, policy: str, *, in_cycle: bool) -> None:
    """All that leads to a lattice has fired: what came is joined by age. Something may come later over what a router has made."""
    if contact.arrivals:
        contact.content, contact.stamp, contact.writer, contact.changed_by, contact.contradiction = contact.base
        for one in sorted(contact.arrivals, key=lambda one: one.stamp):
            _join(contact, one, policy)
    if in_cycle:
        contact.arrivals = []


def _accept_last(contact: Contact, incoming: Write) -> Outcome:
    differs = not equal(contact.content, incoming.value)
    if contact.stamp is not None and incoming.stamp < contact.stamp:
        return Outcome(changed=False, answer=differs, taken=False)
    contact.stamp, contact.writer = incoming.stamp, incoming.writer
    if differs:
        contact.content, contact.changed_by = incoming.value, incoming.writer
    return Outcome(changed=differs, answer=False)


def _first(contact: Contact, incoming: Write) -> Outcome:
    """The oldest write is taken, the others are kept out."""
    if contact.stamp is None or incoming.stamp >= contact.stamp:
        contact.stamp = incoming.stamp
    differs = not equal(contact.content, incoming.value)
    is_older = contact.born is not None and incoming.stamp < contact.born
    if incoming.value is Nothing or not (contact.content is Nothing or is_older):
        return Outcome(changed=False, answer=differs)
    contact.born, contact.writer = incoming.stamp, incoming.writer
    if differs:
        contact.content, contact.changed_by = incoming.value, incoming.writer
    return Outcome(changed=differs, answer=False)


def _join(contact: Contact, incoming: Write, policy: str) -> Outcome:
    try:
        joined = join(contact.blend, contact.content, incoming.value)
    except IncompatibleError:
        if policy == "raise":
            raise ContradictionError(
                f"{contact.path}: {contact.content!r} and {incoming.value!r} have no {contact.blend}"
            ) from None
        found = Contradiction(contact.content, incoming.value, contact.writer, incoming.writer)
        if not found.same(contact.contradiction):
            contact.contradiction = found
        return Outcome(changed=False, answer=False, taken=False)
    if incoming.value is not Nothing:
        contact.contradiction = None
    if contact.stamp is None or incoming.stamp >= contact.stamp:
        contact.stamp, contact.writer = incoming.stamp, incoming.writer
    changed = not equal(contact.content, joined)
    if changed:
        contact.content, contact.changed_by = joined, incoming.writer
    return Outcome(changed, answer=not equal(joined, incoming.value))


def _event(contact: Contact, incoming: Write) -> Outcome:
    identity = incoming.identity or incoming.key
    known = incoming.identity is not None and any(event.identity == identity for event in contact.events)
    if known:
        return Outcome(changed=False, answer=False)
    erased = incoming.value is Nothing  # over a bidirectional wire
    _arrive(contact, Event(incoming.key, incoming.value, incoming.stamp, incoming.writer, identity, erased))
    return Outcome(changed=True, answer=False)


def erase(contact: Contact, index: int) -> None:
    """An erase from outside: past the blend."""
    contact.faults.clear()
    contact.contradiction = None
    if contact.is_stream:
        key = (index, 0, EXTERNAL, 0)
        _arrive(contact, Event(key, Nothing, (0, index), EXTERNAL, key, erased=True))
    else:
        contact.content, contact.stamp = Nothing, (0, index)
        contact.writer = contact.changed_by = EXTERNAL


def _arrive(contact: Contact, event: Event) -> None:
    """Content is the last event in key order, which need not be the order of arrival."""
    contact.events.append(event)
    if len(contact.events) > EVENTS:
        raise BeyondTheReferenceError(f"{contact.path} has more than {EVENTS} events in one tick")
    if contact.latest is None or event.key >= contact.latest.key:
        contact.latest, contact.content, contact.writer = event, event.value, event.writer
    contact.stamp = event.stamp if contact.stamp is None else max(contact.stamp, event.stamp)
