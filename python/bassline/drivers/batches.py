"""What our drivers are handed: a batch, and of its changes those that somebody asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bassline import _core
from bassline._found import found
from bassline.errors import ValueTypeError

if TYPE_CHECKING:
    from collections.abc import Sequence


def a_batch(batch: Any) -> _core.Batch:
    """Refuse what is no batch."""
    if not isinstance(batch, _core.Batch):
        raise ValueTypeError(
            f"handle_changes takes a batch, as the network hands it to its drivers; found {found(batch)}"
        )
    return batch


def changes_of(batch: _core.Batch, pattern: str) -> Sequence[_core.Change]:
    """The changes of contacts whose paths match a pattern, in order."""
    if pattern == "**":
        return list(batch)
    return [batch[at] for at, path in enumerate(batch.paths) if _core.matches(pattern, path)]
