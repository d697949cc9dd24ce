"""Python functions as gadgets: their parameters, their import paths, and finding them again."""

from __future__ import annotations

import importlib
import inspect
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

_BINDABLE = {inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD}


def parameters(function: Callable[..., Any]) -> list[tuple[str, bool]]:
    """Each parameter by name, and whether it is required."""
    found = []
    for name, parameter in inspect.signature(function).parameters.items():
        if parameter.kind not in _BINDABLE:
            raise TypeError(
                f"a gadget's parameters are contacts by name; {function.__qualname__} has {parameter}, "
                "which stands for no one contact: name each parameter"
            )
        found.append((name, parameter.default is inspect.Parameter.empty))
    return found


def identity(function: Callable[..., Any]) -> str:
    """Where a function is found again: `module:qualified.name`."""
    return f"{function.__module__}:{function.__qualname__}"


def find(path: str) -> tuple[Callable[..., Any], list[tuple[str, bool]]]:
    """The function of an import path, with its parameters.

    Raises:
        LookupError: there is none; the message says what is missing.
    """
    found = locate("function", path)
    if not callable(found):
        raise LookupError(f"'{path}' is not a function but a {type(found).__name__}")
    return found, parameters(found)


def locate(what: str, path: str) -> Any:
    """What an import path `module:qualified.name` leads to.

    Raises:
        LookupError: there is nothing; the message says what is missing.
    """
    module_name, _, qualified = path.partition(":")
    if not module_name or not qualified:
        raise LookupError(f"a Python {what} is named 'module:{what}'; found '{path}'")
    if module_name == "__main__" or "<locals>" in qualified:
        raise LookupError(
            f"the {what} '{path}' belongs to a script or a function and has no import path; declare it again"
        )
    try:
        found: Any = importlib.import_module(module_name)
    except ImportError as error:
        raise LookupError(f"the {what} '{path}' cannot be found: {error}") from error
    for name in qualified.split("."):
        if not hasattr(found, name):
            raise LookupError(f"the module '{module_name}' has no {what} '{qualified}'")
        found = getattr(found, name)
    return found
