"""The operations of requests: what each needs, and what it does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bassline._found import found
from bassline.errors import BasslineError, DeclarationError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bassline.network import Network


def _update(net: Network, request: Mapping[str, Any]) -> dict[str, Any]:
    with net.batch(request.get("source"), request.get("position")):
        net.update(request["values"])
    return {}


def _erase(net: Network, request: Mapping[str, Any]) -> dict[str, Any]:
    net.erase(request["path"])
    return {}


def _add_contact(net: Network, request: Mapping[str, Any]) -> dict[str, Any]:
    options = {key: request[key] for key in ("value", "blend") if key in request}
    contact = net.contact(request["path"], **options, **request.get("attributes", {}))
    return {"path": contact.path}


def _add_group(net: Network, request: Mapping[str, Any]) -> dict[str, Any]:
    group = net.group(request["path"], **request.get("attributes", {}))
    return {"path": group.path}


def _add_wire(net: Network, request: Mapping[str, Any]) -> dict[str, Any]:
    net.wire(request["from"], request["to"], kind=request.get("kind", "bidirectional"))
    return {}


def _add_gadget(net: Network, request: Mapping[str, Any]) -> dict[str, Any]:
    named = {"name": request["name"]} if "name" in request else {}
    gadget = net.gadget(request["primitive"], **named, **request["ports"])
    return {"path": gadget.path}


def _remove(net: Network, request: Mapping[str, Any]) -> dict[str, Any]:
    net.remove(request["path"])
    return {}


def _load(net: Network, request: Mapping[str, Any]) -> dict[str, Any]:
    from bassline.manifest import load_into  # noqa: PLC0415 - only who loads one pays for reading it
    from bassline.manifest.functions import importable  # noqa: PLC0415

    with importable(request["manifest"]) as manifest:
        load_into(net, manifest)
    return {}


def _query(net: Network, request: Mapping[str, Any]) -> dict[str, Any]:
    return {"values": {contact.path: contact.value for contact in net.contacts.match(request["pattern"])}}


def _set_scheduler(net: Network, request: Mapping[str, Any]) -> dict[str, Any]:
    from bassline.schedulers import BatchScheduler  # noqa: PLC0415

    if request["scheduler"] == "batch":
        net.scheduler = BatchScheduler(request.get("size", 1000), request.get("delay"))
    else:
        net.scheduler = request["scheduler"]
    return {}


OPERATIONS: dict[str, tuple[tuple[str, ...], Callable[[Network, Mapping[str, Any]], dict[str, Any]]]] = {
    "update": (("values",), _update),
    "erase": (("path",), _erase),
    "add_contact": (("path",), _add_contact),
    "add_group": (("path",), _add_group),
    "add_wire": (("from", "to"), _add_wire),
    "add_gadget": (("primitive", "ports"), _add_gadget),
    "remove": (("path",), _remove),
    "load": (("manifest",), _load),
    "query": (("pattern",), _query),
    "set_scheduler": (("scheduler",), _set_scheduler),
}
"""Each operation: what a request for it has to have, and what does it."""


def _perform(net: Network, request: Mapping[str, Any]) -> dict[str, Any]:
    op = request.get("op")
    if not isinstance(op, str) or op not in OPERATIONS:
        raise DeclarationError(f"op is one of {', '.join(OPERATIONS)}; found {found(op)}")
    needed, perform = OPERATIONS[op]
    missing = [key for key in needed if key not in request]
    if missing:
        raise DeclarationError(f"a request to {op} has {', '.join(needed)}; missing: {', '.join(missing)}")
    return perform(net, request)


def refused(known: Any, error: Exception) -> dict[str, Any]:
    """The answer to a request that was not done."""
    return {"id": known, "ok": False, "error": {"type": type(error).__name__, "message": str(error)}}


def answer(net: Network, request: Mapping[str, Any]) -> dict[str, Any]:
    """Do what a request asks, and answer."""
    known = request.get("id")
    try:
        done = _perform(net, request)
    except (BasslineError, TypeError, ValueError, LookupError) as error:
        return refused(known, error)
    return {"id": known, "ok": True, "tick": net.tick, **done}
