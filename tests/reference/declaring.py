"""What is declared in a group, or in the root of a network: the same calls."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .blends import Blend
from .values import Nothing, Value

if TYPE_CHECKING:
    from .handles import Contact, Group, Link, Wire
    from .network import Network


class Declaring:
    def place(self) -> tuple[Network, str]:
        """The network, and the path of the group."""
        raise NotImplementedError

    def contact(
        self,
        path: str,
        value: Value = Nothing,
        blend: Blend | None = None,
        *,
        boundary: str | None = None,
        **attributes: Any,
    ) -> Contact:
        network, group = self.place()
        return network.declare_contact(group, path, value, blend, attributes, boundary)

    def group(self, path: str, *, sealed: bool = False, **attributes: Any) -> Group:
        network, group = self.place()
        return network.declare_group(group, path, attributes, sealed)

    def link(self, a: str | Contact, b: str | Contact, relation: str, **attributes: Any) -> Link:
        network, group = self.place()
        return network.declare_link(group, a, b, relation, attributes)

    def wire(self, a: str | Contact, b: str | Contact, kind: str = "bidirectional") -> Wire:
        network, group = self.place()
        return network.declare_wire(group, a, b, kind)

    def gadget(self, primitive: Any = None, **options: Any) -> Any:
        network, group = self.place()
        return network.declare_gadget(group, primitive, **options)
