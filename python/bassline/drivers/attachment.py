"""How a driver is attached."""

from __future__ import annotations

from dataclasses import dataclass
from numbers import Integral
from typing import TYPE_CHECKING, Any

from bassline._found import found, is_at_least, is_one_of
from bassline.drivers.compound import Compound, is_driver
from bassline.drivers.driver import BridgeDriver, StorageDriver
from bassline.drivers.input import Input
from bassline.errors import DeclarationError, ValueTypeError

if TYPE_CHECKING:
    from bassline.network import Network

FAILURES = ("fail-fast", "degraded")


@dataclass(frozen=True)
class Attachment:
    """A driver and how it is attached: what `net.attach` takes, for `net.attach_all`.

    >>> class Show(bl.Driver):
    ...     def handle_changes(self, batch):
    ...         print(batch.values)
    >>> net = bl.Network()
    >>> net.attach_all([bl.Attachment(Show(), name="late", after=["early"]), bl.Attachment(Show(), name="early")])
    >>> list(net.drivers)
    ['early', 'late']
    """

    driver: Any
    """The driver, or a compound of several."""
    name: str | None = None
    """The name it is known by; that of its class if none is given."""
    durable: bool = True
    """Whether `flush` waits for it."""
    policy: str = "block"
    """What happens when it is as far behind as it may be: `block`, `coalesce`, `spill`, `drop-oldest` or `error`."""
    max_records: int | None = None
    """How many ticks it may lag behind; 100,000 unless told otherwise."""
    max_bytes: int | None = None
    """How many bytes it may lag behind; 64 MiB unless told otherwise."""
    max_lag: float | None = None
    """How many seconds a tick may wait for it; any unless told otherwise, and always under `spill`."""
    max_age: float | None = None
    """How many seconds a tick waits for others to fill a batch; 0.05 unless told otherwise."""
    batch: int | None = None
    """How many ticks it is handed at once, at most; 1,000 unless told otherwise."""
    timeout: float | None = None
    """How many seconds a write waits for it under `block`; 30 unless told otherwise."""
    tries: int | None = None
    """How often a batch is tried in all when it fails for what may pass; 5 unless told otherwise."""
    pause: float | None = None
    """How many seconds lie between the first two tries, each later pause being four times as long; 0.02 otherwise."""
    on_failure: str | None = None
    """What its end means: `fail-fast`, the next write raises; `degraded`, the network goes on without it."""
    snapshot: bool = True
    """Whether it begins with the network as it is; otherwise with the next tick."""
    after: tuple[str, ...] | list[str] | str = ()
    """The drivers that have to have begun before it begins; they are shut down after it."""


@dataclass(frozen=True)
class Single:
    """One driver, as the engine is told."""

    driver: Any
    input: Input | None


@dataclass(frozen=True)
class Several:
    """Several drivers that act as one, as the engine is told."""

    ack: str
    mode: str
    on_error: str
    members: list[tuple[str, Single | Several]]


@dataclass(frozen=True)
class Described:
    """An attachment, as the engine is told."""

    name: str
    plan: Single | Several
    after: list[str]
    snapshot: bool
    durable: bool
    fail_fast: bool
    dead_letters: bool
    policy: str
    max_records: int | None
    max_bytes: int | None
    max_lag: float | None
    max_age: float | None
    batch: int | None
    timeout: float | None
    tries: int | None
    pause: float | None


def _plan(network: Network, driver: Any) -> Single | Several:
    if isinstance(driver, Compound):
        members = [(name, _plan(network, member)) for name, member in driver.drivers.items()]
        return Several(driver.ack, driver.mode, driver.on_error, members)
    listens = isinstance(driver, BridgeDriver) or callable(getattr(driver, "start_listening", None))
    return Single(driver, Input(network) if listens else None)


def _stores(driver: Any) -> bool:
    if isinstance(driver, Compound):
        return any(_stores(member) for member in driver.drivers.values())
    return isinstance(driver, StorageDriver)


def _count(attachment: Attachment, what: str) -> Any:
    value = getattr(attachment, what)
    if value is None or (not isinstance(value, bool) and isinstance(value, Integral) and int(value) >= 1):
        return value
    raise DeclarationError(f"{what} is a whole number from 1 on; found {found(value)}")


def _seconds(attachment: Attachment, what: str) -> Any:
    value = getattr(attachment, what)
    if value is None or is_at_least(value, 0):
        return value
    raise DeclarationError(f"{what} is a number of seconds from 0 on; found {found(value)}")


def described(network: Network, attachment: Attachment) -> Described:
    """Describe an attachment for the engine."""
    if not isinstance(attachment, Attachment):
        raise ValueTypeError(f"net.attach_all takes bl.Attachment(driver, ...) objects; found {found(attachment)}")
    driver = attachment.driver
    if not is_driver(driver):
        raise ValueTypeError(f"a driver has handle_changes(batch), as bl.Driver says; found {found(driver)}")
    on_failure = attachment.on_failure
    stores = _stores(driver)
    if on_failure is None:
        on_failure = "fail-fast" if stores else "degraded"
    elif not is_one_of(on_failure, *FAILURES):
        raise DeclarationError(f"on_failure is 'fail-fast' or 'degraded'; found {found(on_failure)}")
    name = attachment.name
    if name is None or is_one_of(name, ""):
        name = getattr(driver, "name", None) or type(driver).__name__.lower()
    after = [attachment.after] if isinstance(attachment.after, str) else list(attachment.after)
    return Described(
        name=name,
        plan=_plan(network, driver),
        after=after or list(getattr(driver, "after", ())),
        snapshot=bool(attachment.snapshot),
        durable=bool(attachment.durable),
        fail_fast=on_failure == "fail-fast",
        dead_letters=not stores,
        policy=attachment.policy,
        max_records=_count(attachment, "max_records"),
        max_bytes=_count(attachment, "max_bytes"),
        max_lag=_seconds(attachment, "max_lag"),
        max_age=_seconds(attachment, "max_age"),
        batch=_count(attachment, "batch"),
        timeout=_seconds(attachment, "timeout"),
        tries=_count(attachment, "tries"),
        pause=_seconds(attachment, "pause"),
    )
