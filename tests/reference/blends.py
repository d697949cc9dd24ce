"""How incoming meets current: the two lattices of the reference, `max` and `min`."""

from __future__ import annotations

from .values import Nothing, Value, equal, is_nan, is_number, kind

BLENDS = ("accept-last", "max", "min", "stream")
LATTICES = ("max", "min")


class IncompatibleError(Exception):
    """Two values that have no join."""


def join(blend: str, current: Value, incoming: Value) -> Value:
    """The join of two values; joining with `Nothing` gives the other side."""
    if current is Nothing:
        return incoming
    if incoming is Nothing or equal(current, incoming):
        return current
    order = compare(current, incoming)
    if order == 0:
        # the same number as int and as float: the float is the greater
        order = 1 if kind(current) == "float" else -1
    if blend == "max":
        return current if order > 0 else incoming
    return current if order < 0 else incoming


def compare(a: Value, b: Value) -> int:
    """-1, 0 or 1 in the total order of the kind; 0 only for an int and a float of the same value."""
    if is_number(a) and is_number(b):
        if is_nan(a) or is_nan(b):
            return int(is_nan(a)) - int(is_nan(b))
    elif kind(a) != kind(b) or kind(a) not in ("str", "bool"):
        raise IncompatibleError(f"{a!r} and {b!r} have no order between them")
    return int(a > b) - int(a < b)
