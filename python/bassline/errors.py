"""Every error of Bassline: one root, and each also the nearest built-in, so that either can be caught."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Any

__all__ = [
    "BackpressureError",
    "BasslineError",
    "CapabilityError",
    "ConflictError",
    "ContradictionError",
    "DeclarationError",
    "DriverError",
    "GadgetError",
    "InputError",
    "ManifestError",
    "NestingError",
    "NoChangeError",
    "NotSettledError",
    "StaleHandleError",
    "StorageError",
    "UnknownContactError",
    "ValueRangeError",
    "ValueTypeError",
]


class BasslineError(Exception):
    """The root of all errors of Bassline.

    >>> issubclass(bl.ConflictError, bl.BasslineError) and issubclass(bl.ConflictError, ValueError)
    True
    """


class UnknownContactError(BasslineError, KeyError):
    """A path names no contact, group or gadget.

    >>> bl.Network()["typo"]
    Traceback (most recent call last):
    bassline.errors.UnknownContactError: no contact 'typo'
    """

    __str__ = Exception.__str__  # KeyError would show the message in quotes


class DeclarationError(BasslineError, ValueError):
    """A declaration makes no sense: an unknown primitive, a wrong port, an empty name, a self-wire.

    >>> bl.Network().gadget("math.ad", a=1, b=2)
    Traceback (most recent call last):
    bassline.errors.DeclarationError: there is no primitive 'math.ad'; did you mean math.add or math.abs or math.max?
    """


class ConflictError(BasslineError, ValueError):
    """Something is declared again as something else.

    >>> net = bl.Network()
    >>> _ = net.contact("x", blend="max")
    >>> net.contact("x", blend="min")
    Traceback (most recent call last):
    bassline.errors.ConflictError: contact 'x' exists with blend 'max' and is declared with 'min'; ...
    """


class StaleHandleError(BasslineError, ReferenceError):
    """A handle of something that was removed.

    >>> net = bl.Network()
    >>> x = net.contact("x", 1)
    >>> net.remove(x)
    >>> x.value
    Traceback (most recent call last):
    bassline.errors.StaleHandleError: this contact was removed from the network; look it up again by its path
    """


class ContradictionError(BasslineError, ValueError):
    """Two values have no join, in a network with `contradictions="raise"`.

    >>> net = bl.Network(contradictions="raise")
    >>> peak = net.contact("peak", 21.5, blend="max")
    >>> peak.value = "hot"
    Traceback (most recent call last):
    bassline.errors.ContradictionError: contact 'peak' (max) holds 21.5 and cannot join 'hot': ...
    >>> try:
    ...     peak.value = "hot"
    ... except bl.ContradictionError as error:
    ...     print(error.path, error.current, error.incoming, error.current_source, error.incoming_source)
    peak 21.5 hot external: external:
    """

    path: str = ""
    """The contact."""
    current: Any = None
    """What it holds."""
    incoming: Any = None
    """What was written."""
    current_source: str = ""
    """Who wrote what it holds: `external:source`, a gadget's path, or `wire:from->to`."""
    incoming_source: str = ""
    """Who wrote what came."""


class NotSettledError(BasslineError, RuntimeError):
    """A cycle does not come to rest; the tick was rolled back.

    >>> net = bl.Network()
    >>> _ = net.gadget("math.add", a="n", b=1, sum="n")
    >>> net["n"] = 1
    Traceback (most recent call last):
    bassline.errors.NotSettledError: the network did not settle after 10000 firings of one gadget; still moving: n = ...
    >>> net["n"]
    Nothing
    """


class GadgetError(BasslineError, RuntimeError):
    """A gadget, or the join of a lattice in Python, failed; the tick was rolled back.

    The original exception is its `__cause__`.

    >>> net = bl.Network()
    >>> _ = net.gadget("math.divide", a=net.contact("a", 1), b=net.contact("b", 2), quotient="q")
    >>> net["b"] = 0
    Traceback (most recent call last):
    bassline.errors.GadgetError: gadget 'math.divide(a=a, b=b, quotient=q)' failed: 1 divided by zero (inputs: a=1, b=0)
    >>> net["b"], net["q"]
    (2, 0.5)
    """


class NoChangeError(BasslineError, TimeoutError):
    """No change came within the time that a watch was to wait for one.

    >>> bl.Network().watch("x").get(timeout=0.01)
    Traceback (most recent call last):
    bassline.errors.NoChangeError: no contact of 'x' changed within 0.01 seconds
    """


class BackpressureError(BasslineError, TimeoutError):
    """A driver is too far behind, and the tick was not applied; or a flush ran out of time.

    >>> import threading
    >>> class Slow(bl.Driver):
    ...     done = threading.Event()
    ...
    ...     def handle_changes(self, batch):
    ...         self.done.wait()
    >>> net = bl.Network()
    >>> net.attach(Slow(), name="slow")
    >>> _ = net.contact("x", 1)
    >>> net.flush(timeout=0.01)
    Traceback (most recent call last):
    bassline.errors.BackpressureError: after ... not everything is delivered: 'slow' is 1 ticks behind
    >>> Slow.done.set()
    """


class DriverError(BasslineError, RuntimeError):
    """A driver failed. The original exception, if it was Python's, is its `__cause__`.

    >>> class Full(bl.Driver):
    ...     def handle_changes(self, batch):
    ...         raise OSError("disk full")
    >>> net = bl.Network()
    >>> net.attach(Full(), name="full", tries=1)
    >>> _ = net.contact("x", 1)
    >>> try:
    ...     net.flush()
    ... except bl.DriverError as error:
    ...     print(repr(error.__cause__), error.driver, error.tick, error.committed)
    OSError('disk full') full 1 True
    >>> net.close()
    Traceback (most recent call last):
    bassline.errors.DriverError: the network closed with ticks not delivered: 'full' did not take the last 1 ticks: ...
    """

    driver: str = ""
    """The driver's name."""
    tick: int = 0
    """The first tick it did not take."""
    committed: bool = False
    """Whether that tick is committed in the network."""


class StorageError(BasslineError, OSError):
    """A store cannot be opened, read or written.

    >>> bl.Network("no/such/folder/shop.db")
    Traceback (most recent call last):
    bassline.errors.StorageError: cannot open 'no/such/folder/shop.db': the directory 'no/such/folder' does ...
    """


class ManifestError(BasslineError, ValueError):
    """A manifest cannot be understood; the message says where.

    >>> bl.Network.from_manifest({"name": "shop", "biuld": {}})
    Traceback (most recent call last):
    bassline.errors.ManifestError: biuld: unknown key; expected one of name, ...; did you mean 'build'?
    """


class CapabilityError(BasslineError, PermissionError):
    """A gadget needs a capability the network was not given.

    Nothing raises it yet.
    """


class ValueTypeError(BasslineError, TypeError):
    """A contact cannot hold a value of this type, or its store cannot take it.

    >>> bl.Network().contact("x", {1: "a"})
    Traceback (most recent call last):
    bassline.errors.ValueTypeError: a contact holds a dict with string keys; found int
    >>> net = bl.Network()
    >>> net.contact("y", net.contact("x"))
    Traceback (most recent call last):
    bassline.errors.ValueTypeError: a contact does not hold Contact; write its .value, or connect the two with ...
    """


class ValueRangeError(BasslineError, ValueError, OverflowError):
    """An int does not fit 64 bits.

    >>> bl.Network().contact("x", 2**64)
    Traceback (most recent call last):
    bassline.errors.ValueRangeError: an int must lie between -2**63 and 2**63 - 1; found 0x10000000000000000; ...
    """


class NestingError(ValueTypeError, RecursionError):
    """A value nests too deep, or contains itself.

    >>> items = []
    >>> items.append(items)
    >>> bl.Network().contact("x", items)
    Traceback (most recent call last):
    bassline.errors.NestingError: a value may nest 120 levels deep; this one is deeper, or contains itself
    """


class InputError(BasslineError, ValueError):
    r"""A row of an input file cannot be read. The rows before it are committed.

    >>> net = bl.Network()
    >>> _ = net.contact("x")
    >>> net.ingest(bl.RowReader.csv(), b"x\n1\n2,3\n", final=True)
    Traceback (most recent call last):
    bassline.errors.InputError: row 2 (line 3): expected 1 cells, found 2
    >>> net["x"]
    1
    """

    row: int = 0
    """Which row, from 1; 0 for the header."""
    line: int = 0
    """The line it begins in, from 1."""
