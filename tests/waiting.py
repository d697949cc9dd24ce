"""Waiting for what another thread does, where nothing tells of it."""

from __future__ import annotations

import time
from collections.abc import Callable

LONGEST = 60  # seconds


def until(condition: Callable[[], object]) -> None:
    """Look again and again, for as long as it takes on a busy machine."""
    ends = time.monotonic() + LONGEST
    while not condition():
        assert time.monotonic() < ends, f"still not so after {LONGEST} s"
        time.sleep(0.001)
