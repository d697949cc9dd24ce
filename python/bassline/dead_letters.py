"""Dead letters: ticks that a driver did not take, to be looked at, tried once more, or let go of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol, overload

from bassline import _core
from bassline._found import found
from bassline.errors import ValueTypeError

if TYPE_CHECKING:
    from collections.abc import Iterable


class Keeper(Protocol):
    """Who keeps the letters of a network: the network, if it is open here, or its store."""

    def _dead_letters(self, driver: str | None) -> list[_core.DeadLetter]: ...
    def _requeue(self, ids: list[int]) -> int: ...
    def _purge(self, ids: list[int]) -> int: ...


class Stored:
    """A store, as the keeper of the letters of one of its networks."""

    def __init__(self, store: _core.Store, network: str) -> None:
        """Keep the letters of a network by name."""
        self._store, self._name = store, network

    def _dead_letters(self, driver: str | None) -> list[_core.DeadLetter]:
        return self._store._dead_letters(self._name, driver)  # noqa: SLF001

    def _requeue(self, ids: list[int]) -> int:
        return self._store._requeue(self._name, ids)  # noqa: SLF001

    def _purge(self, ids: list[int]) -> int:
        return self._store._purge(self._name, ids)  # noqa: SLF001


class DeadLetters(Sequence["_core.DeadLetter"]):
    """The dead letters of one driver, or of all, as they were when they were asked for; oldest first.

    >>> net = bl.Network()
    >>> letters = net.dead_letters()
    >>> len(letters), letters.purge(), letters
    (0, 0, [])
    """

    def __init__(self, keeper: Keeper, driver: str | None) -> None:
        """Read the letters of a network."""
        if not hasattr(keeper, "_dead_letters"):
            raise ValueTypeError(f"dead letters are those of a network: net.dead_letters(); found {found(keeper)}")
        self._keeper = keeper
        self._letters: list[_core.DeadLetter] = keeper._dead_letters(driver)  # noqa: SLF001

    @overload
    def __getitem__(self, index: int) -> _core.DeadLetter: ...
    @overload
    def __getitem__(self, index: slice) -> list[_core.DeadLetter]: ...
    def __getitem__(self, index: int | slice) -> _core.DeadLetter | list[_core.DeadLetter]:
        """Give a letter."""
        return self._letters[index]

    def __len__(self) -> int:
        """How many there were."""
        return len(self._letters)

    def __repr__(self) -> str:
        """Show them."""
        return repr(self._letters)

    def _ids(self, letters: Iterable[_core.DeadLetter] | None) -> list[int]:
        ids = []
        for letter in self._letters if letters is None else letters:
            if not isinstance(letter, _core.DeadLetter):
                raise ValueTypeError(f"a dead letter is what net.dead_letters() gives; found {found(letter)}")
            ids.append(letter.id)
        return ids

    def requeue(self, letters: Iterable[_core.DeadLetter] | None = None) -> int:
        """Have these, or all, tried once more by the drivers that did not take them; answers how many are.

        A letter that is taken is gone; one that is not is put aside again, as a new one. A driver that is not attached
        is handed its letters when one is attached under its name, in this process or another.
        """
        return self._keeper._requeue(self._ids(letters))  # noqa: SLF001

    def purge(self, letters: Iterable[_core.DeadLetter] | None = None) -> int:
        """Let go of these, or all, for good; answers how many there were."""
        return self._keeper._purge(self._ids(letters))  # noqa: SLF001
