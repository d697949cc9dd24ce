"""From the arguments of `net.gadget` to absolute paths and constants."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from . import handles
from .errors import DeclarationError
from .model import State
from .primitives import PRIMITIVES, Primitive
from .python_gadget import parameters, python_primitive
from .router import check_template
from .structure import Binding, absolute
from .values import Const, isolate

Bound = tuple[Primitive, dict[str, Binding], dict[str, str], dict[str, Any]]


def bind(group: str, argument: Any) -> Binding:
    """A string is a path, a handle is a contact, anything else a constant."""
    if isinstance(argument, str):
        return absolute(group, argument)
    if isinstance(argument, handles.Contact):
        return argument.path
    if isinstance(argument, Const):
        return argument
    return Const(isolate(argument))


def bind_output(group: str, argument: Any) -> str:
    path = bind(group, argument)
    if isinstance(path, Const):
        raise DeclarationError(f"an output is a contact, {argument!r} was found")
    return path


def bind_primitive(group: str, name: str, ports: Mapping[str, Any]) -> Bound:
    if name not in PRIMITIVES:
        raise DeclarationError(f"no primitive is called {name!r}")
    primitive = PRIMITIVES[name]
    config = {key: isolate(value) for key, value in ports.items() if key in primitive.config}
    if set(primitive.config) - config.keys():
        raise DeclarationError(f"{name} needs {primitive.config}")
    if name == "stream.route":
        check_template(config)
    outputs = {key: bind_output(group, value) for key, value in ports.items() if key in primitive.outputs}
    rest = ports.keys() - config.keys() - outputs.keys()
    return primitive, {key: bind(group, ports[key]) for key in ports if key in rest}, outputs, config


def bind_python(state: State, group: str, function: Callable[..., Any], inputs: Any, outputs: Any) -> Bound:
    given = dict(inputs or {})
    unknown = given.keys() - parameters(function).keys()
    if unknown:
        raise DeclarationError(f"{function.__name__} has no parameters {sorted(unknown)}")
    reads = {
        name: bind(group, given[name]) if name in given else find(state, group, name) for name in parameters(function)
    }
    writes = _outputs(group, function.__name__ if outputs is None else outputs)
    return python_primitive(function, tuple(writes)), reads, writes, {}


def find(state: State, group: str, name: str) -> str:
    """A parameter means the contact of that name in the group, else in the root, else a new one in the group."""
    local = absolute(group, name)
    return local if state.at(local) or not state.at(name) else name


def _outputs(group: str, outputs: Any) -> dict[str, str]:
    if isinstance(outputs, Mapping):
        return {name: bind_output(group, target) for name, target in outputs.items()}
    if isinstance(outputs, (str, handles.Contact)):
        outputs = (outputs,)
    return {_name(target): bind_output(group, target) for target in outputs}


def _name(target: Any) -> str:
    return target if isinstance(target, str) else str(target.name)
