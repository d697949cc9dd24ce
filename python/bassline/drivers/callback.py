"""A driver that calls a function."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bassline._found import found, is_one_of
from bassline.drivers.batches import a_batch, changes_of
from bassline.drivers.driver import Driver
from bassline.errors import DeclarationError, ValueTypeError

if TYPE_CHECKING:
    from collections.abc import Callable

    from bassline import _core


class CallbackDriver(Driver):
    """Calls a function with each change, or `per="batch"` with the list of those of a batch, on a thread of its own.

    Unlike `net.on_change`, which is told within the write, it may be slow: what it raises is treated as any driver's
    error is, and a bound and a policy hold for it. The function may be a coroutine.

    Raises:
        DeclarationError: `per` is neither "change" nor "batch".
        ValueTypeError: the function cannot be called.

    >>> net = bl.Network()
    >>> net.attach(bl.CallbackDriver(lambda change: print(change.path, change.new), pattern="*/price"))
    >>> with net.batch():
    ...     _ = net.contact("shop/price", 9.5), net.contact("shop/qty", 3)
    >>> net.close()
    shop/price 9.5
    """

    name = "callback"

    def __init__(self, function: Callable[[Any], Any], pattern: str = "**", per: str = "change") -> None:
        """Call a function with what matches a pattern."""
        if not callable(function):
            raise ValueTypeError(f"a callback is called with a change or a batch; found {found(function)}")
        if not is_one_of(per, "change", "batch"):
            raise DeclarationError(f"per is 'change' or 'batch'; found {found(per)}")
        self._function, self._pattern, self._per = function, pattern, per

    def handle_changes(self, batch: _core.Batch) -> Any:
        """Call it."""
        changes = changes_of(a_batch(batch), self._pattern)
        arguments = [changes] if self._per == "batch" and changes else changes
        for at, argument in enumerate(arguments):
            answer = self._function(argument)
            if hasattr(answer, "__await__"):
                return self._awaiting(answer, arguments[at + 1 :])
        return None

    async def _awaiting(self, first: Any, arguments: Any) -> None:
        await first
        for argument in arguments:
            await self._function(argument)
