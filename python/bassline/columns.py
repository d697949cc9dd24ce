"""Columns: the numbers of many contacts from and to NumPy arrays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bassline import _core
from bassline._found import found
from bassline.errors import ValueTypeError

if TYPE_CHECKING:
    from numpy.typing import DTypeLike, NDArray


class Columns:
    """Some contacts, in an order: written from an array and read into one, without Python work per contact.

    >>> import numpy as np
    >>> net = bl.Network()
    >>> _ = net.declare(["x", "y", "z"])
    >>> columns = net.columns(["x", "y", "z"])
    >>> columns.set(np.array([1.5, 2.5, 3.5]))
    >>> net["y"], columns.get(), net.tick
    (2.5, array([1.5, 2.5, 3.5]), 2)
    """

    __slots__ = ("_columns",)

    def __init__(self, columns: _core.Columns) -> None:
        if not isinstance(columns, _core.Columns):
            raise TypeError("columns are made by net.columns(paths)")
        self._columns = columns

    def set(self, array: NDArray[Any] | Any) -> None:
        """Write an array of as many numbers as there are contacts: one tick.

        `array` is one-dimensional, of `float64`, `int64` or `bool`; anything with the buffer protocol will do. Each
        contact takes its number through its blend, as a float, int or bool.

        Raises:
            ValueTypeError: another type, shape or length; nothing is written.
            StaleHandleError: a contact was removed; nothing is written.
        """
        self._columns.set(array)

    def get(self, dtype: DTypeLike = "float64") -> NDArray[Any]:
        """Read the contents as a new array of `float64`, `int64` or `bool`. This needs NumPy.

        As `float64`, ints and bools are converted and an empty contact is NaN; as `int64`, bools are converted.

        Raises:
            ValueTypeError: a contact holds something else; the message names it.
            StaleHandleError: a contact was removed.

        >>> net = bl.Network()
        >>> _ = net.declare({"x": 1, "y": True, "empty": bl.Nothing})
        >>> net.columns(["x", "y", "empty"]).get(), net.columns(["x", "y"]).get(dtype=int)
        (array([ 1.,  1., nan]), array([1, 1]))
        """
        import numpy as np  # noqa: PLC0415 - an extra, for who reads arrays

        try:
            wanted = np.dtype(dtype)
        except (TypeError, ValueError) as error:
            raise ValueTypeError(f"a column reads as float64, int64 or bool; found {found(dtype)}") from error
        return np.frombuffer(self._columns.get(wanted.name), dtype=wanted)

    def __len__(self) -> int:
        return len(self._columns)

    def __repr__(self) -> str:
        return f"<Columns of {len(self)} contacts>"
