"""How incoming meets current: the lattices, and the counter."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from uuid import UUID

from .errors import ContradictionError, GadgetError
from .values import Interval, Nothing, Value, equal, form, is_nan, is_number, kind

LATTICES = ("max", "min", "merge", "union", "intersection", "interval", "all", "any", "equal", "first", "map")
BLENDS = ("accept-last", "stream", *LATTICES, "counter")
ORDERED = (date, time, timedelta, Decimal, Fraction, UUID)

Blend = str | type


class IncompatibleError(Exception):
    """Two values that have no join."""


def name_of(blend: Blend) -> str:
    return blend if isinstance(blend, str) else f"{blend.__module__}:{blend.__qualname__}"


def join(blend: Blend, current: Value, incoming: Value) -> Value:
    """The join of two values; joining with `Nothing` gives the other side. `first` depends on more than the values."""
    if current is Nothing:
        return incoming
    if incoming is Nothing:
        return current
    if blend == "counter":
        return _sum(current, incoming)
    if equal(current, incoming):
        return current
    if isinstance(blend, str):
        return JOINS[blend](current, incoming)
    return _by_class(blend, current, incoming)


def _incompatible(a: Value, b: Value) -> IncompatibleError:
    return IncompatibleError(f"{a!r} and {b!r} have no join")


def _by_class(lattice: type, a: Value, b: Value) -> Value:
    try:
        return lattice().join(a, b)  # type: ignore[attr-defined]
    except (ContradictionError, ValueError) as error:
        if type(error) in (ContradictionError, ValueError):
            raise _incompatible(a, b) from error
        raise GadgetError(f"{name_of(lattice)} failed to join {a!r} with {b!r}: {error!r}") from error
    except Exception as error:
        raise GadgetError(f"{name_of(lattice)} failed to join {a!r} with {b!r}: {error!r}") from error


def _max(a: Value, b: Value) -> Value:
    return a if _order(a, b) > 0 else b


def _min(a: Value, b: Value) -> Value:
    return a if _order(a, b) < 0 else b


def _order(a: Value, b: Value) -> int:
    """Of the same number as int and as float the float is the greater; of one value in two forms, the greater form."""
    order = compare(a, b)
    if order == 0:
        is_greater = form(a) > form(b) if kind(a) == kind(b) else kind(a) == "float"
        order = 1 if is_greater else -1
    return order


def _merge(a: Value, b: Value) -> Value:
    if equal(a, b):
        return a
    if kind(a) == kind(b) == "set":
        return a | b
    if kind(a) == kind(b) == "map":
        return _map(a, b)
    if isinstance(a, Interval) and isinstance(b, Interval):
        return _interval(a, b)
    raise _incompatible(a, b)


def _map(a: Value, b: Value) -> Value:
    if kind(a) != "map" or kind(b) != "map":
        raise _incompatible(a, b)
    shared = {key: _merge(a[key], b[key]) for key in a if key in b}
    return {**a, **b, **shared}


def _union(a: Value, b: Value) -> Value:
    if kind(a) != "set" or kind(b) != "set":
        raise _incompatible(a, b)
    return a | b


def _intersection(a: Value, b: Value) -> Value:
    if kind(a) != "set" or kind(b) != "set":
        raise _incompatible(a, b)
    return a & b


def _interval(a: Value, b: Value) -> Value:
    """A number is the interval of itself, and what it has in common with another is itself."""
    low_a, high_a = _bounds(a, b)
    low_b, high_b = _bounds(b, a)
    low = low_a if equal(low_a, low_b) else _max(low_a, low_b)
    high = high_a if equal(high_a, high_b) else _min(high_a, high_b)
    if compare(low, high) > 0:
        raise _incompatible(a, b)
    if is_number(a) and is_number(b):
        return low  # the same number as int and as float
    if is_number(a) or is_number(b):
        return a if is_number(a) else b
    return Interval(low, high)


def _bounds(value: Value, other: Value) -> tuple[Value, Value]:
    if is_number(value) and not is_nan(value):
        return value, value
    if isinstance(value, Interval):
        return value.low, value.high
    raise _incompatible(value, other)


def _all(a: Value, b: Value) -> Value:
    return _truth(a, b) == 2


def _any(a: Value, b: Value) -> Value:
    return _truth(a, b) > 0


def _truth(a: Value, b: Value) -> int:
    if kind(a) != "bool" or kind(b) != "bool":
        raise _incompatible(a, b)
    return int(a) + int(b)


def _equal(a: Value, b: Value) -> Value:
    raise _incompatible(a, b)


def _sum(a: Value, b: Value) -> Value:
    if not (is_number(a) and is_number(b) and math.isfinite(a) and math.isfinite(b)):
        raise _incompatible(a, b)
    total = a + b
    fits = -(2**63) <= total < 2**63 if kind(total) == "int" else math.isfinite(total)
    if not fits:
        raise _incompatible(a, b)
    return total


JOINS: dict[str, Callable[[Value, Value], Value]] = {
    "max": _max,
    "min": _min,
    "merge": _merge,
    "union": _union,
    "intersection": _intersection,
    "interval": _interval,
    "all": _all,
    "any": _any,
    "equal": _equal,
    "map": _map,
}


def compare(a: Value, b: Value) -> int:
    """-1, 0 or 1 in the total order of the kind; 0 only for an int and a float of the same value."""
    if is_number(a) and is_number(b):
        if is_nan(a) or is_nan(b):
            return int(is_nan(a)) - int(is_nan(b))
    elif type(a) is type(b) and isinstance(a, ORDERED):
        if isinstance(a, Decimal) and (a.is_nan() or b.is_nan()):
            return int(a.is_nan()) - int(b.is_nan())
        if isinstance(a, (datetime, time)) and (a.tzinfo is None) != (b.tzinfo is None):
            raise IncompatibleError(f"{a!r} and {b!r} have no order between them")
    elif kind(a) != kind(b) or kind(a) not in ("str", "bool"):
        raise IncompatibleError(f"{a!r} and {b!r} have no order between them")
    return int(a > b) - int(a < b)
