"""Lattices of the user's: their import paths, and finding them again."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

from bassline._found import found as found_value
from bassline._functions import locate
from bassline.errors import DeclarationError

if TYPE_CHECKING:
    from collections.abc import Callable


def describe(lattice: Any) -> tuple[Callable[[Any, Any], Any], str]:
    """How a lattice joins two values, and where its class is found again: `module:qualified.name`."""
    if not inspect.isclass(lattice):
        raise DeclarationError(
            f"a blend is a name, such as 'max', or a class with join(a, b); found {found_value(lattice)}"
        )
    return _join_of(lattice), f"{lattice.__module__}:{lattice.__qualname__}"


def find(path: str) -> Callable[[Any, Any], Any]:
    """The join of the lattice of an import path.

    Raises:
        LookupError: there is none; the message says what is missing.
    """
    found = locate("lattice", path)
    if not inspect.isclass(found):
        raise LookupError(f"'{path}' is not a class with join(a, b) but a {type(found).__name__}")
    try:
        return _join_of(found)
    except DeclarationError as error:
        raise LookupError(str(error)) from error


def _join_of(lattice: type) -> Callable[[Any, Any], Any]:
    if not callable(getattr(lattice, "join", None)):
        raise DeclarationError(
            f"a lattice is a class with join(a, b), which answers the join of two values; found {lattice.__qualname__}"
        )
    if isinstance(inspect.getattr_static(lattice, "join"), (staticmethod, classmethod)):
        join = lattice.join  # type: ignore[attr-defined]
    else:
        try:
            join = lattice().join
        except TypeError as error:
            raise DeclarationError(
                f"the lattice {lattice.__qualname__} is made without arguments, or its join is a static method: {error}"
            ) from error
    try:
        inspect.signature(join).bind(None, None)
    except TypeError as error:
        raise DeclarationError(f"the join of the lattice {lattice.__qualname__} takes two values: {error}") from error
    return join  # type: ignore[no-any-return]
