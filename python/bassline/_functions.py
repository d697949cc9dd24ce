"""Python functions as gadgets: their parameters, their import paths, and finding them again."""

from __future__ import annotations

import asyncio
import importlib
import inspect
from typing import TYPE_CHECKING, Any

from bassline._found import found as found_value
from bassline.errors import DeclarationError

if TYPE_CHECKING:
    from collections.abc import Callable

_BINDABLE = {inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD}


def parameters(function: Callable[..., Any]) -> list[tuple[str, bool]]:
    """Each parameter by name, and whether it is required."""
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError) as error:
        raise DeclarationError(
            f"a gadget's parameters are contacts by name; those of {title(function)} cannot be found: "
            "write a function around it that names them"
        ) from error
    found = []
    for name, parameter in signature.parameters.items():
        if parameter.kind not in _BINDABLE:
            stars = {parameter.VAR_KEYWORD: "**", parameter.VAR_POSITIONAL: "*"}
            prefix = next((stars[kind] for kind in stars if kind is parameter.kind), "the keyword-only ")
            raise DeclarationError(
                f"a gadget's parameters are contacts by name; {title(function)} has {prefix}{name}, "
                "which stands for no one contact: name each parameter"
            )
        found.append((name, parameter.default is inspect.Parameter.empty))
    return found


def later(function: Callable[..., Any]) -> tuple[bool, asyncio.AbstractEventLoop | None]:
    """Whether a function is a coroutine function, and the event loop that runs here, which its calls will run on."""
    if not is_coroutine(function):
        return False, None
    try:
        return True, asyncio.get_running_loop()
    except RuntimeError:
        return True, None


def is_coroutine(function: Any) -> bool:
    """Whether calling a function answers a coroutine."""
    called = getattr(type(function), "__call__", None)  # noqa: B004 - it is looked at, not for
    return inspect.iscoroutinefunction(function) or inspect.iscoroutinefunction(called)


def identity(function: Callable[..., Any]) -> str:
    """Where a function is found again: `module:qualified.name`."""
    qualified, module = getattr(function, "__qualname__", None), getattr(function, "__module__", None)
    if isinstance(qualified, str) and isinstance(module, str):
        return f"{module}:{qualified}"
    return f"{type(function).__module__}:<locals>.{type(function).__qualname__}"


def name_of(function: Callable[..., Any]) -> str:
    """What a function calls itself.

    Raises:
        DeclarationError: it has no name, as a partial has none.
    """
    name = getattr(function, "__name__", None)
    if not isinstance(name, str):
        raise DeclarationError(f"{title(function)} has no name of its own; give the gadget name= and outputs=")
    return name


def title(function: Callable[..., Any]) -> str:
    """How messages call a function."""
    qualified = getattr(function, "__qualname__", None)
    return qualified if isinstance(qualified, str) else found_value(function)


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
