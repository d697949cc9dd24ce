"""How incoming meets current: the two lattices of the reference, `max` and `min`."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from uuid import UUID

from .values import Nothing, Value, equal, form, is_nan, is_number, kind

BLENDS = ("accept-last", "max", "min", "stream")
LATTICES = ("max", "min")
ORDERED = (date, time, timedelta, Decimal, Fraction, UUID)


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
        order = (
            1
            if kind(current) == "float" or (kind(current) == kind(incoming) and form(current) > form(incoming))
            else -1
        )
    if blend == "max":
        return current if order > 0 else incoming
    return current if order < 0 else incoming


def compare(a: Value, b: Value) -> int:
    """-1, 0 or 1 in the total order of the kind; 0 only for an int and a float of the same value."""
    if type(a) is type(b) and isinstance(a, Decimal) and (a.is_nan() or b.is_nan()):
        return int(a.is_nan()) - int(b.is_nan())
    if type(a) is type(b) and isinstance(a, ORDERED):
        if isinstance(a, (datetime, time)) and (a.tzinfo is None) != (b.tzinfo is None):
            raise IncompatibleError(f"{a!r} and {b!r} have no order between them")
    elif is_number(a) and is_number(b):
        if is_nan(a) or is_nan(b):
            return int(is_nan(a)) - int(is_nan(b))
    elif kind(a) != kind(b) or kind(a) not in ("str", "bool"):
        raise IncompatibleError(f"{a!r} and {b!r} have no order between them")
    return int(a > b) - int(a < b)
