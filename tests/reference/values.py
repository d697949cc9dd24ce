"""What content is: `Nothing`, typed structural equality, isolation of mutable values."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from .errors import ValueRangeError, ValueTypeError

Value = Any

INT_MIN, INT_MAX = -(2**63), 2**63 - 1


class NothingType:
    """No content yet. Not `None`, which is content."""

    def __bool__(self) -> bool:
        return False

    def __repr__(self) -> str:
        return "Nothing"


Nothing = NothingType()


@dataclass(frozen=True)
class Const:
    """A constant bound to a port."""

    value: Value


def const(value: Value) -> Const:
    """Mark a value, a string above all, as a constant rather than a path."""
    return Const(isolate(value))


def isolate(value: Value) -> Value:
    """A copy that nobody else can mutate; tuples become lists, frozensets become sets."""
    if isinstance(value, bool):
        return value
    if isinstance(value, int):
        if not INT_MIN <= value <= INT_MAX:
            raise ValueRangeError(f"an int of at most 64 bits was expected, {value} was found")
        return value
    if isinstance(value, (list, tuple)):
        return [isolate(item) for item in value]
    if isinstance(value, (set, frozenset)):
        return {item if isinstance(item, frozenset) else isolate(item) for item in value}
    if isinstance(value, dict):
        for key in value:
            if not isinstance(key, str):
                raise ValueTypeError(f"a map has string keys, {key!r} was found")
        return {key: isolate(item) for key, item in value.items()}
    return value


def kind(value: Value) -> str:
    """The kind of a value, as far as equality and order are concerned."""
    if value is Nothing:
        return "nothing"
    if value is None:
        return "null"
    for name, types in (
        ("bool", bool),
        ("int", int),
        ("float", float),
        ("str", str),
        ("bytes", bytes),
        ("list", list),
        ("map", dict),
        ("set", (set, frozenset)),
    ):
        if isinstance(value, types):
            return name
    return type(value).__qualname__


def is_number(value: Value) -> bool:
    return kind(value) in ("int", "float")


def is_nan(value: Value) -> bool:
    return kind(value) == "float" and math.isnan(value)


def equal(a: Value, b: Value) -> bool:
    """Structural and typed; NaN equals NaN; 0.0 equals -0.0."""
    if kind(a) != kind(b):
        return False
    if is_nan(a) or is_nan(b):
        return is_nan(a) and is_nan(b)
    if kind(a) == "list":
        return len(a) == len(b) and all(equal(x, y) for x, y in zip(a, b, strict=True))
    if kind(a) == "map":
        return a.keys() == b.keys() and all(equal(a[key], b[key]) for key in a)
    if kind(a) == "set":
        return len(a) == len(b) and all(any(equal(x, y) for y in b) for x in a)
    return bool(a == b)
