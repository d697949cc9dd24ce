"""What is public, by reflection: what is added to the package is here by itself."""

from __future__ import annotations

import copy
import functools
import inspect
import pickle
import types
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import bassline as bl

NAMES = """
    getitem setitem delitem contains len iter next reversed call enter exit aenter aexit aiter anext await eq ne lt le gt ge hash
    repr str format bool int float index bytes fspath length_hint reduce reduce_ex copy deepcopy add radd iadd sub rsub mul rmul
    and rand or ror ior xor invert neg pos abs truediv floordiv mod pow matmul lshift rshift getstate setstate dir sizeof
"""
OPERATORS = frozenset(f"__{name}__" for name in NAMES.split())
EVERYWHERE: dict[str, Callable[[Any], Any]] = {
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
    "pickle": pickle.dumps,
}


@dataclass(frozen=True)
class Target:
    """Something to call."""

    name: str
    owner: type | None  # whose instances it is called on
    kind: str  # call, method, get, set, everywhere
    attribute: str
    call: Any = None


def is_ours(cls: type) -> bool:
    return (getattr(cls, "__module__", None) or "").partition(".")[0] == "bassline"


def public_objects() -> dict[str, Any]:
    return {name: getattr(bl, name) for name in bl.__all__}


def public_classes() -> list[type]:
    """What `bassline` names, with the errors; what its calls answer besides is found when they answer it."""
    found = [item for item in public_objects().values() if isinstance(item, type)]
    found += [type(item) for item in public_objects().values() if is_ours(type(item))]
    return list(dict.fromkeys(found))


@functools.cache
def functions() -> list[Target]:
    """What is called without an instance: functions, classes, static and class methods."""
    targets = []
    for name, item in public_objects().items():
        if isinstance(item, (types.ModuleType, str)):
            continue
        if isinstance(item, type) or callable(item):
            targets.append(Target(name, None, "call", name, item))
        if isinstance(item, type):
            targets += [
                Target(f"{name}.{one}", None, "call", one, getattr(item, one))
                for one in public_names(item)
                if is_static(item, one)
            ]
    return targets


def is_static(cls: type, name: str) -> bool:
    return isinstance(inspect.getattr_static(cls, name), (staticmethod, classmethod, types.ClassMethodDescriptorType))


def public_names(cls: type) -> list[str]:
    names = []
    for name in dir(cls):
        found = inspect.getattr_static(cls, name, None)
        if is_inherited(cls, name):
            continue
        if name in OPERATORS:
            if found is not inspect.getattr_static(object, name, None) and found is not None:
                names.append(name)
        elif not name.startswith("_"):
            names.append(name)
    return names


def is_inherited(cls: type, name: str) -> bool:
    """Whether it is Python's own, of exceptions, lists or abstract collections."""
    owner = next((one for one in cls.__mro__ if name in vars(one)), object)
    return owner.__module__ in {"builtins", "collections.abc"} and owner is not object


@functools.cache
def members(cls: type) -> list[Target]:
    """What is done with an instance."""
    # An error is Python's to copy, whatever was put into it.
    everywhere = {"type": type} if issubclass(cls, BaseException) else EVERYWHERE
    targets = [Target(f"{cls.__name__}|{name}", cls, "everywhere", name, call) for name, call in everywhere.items()]
    for name in public_names(cls):
        if is_static(cls, name):
            continue
        found = inspect.getattr_static(cls, name)
        if callable(found):
            targets.append(Target(f"{cls.__name__}.{name}", cls, "method", name, getattr(cls, name)))
        else:
            targets.append(Target(f"{cls.__name__}.{name}", cls, "get", name))
            targets.append(Target(f"{cls.__name__}.{name}=", cls, "set", name))
    return targets


def parameters(call: Any, *, is_method: bool) -> list[inspect.Parameter] | None:
    """The parameters of a call; nothing if it does not say."""
    try:
        found = list(inspect.signature(call).parameters.values())
    except (TypeError, ValueError):
        return None
    return found[1:] if is_method else found
