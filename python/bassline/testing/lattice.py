"""Whether a blend is a lattice: the laws, tried on values."""

from __future__ import annotations

import copy
import itertools
from typing import TYPE_CHECKING, Any

from bassline import _lattices
from bassline.errors import ContradictionError
from bassline.network import Network

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_NO_LATTICE = {
    "accept-last": "takes what comes",
    "stream": "delivers what comes",
    "counter": "adds what comes",
    "first": "joins by when a value was written, not by the value",
}


class _Contradiction:
    def __repr__(self) -> str:
        return "a contradiction"


_CONTRADICTION = _Contradiction()


def check_lattice(lattice: type | str, values: Any, *, examples: int = 300) -> None:
    """Try the laws of a lattice on values: joining is associative, commutative and idempotent.

    `lattice` is a class with `join(a, b)` or the name of a blend; `values` are some values, of which all triples are
    tried, or a Hypothesis strategy, of which `examples` triples are drawn. A contradiction joined with anything has to
    be a contradiction.

    Raises:
        AssertionError: a law is broken; the message shows the values, the smallest that were found.
        ValueError: the blend of that name is none that joins values.

    >>> from bassline.testing import check_lattice
    >>> check_lattice("max", [1, 2.0, "a", None])
    >>> class Average:
    ...     def join(self, a, b):
    ...         return (a + b) / 2
    >>> check_lattice(Average, [0.0, 2.0, 4.0])
    Traceback (most recent call last):
    AssertionError: Average is not associative: join(join(0.0, 0.0), 2.0) is 1.0, but join(0.0, join(0.0, 2.0)) is 0.5
    """
    laws = _Laws(lattice)
    if hasattr(values, "example") and hasattr(values, "map"):
        _draw(laws, values, examples)
    else:
        _try_all(laws, values)


def _try_all(laws: _Laws, values: Iterable[Any]) -> None:
    known = sorted(values, key=lambda value: len(repr(value)))
    for a in known:
        laws.idempotent(a)
    for a, b in itertools.combinations(known, 2):
        laws.commutative(a, b)
    for triple in itertools.product(known, repeat=3):
        laws.associative(*triple)


def _draw(laws: _Laws, strategy: Any, examples: int) -> None:
    import hypothesis  # noqa: PLC0415 - who gives a strategy has it

    quiet = hypothesis.settings(deadline=None, database=None, derandomize=True, report_multiple_bugs=False)

    @hypothesis.settings(quiet, max_examples=examples)
    @hypothesis.given(strategy, strategy, strategy)
    def each(a: Any, b: Any, c: Any) -> None:
        laws.idempotent(a)
        laws.commutative(a, b)
        laws.associative(a, b, c)

    each()


class _Laws:
    def __init__(self, lattice: type | str) -> None:
        self.name = lattice if isinstance(lattice, str) else lattice.__qualname__
        self._join = _native(lattice) if isinstance(lattice, str) else _lattices.describe(lattice)[0]

    def join(self, a: Any, b: Any) -> Any:
        if a is _CONTRADICTION or b is _CONTRADICTION:
            return _CONTRADICTION
        try:
            return self._join(copy.deepcopy(a), copy.deepcopy(b))
        except Exception as error:
            if isinstance(error, ContradictionError) or type(error) is ValueError:
                return _CONTRADICTION
            raise AssertionError(f"{self.name} fails: join({a!r}, {b!r}) raises {error!r}") from error

    def idempotent(self, a: Any) -> None:
        found = self.join(a, a)
        if not _same(found, a):
            raise AssertionError(f"{self.name} is not idempotent: join({a!r}, {a!r}) is {found!r}, not {a!r}")

    def commutative(self, a: Any, b: Any) -> None:
        ab, ba = self.join(a, b), self.join(b, a)
        if not _same(ab, ba):
            raise AssertionError(
                f"{self.name} is not commutative: join({a!r}, {b!r}) is {ab!r}, but join({b!r}, {a!r}) is {ba!r}"
            )

    def associative(self, a: Any, b: Any, c: Any) -> None:
        left, right = self.join(self.join(a, b), c), self.join(a, self.join(b, c))
        if not _same(left, right):
            raise AssertionError(
                f"{self.name} is not associative: join(join({a!r}, {b!r}), {c!r}) is {left!r}, "
                f"but join({a!r}, join({b!r}, {c!r})) is {right!r}"
            )


def _native(blend: str) -> Callable[[Any, Any], Any]:
    if blend in _NO_LATTICE:
        raise ValueError(f"'{blend}' is no join of two values: it {_NO_LATTICE[blend]}")
    contact = Network(history=0).contact("joined", blend=blend)

    def join(a: Any, b: Any) -> Any:
        contact.erase()
        contact.value = a
        contact.value = b
        return contact.value if contact.contradiction is None else _CONTRADICTION

    return join


def _same(a: Any, b: Any) -> bool:
    """Equal as the network has it: by type and structure, and NaN equals NaN."""
    if type(a) is not type(b):
        return False
    if isinstance(a, list):
        return len(a) == len(b) and all(map(_same, a, b))
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(_same(a[key], b[key]) for key in a)
    equal = a == b
    return bool(equal if isinstance(equal, bool) else equal.all()) or (a != a and b != b)  # noqa: PLR0124 - NaN
