"""What a network and a group show of themselves where somebody looks: in a notebook, and when a path is completed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bassline import notebook

if TYPE_CHECKING:
    from bassline import _core
    from bassline.network import Network


class Showing:
    """The side of a network or a group towards who explores it."""

    __slots__ = ()

    def _scope(self) -> tuple[Network, _core.GroupHandle | None]:
        raise NotImplementedError

    def _repr_html_(self) -> str:
        network, group = self._scope()
        try:
            total, rows = network._rows("**", group, notebook.SHOWN)  # noqa: SLF001
        except ReferenceError:  # the group was removed
            total, rows = 0, []
        return notebook.table_html(repr(self), rows, total)

    def _ipython_key_completions_(self) -> list[str]:
        network, group = self._scope()
        paths = network._contact_paths(None)  # noqa: SLF001
        if group is None:
            return paths
        try:
            above = f"{group.path}/"
        except ReferenceError:
            return []
        return [path[len(above) :] for path in paths if path.startswith(above)]


__all__ = ["Showing"]
