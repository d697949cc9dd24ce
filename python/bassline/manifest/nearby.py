"""A hint at the file that was probably meant."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def nearby(missing: Path) -> str:
    """Return a hint at a file beside it whose name looks like that of a missing one, or an empty text."""
    try:
        names = [path.name for path in missing.parent.iterdir()]
    except OSError:
        return ""
    near = get_close_matches(missing.name, names, 1)
    return f"; did you mean '{missing.with_name(near[0])}'?" if near else ""
