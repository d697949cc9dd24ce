"""What a bridge writes by: requests with an id, each with an answer."""

from __future__ import annotations

import weakref
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from bassline._found import found
from bassline.errors import BasslineError, DeclarationError

if TYPE_CHECKING:
    from bassline.network import Network


class Input:
    """All that a program can do with a network, as requests that are plain data, from any thread.

    A request has an `op`, what that needs, and an `id` of the asker's own, which the answer bears. An answer is
    `{"id", "ok": True, "tick", ...}`, or `{"id", "ok": False, "error": {"type", "message"}}`: what is refused is never
    raised, and leaves the network as it was.

    >>> net = bl.Network()
    >>> _ = net.contact("price", 9.5)
    >>> input = bl.Input(net)
    >>> input.request({"id": 1, "op": "query", "pattern": "*"})
    {'id': 1, 'ok': True, 'tick': 1, 'values': {'price': 9.5}}
    >>> input.request({"id": 2, "op": "update", "values": {"prize": 1}})["error"]["type"]
    'UnknownContactError'
    """

    def __init__(self, network: Network) -> None:
        """Write to a network; it does not keep it alive."""
        self._network = weakref.ref(network)

    def request(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Do what is asked, and answer."""
        from bassline.drivers.operations import answer, refused  # noqa: PLC0415 - it knows the network, which knows drivers

        if not isinstance(request, Mapping):
            return refused(None, DeclarationError(f"a request is a mapping with an op; found {found(request)}"))
        network = self._network()
        if network is None:
            return refused(request.get("id"), BasslineError("the network is gone"))
        return answer(network, request)
