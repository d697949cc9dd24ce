"""Bassline: one live, durable, explainable graph of values, embedded in Python."""

from bassline import errors
from bassline._core import (
    Batch,
    Change,
    Contact,
    Contradiction,
    DeadLetter,
    Gadget,
    Gap,
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
from bassline.dead_letters import DeadLetters
from bassline.drivers import (
    Attachment,
    Backpressure,
    BridgeDriver,
    Command,
    Compound,
    Context,
    Driver,
    Input,
    StorageDriver,
    Stored,
)
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
    "Attachment",
    "Backpressure",
    "BackpressureError",
    "BasslineError",
    "Batch",
    "BatchScheduler",
    "BridgeDriver",
    "CapabilityError",
    "Change",
    "Columns",
    "Command",
    "Compound",
    "ConflictError",
    "Contact",
    "Context",
    "Contradiction",
    "ContradictionError",
    "DeadLetter",
    "DeadLetters",
    "DeclarationError",
    "Driver",
    "DriverError",
    "Gadget",
    "GadgetError",
    "Gap",
    "Group",
    "ImmediateScheduler",
    "IngestResult",
    "Input",
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
    "StorageDriver",
    "StorageError",
    "Stored",
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
