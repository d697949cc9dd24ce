"""Undo and redo, by whole copies of everything as it was before and after each tick."""

from __future__ import annotations

from dataclasses import dataclass, field

from .errors import BeyondTheReferenceError, ConflictError
from .model import EXTERNAL, Contact, State
from .values import Nothing, equal


@dataclass
class Entry:
    tick: int
    before: State
    after: State
    at: int  # the tick that did, undid or redid it

    def touched(self) -> set[int]:
        """The contacts that are there before and after, and that the tick changed."""
        before, after = self.before.contacts, self.after.contacts
        return {number for number in before.keys() & after.keys() if after[number].version == self.after.tick}


@dataclass
class History:
    done: list[Entry] = field(default_factory=list)
    undone: list[Entry] = field(default_factory=list)
    others: list[Entry] = field(default_factory=list)  # ticks of a source, which are not undone

    def note(self, before: State, after: State, source: str | None) -> None:
        entry = Entry(after.tick, before, after.copied(), after.tick)
        if source:
            self.others.append(entry)
        else:
            self.done.append(entry)
            self.undone.clear()

    def undo(self, state: State) -> tuple[int, State] | None:
        if not self.done:
            return None
        entry = self.done[-1]
        back = self._back(state, entry, entry.before, entry.at)
        self.undone.append(Entry(entry.tick, entry.before, entry.after, back.tick))
        self.done.pop()
        return entry.tick, back

    def redo(self, state: State) -> tuple[int, State] | None:
        if not self.undone:
            return None
        entry = self.undone[-1]
        back = self._back(state, entry, entry.after, entry.at)
        self.done.append(Entry(entry.tick, entry.before, entry.after, back.tick))
        self.undone.pop()
        return entry.tick, back

    def _back(self, state: State, entry: Entry, target: State, since: int) -> State:
        later = [other for other in self.others if other.tick > since]
        back = target.copied()
        for other in later:
            if other.before.contacts.keys() != other.after.contacts.keys() or len(other.before.gadgets) != len(
                other.after.gadgets
            ):
                raise BeyondTheReferenceError("structure of another source after the tick")
            paths = sorted(state.contacts[number].path for number in other.touched() & entry.touched())
            if paths:
                raise ConflictError(f"a later tick changed {paths}")
            for number in other.touched() & back.contacts.keys():
                back.contacts[number] = state.copied().contacts[number]
            for number in back.gadgets.keys() & other.after.gadgets.keys():
                if not equal(other.before.gadgets[number].state, other.after.gadgets[number].state):
                    back.gadgets[number].state = other.after.gadgets[number].state
        back.tick = state.tick + 1
        for number, contact in back.contacts.items():
            now = state.contacts.get(number)
            if now is None:
                contact.version = 0 if contact.content is Nothing else back.tick
            elif _same(state, now, back, contact):
                contact.version = now.version
            else:
                contact.version = back.tick
        return back


def _same(state: State, now: Contact, back: State, then: Contact) -> bool:
    if not equal(now.content, then.content):
        return False
    return then.content is Nothing or _writer(state, now) == _writer(back, then)


def _writer(state: State, contact: Contact) -> int | None:
    """Who wrote it last, if that is still there."""
    known = contact.writer == EXTERNAL or contact.writer in state.gadgets or contact.writer in state.wires
    return contact.writer if known else None
