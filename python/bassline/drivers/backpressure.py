"""What a driver answers when it is well and cannot take more just now."""

from __future__ import annotations

from bassline._found import found, is_at_least
from bassline.errors import ValueRangeError


class Backpressure(Exception):  # noqa: N818 - it is an answer as much as an exception
    """Asks for time: the same batch comes again after `retry_after` seconds. Raise it, or answer with it.

    It does not count as a failed try, and may come any number of times: what waits meanwhile is bounded by the policy.

    Raises:
        ValueRangeError: `retry_after` is no number of seconds from 0 on.

    >>> class Busy(bl.Driver):
    ...     calls = 0
    ...
    ...     def handle_changes(self, batch):
    ...         self.calls += 1
    ...         if self.calls == 1:
    ...             return bl.Backpressure(retry_after=0.01)
    ...         print(batch.values)
    >>> net = bl.Network()
    >>> net.attach(Busy(), name="busy")
    >>> _ = net.contact("x", 1)
    >>> net.flush()
    [1]
    """

    def __init__(self, retry_after: float) -> None:
        """Ask for so many seconds."""
        if not is_at_least(retry_after, 0):
            raise ValueRangeError(f"retry_after is a number of seconds from 0 on; found {found(retry_after)}")
        super().__init__(f"asks to be tried again after {retry_after} s")
        self.retry_after = float(retry_after)
