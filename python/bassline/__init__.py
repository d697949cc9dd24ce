"""Bassline: one live, durable, explainable graph of values, embedded in Python."""

from bassline import errors
from bassline._core import (
    Batch,
    Change,
    Contact,
    Contradiction,
    Gadget,
    IngestResult,
    Interval,
    Link,
    NothingType,
    RowReader,
    Snapshot,
    Undecoded,
    Wire,
    __version__,
    const,
)
from bassline.catalogue import primitives
from bassline.codecs import register_codec
from bassline.columns import Columns
from bassline.drivers import Driver
from bassline.errors import (
    BackpressureError,
    BasslineError,
    CapabilityError,
    ConflictError,
    ContradictionError,
    DeclarationError,
    DriverError,
    GadgetError,
    InputError,
    ManifestError,
    NestingError,
    NotSettledError,
    StaleHandleError,
    StorageError,
    UnknownContactError,
    ValueRangeError,
    ValueTypeError,
)
from bassline.lattice import Lattice
from bassline.network import Network
from bassline.schedulers import BatchScheduler, ImmediateScheduler, TransactionalScheduler
from bassline.scope import Group
from bassline.storage import NetworkStorage

Nothing = NothingType()
"""What an empty contact reads as; falsy, and not `None`."""

__all__ = [
    "BackpressureError",
    "BasslineError",
    "Batch",
    "BatchScheduler",
    "CapabilityError",
    "Change",
    "Columns",
    "ConflictError",
    "Contact",
    "Contradiction",
    "ContradictionError",
    "DeclarationError",
    "Driver",
    "DriverError",
    "Gadget",
    "GadgetError",
    "Group",
    "ImmediateScheduler",
    "IngestResult",
    "InputError",
    "Interval",
    "Lattice",
    "Link",
    "ManifestError",
    "NestingError",
    "Network",
    "NetworkStorage",
    "NotSettledError",
    "Nothing",
    "RowReader",
    "Snapshot",
    "StaleHandleError",
    "StorageError",
    "TransactionalScheduler",
    "Undecoded",
    "UnknownContactError",
    "ValueRangeError",
    "ValueTypeError",
    "Wire",
    "__version__",
    "const",
    "errors",
    "primitives",
    "register_codec",
]
