"""How messages show what was found: the same in every run, and never by asking the object itself."""

from __future__ import annotations

from typing import Any

_LONGEST = 60


def found(value: Any) -> str:
    """Show a value: plain ones as they are written, cut when they are long; of others the type.

    >>> from bassline._found import found
    >>> found("text"), found(2.5), found(object()), found(int)
    ("'text'", '2.5', "an object of type 'object'", "the class 'int'")
    """
    kind = type(value)
    if kind is str:
        shown = ascii(value[:_LONGEST]) if not value[:_LONGEST].isprintable() else repr(value[:_LONGEST])
        return shown if len(value) <= _LONGEST else f"{shown}… ({len(value)} characters)"
    if kind in {bool, float, type(None)}:
        return repr(value)
    if kind is int:
        return repr(value) if value.bit_length() <= 64 else f"an int of {value.bit_length()} bits"
    if isinstance(value, type):
        return f"the class '{type.__getattribute__(value, '__name__')}'"
    return f"an object of type '{type.__getattribute__(kind, '__name__')}'"


def is_one_of(value: Any, *words: str) -> bool:
    """Whether a value is one of these words; what is no string is not asked.

    >>> from bassline._found import is_one_of
    >>> is_one_of("raise", "raise", "contain"), is_one_of(5, "raise", "contain")
    (True, False)
    """
    return isinstance(value, str) and value in words


def is_at_least(value: Any, least: float) -> bool:
    """Whether a value is a number from `least` on; NaN is not, and what is no number is not asked.

    >>> from bassline._found import is_at_least
    >>> is_at_least(1, 0), is_at_least(float("nan"), 0), is_at_least("1", 0)
    (True, False, False)
    """
    return isinstance(value, (int, float)) and value >= least
