"""A Python function as a gadget: parameters are input ports, the result is spread over the outputs."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any

from .primitives import Ports, Primitive, Result
from .values import Nothing, Value


def parameters(function: Callable[..., Any]) -> dict[str, bool]:
    """Each parameter, and whether it is optional."""
    return {
        name: parameter.default is not inspect.Parameter.empty
        for name, parameter in inspect.signature(function).parameters.items()
    }


def python_primitive(function: Callable[..., Any], outputs: tuple[str, ...]) -> Primitive:
    ports = parameters(function)

    def run(state: Any, inputs: Ports, config: Mapping[str, Any]) -> Result:
        return spread(function(**inputs), outputs), state

    optional = frozenset(name for name, has_default in ports.items() if has_default)
    identity = f"{function.__module__}:{function.__qualname__}"  # of the same function, defined again
    return Primitive(identity, tuple(ports), outputs, run, optional=optional)


def spread(result: Value, outputs: tuple[str, ...]) -> dict[str, Value]:
    if result is Nothing:
        return {}
    if len(outputs) == 1:
        return {outputs[0]: result}
    if isinstance(result, dict):
        unknown = result.keys() - set(outputs)
        if unknown:
            raise TypeError(f"values for some of {outputs} were expected, {sorted(unknown)} were found")
        return {name: result[name] for name in outputs if name in result}
    if isinstance(result, (tuple, list)) and len(result) == len(outputs):
        return dict(zip(outputs, result, strict=True))
    raise TypeError(f"{len(outputs)} values for {outputs} were expected, {result!r} was found")
