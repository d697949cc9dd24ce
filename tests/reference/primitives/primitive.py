"""What a native gadget is to the reference, and what its ports take."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ..values import INT_MAX, INT_MIN, Value, is_number, kind

Ports = Mapping[str, Value]
Result = tuple[dict[str, Value], Any]  # values by output port, the new state

MOST_VALUES, MOST_LEVELS, MOST_BYTES = 1_000_000, 100, 2**24


class MalformedError(ValueError):
    """An input of the right type that does not say what it should: told to the output `error`, where that is bound."""


@dataclass(frozen=True)
class Primitive:
    name: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    run: Callable[[Any, Ports, Mapping[str, Any]], Result]
    config: tuple[str, ...] = ()
    optional: frozenset[str] = frozenset()
    chosen: Callable[[Ports], str | None] | None = None  # which optional input it needs as things stand

    @cached_property
    def needed(self) -> list[str]:
        return [port for port in self.inputs if port not in self.optional]


def pure(name: str, inputs: str, output: str, function: Callable[..., Value]) -> Primitive:
    """A function of its inputs, given by port; `?` marks the optional ones."""
    ports = tuple(port.rstrip("?") for port in inputs.split())
    optional = frozenset(port.rstrip("?") for port in inputs.split() if port.endswith("?"))

    def run(state: Any, filled: Ports, config: Mapping[str, Any]) -> Result:
        arguments = [filled[port] for port in ports if port in filled]
        return {output: function(*arguments)}, state

    return Primitive(name, ports, (output,), run, optional=optional)


def expected(what: str, found: Value) -> TypeError:
    return TypeError(f"{what} was expected, {repr(found)[:200]} was found")


def number(value: Value) -> Value:
    if not is_number(value):
        raise expected("an int or a float", value)
    return value


def bounded(value: Value) -> Value:
    if kind(value) == "int" and not INT_MIN <= value <= INT_MAX:
        raise OverflowError(f"{value} is outside 64 bits")
    return value


def truth(value: Value) -> bool:
    if not isinstance(value, bool):
        raise expected("a bool", value)
    return value


def string(value: Value) -> str:
    if not isinstance(value, str):
        raise expected("a string", value)
    return value


def array(value: Value) -> list[Value]:
    if not isinstance(value, list):
        raise expected("a list", value)
    return value


def whole(value: Value) -> int:
    if kind(value) == "int":
        return int(value)
    if kind(value) != "float" or not math.isfinite(value) or value != int(value) or abs(value) > 2**53:
        raise expected("a whole number", value)
    return int(value)


def small_text(text: str) -> str:
    if len(text.encode()) > MOST_BYTES:
        raise OverflowError(f"a string of at most {MOST_BYTES} bytes was expected")
    return text


def small_list(items: list[Value]) -> list[Value]:
    """Level by level, so that it ends early and does not recurse."""
    level, levels, values = items, 1, len(items)
    while level and values <= MOST_VALUES:
        inside = [item for item in level if isinstance(item, (list, dict, set, frozenset))]
        levels += bool(inside)
        level = [value for item in inside for value in (item.values() if isinstance(item, dict) else item)]
        values += len(level)
    if values > MOST_VALUES or levels > MOST_LEVELS:
        raise OverflowError(f"a list of at most {MOST_VALUES} values in {MOST_LEVELS} levels was expected")
    return items
