"""Waiting: for gadgets that are coroutines, and on an event loop for stores and drivers."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from bassline._found import found, is_at_least
from bassline.errors import DeclarationError, NotSettledError

if TYPE_CHECKING:
    from bassline.coroutines import Coroutines
    from bassline.network import Network


def _checked(timeout: float | None) -> float | None:
    if timeout is not None and not is_at_least(timeout, 0):
        raise DeclarationError(f"timeout is a number of seconds from 0 on, or None; found {found(timeout)}")
    return timeout


class Waiting:
    """A network's side towards who waits for it."""

    def _network(self) -> Network:
        raise NotImplementedError

    def settle(self, timeout: float | None = None) -> None:
        """Wait until no gadget that is a coroutine runs or waits to, and what they answered is written.

        Raises:
            NotSettledError: the time is over; the message says which still run.
            GadgetError: one failed since somebody was told last, and does not contain its faults.
            BasslineError: this is the event loop that runs them: `await net.asettle()` there.

        >>> net = bl.Network()
        >>> _ = net.contact("word", "hello")
        >>> @net.gadget
        ... async def loud(word):
        ...     return word.upper()
        >>> net.settle()
        >>> net["loud"]
        'HELLO'
        """
        coroutines = self._coroutines_asked(timeout)
        if coroutines is not None and not coroutines.wait(timeout):
            raise _still_running(coroutines, timeout)
        self._tell(coroutines)

    async def asettle(self, timeout: float | None = None) -> None:  # noqa: ASYNC109 - as the other waits have it
        """The same on an event loop, which goes on meanwhile.

        >>> import asyncio
        >>> async def main():
        ...     net = bl.Network()
        ...     _ = net.contact("word", "hello")
        ...
        ...     @net.gadget
        ...     async def loud(word):
        ...         await asyncio.sleep(0.001)
        ...         return word.upper()
        ...
        ...     await net.asettle()
        ...     return net["loud"]
        >>> asyncio.run(main())
        'HELLO'
        """
        coroutines = self._coroutines_asked(timeout)
        if coroutines is not None:
            try:
                await asyncio.wait_for(coroutines.await_rest(), timeout)
            except TimeoutError:
                raise _still_running(coroutines, timeout) from None
        self._tell(coroutines)

    async def aflush(self, timeout: float | None = None) -> None:  # noqa: ASYNC109 - as the other waits have it
        """`flush()` on an event loop, which goes on meanwhile.

        >>> import asyncio
        >>> async def main():
        ...     with bl.Network("shop.db") as net:
        ...         net.contact("price", 9.5)
        ...         await net.aflush()
        ...         return net.drivers["store"]["lag_records"]
        >>> asyncio.run(main())
        0
        """
        network = self._network()
        network.commit()
        await asyncio.to_thread(network.flush, timeout)

    def _coroutines_asked(self, timeout: float | None) -> Coroutines | None:
        _checked(timeout)
        network = self._network()
        network.commit()
        known: Coroutines | None = network._coroutines()  # noqa: SLF001
        return known

    def _tell(self, coroutines: Coroutines | None) -> None:
        if coroutines is not None:
            coroutines.tell_lost()
        self._network().commit()  # which tells what failed in a tick that nobody waited for


def _still_running(coroutines: Coroutines, timeout: float | None) -> NotSettledError:
    shown = ", ".join(f"'{path}' ({count})" for path, count in sorted(coroutines.running().items()))
    return NotSettledError(f"after {timeout} s gadgets still run: {shown}; wait longer, or have them answer sooner")
