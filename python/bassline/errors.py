"""Every error of Bassline: one root, and each also the nearest built-in, so that either can be caught."""

from __future__ import annotations

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
    "NotSettledError",
    "StaleHandleError",
    "StorageError",
    "UnknownContactError",
    "ValueRangeError",
    "ValueTypeError",
]


class BasslineError(Exception):
    """The root of all errors of Bassline."""


class UnknownContactError(BasslineError, KeyError):
    """A path names no contact, group or gadget."""

    __str__ = Exception.__str__  # KeyError would show the message in quotes


class DeclarationError(BasslineError, ValueError):
    """A declaration makes no sense: an unknown primitive, a wrong port, an empty name, a self-wire."""


class ConflictError(BasslineError, ValueError):
    """Something is declared again as something else."""


class StaleHandleError(BasslineError, ReferenceError):
    """A handle of something that was removed."""


class ContradictionError(BasslineError, ValueError):
    """Two values have no join, in a network with `contradictions="raise"`."""


class NotSettledError(BasslineError, RuntimeError):
    """A cycle does not come to rest; the tick was rolled back."""


class GadgetError(BasslineError, RuntimeError):
    """A gadget failed; the tick was rolled back. The original exception is its `__cause__`."""


class BackpressureError(BasslineError, TimeoutError):
    """A driver is too far behind, and the tick was not applied; or a flush ran out of time."""


class DriverError(BasslineError, RuntimeError):
    """A driver failed. The original exception, if it was Python's, is its `__cause__`."""

    driver: str = ""
    """The driver's name."""
    tick: int = 0
    """The first tick it did not take."""
    committed: bool = False
    """Whether that tick is committed in the network."""


class StorageError(BasslineError, OSError):
    """A store cannot be opened, read or written."""


class ManifestError(BasslineError, ValueError):
    """A manifest cannot be understood; the message says where."""


class CapabilityError(BasslineError, PermissionError):
    """A gadget needs a capability the network was not given."""


class ValueTypeError(BasslineError, TypeError):
    """A contact cannot hold a value of this type."""


class ValueRangeError(BasslineError, ValueError, OverflowError):
    """An int does not fit 64 bits."""


class InputError(BasslineError, ValueError):
    """A row of an input file cannot be read. The rows before it are committed."""

    row: int = 0
    """Which row, from 1; 0 for the header."""
    line: int = 0
    """The line it begins in, from 1."""
