"""The codec of enum members: class and name."""

from __future__ import annotations

from enum import Enum
from typing import Any

from bassline.codecs.classes import class_of, path_of
from bassline.codecs.codec import Codec, DecodeError


def is_enum(cls: type) -> bool:
    """Whether a class is an enum."""
    return issubclass(cls, Enum)


def encode(member: Enum) -> Any:
    """Return the path of the class and the name; of flags that are several, the value."""
    cls = type(member)
    path = path_of(cls)
    return [path, member.name] if member.name in cls.__members__ else [path, None, member.value]


def decode(payload: Any) -> Enum:
    """Return the member."""
    path, name, *value = payload
    cls = class_of(path)
    if not issubclass(cls, Enum):
        raise DecodeError(f"the class '{path}' is no enum any more")
    if name is None:
        return cls(*value)
    if name not in cls.__members__:
        raise DecodeError(f"the enum '{path}' has no member '{name}'")
    return cls[name]


CODEC = Codec("enum", encode, decode)
