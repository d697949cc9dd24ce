"""Running a script on a network of either world.

A script is a list of operations as plain data; an operation is a list: its name and its arguments. In ports, a string
is a path and `["const", value]` a constant.
"""

from __future__ import annotations

import contextlib
import importlib
from dataclasses import dataclass, field
from typing import Any

Op = list[Any]


class StopTheBatchError(Exception):
    """Raised inside a batch that must roll back."""


def functions(nothing: Any) -> dict[str, Any]:
    """What Python gadgets compute; parameters x, y and z."""

    def half(x: Any) -> Any:
        return x / 2

    def total(x: Any, y: Any, z: Any = 100) -> Any:
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

    return {f.__name__: f for f in (half, total, pair, positive, fussy, clamp)}


def typed(value: Any, nothing: Any) -> Any:
    """A value as plain data in which equal means equal to the network."""
    if value is nothing:
        return "Nothing"
    if isinstance(value, float):
        return ("float", repr(value + 0.0) if value != 0 else "0.0")
    if isinstance(value, list):
        return ("list", [typed(item, nothing) for item in value])
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

    def __post_init__(self) -> None:
        self.functions = functions(self.bl.Nothing)
        self.net.on_change("**", self.changes.append)

    def all(self, ops: list[Op]) -> list[dict[str, Any]]:
        for op in ops:
            self.seen.append(self.observe(self.attempt(op)))
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
            for op in ops:
                inner.append((self.attempt(op), self.contents()))  # noqa: PERF401 - kept if a later one raises
            if fails:
                raise StopTheBatchError

    def apply(self, name: str, *arguments: Any) -> None:
        getattr(self, f"do_{name}")(*arguments)

    def do_contact(self, path: str, blend: str, *value: Any) -> None:
        self.net.contact(path, *value, blend=blend)

    def do_write(self, path: str, value: Any) -> None:
        self.net[path] = value

    def do_update(self, values: dict[str, Any]) -> None:
        self.net.update(values)

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

    def do_remove(self, path: str) -> None:
        self.net.remove(path)

    def do_remove_gadget(self, name: str) -> None:
        if name in self.net.gadgets:
            self.net.remove(self.net.gadgets[name])

    def bindings(self, ports: dict[str, Any]) -> dict[str, Any]:
        return {port: bound if isinstance(bound, str) else self.bl.const(bound[1]) for port, bound in ports.items()}

    def contents(self) -> dict[str, Any]:
        return {path: typed(contact.value, self.bl.Nothing) for path, contact in self.net.contacts.items()}

    def observe(self, outcome: Any) -> dict[str, Any]:
        changes: dict[str, list[Any]] = {}
        for change in self.changes:
            values = typed(change.old, self.bl.Nothing), typed(change.new, self.bl.Nothing)
            changes.setdefault(change.path, []).append((change.tick, *values))
        self.changes.clear()
        contacts = dict(self.net.contacts.items())
        return {
            "outcome": outcome,
            "tick": self.net.tick,
            "contents": self.contents(),
            "versions": {path: contact.version for path, contact in contacts.items()},
            "contradictions": sorted(path for path, contact in contacts.items() if contact.contradiction is not None),
            "faults": sorted(path for path, contact in contacts.items() if contact.fault is not None),
            "gadgets": len(self.net.gadgets),
            "wires": len(self.net.wires),
            "changes": changes,
        }


def reference_run(ops: list[Op], contradictions: str, *, youngest_first: bool = False) -> list[dict[str, Any]]:
    reference = importlib.import_module("tests.reference")
    net = reference.Network(contradictions=contradictions, youngest_first=youngest_first)
    run = Run(reference, net)
    with contextlib.suppress(reference.errors.BeyondTheReferenceError):  # what was seen before it still counts
        run.all(ops)
    return run.seen


def engine_run(ops: list[Op], contradictions: str) -> list[dict[str, Any]]:
    bassline = importlib.import_module("bassline")
    return Run(bassline, bassline.Network(contradictions=contradictions)).all(ops)
