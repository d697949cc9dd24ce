"""Declaring and removing. Declarations are idempotent; nothing is created before everything has been checked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from .blends import BLENDS, Blend
from .errors import ConflictError, DeclarationError
from .model import Contact, Gadget, State, Wire
from .primitives import Primitive
from .values import Const, equal

Binding = str | Const


def absolute(group: str, path: str) -> str:
    """A path relative to a group; a leading "/" means from the root."""
    full = path[1:] if path.startswith("/") else f"{group}/{path}" if group else path
    if not full or "" in full.split("/"):
        raise DeclarationError(f"a path of non-empty names was expected, {path!r} was found")
    return full


def parents(path: str) -> list[str]:
    names = path.split("/")
    return ["/".join(names[:end]) for end in range(1, len(names))]


def parent(path: str) -> str:
    return path.rpartition("/")[0]


def inside(path: str, group: str) -> bool:
    return path == group or path.startswith(group + "/")


@dataclass
class Declarations:
    state: State
    next_number: Callable[[], int]

    def group(self, path: str, attributes: Mapping[str, Any], sealed: bool = False) -> None:
        if sealed and path in self.state.groups and path not in self.state.sealed:
            raise ConflictError(f"{path} exists and is not sealed")
        for name in (*parents(path), path):
            if self.state.at(name):
                raise ConflictError(f"{name} is a contact, not a group")
        for name in (*parents(path), path):
            self.state.groups.setdefault(name, {})
        self.state.groups[path] = {**self.state.groups[path], **attributes}
        if sealed:
            self.state.sealed.add(path)

    def check_contact(self, path: str, blend: Blend | None = None) -> None:
        existing = self.state.at(path)
        if existing and blend is not None and existing.blend != blend:
            raise ConflictError(f"{path} has the blend {existing.blend}, it was declared again with {blend}")
        if isinstance(blend, str) and blend not in BLENDS:
            raise DeclarationError(f"one of {BLENDS} was expected as blend of {path}, {blend!r} was found")
        if path in self.state.groups:
            raise ConflictError(f"{path} is a group, not a contact")
        for name in parents(path):
            if self.state.at(name):
                raise ConflictError(f"{name} is a contact, not a group")

    def contact(
        self,
        path: str,
        blend: Blend | None = None,
        attributes: Mapping[str, Any] | None = None,
        boundary: str | None = None,
    ) -> Contact:
        if boundary not in (None, "input", "output"):
            raise DeclarationError(f"'input' or 'output' was expected as boundary of {path}, {boundary!r} was found")
        self.check_contact(path, blend)
        contact = self.state.at(path)
        if contact is not None and boundary not in (None, contact.boundary):
            raise ConflictError(f"{path} has the boundary {contact.boundary}, it was declared again with {boundary}")
        if contact is None:
            if parents(path):
                self.group(parents(path)[-1], {})
            contact = Contact(self.next_number(), path, blend or "accept-last", {}, boundary)
            self.state.contacts[contact.number] = contact
        contact.attributes = {**contact.attributes, **(attributes or {})}
        return contact

    def wire(self, start: str, end: str, kind: str) -> tuple[Wire, bool]:
        """Takes absolute paths; the wire and whether it is new."""
        if kind not in ("directed", "bidirectional"):
            raise DeclarationError(f"'directed' or 'bidirectional' was expected, {kind!r} was found")
        if start == end:
            raise DeclarationError(f"a wire from {start} to itself")
        self.check_contact(start)
        self.check_contact(end)
        counters = [at.path for at in (self.state.at(start), self.state.at(end)) if at and at.blend == "counter"]
        if kind == "bidirectional" and counters:
            raise DeclarationError(f"{counters[0]} is a counter: what it gives back would be counted again")
        a, b = self.contact(start), self.contact(end)
        for wire in self.state.wires.values():
            ends = [(wire.start, wire.end)]
            if kind == "bidirectional":
                ends.append((wire.end, wire.start))
            if wire.kind == kind and (a.number, b.number) in ends:
                return wire, False
        self.check_walls(parent(start), parent(end), start, end)
        wire = Wire(self.next_number(), a.number, b.number, kind)
        self.state.wires[wire.number] = wire
        return wire, True

    def check_walls(self, one: str, other: str, start: str | None, end: str) -> None:
        """An edge between two groups passes the wall of a sealed one only at a contact of that group's own boundary."""
        for here, there, contact in ((one, other, start), (other, one, end)):
            for wall in self.state.sealed:
                if inside(here, wall) and not inside(there, wall):
                    at = self.state.at(contact) if contact else None
                    if at is None or at.boundary is None or parent(at.path) != wall:
                        raise DeclarationError(f"{start} and {end} are on two sides of the sealed group {wall}")

    def link(self, start: str, end: str, relation: str, attributes: Mapping[str, Any]) -> tuple[int, int, str]:
        if not relation:
            raise DeclarationError("a link needs a relation")
        key = (self.contact(start).number, self.contact(end).number, relation)
        known = self.state.links.setdefault(key, dict(attributes))
        if attributes and known != dict(attributes):
            raise ConflictError(f"the link {key} exists with the attributes {known}")
        return key

    def gadget(
        self,
        group: str,
        primitive: Primitive,
        inputs: Mapping[str, Binding],
        outputs: Mapping[str, str],
        config: Mapping[str, Any],
        name: str | None = None,
        on_error: str = "raise",
    ) -> Gadget:
        """Takes absolute paths."""
        _check_ports(primitive, inputs, outputs, config)
        if on_error not in ("raise", "contain"):
            raise DeclarationError(f"'raise' or 'contain' was expected as on_error, {on_error!r} was found")
        bindings = {**inputs, **outputs}
        path = absolute(group, name) if name else absolute(group, f"{primitive.name}({_text(bindings)})")
        existing = next((gadget for gadget in self.state.gadgets.values() if gadget.path == path), None)
        if existing is not None:
            same = existing.primitive.name == primitive.name and existing.on_error == on_error
            if not same or not equal(existing.config, dict(config)) or not self._same_bindings(existing, bindings):
                raise ConflictError(f"{path} exists with another primitive, configuration or bindings")
            existing.primitive = primitive  # a Python function that was defined again
            return existing
        for binding in bindings.values():
            if isinstance(binding, str):
                self.check_contact(binding)
        reads = {
            port: self.contact(binding).number if isinstance(binding, str) else binding
            for port, binding in inputs.items()
        }
        writes = {port: self.contact(binding).number for port, binding in outputs.items()}
        for binding in bindings.values():
            if isinstance(binding, str):
                self.check_walls(group, parent(binding), None, binding)
        if group:
            self.group(group, {})
        gadget = Gadget(self.next_number(), path, group, primitive, reads, writes, dict(config), on_error)
        self.state.gadgets[gadget.number] = gadget
        return gadget

    def _same_bindings(self, gadget: Gadget, bindings: Mapping[str, Binding]) -> bool:
        found: dict[str, Binding] = {
            port: self.state.contacts[bound].path if isinstance(bound, int) else bound
            for port, bound in {**gadget.inputs, **gadget.outputs}.items()
        }
        return found.keys() == bindings.keys() and all(_same(found[port], bindings[port]) for port in found)

    def remove_contacts(self, numbers: set[int]) -> list[tuple[int, int]]:
        """Also removes their wires and gadgets. Returns what was lost: (contact that stays, writer that went)."""
        went = [gadget for gadget in self.state.gadgets.values() if numbers & {*gadget.reads, *gadget.writes}]
        cut = [wire for wire in self.state.wires.values() if numbers & {wire.start, wire.end}]
        lost = [(target, gadget.number) for gadget in went for target in gadget.writes]
        lost += [(wire.end, wire.number) for wire in cut]
        for gadget in went:
            self.remove_gadget(gadget)
        for wire in cut:
            del self.state.wires[wire.number]
        for key in [key for key in self.state.links if numbers & {key[0], key[1]}]:
            del self.state.links[key]
        for number in numbers:
            del self.state.contacts[number]
        return [(target, writer) for target, writer in lost if target in self.state.contacts]

    def remove_gadget(self, gadget: Gadget) -> None:
        del self.state.gadgets[gadget.number]
        for contact in self.state.contacts.values():
            contact.faults.pop(gadget.number, None)

    def remove_group(self, path: str) -> list[tuple[int, int]]:
        state = self.state
        within = {number for number, contact in state.contacts.items() if inside(contact.path, path)}
        lost = self.remove_contacts(within)
        for gadget in [gadget for gadget in state.gadgets.values() if inside(gadget.group, path)]:
            self.remove_gadget(gadget)
        state.groups = {name: attributes for name, attributes in state.groups.items() if not inside(name, path)}
        state.sealed = {name for name in state.sealed if not inside(name, path)}
        return lost


def _check_ports(
    primitive: Primitive, inputs: Mapping[str, Binding], outputs: Mapping[str, str], config: Mapping[str, Any]
) -> None:
    unknown = (
        (inputs.keys() - set(primitive.inputs))
        | (outputs.keys() - set(primitive.outputs))
        | (config.keys() - set(primitive.config))
    )
    missing = set(primitive.inputs) - primitive.optional - inputs.keys()
    if unknown or missing:
        raise DeclarationError(f"{primitive.name}: unknown {sorted(unknown)}, missing {sorted(missing)}")


def _text(bindings: Mapping[str, Binding]) -> str:
    return ", ".join(
        f"{port}={binding if isinstance(binding, str) else repr(binding.value)}"
        for port, binding in sorted(bindings.items())
    )


def _same(a: Binding, b: Binding) -> bool:
    if isinstance(a, Const) and isinstance(b, Const):
        return equal(a.value, b.value)
    return isinstance(a, str) and isinstance(b, str) and a == b
