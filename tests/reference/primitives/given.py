"""`data.*`: what such a primitive is, and what its ports take beyond what others do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ..values import Nothing, Value, kind
from .primitive import MOST_BYTES, MOST_LEVELS, MOST_VALUES, MalformedError, Ports, Primitive, Result, expected, whole

JSON_KINDS = {"null", "NoneType", "bool", "int", "float", "str", "list", "map"}


def data(name: str, inputs: str, outputs: str, function: Callable[..., Any]) -> Primitive:
    """A function of its inputs by port, `?` marking those that may be missing; it answers its outputs but `error`."""
    ports = tuple(port.rstrip("?") for port in inputs.split())
    optional = frozenset(port.rstrip("?") for port in inputs.split() if port.endswith("?"))
    written = tuple(outputs.split())

    def run(state: Any, filled: Ports, config: Mapping[str, Any]) -> Result:
        answer = function(**{port: filled[port] for port in ports if port in filled})
        answers = answer if isinstance(answer, tuple) else (answer,)
        return dict.fromkeys(written, None) | dict(zip(written, answers, strict=False)), state

    return Primitive(f"data.{name}", ports, written, run, optional=optional)


def short_text(value: Value) -> str:
    if not isinstance(value, str):
        raise expected("a string", value)
    if len(value.encode()) > MOST_BYTES:
        raise MalformedError(f"a string of at most {MOST_BYTES} bytes was expected")
    return value


def from_to(value: Value, low: int, high: int) -> int:
    if not low <= whole(value) <= high:
        raise ValueError(f"a number from {low} to {high} was expected, {value} was found")
    return whole(value)


def mapping(value: Value) -> dict[str, Value]:
    if not isinstance(value, dict):
        raise expected("a map", value)
    return value


def bounded_value(value: Value, error: type[Exception] = OverflowError) -> Value:
    """At most so many values, in so many levels."""
    level, levels, values = [value], 0, 0
    while level:
        containers = [item for item in level if isinstance(item, (list, dict, set, frozenset))]
        levels, values = levels + bool(containers), values + len(level)
        level = [inner for item in containers for inner in (item.values() if isinstance(item, dict) else item)]
        if levels > MOST_LEVELS or values > MOST_VALUES + 1:
            raise error("too many values, or too many levels")
    return value


def only_json(value: Value, *, infinite: bool = False) -> Value:
    """The value with one zero, or an error if there is something in it that JSON has no word for."""
    if isinstance(value, list):
        return [only_json(item, infinite=infinite) for item in value]
    if kind(value) == "map":
        return {key: only_json(item, infinite=infinite) for key, item in value.items()}
    if isinstance(value, float):
        if not infinite and value - value != 0:
            raise MalformedError(f"a finite number was expected, {value} was found")
        return value if value != 0 else 0.0
    if value is not None and kind(value) not in JSON_KINDS:
        raise MalformedError(f"a value that JSON has was expected, {value!r} was found")
    return value


def unless(value: Value, default: Value) -> Value:
    return default if value is Nothing else value
