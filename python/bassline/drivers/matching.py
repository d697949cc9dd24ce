"""The changes of a batch that somebody asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bassline import _core

if TYPE_CHECKING:
    from collections.abc import Sequence


def changes_of(batch: _core.Batch, pattern: str) -> Sequence[_core.Change]:
    """The changes of contacts whose paths match a pattern, in order."""
    if pattern == "**":
        return list(batch)
    return [batch[at] for at, path in enumerate(batch.paths) if _core.matches(pattern, path)]
