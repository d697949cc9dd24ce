"""`stat.*`: functions of a state and an observation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ..blends import compare, join
from ..values import INT_MAX, INT_MIN, Value, kind
from .primitive import Ports, Primitive, Result, bounded, number


def _stat(name: str, observe: Callable[[Any, Value], tuple[Value, Any]]) -> Primitive:
    output = name.partition(".")[2]

    def run(state: Any, inputs: Ports, config: Mapping[str, Any]) -> Result:
        if inputs["value"] is None:  # null is not an observation
            return {}, state
        value, state = observe(state, inputs["value"])
        return {output: bounded(value)}, state

    return Primitive(name, ("value",), (output,), run)


def _summand(value: Value) -> Value:
    return int(value) if isinstance(value, bool) else number(value)


def _count(state: Any, value: Value) -> tuple[Value, Any]:
    return (state or 0) + 1, (state or 0) + 1


def _sum(state: Any, value: Value) -> tuple[Value, Any]:
    total = _summand(value) if state is None else state + _summand(value)
    return total, total


def _mean(state: Any, value: Value) -> tuple[Value, Any]:
    count, total = state or (0, 0)
    summand = _summand(value)
    if kind(total) == kind(summand) == "int" and not INT_MIN <= total + summand <= INT_MAX:
        total = float(total)
    count, total = count + 1, total + summand
    return total / count, (count, total)


def _extreme(blend: str) -> Callable[[Any, Value], tuple[Value, Any]]:
    def observe(state: Any, value: Value) -> tuple[Value, Any]:
        compare(value, value)  # refuses kinds without an order
        best = value if state is None else join(blend, state, value)
        return best, best

    return observe


STAT = (
    _stat("stat.count", _count),
    _stat("stat.sum", _sum),
    _stat("stat.mean", _mean),
    _stat("stat.min", _extreme("min")),
    _stat("stat.max", _extreme("max")),
)
