"""`string.*`"""

from __future__ import annotations

from ..values import Nothing, Value, is_number
from .primitive import array, expected, pure, small_list, small_text, string, whole


def written(value: Value) -> str:
    if is_number(value):
        return str(value) if value != 0 else str(abs(value))  # both zeros are written alike
    if not isinstance(value, str):
        raise expected("a string or a number", value)
    return value


def join(items: Value, separator: Value = ",") -> str:
    texts, between = [written(item) for item in array(items)], string(separator)
    size = sum(len(text.encode()) for text in texts) + len(between.encode()) * max(0, len(texts) - 1)
    if size > 2**24:  # not to be tried
        raise OverflowError(f"the string would have {size} bytes")
    return small_text(between.join(texts))


def substring(text: Value, start: Value, end: Value = Nothing) -> str:
    return string(text)[whole(start) : None if end is Nothing else whole(end)]


def split(text: Value, separator: Value) -> list[Value]:
    parts: list[Value] = string(text).split(separator) if string(separator) else list(string(text))
    return small_list(parts)


TEXT = (
    pure("string.concat", "a b", "result", lambda a, b: small_text(written(a) + written(b))),
    pure("string.length", "value", "length", lambda value: len(string(value))),
    pure("string.substring", "string start end?", "result", substring),
    pure("string.toUpper", "value", "result", lambda value: small_text(string(value).upper())),
    pure("string.toLower", "value", "result", lambda value: small_text(string(value).lower())),
    pure("string.trim", "value", "result", lambda value: string(value).strip()),
    pure("string.split", "string separator", "result", split),
    pure("string.join", "array separator?", "result", join),
)
