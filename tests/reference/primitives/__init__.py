"""The native gadgets: what they compute, nothing about when they fire."""

from __future__ import annotations

from .arithmetic import ARITHMETIC
from .array import ARRAY
from .checks import CHECKS
from .control import CONTROL
from .formats import FORMATS
from .logic import LOGIC
from .parts import PARTS
from .primitive import MalformedError, Ports, Primitive, Result
from .stat import STAT
from .stream import STREAM
from .text import TEXT

PRIMITIVES: dict[str, Primitive] = {
    primitive.name: primitive
    for primitive in (*ARITHMETIC, *TEXT, *LOGIC, *CONTROL, *ARRAY, *STREAM, *STAT, *FORMATS, *CHECKS, *PARTS)
}

__all__ = ["PRIMITIVES", "MalformedError", "Ports", "Primitive", "Result"]
