"""What content is: `Nothing`, typed structural equality, isolation of mutable values."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass
from datetime import datetime, time
from decimal import Decimal
from enum import Enum
from typing import Any

import numpy as np

from .errors import ValueRangeError, ValueTypeError

Value = Any

OWN = {
    bool: "bool",
    int: "int",
    float: "float",
    str: "str",
    bytes: "bytes",
    list: "list",
    dict: "map",
    set: "set",
    frozenset: "frozenset",
    tuple: "tuple",
}

IMMUTABLE = {bool, float, str, bytes, type(None)}
PLAIN = {int, float, str}  # of one type: what Python calls equal is

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


@dataclass(frozen=True)
class Interval:
    """A closed interval of numbers."""

    low: float
    high: float

    def __post_init__(self) -> None:
        for bound in (self.low, self.high):
            if kind(bound) not in ("int", "float"):
                raise ValueTypeError(f"a bound is an int or a float, {bound!r} was found")
        if not self.low <= self.high:
            raise ValueRangeError(f"an interval needs low <= high, {self.low} and {self.high} were found")

    def __contains__(self, item: Any) -> bool:
        if isinstance(item, Interval):
            return item.low in self and item.high in self
        return kind(item) in ("int", "float") and self.low <= item <= self.high


def is_record(value: Value) -> bool:
    return dataclasses.is_dataclass(value) and not isinstance(value, (type, Interval))


def is_named_tuple(value: Value) -> bool:
    return isinstance(value, tuple) and hasattr(value, "_fields")


def fields_of(record: Value) -> dict[str, Value]:
    names = record._fields if is_named_tuple(record) else [field.name for field in dataclasses.fields(record)]
    return {name: getattr(record, name) for name in names}


def isolate(value: Value, exact: bool = False) -> Value:  # noqa: C901 - one line per type
    """A copy that nobody else can mutate; tuples become lists, frozensets become sets, but not `exact`, inside records."""
    if type(value) in IMMUTABLE or value is Nothing:
        return value
    if isinstance(value, (bool, Enum, np.generic)):
        return value
    if isinstance(value, int):
        if not INT_MIN <= value <= INT_MAX:
            raise ValueRangeError(f"an int of at most 64 bits was expected, {value} was found")
        return value
    if is_named_tuple(value):
        return type(value)._make(isolate(item, exact=True) for item in value)
    if is_record(value):
        record = object.__new__(type(value))
        for name, item in fields_of(value).items():
            object.__setattr__(record, name, isolate(item, exact=True))
        return record
    if isinstance(value, tuple) and exact:
        return tuple(isolate(item, exact) for item in value)
    if isinstance(value, (list, tuple)):
        return [isolate(item, exact) for item in value]
    if isinstance(value, frozenset) and exact:
        return value
    if isinstance(value, (set, frozenset)):
        return set(value)  # what is hashable is not changed
    if isinstance(value, dict):
        for key in value:
            if not isinstance(key, str):
                raise ValueTypeError(f"a map has string keys, {key!r} was found")
        return {key: isolate(item, exact) for key, item in value.items()}
    if isinstance(value, (bytearray, memoryview)) and not exact:
        return bytes(value)
    if isinstance(value, np.ndarray):
        return value.copy()
    return value


def kind(value: Value) -> str:
    """The kind of a value, as far as equality and order are concerned."""
    own = OWN.get(type(value))
    if own is not None:
        return own
    if value is Nothing:
        return "nothing"
    if value is None:
        return "null"
    if not isinstance(value, (Enum, np.generic)) and not is_named_tuple(value):
        for base, name in OWN.items():
            if isinstance(value, base):
                return name
    return f"{type(value).__module__}.{type(value).__qualname__}"


def is_number(value: Value) -> bool:
    return kind(value) in ("int", "float")


def is_nan(value: Value) -> bool:
    return kind(value) == "float" and math.isnan(value)


def equal(a: Value, b: Value) -> bool:  # noqa: C901 - one line per type
    """Structural and typed; NaN equals NaN; 0.0 equals -0.0."""
    if a is b or (type(a) is type(b) and type(a) in PLAIN and a == b):
        return True
    same = kind(a)
    if same != kind(b):
        return False
    if same == "float":
        return bool(a == b or (math.isnan(a) and math.isnan(b)))
    if same in ("list", "tuple"):
        return len(a) == len(b) and all(equal(x, y) for x, y in zip(a, b, strict=True))
    if same == "map":
        return a.keys() == b.keys() and all(equal(a[key], b[key]) for key in a)
    if same in ("set", "frozenset"):
        return len(a) == len(b) and all(any(equal(x, y) for y in b) for x in a)
    if is_record(a) or is_named_tuple(a):
        return equal(fields_of(a), fields_of(b))
    if isinstance(a, Interval):
        return equal([a.low, a.high], [b.low, b.high])
    if isinstance(a, complex):
        return equal([a.real, a.imag], [b.real, b.imag])
    if isinstance(a, (datetime, time, Decimal)):
        return form(a) == form(b)
    if isinstance(a, np.generic):
        return equal(np.asarray(a), np.asarray(b))
    if isinstance(a, np.ndarray):
        same_items = np.array_equal(a, b, equal_nan=a.dtype.kind in "fcmM")
        return a.dtype == b.dtype and a.shape == b.shape and bool(same_items)
    if type(a).__eq__ is object.__eq__:
        return a is b
    return bool(a == b)


def form(value: Value) -> Any:
    """How an exact number or a moment is written: two may be equal for Python and written differently."""
    if isinstance(value, Decimal):
        return str(value)
    zone = (type(value.tzinfo).__name__, str(value.tzinfo))
    return (value.isoformat(), value.fold, zone)
