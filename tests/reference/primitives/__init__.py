"""The native gadgets: what they compute, nothing about when they fire."""

from __future__ import annotations

from .arithmetic import ARITHMETIC
from .array import ARRAY
from .control import CONTROL
from .logic import LOGIC
from .primitive import Ports, Primitive, Result
from .stat import STAT
from .stream import STREAM
from .text import TEXT

PRIMITIVES: dict[str, Primitive] = {
    primitive.name: primitive for primitive in (*ARITHMETIC, *TEXT, *LOGIC, *CONTROL, *ARRAY, *STREAM, *STAT)
}

__all__ = ["PRIMITIVES", "Ports", "Primitive", "Result"]
