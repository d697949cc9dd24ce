"""Drivers: whoever is told of every committed tick."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bassline import _core


class Driver:
    """Takes committed changes somewhere; it runs on a thread of its own, never inside a tick.

    `handle_changes` takes a batch wholly or raises: `ConnectionError` and `TimeoutError` are tried again, anything else
    is the end of the driver, and the next write raises `DriverError`.

    >>> class Keep(bl.Driver):
    ...     seen = []
    ...
    ...     def handle_changes(self, batch):
    ...         self.seen += [(change.path, change.new) for change in batch]
    >>> net = bl.Network()
    >>> net.attach(Keep(), name="keep")
    >>> net.contact("x", 1)
    <Contact 'x' = 1>
    >>> net.flush()
    >>> Keep.seen
    [('x', 1)]
    """

    def handle_changes(self, batch: _core.Batch) -> None:
        """Take a batch of changes, in order: iterate over it, or take `batch.paths` and `batch.values`."""
        raise NotImplementedError(f"{type(self).__name__} has no handle_changes(batch)")

    def shutdown(self, force: bool) -> None:
        """Called once, last."""
