"""Watching: the changes of contacts of a pattern, one after the other, for a loop in a thread or in asyncio."""

from __future__ import annotations

import asyncio
import importlib
import threading
import time
import weakref
from typing import TYPE_CHECKING, NoReturn, Self

from bassline import _core
from bassline.errors import BasslineError, NoChangeError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import TracebackType

    from bassline._core import Change

_GLANCE = 0.05
"""Seconds that a thread waits before it looks for Ctrl-C and for the end of the program."""

_ending = threading.Event()
"""Set when the main thread has nothing left to do but to wait for others."""
# Python offers no such call; without it, who waits in a thread of a pool is not ended, as pools are joined before that.
if register := getattr(threading, "_register_atexit", None):
    importlib.import_module("concurrent.futures.thread")  # what is registered later is called first
    register(_ending.set)

_waiting: set[threading.Thread] = set()
"""The threads that wait for a change."""


class Watch(_core.Watch):
    """The changes of contacts of a pattern from now on, as `net.watch(pattern)` gives them: `for`, `async for`, `get`.

    Changes come in the order they were committed, each to one taker if several take from one watch. They wait in a
    queue that no tick ever waits for. Beyond `max_pending`, of a contact's changes only the newest stays, with what the
    contact held before all of them (`coalesced` counts those that went); if that is not enough, the oldest events of
    streams are lost (`missed`), but never the newest. So at most `max_pending` changes wait, and one of each contact.

    A loop ends when the watch or the network is closed; a watch that nobody holds any more is closed. What was
    committed before the network closed can still be taken.

    >>> net = bl.Network()
    >>> price = net.contact("shop/price", 9.5)
    >>> with net.watch("shop/*") as watch:
    ...     price.value = 10
    ...     price.value = 12
    ...     for change in watch:
    ...         print(change.path, change.old, change.new)
    ...         if change.new == 12:
    ...             break
    shop/price 9.5 10
    shop/price 10 12
    >>> import asyncio
    >>> async def twice() -> None:
    ...     watch = net.watch("shop/price")
    ...     asyncio.get_running_loop().call_later(0.01, net.update, {"shop/price": 13})
    ...     async for change in watch:
    ...         print(change.new)
    ...         net.close()
    >>> asyncio.run(twice())
    13
    """

    def get(self, timeout: float | None = None) -> Change:
        """Take the oldest change; wait for one, for `timeout` seconds at the longest if that is given.

        Raises:
            NoChangeError: none came in time. It is a `TimeoutError`.
            BasslineError: the watch is closed and nothing is left; or a batch is open on this thread, or a gadget runs
                on it, for which the change would have to wait.

        >>> net = bl.Network()
        >>> watch = net.watch("x")
        >>> _ = net.contact("x", 1)
        >>> watch.get(timeout=1).new
        1
        >>> watch.get(timeout=0)
        Traceback (most recent call last):
        bassline.errors.NoChangeError: no contact of 'x' changed within 0 seconds
        """
        deadline = None if timeout is None else time.monotonic() + self._seconds(timeout)
        while (change := self._pop()) is None:
            if self._is_over() or not (_is_there(self, deadline) or self.closed):
                if self.closed:
                    raise BasslineError("this watch is closed and nothing is left in it; net.watch(...) makes another")
                raise NoChangeError(f"no contact of '{self.pattern:.200}' changed within {timeout:.6g} seconds")
        return change

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Change:
        while (change := self._pop()) is None:
            if self._is_over() or not _is_there(self, None):
                raise StopIteration
        return change

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Change:
        while (change := self._pop()) is None:
            if self._is_over():
                raise StopAsyncIteration
            future = asyncio.get_running_loop().create_future()
            reference = weakref.ref(future)
            try:
                if self._arm(reference):
                    await future
            finally:
                self._disarm(reference)
        return change

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __reduce__(self) -> NoReturn:
        raise TypeError("a watch is not copied or pickled; net.watch(...) makes another")

    def __repr__(self) -> str:
        counted = {"coalesced": self.coalesced, "missed": self.missed}
        words = [f"{self.pending} pending", *(f"{count} {what}" for what, count in counted.items() if count)]
        return f"<Watch '{self.pattern:.200}': {', '.join(words + ['closed'] * self.closed)}>"


def _is_there(watch: Watch, deadline: float | None) -> bool:
    """Wait for a change, or the end; whether one came in time."""
    thread = threading.current_thread()
    _waiting.add(thread)
    try:
        while True:
            left = _GLANCE if deadline is None else deadline - time.monotonic()
            if watch._wait(min(left, _GLANCE)):  # noqa: SLF001
                return True
            if left < _GLANCE:
                return False
            if _nobody_is_left():
                watch.close()
                return False
    finally:
        _waiting.discard(thread)


def _nobody_is_left() -> bool:
    """Whether the program waits for its end, and all that keep it from that wait for changes, which nobody makes."""
    main = threading.main_thread()
    if main.is_alive() and not _ending.is_set():
        return False
    return all(thread.daemon or thread in _waiting for thread in threading.enumerate() if thread is not main)


def wake(references: Iterable[weakref.ref[asyncio.Future[None]]]) -> None:
    """Wake those that await these futures: one call into each loop, from any thread."""
    loops: dict[asyncio.AbstractEventLoop, list[asyncio.Future[None]]] = {}
    for reference in references:
        future = reference()
        if future is not None:
            loops.setdefault(future.get_loop(), []).append(future)
    for loop, futures in loops.items():
        try:
            loop.call_soon_threadsafe(_finish, futures)
        except RuntimeError:
            if not loop.is_closed():  # else nobody awaits anything there any more
                raise


def _finish(futures: list[asyncio.Future[None]]) -> None:
    for future in futures:
        if not future.done():
            future.set_result(None)


__all__ = ["Watch"]
