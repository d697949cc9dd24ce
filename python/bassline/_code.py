"""Whether a function that is defined anew computes what the one before it did, as far as their code says."""

from __future__ import annotations

from functools import partial
from types import CellType, CodeType, FunctionType, MethodType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

_PLAIN = frozenset({bool, int, float, complex, str, bytes, type(None), type(...)})
_CODE = (
    "co_code",
    "co_consts",
    "co_names",
    "co_varnames",
    "co_freevars",
    "co_cellvars",
    "co_flags",
    "co_argcount",
    "co_posonlyargcount",
    "co_kwonlyargcount",
    "co_exceptiontable",
)  # but not where it stands


def is_same(one: Any, other: Any) -> bool:
    """Whether two functions have the same code, defaults and closures.

    What they find in their module is looked up when they run: that is the same, as long as it is one module. Nothing
    is asked that could run anybody's code.

    >>> from bassline._code import is_same
    >>> is_same(lambda x: x + 1, lambda x: x + 1), is_same(lambda x: x + 1, lambda x: x + 2)
    (True, False)
    """
    ahead, seen = [(one, other)], set()
    while ahead:  # no recursion: closures may lead anywhere
        pair = ahead.pop()
        a, b = pair
        if a is b or (id(a), id(b)) in seen:
            continue
        seen.add((id(a), id(b)))
        kind = type(a)
        if kind is not type(b):
            return False
        if kind in _PLAIN or kind is frozenset:
            if _written(a) != _written(b):
                return False
            continue
        mine, its = _parts(a), _parts(b)
        if mine is None or its is None or len(mine) != len(its):
            return False
        ahead += zip(mine, its, strict=True)
    return True


def _written(value: Any) -> Any:
    """What tells plain values apart, `1` from `True` too."""
    return sorted((type(item).__name__, repr(item)) for item in value) if type(value) is frozenset else repr(value)


def _parts(value: Any) -> tuple[Any, ...] | None:
    """What has to be the same for two to be; `None` of what is the same as itself only."""
    kind = type(value)
    if kind is CellType:
        try:
            return (value.cell_contents,)
        except ValueError:  # it is empty
            return ()
    return _PARTS[kind](value) if kind in _PARTS else None


_PARTS: dict[type, Callable[[Any], tuple[Any, ...]]] = {
    tuple: lambda items: items,
    FunctionType: lambda function: (
        function.__code__,
        function.__globals__,
        function.__defaults__,
        function.__closure__,
    ),
    CodeType: lambda code: tuple(getattr(code, name) for name in _CODE),
    MethodType: lambda method: (method.__func__, method.__self__),
    partial: lambda held: (held.func, held.args, *held.keywords, *held.keywords.values()),
}
