"""`logic.*`"""

from __future__ import annotations

from collections.abc import Callable

from ..values import Value, equal, is_number, kind
from .primitive import Primitive, pure, truth


def equals(a: Value, b: Value) -> bool:
    if is_number(a) and is_number(b):
        return equal(a, b) or bool(a == b)
    return equal(a, b)


def ordered(a: Value, b: Value) -> None:
    if not (is_number(a) and is_number(b)) and not (kind(a) == kind(b) == "str"):
        raise TypeError(f"two numbers or two strings were expected, {a!r} and {b!r} were found")


def _order(name: str, function: Callable[[Value, Value], bool]) -> Primitive:
    def compare(a: Value, b: Value) -> bool:
        ordered(a, b)
        return bool(function(a, b))

    return pure(name, "a b", "result", compare)


def _truths(name: str, function: Callable[[list[bool]], bool]) -> Primitive:
    return pure(name, "a b", "result", lambda a, b: function([truth(a), truth(b)]))


LOGIC = (
    pure("logic.equals", "a b", "result", equals),
    pure("logic.notEquals", "a b", "result", lambda a, b: not equals(a, b)),
    _order("logic.greaterThan", lambda a, b: a > b),
    _order("logic.lessThan", lambda a, b: a < b),
    _order("logic.greaterOrEqual", lambda a, b: a >= b),
    _order("logic.lessOrEqual", lambda a, b: a <= b),
    _truths("logic.and", all),
    _truths("logic.or", any),
    _truths("logic.xor", lambda both: both.count(True) == 1),
    pure("logic.not", "value", "result", lambda value: not truth(value)),
)
