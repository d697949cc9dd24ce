"""What a network has, as read-only mappings from paths to handles."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Generic, NoReturn, TypeVar

from bassline import _core

Handle = TypeVar("Handle")


class Handles(Mapping[str, Handle], Generic[Handle]):
    """Handles by path: a live view, in the order they were made.

    >>> net = bl.Network()
    >>> net.contact("sensors/kitchen", 21.0)
    <Contact 'sensors/kitchen' = 21.0>
    >>> list(net.contacts), net.contacts["sensors/kitchen"].value
    (['sensors/kitchen'], 21.0)
    >>> net.contacts.match("sensors/**")
    [<Contact 'sensors/kitchen' = 21.0>]
    """

    def __init__(self, what: str, paths: Callable[[], list[str]], find: Callable[[str], Handle]) -> None:
        self._what = what
        self._paths = paths
        self._find = find

    def __getitem__(self, path: str) -> Handle:
        return self._find(path)

    def __iter__(self) -> Iterator[str]:
        return iter(self._paths())

    def __len__(self) -> int:
        return len(self._paths())

    def _ipython_key_completions_(self) -> list[str]:
        return self._paths()

    def match(self, pattern: str) -> list[Handle]:
        """The handles whose paths are of a pattern: `*` is any part of a name, `**` any number of names."""
        return [self._find(path) for path in self._paths() if _core.matches(pattern, path)]

    def __reduce__(self) -> NoReturn:
        raise TypeError(
            f"the {self._what} of a network are a live view and are not copied or pickled; dict(...) has them"
        )

    def __repr__(self) -> str:
        paths = self._paths()
        shown = ", ".join(paths[:5]) + (", …" if len(paths) > 5 else "")
        return f"<{len(paths)} {self._what}: {shown}>" if paths else f"<no {self._what}>"
