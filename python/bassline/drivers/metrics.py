"""A driver that counts."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from bassline.drivers.batches import a_batch, changes_of
from bassline.drivers.driver import Driver

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bassline import _core


class MetricsDriver(Driver):
    """Counts the changes of what matches each pattern, and of each group; `net.stats` answers with the figures.

    >>> net = bl.Network()
    >>> net.attach(bl.MetricsDriver(prices="**/price"), name="metrics")
    >>> _ = net.contact("shop/price", 9.5), net.contact("shop/qty", 3)
    >>> net["shop/price"] = 10
    >>> net.flush()
    >>> net.stats("metrics")
    {'changes': 3, 'groups': {'shop': 3}, 'patterns': {'prices': 2}}
    """

    def __init__(self, **patterns: str) -> None:
        """Count by these patterns, each under its name."""
        self._patterns = patterns
        self._groups: Counter[str] = Counter()
        self._counts: Counter[str] = Counter()

    def handle_changes(self, batch: _core.Batch) -> None:
        """Count a batch."""
        self._groups.update(path.rpartition("/")[0] for path in a_batch(batch).paths)
        for name, pattern in self._patterns.items():
            self._counts[name] += len(changes_of(batch, pattern))

    def stats(self) -> Mapping[str, Any]:
        """How many changes there were."""
        patterns = {name: self._counts[name] for name in self._patterns}
        return {"changes": sum(self._groups.values()), "groups": dict(self._groups), "patterns": patterns}
