"""`data.*` that take maps and lists apart and put them together."""

from __future__ import annotations

import re
from typing import Any

from ..values import Value
from .given import bounded_value, data, mapping
from .primitive import MalformedError, Primitive, array, expected, string, truth

STEP = re.compile(
    r"""\[(?P<index>[0-9]+)\]|\[(?P<quote>["'])(?P<quoted>.*?)(?P=quote)\]|(?P<dot>\.?)(?P<name>[^.\[\]]+)""", re.DOTALL
)
MOST_STEPS = 100


def steps(path: Value) -> list[tuple[str, bool]]:
    """Keys, and whether each is an index in brackets."""
    at, found = 0, []
    text = string(path)
    while at < len(text) or not found:
        step = STEP.match(text, at)
        if step is None or (step["name"] and bool(step["dot"]) != bool(found)):
            raise ValueError(f"a path was expected, {path!r} was found")
        key = next(part for part in (step["index"], step["quoted"], step["name"]) if part is not None)
        found.append((key, step["index"] is not None))
        at = step.end()
    if len(found) > MOST_STEPS:
        raise ValueError(f"a path of at most {MOST_STEPS} steps was expected")
    return found


def whole_object(value: Value) -> Value:
    if not isinstance(value, (dict, list)):
        raise expected("a map or a list", value)
    return value


def index(key: str) -> int | None:
    return int(key) if key.isascii() and key.isdigit() else None


def lookup(value: Value, key: str) -> tuple[Value, bool]:
    if isinstance(value, dict) and key in value:
        return value[key], True
    at = index(key)
    if isinstance(value, list) and at is not None and at < len(value):
        return value[at], True
    return None, False


def get(object: Value, path: Value) -> tuple[Value, bool]:
    value, there = whole_object(object), True
    for key, _ in steps(path):
        value, there = lookup(value, key) if there else (None, False)
    return value, there


def put(value: Value, way: list[tuple[str, bool]], item: Value) -> Value:
    if not way:
        return item
    (key, is_index), *rest = way
    if isinstance(value, dict):
        return value | {key: put(lookup(value, key)[0] if key in value else MISSING, rest, item)}
    if value is MISSING and not is_index:
        return {key: put(MISSING, rest, item)}
    items, at = [] if value is MISSING else value, index(key)
    if not isinstance(items, list) or at is None or at > len(items):
        raise MalformedError(f"a place in {value!r} was expected, {key!r} was found")
    return [*items[:at], put(items[at] if at < len(items) else MISSING, rest, item), *items[at + 1 :]]


MISSING: Any = object()


def set_property(object: Value, path: Value, value: Value) -> Value:
    return bounded_value(put(whole_object(object), steps(path), value))


def delete(object: Value, path: Value) -> tuple[Value, bool]:
    whole_object(object)
    if not get(object, path)[1]:
        return object, False
    return cut(object, [key for key, _ in steps(path)]), True


def cut(value: Value, keys: list[str]) -> Value:
    key, *rest = keys
    if isinstance(value, dict):
        kept = {other: item for other, item in value.items() if other != key}
        return kept | {key: cut(value[key], rest)} if rest else kept
    at = int(key)
    return [*value[:at], *([cut(value[at], rest)] if rest else []), *value[at + 1 :]]


def merge(object1: Value, object2: Value, deep: Value = False) -> Value:
    mapping(object1), mapping(object2)

    def merged(a: dict[str, Value], b: dict[str, Value]) -> dict[str, Value]:
        both = {key for key in a.keys() & b.keys() if isinstance(a[key], dict) and isinstance(b[key], dict)}
        return a | b | ({key: merged(a[key], b[key]) for key in both} if truth(deep) else {})

    return bounded_value(merged(object1, object2))


def filtered(object: Value, keys: Value, *, named: bool) -> Value:
    names = [string(key) for key in array(keys)]
    return {key: value for key, value in mapping(object).items() if (key in names) == named}


PARTS: tuple[Primitive, ...] = (
    data("get-property", "object path", "value exists", get),
    data("set-property", "object path value", "result error", set_property),
    data("delete-property", "object path", "result deleted", delete),
    data("merge-objects", "object1 object2 deep?", "result", merge),
    data("pick-properties", "object keys", "result", lambda object, keys: filtered(object, keys, named=True)),
    data("omit-properties", "object keys", "result", lambda object, keys: filtered(object, keys, named=False)),
)
