"""The codec of pydantic models: class and fields, validated when they are made again."""

from __future__ import annotations

import sys
from typing import Any

from bassline.codecs.classes import class_of, path_of
from bassline.codecs.codec import Codec, DecodeError


def is_model(cls: type) -> bool:
    """Whether a class is a pydantic model; pydantic is not imported to find out."""
    pydantic = sys.modules.get("pydantic")
    return pydantic is not None and issubclass(cls, pydantic.BaseModel)


def encode(model: Any) -> Any:
    """Return the path of the class, and the fields by name; models inside it are left to this codec."""
    cls = type(model)
    held = {name: model.__dict__[name] for name in cls.model_fields if name in model.__dict__}
    return [path_of(cls), held | (model.__pydantic_extra__ or {})]


def decode(payload: Any) -> Any:
    """Return the model, validated."""
    path, fields = payload
    cls: Any = class_of(path)
    if not is_model(cls):
        raise DecodeError(f"the class '{path}' is no pydantic model any more")
    if issubclass(cls, sys.modules["pydantic"].RootModel):
        return cls.model_validate(fields["root"])
    by_alias = {field.validation_alias or field.alias: name for name, field in cls.model_fields.items()}
    for alias, name in by_alias.items():
        if isinstance(alias, str) and name in fields:
            fields[alias] = fields.pop(name)
    return cls.model_validate(fields)


CODEC = Codec("pydantic", encode, decode)
