"""`stream.*`"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..values import Nothing, kind
from .primitive import Ports, Primitive, Result


def _field(state: Any, inputs: Ports, config: Mapping[str, Any]) -> Result:
    record = inputs["record"]
    if kind(record) != "map":
        raise TypeError(f"a map was expected, {record!r} was found")
    value = record.get(config["field"])
    return {"value": Nothing if value is None else value}, state


def _route(state: Any, inputs: Ports, config: Mapping[str, Any]) -> Result:
    raise AssertionError("routing changes the structure: see router.py")


STREAM = (
    Primitive("stream.field", ("record",), ("value",), _field, ("field",)),
    Primitive("stream.route", ("record",), ("other",), _route, ("key", "into", "entry", "template")),
)
