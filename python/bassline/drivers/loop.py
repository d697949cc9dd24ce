"""The event loop of a driver whose methods are coroutines: one of its own, on a thread of its own."""

from __future__ import annotations

import asyncio
import inspect
import os
import threading
from functools import partial
from typing import TYPE_CHECKING, Any

from bassline.drivers.forked import leave_child

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    Drive = Callable[[Callable[[], None]], None]

METHODS = (
    *("initialize", "load", "start_listening", "stop_listening", "check_preconditions", "handle_changes"),
    *("check_postconditions", "handle_command", "health", "stats", "idle", "shutdown"),
)


class Loop:
    """Runs the methods of one driver one after the other, and what they start besides, until it is closed."""

    def __init__(self, name: str, drive: Drive) -> None:
        """Begin to run; `drive` makes its thread one of the driver's."""
        self._process = os.getpid()
        self._name = name
        self._runner = asyncio.Runner()
        self._loop = self._runner.get_loop()
        self._over = asyncio.Event()
        self._thread = threading.Thread(target=drive, args=(self._live,), name=f"bassline-loop-{name}", daemon=True)
        self._thread.start()

    @classmethod
    def of(cls, driver: Any, name: str, drive: Drive) -> Loop | None:
        """Make the loop of a driver that has a method that is a coroutine; `None` if it has none."""
        methods = (getattr(driver, method, None) for method in METHODS)
        return cls(name, drive) if any(map(inspect.iscoroutinefunction, methods)) else None

    def _live(self) -> None:
        with self._runner as runner:
            while not self._over.is_set():
                try:
                    runner.run(self._until_over())
                except (SystemExit, KeyboardInterrupt) as error:
                    # Raised by what a method has started: it ends that, and not the driver.
                    what = f"what the driver '{self._name}' has started raised {type(error).__name__}"
                    self._loop.call_exception_handler({"message": what, "exception": error})

    async def _until_over(self) -> None:
        await self._over.wait()

    def bound(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return a function that runs another on the loop's thread, and waits for what it answers."""
        return partial(self._call, function)

    def wait(self, awaitable: Awaitable[Any]) -> Any:
        """Wait for what an awaitable answers."""
        return self._call(lambda: awaitable)

    def _call(self, function: Callable[..., Any], *arguments: Any) -> Any:
        # What is no Exception would end the loop, not the call.
        async def calling() -> tuple[Any, BaseException | None]:
            answer, raised = None, None
            try:
                answer = function(*arguments)
                if hasattr(answer, "__await__"):
                    answer = await answer
            except BaseException as error:  # noqa: BLE001 - it is raised where the call is waited for
                raised = error
            if os.getpid() != self._process:
                leave_child(self._name, raised)
            return answer, raised

        answer, raised = asyncio.run_coroutine_threadsafe(calling(), self._loop).result()
        if raised is not None:
            raise raised
        return answer

    def close(self) -> None:
        """Cancel what still runs, wait for its end, and close the loop."""
        self._loop.call_soon_threadsafe(self._over.set)
        self._thread.join()
