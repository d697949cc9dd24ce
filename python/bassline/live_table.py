"""A small table that follows a network."""

from __future__ import annotations

import importlib
import threading
import weakref
from typing import TYPE_CHECKING, NoReturn, Self

from bassline import _core, notebook
from bassline._found import found
from bassline.errors import BasslineError, DeclarationError, ValueTypeError

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType
    from typing import Any

    from bassline.network import Network
    from bassline.watch import Watch


class LiveTable:
    """A table of the contacts of a pattern that a notebook keeps up to date, as `net.table(pattern)` gives it.

    Put last in a cell it is displayed, and follows from then on. Elsewhere, `follow` calls a function with the table as
    HTML; `print` shows it as text. It shows the first `limit` contacts, and how many more there are. A change of one of
    its contacts brings it up to date, at most every `interval` seconds; what comes between is shown by the last. It
    ends when it or its network is closed, or when nobody holds it any more.

    >>> net = bl.Network()
    >>> _ = net.declare({"sensors/kitchen": 21.0, "sensors/attic": 17.5})
    >>> with net.table("sensors/*") as table:
    ...     print(table)
    sensors/*: 2 contacts, tick 1
    contact          value  blend        tick
    sensors/kitchen  21.0   accept-last  1
    sensors/attic    17.5   accept-last  1
    """

    def __init__(
        self, network: Network, pattern: str = "**", *, limit: int = notebook.SHOWN, interval: float = 0.2
    ) -> None:
        if not issubclass(type(network), _core.Network):
            raise TypeError("a table is of a network; net.table(pattern) makes one")
        network._rows(pattern, None, 0)  # noqa: SLF001 - so that what is no pattern is refused here
        self._network = network
        self._pattern = pattern
        self._limit = _number_of_contacts(limit)
        self._interval = _seconds(interval)
        self._watches: list[Watch] = []
        self._closed = threading.Event()

    @property
    def pattern(self) -> str:
        """What it was made with."""
        return self._pattern

    def _shown(self) -> tuple[str, list[notebook.Row], int]:
        total, rows = self._network._rows(self._pattern, None, self._limit)  # noqa: SLF001
        counted = "1 contact" if total == 1 else f"{total:,} contacts"
        return f"{self._pattern}: {counted}, tick {self._network.tick}", rows, total

    def follow(self, show: Callable[[str], Any]) -> None:
        """Call `show` with the table as HTML: now, and whenever it is another, on a thread of its own.

        An exception of `show` ends the following, and is reported as any of a thread's is.

        Raises:
            ValueTypeError: `show` cannot be called.
            BasslineError: the table or the network is closed.

        >>> net = bl.Network()
        >>> x = net.contact("x", 1)
        >>> import threading
        >>> there = threading.Event()
        >>> table = net.table("x", interval=0)
        >>> table.follow(lambda html: there.set() if "<code>2</code>" in html else None)
        >>> x.value = 2
        >>> there.wait(10)
        True
        >>> table.close()
        """
        if not callable(show):
            raise ValueTypeError(f"a table is shown by a function of its HTML; found {found(show)}")
        if self._closed.is_set():
            raise BasslineError("this table is closed; net.table(...) makes another")
        # Only whether something changed is asked of it, so that one change waiting is as good as all of them.
        watch = self._network.watch(self._pattern, max_pending=1)
        self._watches.append(watch)
        weakref.finalize(self, watch.close).atexit = False
        try:
            show(self._repr_html_())
        except BaseException:
            watch.close()
            raise
        following = (weakref.ref(self), watch, show, self._closed, self._interval)
        threading.Thread(
            target=_follow, args=following, name=f"bassline table {self._pattern:.40}", daemon=True
        ).start()

    def close(self) -> None:
        """Follow the network no more."""
        self._closed.set()
        while self._watches:
            self._watches.pop().close()

    def _repr_html_(self) -> str:
        return notebook.table_html(*self._shown())

    def _ipython_display_(self) -> None:
        try:
            notebooks = importlib.import_module("IPython.display")  # who asks for this has it
        except ImportError:
            print(self)  # noqa: T201 - what is asked for is to show it
            return
        if self._closed.is_set() or self._is_still():
            notebooks.display(notebooks.HTML(self._repr_html_()))
            return
        handles: list[Any] = []

        def show(html: str) -> None:
            if handles:
                handles[0].update(notebooks.HTML(html))
            else:
                handles.append(notebooks.display(notebooks.HTML(html), display_id=True))

        self.follow(show)

    def _is_still(self) -> bool:
        """Whether nothing will change any more."""
        try:
            self._network.watch(self._pattern).close()
        except BasslineError:
            return True
        return False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __reduce__(self) -> NoReturn:
        raise TypeError("a table that follows a network is not copied or pickled; net.table(...) makes another")

    def __str__(self) -> str:
        return notebook.table_text(*self._shown())

    def __repr__(self) -> str:
        return f"<LiveTable {self._pattern[:200]!r}{', closed' * self._closed.is_set()}>"


def _number_of_contacts(limit: Any) -> int:
    if isinstance(limit, int) and 1 <= limit < 2**63:
        return limit
    raise DeclarationError(f"limit is how many contacts are shown, 1 or more; found {found(limit)}")


def _seconds(interval: Any) -> float:
    if isinstance(interval, (int, float)) and 0 <= interval <= threading.TIMEOUT_MAX:
        return float(interval)
    raise DeclarationError(f"interval is a number of seconds, 0 or more; found {found(interval)}")


def _follow(
    of: weakref.ref[LiveTable], watch: Watch, show: Callable[[str], Any], closed: threading.Event, interval: float
) -> None:
    """Show a table again whenever it has changed, until it or its network is closed or it is gone."""
    with watch:
        for _ in watch:
            watch.drain()
            table = of()
            if table is None:
                return
            show(table._repr_html_())
            del table
            if closed.wait(interval):
                return
