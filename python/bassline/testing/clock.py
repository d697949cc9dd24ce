"""A clock that a test moves on."""

from __future__ import annotations

from bassline import _core
from bassline._found import found, is_at_least
from bassline.errors import DeclarationError


class ManualClock(_core.ManualClock):
    """A clock that stands until it is moved on. Networks may share it.

    It gives changes their time and drives the delays of schedulers: what falls due on the way happens at its time, on
    the thread that moves the clock, before `advance` returns. `start` is in seconds since 1970.

    >>> from bassline.testing import ManualClock
    >>> clock = ManualClock(start=100.0)
    >>> net = bl.Network(scheduler=bl.BatchScheduler(delay=0.5), clock=clock)
    >>> x = net.contact("x")
    >>> _ = net.on_change("x", lambda change: print(change.new, "at", change.time))
    >>> x.value = 1
    >>> clock.advance(0.4)
    >>> x.value = 2
    >>> clock.advance(10)
    2 at 100.5
    """

    def advance(self, seconds: float) -> None:
        """Move on by so many seconds.

        Raises:
            DeclarationError: less than none; time does not go back.
        """
        if not is_at_least(seconds, 0) or seconds >= 1e9:
            raise DeclarationError(f"a clock moves on by 0 to 1e9 seconds, found {found(seconds)}")
        self._advance(seconds)

    def __repr__(self) -> str:
        return f"<ManualClock at {self.now} s>"
