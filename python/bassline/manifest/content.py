"""What a manifest holds: its parts, checked as far as they can be without a network."""

from __future__ import annotations

from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from bassline.manifest.document import Document, Source, read
from bassline.manifest.structure import Structure
from bassline.manifest.values import check_values, described

if TYPE_CHECKING:
    from collections.abc import Iterable

PARTS = ("name", "version", "description", "build", "interface", "attributes", "seeds", "metadata")
DIRECTIONS = ("inputs", "outputs", "bidirectional")


@dataclass(frozen=True, slots=True)
class Manifest:
    """A network written down: what to build, what of it is its interface, and what to know about it.

    >>> load({"name": "pricing", "build": {"contacts": [{"id": "price", "value": 9.5}]}}).name
    'pricing'
    """

    name: str
    version: str | None
    description: str | None
    build: dict[str, Any]
    interface: dict[str, list[str]]
    attributes: dict[str, Any]
    seeds: dict[str, Any]
    metadata: dict[str, Any]
    document: Document = field(repr=False, compare=False)
    structure: Structure = field(repr=False, compare=False)


def load(source: Source | Manifest) -> Manifest:
    """Read a manifest from a path, a text or a mapping, and check it; one that was read already is returned as it is.

    Raises:
        ManifestError: with file, line and column; nothing is built.
    """
    if isinstance(source, Manifest):
        return source
    document = read(source)
    check_values(document)
    parts = _Parts(document)
    parts.known_keys("", document.value, PARTS)
    return Manifest(
        name=parts.name(),
        version=parts.text("version"),
        description=parts.text("description"),
        build=parts.mapping("build"),
        interface=parts.interface(),
        attributes=parts.mapping("attributes"),
        seeds=parts.mapping("seeds"),
        metadata=parts.mapping("metadata"),
        document=document,
        structure=Structure.of(document),
    )


class _Parts:
    """Takes a document apart, refusing what is not of the expected kind."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.value: Any = document.value
        if not isinstance(self.value, dict):
            raise document.error("", f"expected a mapping with at least 'name', found {described(self.value)}")

    def known_keys(self, place: str, mapping: dict[str, Any], known: Iterable[str]) -> None:
        """Refuse a key that would go unnoticed; `x-…` is anybody's."""
        known = list(known)
        for key in mapping:
            if key not in known and not key.startswith("x-"):
                near = get_close_matches(key, known, 1)
                hint = f"did you mean '{near[0]}'?" if near else "a key of your own begins with 'x-'"
                inside = f"{place}.{key}" if place else key
                raise self.document.error(inside, f"unknown key; expected one of {', '.join(known)}; {hint}")

    def name(self) -> str:
        """Return the name, the one part that must be there."""
        name = self.text("name")
        if not name:
            place = "name" if "name" in self.value else ""
            raise self.document.error(place, "'name' is missing; add one, such as: name: my-network")
        return name

    def text(self, key: str) -> str | None:
        """Return a part that is a string, if it is there."""
        value = self.value.get(key)
        if value is None or isinstance(value, str):
            return value
        raise self.document.error(key, f"expected a string, found {described(value)}; put it in quotes")

    def mapping(self, key: str) -> dict[str, Any]:
        """Return a part that is a mapping, empty if it is not there."""
        value = self.value.get(key)
        if value is None:
            return {}
        if not isinstance(value, dict):
            raise self.document.error(key, f"expected a mapping, found {described(value)}")
        return value

    def interface(self) -> dict[str, list[str]]:
        """Return the paths of the interface, by direction."""
        interface = self.mapping("interface")
        self.known_keys("interface", interface, DIRECTIONS)
        for direction, paths in interface.items():
            if direction.startswith("x-"):
                continue
            place = f"interface.{direction}"
            if not isinstance(paths, list):
                raise self.document.error(place, f"expected a list of paths, found {described(paths)}")
            for index, path in enumerate(paths):
                if not isinstance(path, str):
                    raise self.document.error(f"{place}[{index}]", f"expected a path, found {described(path)}")
        return {direction: list(interface.get(direction, ())) for direction in DIRECTIONS}
