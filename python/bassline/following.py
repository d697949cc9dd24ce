"""Being told of a network that is open elsewhere, on a thread of one's own."""

from __future__ import annotations

import sys
import threading
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from bassline import _core

LOOK = 0.2  # seconds until it is noticed that nobody wants to be told any more


def follow(follower: _core.Follower, callback: Callable[[_core.Change], Any]) -> Callable[[], None]:
    """Call a function with each change that a follower tells of; answers what ends that.

    What the function raises is handed to `threading.excepthook`, and the next change is told. An error of the store
    goes there too, and ends it.
    """
    ended = threading.Event()

    def run() -> None:
        while not ended.is_set():
            for change in follower.next(LOOK):
                if ended.is_set():
                    return
                try:
                    callback(change)
                except Exception:  # noqa: BLE001 - it is the caller's, and is told
                    told = (*sys.exc_info(), thread)
                    threading.excepthook(threading.ExceptHookArgs(told))

    def unsubscribe() -> None:
        ended.set()
        if threading.current_thread() is not thread:
            thread.join()

    thread = threading.Thread(target=run, name="bassline-following", daemon=True)
    thread.start()
    return unsubscribe
