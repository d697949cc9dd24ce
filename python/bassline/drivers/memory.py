"""A driver that holds what the network holds, in memory."""

from __future__ import annotations

from collections.abc import Mapping
from threading import Lock
from typing import TYPE_CHECKING, Any

from bassline import _core
from bassline.drivers.batches import a_batch
from bassline.drivers.context import Stored
from bassline.drivers.driver import StorageDriver

if TYPE_CHECKING:
    from collections.abc import Iterator


class MemoryCache(StorageDriver, Mapping[str, Any]):
    """A mapping of paths to contents that follows the network, for readers that have no handle of it.

    It can be read from any thread, and shows whole batches only. What is erased is not in it; a contact that is
    removed stays in it until the next snapshot, as drivers are told of contents. In a compound, `load` answers
    with what it holds.

    >>> net, cache = bl.Network(), bl.MemoryCache()
    >>> _ = net.contact("price", 9.5)
    >>> net.attach(cache, name="cache")
    >>> net["price"] = 10
    >>> net.flush()
    >>> dict(cache), cache.load()
    ({'price': 10}, Stored(epoch=1, tick=2, contents={'price': 10}))
    """

    def __init__(self) -> None:
        """Hold nothing yet."""
        self._lock = Lock()
        self._contents: dict[str, Any] = {}
        self._stands: tuple[int, int] | None = None

    def load(self) -> Stored | None:
        """What it holds, and as of which tick; `None` before the first."""
        with self._lock:
            return Stored(*self._stands, contents=dict(self._contents)) if self._stands else None

    def handle_changes(self, batch: _core.Batch) -> None:
        """Take a batch, wholly."""
        changed = dict(zip(a_batch(batch).paths, batch.values, strict=True))
        with self._lock:
            if batch.snapshot:
                self._contents.clear()
            self._contents.update(changed)
            for path, value in changed.items():
                if isinstance(value, _core.NothingType):
                    del self._contents[path]
            self._stands = (batch.epoch, batch.ticks[1])

    def capabilities(self) -> Mapping[str, bool]:
        """It lasts as long as the process does."""
        return {"durable": False}

    def stats(self) -> Mapping[str, int]:
        """How many contents it holds."""
        return {"contents": len(self)}

    def __getitem__(self, path: str) -> Any:
        """The content of a contact."""
        with self._lock:
            return self._contents[path]

    def __iter__(self) -> Iterator[str]:
        """The paths of what it holds, as it is now."""
        with self._lock:
            return iter(list(self._contents))

    def __len__(self) -> int:
        """How many contents it holds."""
        with self._lock:
            return len(self._contents)
