"""What a `build` section declares, read without a network: ids, the templates in it, the Python functions it names."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bassline.manifest.values import described

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bassline.manifest.document import Document

LISTS = ("contacts", "groups", "gadgets", "wires", "links")


@dataclass(slots=True)
class Structure:
    """What stands in the `build` section, by place."""

    templates: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    """What routers build for each new key, outermost first."""
    functions: dict[str, str] = field(default_factory=dict)
    """`module:function` and the place that first names it."""

    @classmethod
    def of(cls, document: Document) -> Structure:
        """Read the `build` section of a manifest; the same id twice is refused."""
        structure = cls()
        build = document.value.get("build")
        if build is not None:
            _Reader(document, structure).section(build, "build")
        return structure


class _Reader:
    """Walks one `build` section with everything inside it."""

    def __init__(self, document: Document, structure: Structure) -> None:
        self.document = document
        self.structure = structure

    def section(self, build: Any, place: str) -> None:
        """Read a section: that of the manifest, or that of a template, in which paths begin anew."""
        self.group(build, place, "", {})

    def group(self, build: Any, place: str, prefix: str, seen: dict[tuple[str, str], str]) -> None:
        """Read what a group holds; `seen` has the paths so far, each with its place."""
        if not isinstance(build, dict):
            raise self.document.error(place, f"expected a mapping of {', '.join(LISTS)}, found {described(build)}")
        for kind in ("contacts", "groups", "gadgets"):
            for inside, entry in self.entries(build, place, kind):
                path = self.path(entry, inside, prefix, kind, seen)
                if kind == "groups":
                    self.group(entry, inside, f"{path}/", seen)
                elif kind == "gadgets":
                    self.gadget(entry, inside)

    def entries(self, build: dict[str, Any], place: str, kind: str) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield the entries of a list, each with its place."""
        entries = build.get(kind)
        if not isinstance(entries, list | None):
            raise self.document.error(f"{place}.{kind}", f"expected a list of mappings, found {described(entries)}")
        for index, entry in enumerate(entries or ()):
            inside = f"{place}.{kind}[{index}]"
            if not isinstance(entry, dict):
                raise self.document.error(inside, f"expected a mapping with an 'id', found {described(entry)}")
            yield inside, entry

    def path(self, entry: dict[str, Any], place: str, prefix: str, kind: str, seen: dict[tuple[str, str], str]) -> str:
        """Return the path of an entry; a gadget may go without an id."""
        name = entry.get("id")
        if name is None and kind == "gadgets":
            return ""
        if not isinstance(name, str) or not name:
            found = described(name) if name is not None else "none"
            inside = f"{place}.id" if "id" in entry else place
            raise self.document.error(inside, f"expected an 'id' that is a string, found {found}; put it in quotes")
        path = name[1:] if name.startswith("/") else prefix + name
        first = seen.setdefault((kind, path), place)
        if first != place:
            message = f"the {kind[:-1]} '{path}' stands twice, first at {first}; give one of them another id"
            raise self.document.error(f"{place}.id", message)
        return path

    def gadget(self, gadget: dict[str, Any], place: str) -> None:
        """Note the function and the template of a gadget."""
        function, config = gadget.get("python"), gadget.get("config")
        if function is not None:
            if not isinstance(function, str) or not all(part.strip() for part in function.partition(":")):
                message = f"expected 'module:function', found {described(function)}"
                raise self.document.error(f"{place}.python", message)
            self.structure.functions.setdefault(function, f"{place}.python")
        if isinstance(config, dict) and isinstance(config.get("template"), dict):
            inside = f"{place}.config.template"
            self.structure.templates.append((inside, config["template"]))
            self.section(config["template"], inside)
