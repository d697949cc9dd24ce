"""Hot reload: the gadgets of a module, or of a function, are bound to its newest code."""

from __future__ import annotations

import importlib
import sys
import warnings
from types import ModuleType
from typing import TYPE_CHECKING, Any

from bassline import _functions
from bassline._found import found
from bassline.errors import DeclarationError, ValueTypeError

if TYPE_CHECKING:
    from collections.abc import Callable

    from bassline import _core
    from bassline.network import Network


def reload(network: Network, what: Any) -> list[str]:
    """What `net.reload` does; answers the paths of the gadgets that were bound."""
    if issubclass(type(what), ModuleType):  # isinstance asks the object, which may say what it is not
        return _reload_module(network, what)
    if issubclass(type(what), str):
        return _reload_module(network, _module(what))
    if not callable(what):
        raise ValueTypeError(f"a module, its name, or a function is reloaded; found {found(what)}")
    return _reload_function(network, what)


def _module(name: str) -> ModuleType:
    module = sys.modules.get(name)
    if module is None:
        raise DeclarationError(f"no module {found(name)} is imported; import it, or write its whole name")
    return module


def _reload_function(network: Network, function: Callable[..., Any]) -> list[str]:
    path = _functions.identity(function)
    with network.batch():
        gadgets = [gadget for gadget in network.gadgets.values() if gadget.computation == path]
        if not gadgets:
            raise DeclarationError(f"no gadget computes '{path}'; declare one with net.gadget(...)")
        for gadget in gadgets:
            network._rebind(gadget, function, path, _functions.parameters(function))  # noqa: SLF001
        return [gadget.path for gadget in gadgets]


def _reload_module(network: Network, module: ModuleType) -> list[str]:
    name = module.__name__
    if name == "__main__" or getattr(module, "__spec__", None) is None:
        raise DeclarationError(
            f"'{name}' is a script, which cannot be imported again; "
            "declare its gadgets again, or reload their functions"
        )
    names = vars(module)
    before = dict(names)
    try:
        with network.batch():
            gadgets = _gadgets_of(network, name)
            inner = [(gadget, network._function(gadget)) for gadget in gadgets if _is_inner(gadget)]  # noqa: SLF001
            old = {gadget.computation: _old(gadget.computation) for gadget in gadgets if not _is_inner(gadget)}
            importlib.reload(module)
            bound = _bind(network, name, old)
            left = [gadget.path for gadget, was in inner if network._function(gadget) is was]  # noqa: SLF001
    except BaseException:
        names.update(before)  # the functions that stay bound find what they named
        for added in names.keys() - before.keys():
            del names[added]
        raise
    if left:
        shown = ", ".join(f"'{path}'" for path in left)
        warnings.warn(
            f"the functions of {shown} were defined inside others, where they are not found; "
            "declare these gadgets again",
            stacklevel=4,
        )
    return bound


def _gadgets_of(network: Network, module: str) -> list[_core.Gadget]:
    return [gadget for gadget in network.gadgets.values() if gadget.computation.partition(":")[0] == module]


def _is_inner(gadget: _core.Gadget) -> bool:
    return "<locals>" in gadget.computation


def _old(path: str) -> Any:
    try:
        return _functions.locate("function", path)
    except LookupError:
        return None


def _bind(network: Network, module: str, old: dict[str, Any]) -> list[str]:
    """Bind the gadgets of a module whose functions have an import path, `old` by it; answers the gadgets' paths."""
    bound = []
    for gadget in _gadgets_of(network, module):
        if _is_inner(gadget):
            continue
        path, computation = gadget.path, gadget.computation
        function, parameters = _found(path, computation)
        if function is old.get(computation):  # a module that is imported again keeps the names that it defines no more
            raise DeclarationError(_lost(path, f"the module '{module}' does not define '{computation}' any more"))
        network._rebind(gadget, function, computation, parameters)  # noqa: SLF001
        bound.append(path)
    return bound


def _found(path: str, computation: str) -> tuple[Callable[..., Any], list[tuple[str, bool]]]:
    try:
        return _functions.find(computation)
    except LookupError as error:
        raise DeclarationError(_lost(path, str(error))) from error


def _lost(path: str, why: str) -> str:
    return f"gadget '{path}' has lost its function: {why}; define it again, or remove the gadget first"
