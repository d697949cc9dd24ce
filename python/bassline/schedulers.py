"""Schedulers: when writes become ticks."""

from __future__ import annotations

from dataclasses import dataclass

from bassline._found import found, is_at_least
from bassline.errors import DeclarationError, ValueTypeError


@dataclass(frozen=True, slots=True)
class ImmediateScheduler:
    """Each write is a tick at once.

    >>> net = bl.Network(scheduler=bl.ImmediateScheduler())
    >>> net.contact("x", 1).value = 2
    >>> net["x"], net.tick
    (2, 2)
    """

    name = "immediate"


@dataclass(frozen=True, slots=True)
class BatchScheduler:
    """Writes wait, and many of them become one tick: when `size` wait, or the oldest has waited for `delay` seconds.

    A write that takes the place of one that waits does not count. What waits nobody reads yet, its writer included;
    `net.commit()` commits it and `net.abort()` drops it. With `delay=None` only the size counts.

    >>> net = bl.Network(scheduler=bl.BatchScheduler(size=2, delay=None))
    >>> x, y = net.contact("x", 0), net.contact("y", 0)
    >>> x.value = 1
    >>> x.value = 2
    >>> x.value, net.tick
    (0, 2)
    >>> y.value = 3
    >>> x.value, y.value, net.tick
    (2, 3, 3)
    """

    name = "batch"
    size: int = 1_000
    delay: float | None = 0.01

    def __post_init__(self) -> None:
        """Refuse what makes no sense."""
        if not is_at_least(self.size, 1):
            raise DeclarationError(f"a batch is of 1 write or more, found size={found(self.size)}")
        if self.delay is not None and not is_at_least(self.delay, 0):
            raise DeclarationError(
                f"a delay is 0 seconds or more, or None for no bound; found delay={found(self.delay)}"
            )


@dataclass(frozen=True, slots=True)
class TransactionalScheduler:
    """The first write or declaration of a thread begins a transaction, which `net.commit()` or `net.abort()` ends.

    It is one tick. Its thread reads what it wrote; others read what is committed, and their writes wait until it ends.

    >>> net = bl.Network(scheduler=bl.TransactionalScheduler())
    >>> net.contact("x", 1).value = 2
    >>> net["x"], net.tick
    (2, 0)
    >>> net.commit()
    >>> net["x"], net.tick
    (2, 1)
    """

    name = "transactional"


Scheduler = ImmediateScheduler | BatchScheduler | TransactionalScheduler
_BY_NAME: dict[str, type[Scheduler]] = {
    kind.name: kind for kind in (ImmediateScheduler, BatchScheduler, TransactionalScheduler)
}


def scheduler_of(scheduler: str | Scheduler) -> Scheduler:
    """Return the scheduler of a name, with its defaults; a scheduler is itself."""
    expected = f"scheduler must be {', '.join(repr(name) for name in _BY_NAME)} or one of their classes"
    if isinstance(scheduler, str):
        if scheduler in _BY_NAME:
            return _BY_NAME[scheduler]()
        raise DeclarationError(f"{expected}, found {found(scheduler)}")
    if any(type(scheduler) is kind for kind in _BY_NAME.values()):
        return scheduler
    raise ValueTypeError(f"{expected}, found {found(scheduler)}")


__all__ = ["BatchScheduler", "ImmediateScheduler", "Scheduler", "TransactionalScheduler", "scheduler_of"]
