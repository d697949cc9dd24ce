"""The event loop of a driver whose methods are coroutines: one of its own, on its own thread."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Awaitable


class Loop:
    """Runs coroutines of one driver one after the other; what they start lives until the loop is closed."""

    def __init__(self) -> None:
        """Make a loop for the thread that runs it."""
        self._runner = asyncio.Runner()

    def run(self, awaitable: Awaitable[Any]) -> Any:
        """Wait for what an awaitable answers."""

        async def waiting() -> Any:
            return await awaitable

        return self._runner.run(waiting())

    def close(self) -> None:
        """Cancel what still runs, and close the loop."""
        self._runner.close()
