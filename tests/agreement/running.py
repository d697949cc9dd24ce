"""Running a script on a network of either world.

A script is a list of operations as plain data; an operation is a list: its name and its arguments. In ports, a string
is a path and `["const", value]` a constant; `{"$interval": [low, high]}` is an interval.
"""

from __future__ import annotations

import importlib
import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.agreement.tally import Tally

Op = list[Any]

ORDERS = ("oldest", "youngest", "cycles last")  # in which the reference can evaluate independent regions
CONTENT_ONLY = {"write", "update", "erase"}
EVERY = 5  # so many operations apart, everything is looked at even if only content was written
UNSETTLED = 1  # what has not settled once will not: each time is 10,000 firings of the slow evaluator


class StopTheBatchError(Exception):
    """Raised inside a batch that must roll back."""


def either(x: Any, y: Any) -> Any:
    return x | y


def both_of(x: Any, y: Any) -> Any:
    return x & y


def few(x: Any) -> Any:
    return {item for item in x if item in (1, 2, "a")}


def negated(x: Any) -> Any:
    return not x


def half_down(x: Any) -> Any:
    return x // 2


FOR_BLENDS = {f.__name__: f for f in (either, both_of, few, negated, half_down)}


def functions(nothing: Any) -> dict[str, Any]:
    """What Python gadgets compute; parameters x, y and z."""

    def half(x: Any) -> Any:
        return x / 2

    def total(x: Any, y: Any, z: Any = 100) -> Any:
        if any(isinstance(part, (str, list)) and len(part) > 1000 for part in (x, y, z)):
            raise ValueError("too long")  # in a cycle it would triple with every round
        return x + y + z

    def pair(x: Any, y: Any) -> Any:
        return min(x, y), max(x, y)

    def positive(x: Any) -> Any:
        return x if x > 0 else nothing

    def fussy(x: Any) -> Any:
        if x < 0:
            raise ValueError("negative")
        return x

    def clamp(x: Any, y: Any) -> Any:
        return max(-20, min(20, x + y))

    known = (half, total, pair, positive, fussy, clamp)
    return {f.__name__: f for f in known} | FOR_BLENDS


class Gcd:
    """The greatest common divisor: a lattice of ints."""

    def join(self, a: Any, b: Any) -> Any:
        if type(a) is not int or type(b) is not int:
            raise ValueError("ints only")
        return math.gcd(a, b) if abs(a) < 2**62 and abs(b) < 2**62 else min(a, b)


def typed(value: Any, nothing: Any) -> Any:
    """A value as plain data in which equal means equal to the network."""
    if value is nothing:
        return "Nothing"
    if isinstance(value, float):
        return ("float", repr(value + 0.0) if value != 0 else "0.0")
    if isinstance(value, list):
        return ("list", [typed(item, nothing) for item in value])
    if isinstance(value, (set, frozenset)):
        return ("set", sorted((typed(item, nothing) for item in value), key=repr))
    if type(value).__name__ == "Interval":
        return ("interval", typed(value.low, nothing), typed(value.high, nothing))
    if isinstance(value, dict):
        return ("map", sorted((key, typed(item, nothing)) for key, item in value.items()))
    return (type(value).__name__, value)


@dataclass
class Run:
    """One network, and what was seen of it after each operation."""

    bl: Any
    net: Any
    wires: dict[tuple[str, str, str], Any] = field(default_factory=dict)
    changes: list[Any] = field(default_factory=list)
    seen: list[dict[str, Any]] = field(default_factory=list)
    returned: int | None = None  # the tick that was undone or done again last

    def __post_init__(self) -> None:
        self.functions = functions(self.bl.Nothing)
        self.net.on_change("**", self.changes.append)

    def all(self, ops: list[Op]) -> list[dict[str, Any]]:
        unsettled = 0
        for index, op in enumerate(ops):
            outcome = self.attempt(op)
            wholly = op[0] not in CONTENT_ONLY or outcome[0] or index % EVERY == 0 or index == len(ops) - 1
            self.seen.append(self.observe(outcome, wholly=bool(wholly)))
            unsettled += outcome[0] == "NotSettledError"
            if unsettled == UNSETTLED:
                break
        return self.seen

    def attempt(self, op: Op) -> Any:
        """What came of it: an error class, the results inside a batch, or None."""
        inner: list[Any] = []
        try:
            if op[0] == "batch":
                self.batch(op[1], op[2], inner)
            else:
                self.apply(*op)
        except Exception as error:  # noqa: BLE001 - its class is what is compared
            return type(error).__name__, inner
        return None, inner

    def batch(self, ops: list[Op], fails: bool, inner: list[Any]) -> None:
        with self.net.batch():
            for index, op in enumerate(ops):
                outcome = self.attempt(op)
                wholly = outcome[0] or op[0] == "remove" or index == len(ops) - 1
                inner.append((outcome, self.contents(None if wholly else paths_of(op))))
            if fails:
                raise StopTheBatchError

    def apply(self, name: str, *arguments: Any) -> None:
        getattr(self, f"do_{name}")(*arguments)

    def do_contact(self, path: str, blend: str, *value: Any) -> None:
        self.net.contact(path, *map(self.value, value), blend=Gcd if blend == "gcd" else blend)

    def do_write(self, path: str, value: Any) -> None:
        self.net[path] = self.value(value)

    def do_update(self, values: dict[str, Any]) -> None:
        self.net.update(self.value(values))

    def value(self, data: Any) -> Any:
        """A value as this world has it: `{"$interval": [low, high]}` stands for an interval."""
        if not isinstance(data, dict):
            return data
        if "$interval" in data:
            return self.bl.Interval(*data["$interval"])
        return {key: self.value(item) for key, item in data.items()}

    def do_erase(self, path: str) -> None:
        self.net.erase(path)

    def do_wire(self, start: str, end: str, kind: str) -> None:
        self.wires[start, end, kind] = self.net.wire(start, end, kind=kind)

    def do_unwire(self, start: str, end: str, kind: str) -> None:
        if (start, end, kind) in self.wires:
            self.net.remove(self.wires[start, end, kind])

    def do_gadget(
        self, name: str | None, primitive: str, ports: dict[str, Any], config: dict[str, Any], on_error: str
    ) -> None:
        self.net.gadget(primitive, name=name, on_error=on_error, **self.bindings(ports), **config)

    def do_python(self, name: str, function: str, inputs: dict[str, Any], outputs: list[str], on_error: str) -> None:
        declare = self.net.gadget(inputs=self.bindings(inputs), outputs=tuple(outputs), name=name, on_error=on_error)
        declare(self.functions[function])

    def do_undo(self) -> None:
        self.returned = self.net.undo()

    def do_redo(self) -> None:
        self.returned = self.net.redo()

    def do_remove(self, path: str) -> None:
        self.net.remove(path)

    def do_remove_gadget(self, name: str) -> None:
        if name in self.net.gadgets:
            self.net.remove(self.net.gadgets[name])

    def bindings(self, ports: dict[str, Any]) -> dict[str, Any]:
        return {port: bound if isinstance(bound, str) else self.bl.const(bound[1]) for port, bound in ports.items()}

    def contents(self, paths: Iterable[str] | None = None) -> dict[str, Any]:
        """Of the contacts there are: all, or those of these paths."""
        contacts = self.net.contacts
        if paths is None:
            return {path: typed(contact.value, self.bl.Nothing) for path, contact in contacts.items()}
        return {path: typed(contacts[path].value, self.bl.Nothing) for path in paths if path in contacts}

    def observe(self, outcome: Any, *, wholly: bool) -> dict[str, Any]:
        """What came of an operation; the change records and, `wholly`, the state of everything."""
        changes: dict[str, list[Any]] = {}
        for change in self.changes:
            values = typed(change.old, self.bl.Nothing), typed(change.new, self.bl.Nothing)
            changes.setdefault(change.path, []).append((change.tick, *values))
        self.changes.clear()
        seen = {"outcome": outcome, "tick": self.net.tick, "returned": self.returned, "changes": changes}
        return seen | self.state() if wholly else seen

    def state(self) -> dict[str, Any]:
        contacts = dict(self.net.contacts.items())
        return {
            "contents": {path: typed(contact.value, self.bl.Nothing) for path, contact in contacts.items()},
            "versions": {path: contact.version for path, contact in contacts.items()},
            "contradictions": sorted(path for path, contact in contacts.items() if contact.contradiction is not None),
            "faults": sorted(path for path, contact in contacts.items() if contact.fault is not None),
            "gadgets": len(self.net.gadgets),
            "wires": len(self.net.wires),
        }


def paths_of(op: Op) -> list[str]:
    """The contacts an operation names, those of a gadget's ports apart."""
    return (
        [*op[1]]
        if op[0] == "update"
        else [op[1]]
        if op[0] in ("write", "erase", "contact")
        else op[1:3]
        if op[0] == "wire"
        else []
    )


def reference_run(
    ops: list[Op], contradictions: str, *, order: str = ORDERS[0], tally: Tally | None = None
) -> list[dict[str, Any]]:
    reference = importlib.import_module("tests.reference")
    net = reference.Network(contradictions=contradictions, order=order)
    run = Run(reference, net)
    beyond = False
    try:
        run.all(ops)
    except reference.errors.BeyondTheReferenceError:  # what was seen before it still counts
        beyond = True
    if tally is not None:
        tally.count(ops, run.seen, net.cycles, beyond=beyond)
    return run.seen


def engine_run(ops: list[Op], contradictions: str) -> list[dict[str, Any]]:
    bassline = importlib.import_module("bassline")
    return Run(bassline, bassline.Network(contradictions=contradictions)).all(ops)
