"""`math.*`"""

from __future__ import annotations

import math
from collections.abc import Callable

from ..blends import join
from ..values import Value, kind
from .primitive import Primitive, bounded, number, pure


def power(base: Value, exponent: Value) -> Value:
    if kind(base) == kind(exponent) == "int" and exponent > 64 and abs(base) > 1:
        raise OverflowError(f"{base} ** {exponent} is outside 64 bits")
    result = base**exponent
    if isinstance(result, complex):
        raise ValueError(f"{base} ** {exponent} is not a real number")
    return result


def _binary(name: str, ports: str, output: str, function: Callable[[Value, Value], Value]) -> Primitive:
    return pure(name, ports, output, lambda a, b: bounded(function(number(a), number(b))))


def _unary(name: str, function: Callable[[Value], Value]) -> Primitive:
    return pure(name, "value", "result", lambda value: bounded(function(number(value))))


ARITHMETIC = (
    _binary("math.add", "a b", "sum", lambda a, b: a + b),
    _binary("math.subtract", "a b", "difference", lambda a, b: a - b),
    _binary("math.multiply", "a b", "product", lambda a, b: a * b),
    _binary("math.divide", "a b", "quotient", lambda a, b: a / b),
    _binary("math.power", "base exponent", "result", power),
    _binary("math.min", "a b", "min", lambda a, b: join("min", a, b)),
    _binary("math.max", "a b", "max", lambda a, b: join("max", a, b)),
    _unary("math.sqrt", math.sqrt),
    _unary("math.abs", abs),
)
