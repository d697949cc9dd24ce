"""Several drivers that act as one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bassline._found import found, is_one_of
from bassline.errors import DeclarationError, ValueTypeError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

ACKS = ("all", "any", "quorum", "none")
MODES = ("parallel", "sequential")
ON_ERROR = ("fail", "continue")


def _word(what: str, value: Any, known: tuple[str, ...]) -> str:
    if not is_one_of(value, *known):
        raise DeclarationError(f"{what} is one of {', '.join(repr(word) for word in known)}; found {found(value)}")
    return str(value)


class Compound:
    """Several drivers under one name, nested at will.

    A tick counts as taken when `ack` of the members have taken it: `"all"`, `"any"` one, a `"quorum"` of more than
    half, or `"none"`, which waits for nobody. Each member follows the log by a cursor of its own, in `"parallel"`, or
    in `"sequential"` mode not before the member ahead of it. With `on_error="fail"` the compound has failed when a
    member has; with `"continue"` the others go on, as long as they are enough. Members that nobody waits for coalesce
    when they are as far behind as they may be.

    Raises:
        DeclarationError: an option is none of these, or there is no member, or two have one name.
        ValueTypeError: a member is no driver.

    >>> class Keep(bl.Driver):
    ...     def __init__(self):
    ...         self.values = []
    ...
    ...     def handle_changes(self, batch):
    ...         self.values += batch.values
    >>> net, cache, backup = bl.Network(), Keep(), Keep()
    >>> net.attach(bl.Compound({"cache": cache, "backup": backup}, mode="sequential"), name="both")
    >>> _ = net.contact("x", 1)
    >>> net.flush()
    >>> cache.values, backup.values
    ([1], [1])
    """

    def __init__(
        self,
        drivers: Mapping[str, Any] | Iterable[Any],
        ack: str = "all",
        mode: str = "parallel",
        on_error: str = "fail",
    ) -> None:
        """Take the members, by name or in a row; see the class."""
        self.ack = _word("ack", ack, ACKS)
        self.mode = _word("mode", mode, MODES)
        self.on_error = _word("on_error", on_error, ON_ERROR)
        self.drivers: dict[str, Any] = _named(drivers)
        if not self.drivers:
            raise DeclarationError("a compound has one member or more; found none")
        for driver in self.drivers.values():
            _check_member(driver)

    def load(self) -> Any:
        """What the first member holds that holds something; `None` if none does."""
        for driver in self.drivers.values():
            load = getattr(driver, "load", None)
            stored = load() if callable(load) else None
            if stored is not None:
                return stored
        return None


def is_driver(driver: Any) -> bool:
    """Whether something can be attached."""
    return isinstance(driver, Compound) or callable(getattr(driver, "handle_changes", None))


def _check_member(driver: Any) -> None:
    if not is_driver(driver):
        raise ValueTypeError(f"a member is a driver, or a compound; found {found(driver)}")


def _named(drivers: Any) -> dict[str, Any]:
    if hasattr(drivers, "items"):
        return dict(drivers.items())
    named: dict[str, Any] = {}
    for driver in drivers:
        _check_member(driver)  # before the next is asked for, as there may be no end of them
        word = type(driver).__name__.lower()
        same = sum(known == word or known.startswith(f"{word}-") for known in named)
        named[f"{word}-{same + 1}" if same else word] = driver
    return named
