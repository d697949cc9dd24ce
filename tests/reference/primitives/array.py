"""`array.*`"""

from __future__ import annotations

from ..values import Nothing, Value
from .primitive import array, pure, small_list, whole


def nth(items: Value, index: Value) -> Value:
    if whole(index) < 0:
        raise IndexError(f"an index of at least 0 was expected, {index} was found")
    return array(items)[whole(index)]


def cut(items: Value, start: Value, end: Value = Nothing) -> Value:
    return array(items)[whole(start) : None if end is Nothing else whole(end)]


def filled(items: Value) -> Value:
    return [item for item in array(items) if item is not None and not (isinstance(item, str) and not item)]


ARRAY = (
    pure("array.first", "array", "result", lambda items: array(items)[0]),
    pure("array.last", "array", "result", lambda items: array(items)[-1]),
    pure("array.nth", "array index", "result", nth),
    pure("array.arraySize", "array", "size", lambda items: len(array(items))),
    pure("array.append", "array value", "result", lambda items, value: small_list([*array(items), value])),
    pure("array.prepend", "array value", "result", lambda items, value: small_list([value, *array(items)])),
    pure("array.reverse", "array", "result", lambda items: array(items)[::-1]),
    pure("array.slice", "array start end?", "result", cut),
    pure("array.filterEmpty", "array", "result", filled),
)
