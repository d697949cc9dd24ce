"""`stream.route`: one instance of a template per key; records go to the instance of their key."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .errors import ManifestError
from .model import CONNECTED, Contact, Gadget, State
from .primitives import PRIMITIVES
from .structure import Binding, Declarations, absolute, inside
from .values import Const, Nothing, Value, isolate, kind


def check_template(config: Mapping[str, Any]) -> None:
    names = [contact["id"] for contact in config["template"].get("contacts", [])]
    if config["entry"] not in names:
        raise ManifestError(f"the template of a router declares its entry {config['entry']!r}, it declares {names}")


def instance_path(gadget: Gadget, record: Value) -> str | None:
    """The group that gets this record; None when the record has no usable key."""
    key = record.get(gadget.config["key"]) if kind(record) == "map" else None
    if key is None or key == "":
        return None
    if kind(key) not in ("str", "int", "bool", "float"):
        raise TypeError(f"a key is a string, a number or a bool, {key!r} was found")
    name = str(key + 0.0 if isinstance(key, float) else key)  # both zeros are one key
    return f"{into(gadget)}/{name.replace('%', '%25').replace('/', '%2F')}"


def into(gadget: Gadget) -> str:
    return absolute(gadget.group, gadget.config["into"])


def instantiate(declarations: Declarations, gadget: Gadget, group: str) -> list[tuple[Contact, Value]]:
    """Declare the template inside a group; returns the initial values of its contacts, not yet written."""
    template = gadget.config["template"]
    values: list[tuple[Contact, Value]] = []
    for item in template.get("contacts", []):
        contact = declarations.contact(absolute(group, item["id"]), item.get("blend"))
        if "value" in item and contact.content is Nothing:
            values.append((contact, isolate(item["value"])))
    for item in template.get("gadgets", []):
        declarations.gadget(
            group,
            PRIMITIVES[item["primitive"]],
            {port: _binding(group, bound) for port, bound in item.get("inputs", {}).items()},
            {port: absolute(group, path) for port, path in item.get("outputs", {}).items()},
            item.get("config", {}),
            name=item.get("id"),
        )
    for item in template.get("wires", []):
        kind_of_wire = item.get("kind", "bidirectional")
        wire, new = declarations.wire(absolute(group, item["from"]), absolute(group, item["to"]), kind_of_wire)
        if new:
            wire.forced = {0: CONNECTED} if kind_of_wire == "directed" else {0: CONNECTED, 1: CONNECTED}
    return values


def _binding(group: str, bound: Any) -> Binding:
    if isinstance(bound, str):
        return absolute(group, bound)
    if isinstance(bound, dict) and bound.keys() == {"const"}:
        return Const(isolate(bound["const"]))
    return Const(isolate(bound))


def possible_targets(state: State, gadget: Gadget) -> list[int]:
    """Every contact that the router, or an instance it has yet to make, may write to."""
    template = gadget.config["template"]
    named = [path for item in template.get("gadgets", []) for path in item.get("outputs", {}).values()]
    for item in template.get("wires", []):
        named.append(item["to"])
        if item.get("kind", "bidirectional") == "bidirectional":
            named.append(item["from"])
    outside = {absolute("", path) for path in named if path.startswith("/")}
    return [
        contact.number
        for contact in state.contacts.values()
        if contact.path in outside or inside(contact.path, into(gadget))
    ]
