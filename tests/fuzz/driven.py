"""What there is around drivers: one of each kind, what each is told, and what it did not take."""

from __future__ import annotations

import contextlib
import threading
from typing import Any

import bassline as bl


class Notes(bl.BridgeDriver):
    """Keeps what it is told, and takes no thirteen."""

    def __init__(self) -> None:
        self.told: list[Any] = []

    def initialize(self, context: bl.Context) -> None:
        self.told.append(context)

    def start_listening(self, input: bl.Input) -> None:
        self.told.append(input)

    def handle_command(self, command: bl.Command) -> str:
        return f"{command.name} of {len(command.arguments)}"

    def handle_changes(self, batch: Any) -> None:
        if 13 in batch.values:
            raise ValueError("thirteen")


class Late(bl.Driver):
    """Is held up until it has lost something, and keeps the gap."""

    def __init__(self) -> None:
        self.go = threading.Event()
        self.gap: Any = None

    def handle_changes(self, batch: Any) -> None:
        self.go.wait()
        self.gap = self.gap or batch.gap


def around(net: bl.Network) -> list[Any]:
    """Objects of every class that a network's drivers bring; `net` holds `a`, and has no store."""
    notes, late, cache = Notes(), Late(), bl.MemoryCache()
    net.attach(cache, name="cache")
    net.attach(notes, name="taker", batch=1)
    net.attach(late, name="late", batch=1, max_age=0, max_records=2, policy="drop-oldest", snapshot=False)
    for value in range(10, 20):
        net["a"] = value
    late.go.set()
    with contextlib.suppress(bl.DriverError):
        net.flush()  # the thirteen is told of
    letters = net.dead_letters()
    return [
        *notes.told,
        *letters,
        letters,
        late.gap,
        net.snapshot("label"),
        net.storage,
        bl.Command("reset", {"to": 0}),
        bl.Attachment(bl.MemoryCache(), name="cache"),
        bl.CallbackDriver(str),
        bl.Compound([bl.MemoryCache(), bl.MetricsDriver()]),
        bl.LogDriver("fuzz", "DEBUG"),
        cache,
        bl.MetricsDriver(every="**"),
        bl.StorageDriver(),
        notes,
        bl.Stored(1, 2, {"a": 1}),
        bl.Backpressure(0.1),
    ]
