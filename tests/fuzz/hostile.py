"""Objects that misbehave: their special methods raise, answer nonsense, come back into the network, or change what is being read."""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Callable, Iterator
from typing import Any

SPECIAL = (
    "__hash__", "__eq__", "__lt__", "__repr__", "__str__", "__format__", "__iter__", "__len__", "__float__", "__int__", "__index__",
    "__bool__", "__contains__", "__getitem__", "__fspath__", "__call__", "__next__", "__enter__", "__exit__", "__bytes__",
    "__complex__", "__array__", "__reduce_ex__", "keys", "items", "get", "handle_changes", "shutdown",
)  # fmt: skip
NONSENSE: dict[str, Any] = {
    "__hash__": "text", "__eq__": 5, "__lt__": None, "__repr__": 5, "__str__": None, "__format__": 5, "__iter__": 5, "__len__": -1,
    "__float__": "x", "__int__": 1.5, "__index__": "a", "__bool__": 2, "__fspath__": 5, "__call__": object, "keys": 5, "items": [5],
    "__getitem__": None, "__array__": 5, "handle_changes": None, "shutdown": None, "__reduce_ex__": 5, "__contains__": None,
}  # fmt: skip


class HostileError(Exception):
    """What hostile objects raise."""


class UnprintableError(HostileError):
    """It cannot even be shown."""

    def __str__(self) -> str:
        raise HostileError("str")

    __repr__ = __str__


def refuse(name: str) -> Callable[..., Any]:
    def special(self: Any, *arguments: Any, **options: Any) -> Any:
        raise HostileError(name)

    return special


def nonsense(name: str) -> Callable[..., Any]:
    return lambda self, *arguments, **options: NONSENSE[name]


def made(
    name: str, bases: tuple[type, ...], special: Callable[[str], Callable[..., Any]], names: Any = SPECIAL
) -> type:
    return type(name, bases, {one: special(one) for one in names} | {"__slots__": ()})


Raising = made("Raising", (), refuse)
Nonsense = made("Nonsense", (), nonsense, NONSENSE)
# Subclasses of the built-in types; their data is real, and all that they do fails.
RAISING_TYPES = [
    made(f"Raising{base.__name__}", (base,), refuse)
    for base in (str, int, float, bytes, list, tuple, dict, set, frozenset)
]
PLAIN_TYPES = [
    type(f"My{base.__name__}", (base,), {}) for base in (str, int, float, bytes, list, tuple, dict, set, frozenset)
]


class Reentering:
    """Whatever is asked of it, it does something with the network first."""

    def __init__(self, act: Callable[[], Any]) -> None:
        self.act = act

    def __hash__(self) -> int:
        self.act()
        return 5

    def __eq__(self, other: object) -> bool:
        self.act()
        return self is other

    def __repr__(self) -> str:
        self.act()
        return "reentering"

    def __len__(self) -> int:
        self.act()
        return 2

    def __iter__(self) -> Iterator[Any]:
        self.act()
        return iter([("a", 1), ("b", 2)])

    def __float__(self) -> float:
        self.act()
        return 1.5

    def __index__(self) -> int:
        self.act()
        return 1

    def __bool__(self) -> bool:
        self.act()
        return True

    def __fspath__(self) -> str:
        self.act()
        return "reentering.db"

    def __call__(self, *arguments: Any) -> Any:
        self.act()
        return 7

    def __del__(self) -> None:
        self.act()

    def keys(self) -> list[str]:
        self.act()
        return ["a", "b"]

    def items(self) -> list[tuple[str, int]]:
        self.act()
        return [("a", 1), ("b", 2)]

    def __getitem__(self, key: Any) -> int:
        self.act()
        return 3


class Endless:
    """It says that it is very long."""

    def __len__(self) -> int:
        return 2**62

    def keys(self) -> list[str]:
        return ["a"]

    def items(self) -> list[tuple[str, int]]:
        return [("a", 1)]

    def __getitem__(self, key: Any) -> int:
        return 1

    def __iter__(self) -> Iterator[str]:
        return iter(["a"])


class Liar:
    """It claims to be of another class."""

    @property
    def __class__(self) -> Any:  # type: ignore[override]
        return str


class Unclassed:
    """It does not even say of which class it is."""

    @property
    def __class__(self) -> Any:  # type: ignore[override]
        raise HostileError("__class__")


class Meta(type):
    """Classes that cannot be hashed, compared or shown."""

    __hash__ = refuse("meta hash")  # type: ignore[assignment]
    __eq__ = refuse("meta eq")
    __repr__ = refuse("meta repr")
    __instancecheck__ = refuse("meta instancecheck")


class Metaclassed(metaclass=Meta):
    """Of such a class."""


@dataclasses.dataclass
class Record:
    """A dataclass with a field that does something when it is read."""

    act: dataclasses.InitVar[Callable[[], Any]]
    field: Any = 1

    def __post_init__(self, act: Callable[[], Any]) -> None:
        object.__setattr__(self, "_act", act)

    def __getattribute__(self, name: str) -> Any:
        if name == "field":
            object.__getattribute__(self, "_act")()
        return object.__getattribute__(self, name)


class Color(enum.Enum):
    """An enum, which has a codec."""

    RED = 1


def shrinking_dict() -> dict[str, Any]:
    """A dict that is emptied while it is read."""
    items: dict[str, Any] = {}
    items |= {"a": Record(items.clear), "b": 1, "c": 2}
    return items


def growing_dict() -> dict[str, Any]:
    """A dict that grows while it is read."""
    items: dict[str, Any] = {}
    items |= {"a": Record(lambda: items.update({f"k{len(items)}": 1})), "b": 1, "c": 2}
    return items


def shrinking_list() -> list[Any]:
    """A list that is emptied while it is read."""
    items: list[Any] = []
    items += [Record(items.clear), 1, 2]
    return items


class HashableRecord(Record):
    """One that sets can hold."""

    __hash__ = object.__hash__


def shrinking_set() -> set[Any]:
    """A set that is emptied while it is read."""
    items: set[Any] = set()
    items.update([HashableRecord(items.clear), *range(20)])
    return items


def failing_generator() -> Iterator[Any]:
    yield "a"
    raise HostileError("generator")
