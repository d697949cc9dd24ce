"""Comparing values as the network does: structural and typed."""

from __future__ import annotations

import math
from typing import Any


def same(found: Any, expected: Any) -> bool:
    if type(found) is not type(expected):
        return False
    if isinstance(found, float) and math.isnan(found):
        return math.isnan(expected)
    if isinstance(found, list):
        return len(found) == len(expected) and all(same(a, b) for a, b in zip(found, expected, strict=True))
    if isinstance(found, dict):
        return found.keys() == expected.keys() and all(same(found[key], expected[key]) for key in found)
    return bool(found == expected)
