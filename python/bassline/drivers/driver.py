"""The three kinds of drivers, to be derived from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bassline._found import found
from bassline.errors import BasslineError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bassline import _core
    from bassline.drivers.backpressure import Backpressure
    from bassline.drivers.context import Command, Context, Stored
    from bassline.drivers.input import Input


class Driver:
    """Takes committed changes somewhere; it runs on a thread of its own, never inside a tick.

    Every method but `handle_changes` may be left out, and each may be a coroutine: if one is, all run on an event loop
    of the driver's own, and so does what they start there, until it ends. A class need not derive from this one.

    `handle_changes` takes a batch wholly or raises. An `OSError`, such as `ConnectionError` and `TimeoutError`, may
    pass: the batch is tried again, after longer and longer pauses, and a driver that never gets through has failed.
    Any other `Exception` will not pass: the batch is halved until the tick that it comes from is found, which becomes
    a dead letter, and the rest goes through; the next `flush` or `close` says so. `MemoryError`, `NotImplementedError`,
    and what is no `Exception`, end the driver. A method `classify(error)` may say otherwise: "transient", "permanent"
    or "fatal".

    >>> class Keep(bl.Driver):
    ...     seen = []
    ...
    ...     def handle_changes(self, batch):
    ...         self.seen += [(change.path, change.new) for change in batch]
    >>> net = bl.Network()
    >>> net.attach(Keep(), name="keep")
    >>> net.contact("x", 1)
    <Contact 'x' = 1>
    >>> net.flush()
    >>> Keep.seen
    [('x', 1)]
    """

    wants_structure: bool = False
    """Whether it is handed ticks that edit the structure and change no content; `batch.structure` tells of them."""

    def initialize(self, context: Context) -> Any:
        """Begin; called first, and again on a restart. What it raises, `attach` raises."""

    def handle_changes(self, batch: _core.Batch) -> Backpressure | Any:
        """Take a batch of changes, in order: iterate over it, or take `batch.paths` and `batch.values`."""
        raise NotImplementedError(f"{type(self).__name__} has no handle_changes(batch)")

    def handle_command(self, command: Command) -> Any:
        """Answer what `net.command` asks, between two batches."""
        asked = found(getattr(command, "name", command))
        raise BasslineError(f"{type(self).__name__} takes no commands; found {asked}")

    def health(self) -> str | Any:
        """Say what is wrong, in words; `None` if nothing is."""

    def stats(self) -> Mapping[str, Any] | Any:
        """Give figures of its own, which `net.stats(driver)` answers with."""

    def shutdown(self, force: bool) -> Any:
        """End; called once, last. With `force` there is no time to finish anything."""


class StorageDriver(Driver):
    """A driver that holds what the network holds: it takes every tick or has failed, and the next write says so.

    It has no dead letters, and `load` says where it stands, so that it never takes a tick twice nor skips one: store
    the tick of the batch's last change together with the changes.

    >>> class Table(bl.StorageDriver):
    ...     def __init__(self):
    ...         self.rows, self.stands = {}, None
    ...
    ...     def load(self):
    ...         return self.stands and bl.Stored(*self.stands, contents=self.rows)
    ...
    ...     def handle_changes(self, batch):
    ...         self.rows.update(zip(batch.paths, batch.values))
    ...         self.stands = (batch.epoch, batch.ticks[1])
    >>> net, table = bl.Network(), Table()
    >>> _ = net.contact("price", 9.5)
    >>> net.attach(table)
    >>> net["price"] = 10
    >>> net.flush()
    >>> table.rows, table.stands
    ({'price': 10}, (1, 2))
    """

    def load(self) -> Stored | Any:
        """Give what is stored, and up to which tick; `None` if nothing is. It is handed what comes after that tick."""

    def check_preconditions(self, batch: _core.Batch) -> bool | Any:
        """Whether the batch can be taken now; `False` has it tried again later."""

    def check_postconditions(self, batch: _core.Batch) -> bool | Any:
        """Whether the batch's effects are there; `False` has it handed over again."""

    def capabilities(self) -> Mapping[str, bool]:
        """What it can do: `durable`, `history`, `snapshots`, as `net.storage.capabilities` has them."""
        return {"durable": True}


class BridgeDriver(Driver):
    """A driver that also writes: it listens to something outside, and has an `Input` for all that a program can do.

    >>> class Bell(bl.BridgeDriver):
    ...     def start_listening(self, input):
    ...         self.input = input
    ...
    ...     def ring(self, times):
    ...         return self.input.request({"id": "r1", "op": "update", "values": {"rung": times}})
    >>> net, bell = bl.Network(), Bell()
    >>> _ = net.contact("rung", 0)
    >>> net.attach(bell)
    >>> bell.ring(3)
    {'id': 'r1', 'ok': True, 'tick': 2}
    >>> net["rung"]
    3
    """

    def handle_changes(self, batch: _core.Batch) -> Backpressure | Any:
        """Take a batch of changes; a bridge that only listens has nothing to do."""

    def start_listening(self, input: Input) -> Any:  # noqa: A002 - the name of the contract
        """Begin to listen; requests go to `input`, from any thread."""
        raise NotImplementedError(f"{type(self).__name__} has no start_listening(input)")

    def stop_listening(self) -> Any:
        """Stop listening; called before `shutdown`."""
