"""Lattices of one's own."""

from __future__ import annotations

from typing import Any


class Lattice:
    """How two values become one, whatever the order in which they come; the class is given as `blend=`.

    Joining has to be associative, commutative and idempotent; `bassline.testing.check_lattice` looks for values that
    show it is not. It may read the network, has no other effect, and answers alike for the same two values. Equal
    values are not joined, they stay. Any class with `join(a, b)` will do.

    >>> class Longest(bl.Lattice):
    ...     def join(self, a, b):
    ...         return max(a, b, key=lambda text: (len(text), text))
    >>> net = bl.Network()
    >>> word = net.contact("word", "ash", blend=Longest)
    >>> word.value = "maple"
    >>> word.value = "elm"
    >>> word.value
    'maple'
    """

    def join(self, a: Any, b: Any) -> Any:
        """Answer the join of two values.

        Raises:
            ContradictionError: they have none (`ValueError` says the same). Any other exception takes the tick back.
        """
        raise NotImplementedError(f"{type(self).__qualname__} needs join(self, a, b)")
