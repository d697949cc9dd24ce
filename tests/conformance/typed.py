"""Comparing values as the network does: structural and typed."""

from __future__ import annotations

import dataclasses
import math
from datetime import datetime, time
from decimal import Decimal
from typing import Any

import numpy as np


def same(found: Any, expected: Any) -> bool:  # noqa: C901 - one line per type
    if type(found) is not type(expected):
        return False
    if isinstance(found, (list, tuple)):
        return len(found) == len(expected) and all(same(a, b) for a, b in zip(found, expected, strict=True))
    if isinstance(found, dict):
        return found.keys() == expected.keys() and all(same(found[key], expected[key]) for key in found)
    if isinstance(found, (set, frozenset)):
        return len(found) == len(expected) and all(any(same(a, b) for b in expected) for a in found)
    if isinstance(found, np.ndarray):
        little = expected.dtype.newbyteorder("<")
        found_bytes, expected_bytes = found.tobytes(), expected.astype(little).tobytes()
        return (found.dtype, found.shape) == (little, expected.shape) and found_bytes == expected_bytes
    if dataclasses.is_dataclass(found):
        return same(vars_of(found), vars_of(expected))
    if isinstance(found, complex):
        return same([found.real, found.imag], [expected.real, expected.imag])
    if isinstance(found, Decimal):
        return str(found) == str(expected)
    if isinstance(found, (datetime, time)):
        return found == expected and (found.fold, str(found.tzinfo)) == (expected.fold, str(expected.tzinfo))
    if isinstance(found, float) and math.isnan(found):
        return math.isnan(expected)
    if isinstance(found, np.generic) and found != found:
        return bool(expected != expected)
    return bool(found == expected)


def vars_of(record: Any) -> dict[str, Any]:
    return {field.name: getattr(record, field.name) for field in dataclasses.fields(record)}


def is_another(net: Any, first: Any, second: Any) -> bool:
    """Whether a contact that holds one value takes the other for another one: then it is a tick, and the other is held."""
    net.contact("a", first)
    tick = net.tick
    net["a"] = second
    if net.tick == tick:
        return False
    assert net.tick == tick + 1
    assert same(net["a"], second)
    return True
