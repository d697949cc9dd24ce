"""One primitive on constants, and what it writes."""

from __future__ import annotations

from typing import Any


def compute(world: Any, primitive: str, output: str, /, **inputs: Any) -> Any:
    net = world.Network()
    bound = {port: world.const(value) for port, value in inputs.items()}
    net.gadget(primitive, **bound, **{output: "out"})
    return net["out"]
