"""The network that calls are tried on, and everything that can be seen of it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import bassline as bl
from tests.fuzz.driven import around
from tests.fuzz.hostile import HostileError


def doubled(total: Any) -> Any:
    return total * 2


class Taker(bl.Driver):
    """A driver that takes what it is handed, and keeps the last of it."""

    def __init__(self) -> None:
        self.batch: Any = None

    def handle_changes(self, batch: Any) -> None:
        self.batch = batch


def frozen(value: Any) -> Any:
    """A value as plain data in which equal means equal to the network; nothing of a hostile object is asked."""
    kind = type(value)
    if kind in (list, tuple):
        return [frozen(item) for item in value]
    if kind is dict:
        return sorted((key, frozen(item)) for key, item in value.items())
    if kind in (bool, int, str, bytes, type(None)):
        return kind.__name__, value
    if kind is float:
        return "float", repr(value)
    if kind is bl.Interval:
        return "interval", repr(value)
    if kind in (set, frozenset):
        return kind.__name__, len(value)
    return kind.__name__


def snapshot(net: bl.Network) -> dict[str, Any]:
    contacts = {
        path: (
            frozen(contact.value),
            frozen(net[path]),
            contact.version,
            contact.blend,
            frozen(contact.attributes),
            frozen(contact.contradiction),
            contact.fault,
        )
        for path, contact in net.contacts.items()
    }
    gadgets = {path: (one.computation, one.inputs, one.outputs) for path, one in net.gadgets.items()}
    return {
        "tick": net.tick,
        "contacts": contacts,
        "groups": {path: frozen(group.attributes) for path, group in net.groups.items()},
        "gadgets": gadgets,
        "wires": [(wire.ends, wire.kind) for wire in net.wires.values()],
        "links": [(link.ends, link.relation, frozen(link.attributes)) for link in net.links.values()],
        "positions": {source: frozen(net.position(source)) for source in ("s", "desk")},
    }


class World:
    """A network with one of everything, and handles that are good, stale and foreign."""

    def __init__(self, random: Random, folder: Path, *, threads: bool = True) -> None:
        self.threads = threads
        self.random = random
        self.folder = folder
        self.disturbed = 0  # a hostile object wrote, or a subscriber raised: an error may leave something behind
        self.is_open = True
        self.is_stored_in_part = False
        self.is_watched = False
        self.store = folder / f"{random.getrandbits(40)}.db" if random.random() < 0.15 and threads else None
        self.strict = random.random() < 0.2
        self.net = self.open()
        self.other = bl.Network(name="other")
        self.closed = bl.Network(name="closed")
        self.fill()

    def open(self) -> bl.Network:
        return bl.Network(self.store, contradictions="raise" if self.strict else "record")

    def fill(self) -> None:
        net = self.net
        group = net.group("g", author="ann")
        a, b = net.contact("a", 1), net.contact("b", 2.5, unit="EUR")
        for path, value in {
            "t": "text",
            "flag": True,
            "null": None,
            "list": [1, {"k": 2}],
            "g/x": 1,
            "g/deep/y": 2,
        }.items():
            net.contact(path, value)
        net.contact("empty")
        lattices = [net.contact("peak", 3, blend="max"), net.contact("low", 1, blend="min")]
        stream = net.contact("events", 5, blend="stream")
        total = net.gadget("math.add", name="total", a="a", b="b", sum="total")
        net.gadget("math.divide", name="ratio", on_error="contain", a="a", b="b", quotient="ratio")
        net.gadget(doubled)
        wires = [net.wire("a", "copy", kind="directed"), net.wire("g/x", "g/z")]
        wires.append(net.link("a", "b", "before", line=1))
        contradicted = self.other.contact("peak", 3, blend="max")
        contradicted.value = "text"
        foreign = self.other.contact("a", 1)
        stale_contact, stale_group = net.contact("gone", 1), net.group("gone2")
        stale_gadget = net.gadget("math.add", name="gone3", a="a", b=1, sum="gone")
        stale_wire = net.wire("gone", "gone2/x")
        net.remove("gone2")
        net.remove("gone")
        self.closed.contact("a", 1)
        self.closed.close()
        self.changes: list[Any] = []
        unsubscribe = net.on_change("**", self.changes.append)
        watch = net.watch("**")
        taker = Taker()
        if self.random.random() < 0.3 and self.threads:
            net.attach(Taker(), name="taker")
        self.other.attach(taker, name="keeper")
        self.other["a"] = 2
        self.other.flush()
        driven = around(self.other)
        self.taken = taker.batch
        with net.batch("desk", position=3):
            a.value = 2
        net.flush()
        reader = bl.RowReader.csv()
        result = net.ingest(bl.RowReader.json_lines(), b'{"a": 4}\n', source="s", final=True)
        self.objects: list[Any] = [
            net, net, net, net, self.other, self.closed, a, b, *lattices, stream, net.contacts["total"], total, *wires, group, foreign,
            stale_contact, stale_group, stale_gadget, stale_wire, self.closed.contacts["a"], reader, bl.RowReader.json_lines(), result,
            net.contacts, net.groups, net.gadgets, net.wires, net.why("total"), bl.const("text"), bl.Interval(1, 2.5), bl.Nothing,
            Taker(), bl.Driver(), taker.batch, bl.primitives(), net.links, net.columns(["a", "b"]), contradicted.contradiction, bl.Lattice(), bl.ImmediateScheduler(), bl.BatchScheduler(),
            bl.TransactionalScheduler(), self.undecoded(), *self.changes[-1:], unsubscribe, watch, net.table("*", interval=0), bl.primitives, bl.DriverError("no"),
            bl.InputError("no"), bl.BasslineError("no"), *driven, net.storage,
        ]  # fmt: skip
        self.last = snapshot(net)

    def undecoded(self) -> Any:
        contact = self.other.contact("money", Money())
        return contact.value

    def touch(self) -> None:
        """What a hostile object does that comes back into the network: it reads everything, and may write."""
        for net in (self.net, self.other):
            with contextlib.suppress(bl.BasslineError):
                snapshot(net)
        if self.random.random() < 0.3:
            self.disturbed += 1
            with contextlib.suppress(bl.BasslineError):
                self.random.choice([self.write, self.declare, self.remove, self.batch, lambda: self.net.flush(1)])()

    def write(self) -> None:
        self.net["a"] = self.random.randrange(100)

    def declare(self) -> None:
        self.net.contact(f"made{self.random.randrange(5)}", 1)

    def remove(self) -> None:
        self.net.remove(self.random.choice(["g", "copy", "total"]))

    def batch(self) -> None:
        with self.net.batch():
            self.write()

    def callback(self, outcome: Callable[[], Any]) -> Callable[..., Any]:
        """A function to give away; when it raises as a subscriber, the tick is committed all the same."""

        def called(x: Any = None) -> Any:
            self.disturbed += isinstance(x, bl.Change)
            return outcome()

        return called

    def refuse(self) -> None:
        raise HostileError("callback")

    def settle(self) -> None:
        """Whatever scheduler a call has left: what waits is committed, as without one."""
        if not isinstance(self.net.scheduler, bl.ImmediateScheduler):
            self.disturbed += 1
            with contextlib.suppress(HostileError, TypeError, bl.BasslineError):
                self.net.scheduler = "immediate"
            if not isinstance(self.net.scheduler, bl.ImmediateScheduler):  # what waits is refused
                self.net.abort()
                self.net.scheduler = "immediate"

    def check_works(self, number: int) -> None:
        """It takes a declaration, a write and a removal, and computes; how far a subscriber lets it."""
        try:
            self.compute(f"probe/{number}", number)
        except (bl.BackpressureError, bl.DriverError):  # a driver was attached that may not lag at all, or fails
            self.is_open = False

    def compute(self, path: str, number: int) -> None:
        net = self.net
        subscriber = HostileError, TypeError  # what those who are told may raise, when all is done
        with contextlib.suppress(*subscriber):
            net.contact(path, number)
        with contextlib.suppress(*subscriber):
            net.gadget("math.add", name=f"probe{number}", a=path, b=1, sum=f"{path}+1")
        with contextlib.suppress(*subscriber):
            net[path] = number + 1
        assert (net[path], net[f"{path}+1"]) == (number + 1, number + 2), "it does not compute any more"
        with contextlib.suppress(*subscriber):
            net.remove("probe")
        assert path not in net

    def close(self) -> None:
        self.objects.clear()
        for net in (self.net, self.other):
            with contextlib.suppress(bl.DriverError):
                net.close(timeout=2)


class Money:
    """Its codec writes and cannot read."""


bl.register_codec(Money, name="fuzz.money", encode=lambda money: 5, decode=lambda payload: 1 // 0)
