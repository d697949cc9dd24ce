"""The codecs of dataclasses and named tuples: class and fields."""

from __future__ import annotations

import dataclasses
from typing import Any

from bassline.codecs.classes import class_of, path_of
from bassline.codecs.codec import Codec, DecodeError


def is_record(cls: type) -> bool:
    """Whether instances of a class are nothing but their fields: a dataclass that extends no built-in collection."""
    if not dataclasses.is_dataclass(cls):
        return False
    try:
        object.__new__(cls)
    except TypeError:
        return False
    return True


def encode_dataclass(record: Any) -> Any:
    """Return the path of the class, and the fields by name."""
    cls = type(record)
    return [path_of(cls), {field.name: getattr(record, field.name) for field in dataclasses.fields(cls)}]


def decode_dataclass(payload: Any) -> Any:
    """Return the record as it was written: its fields are set, and neither `__init__` nor `__post_init__` is run.

    A field that the class has got since takes its default.
    """
    path, fields = payload
    cls = class_of(path)
    if not is_record(cls):
        raise DecodeError(f"the class '{path}' is no dataclass any more")
    record: Any = object.__new__(cls)
    for field in dataclasses.fields(cls):
        value = fields.pop(field.name) if field.name in fields else default_of(field, path)
        object.__setattr__(record, field.name, value)
    if fields:
        raise DecodeError(f"the dataclass '{path}' has no field '{min(fields)}'")
    return record


def default_of(field: dataclasses.Field[Any], path: str) -> Any:
    """Return what a field holds that was not written."""
    if field.default is not dataclasses.MISSING:
        return field.default
    if field.default_factory is not dataclasses.MISSING:
        return field.default_factory()
    raise DecodeError(f"the field '{field.name}' of the dataclass '{path}' was not written and has no default")


def is_named_tuple(cls: type) -> bool:
    """Whether a class is a named tuple."""
    return issubclass(cls, tuple) and hasattr(cls, "_fields") and hasattr(cls, "_make")


def encode_named_tuple(record: Any) -> Any:
    """Return the path of the class, and the fields by name."""
    cls = type(record)
    return [path_of(cls), dict(zip(cls._fields, record, strict=True))]


def decode_named_tuple(payload: Any) -> Any:
    """Return the named tuple."""
    path, fields = payload
    cls: Any = class_of(path)
    if not is_named_tuple(cls):
        raise DecodeError(f"the class '{path}' is no named tuple any more")
    if set(fields) != set(cls._fields):
        raise DecodeError(f"the named tuple '{path}' has the fields {', '.join(cls._fields)}, not {', '.join(fields)}")
    return cls._make(fields[name] for name in cls._fields)


DATACLASS = Codec("dataclass", encode_dataclass, decode_dataclass)
NAMED_TUPLE = Codec("namedtuple", encode_named_tuple, decode_named_tuple)
