"""The native gadgets: what they compute, nothing about when they fire."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from .blends import compare, join
from .values import INT_MAX, INT_MIN, Nothing, Value, equal, is_number, kind

Ports = Mapping[str, Value]
Result = tuple[dict[str, Value], Any]  # values by output port, the new state


@dataclass(frozen=True)
class Primitive:
    name: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    run: Callable[[Any, Ports, Mapping[str, Any]], Result]
    config: tuple[str, ...] = ()
    optional: frozenset[str] = frozenset()


def number(value: Value) -> Value:
    if not is_number(value):
        raise TypeError(f"an int or a float was expected, {value!r} was found")
    return value


def bounded(value: Value) -> Value:
    if kind(value) == "int" and not INT_MIN <= value <= INT_MAX:
        raise OverflowError(f"{value} is outside 64 bits")
    return value


def power(base: Value, exponent: Value) -> Value:
    if kind(base) == kind(exponent) == "int" and exponent > 64 and abs(base) > 1:
        raise OverflowError(f"{base} ** {exponent} is outside 64 bits")
    result = base**exponent
    if isinstance(result, complex):
        raise ValueError(f"{base} ** {exponent} is not a real number")
    return result


def equals(a: Value, b: Value) -> bool:
    if is_number(a) and is_number(b):
        return equal(a, b) or bool(a == b)
    return equal(a, b)


def ordered(a: Value, b: Value) -> None:
    if not (is_number(a) and is_number(b)) and not (kind(a) == kind(b) == "str"):
        raise TypeError(f"two numbers or two strings were expected, {a!r} and {b!r} were found")


def _binary(name: str, ports: tuple[str, str], output: str, function: Callable[[Value, Value], Value]) -> Primitive:
    def run(state: Any, inputs: Ports, config: Mapping[str, Any]) -> Result:
        return {output: bounded(function(number(inputs[ports[0]]), number(inputs[ports[1]])))}, state

    return Primitive(name, ports, (output,), run)


def _unary(name: str, function: Callable[[Value], Value]) -> Primitive:
    def run(state: Any, inputs: Ports, config: Mapping[str, Any]) -> Result:
        return {"result": bounded(function(number(inputs["value"])))}, state

    return Primitive(name, ("value",), ("result",), run)


def _logic(name: str, function: Callable[[Value, Value], bool], needs_order: bool) -> Primitive:
    def run(state: Any, inputs: Ports, config: Mapping[str, Any]) -> Result:
        a, b = inputs["a"], inputs["b"]
        if needs_order:
            ordered(a, b)
        return {"result": function(a, b)}, state

    return Primitive(name, ("a", "b"), ("result",), run)


def _gate(state: Any, inputs: Ports, config: Mapping[str, Any]) -> Result:
    if not isinstance(inputs["condition"], bool):
        raise TypeError(f"the condition of a gate is a bool, {inputs['condition']!r} was found")
    return {"output": inputs["value"] if inputs["condition"] else Nothing}, state


def _field(state: Any, inputs: Ports, config: Mapping[str, Any]) -> Result:
    record = inputs["record"]
    if kind(record) != "map":
        raise TypeError(f"a map was expected, {record!r} was found")
    value = record.get(config["field"])
    return {"value": Nothing if value is None else value}, state


def _route(state: Any, inputs: Ports, config: Mapping[str, Any]) -> Result:
    raise AssertionError("routing changes the structure: see router.py")


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
    count, total = count + 1, total + _summand(value)
    return total / count, (count, total)


def _extreme(blend: str) -> Callable[[Any, Value], tuple[Value, Any]]:
    def observe(state: Any, value: Value) -> tuple[Value, Any]:
        compare(value, value)  # refuses kinds without an order
        best = value if state is None else join(blend, state, value)
        return best, best

    return observe


PRIMITIVES: dict[str, Primitive] = {
    primitive.name: primitive
    for primitive in (
        _binary("math.add", ("a", "b"), "sum", lambda a, b: a + b),
        _binary("math.subtract", ("a", "b"), "difference", lambda a, b: a - b),
        _binary("math.multiply", ("a", "b"), "product", lambda a, b: a * b),
        _binary("math.divide", ("a", "b"), "quotient", lambda a, b: a / b),
        _binary("math.power", ("base", "exponent"), "result", power),
        _binary("math.min", ("a", "b"), "min", lambda a, b: join("min", a, b)),
        _binary("math.max", ("a", "b"), "max", lambda a, b: join("max", a, b)),
        _unary("math.sqrt", math.sqrt),
        _unary("math.abs", abs),
        _logic("logic.equals", equals, False),
        _logic("logic.notEquals", lambda a, b: not equals(a, b), False),
        _logic("logic.greaterThan", lambda a, b: bool(a > b), True),
        _logic("logic.lessThan", lambda a, b: bool(a < b), True),
        _logic("logic.greaterOrEqual", lambda a, b: bool(a >= b), True),
        _logic("logic.lessOrEqual", lambda a, b: bool(a <= b), True),
        Primitive("control.gate", ("value", "condition"), ("output",), _gate),
        Primitive("stream.field", ("record",), ("value",), _field, ("field",)),
        Primitive("stream.route", ("record",), ("other",), _route, ("key", "into", "entry", "template")),
        _stat("stat.count", _count),
        _stat("stat.sum", _sum),
        _stat("stat.mean", _mean),
        _stat("stat.min", _extreme("min")),
        _stat("stat.max", _extreme("max")),
    )
}
