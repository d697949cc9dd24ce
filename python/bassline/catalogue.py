"""The native gadgets as data that prints as its own documentation."""

from __future__ import annotations

import textwrap
from typing import Any, NamedTuple

from bassline import _core


class Port(NamedTuple):
    """A port of a primitive; an input that is not required may stay unbound, or empty."""

    name: str
    type: str
    required: bool = True

    def __str__(self) -> str:
        return f"{self.name}{'' if self.required else '?'}: {self.type}"


class Setting(NamedTuple):
    """A plain value that a primitive is declared with."""

    name: str
    required: bool
    meaning: str


class Primitive(dict[str, Any]):
    """One native gadget: a dict with `name`, `doc`, `inputs`, `outputs`, `settings` and `purity`."""

    @property
    def signature(self) -> str:
        """Its name and ports in one line; `?` marks what may be left out."""
        given = [*map(str, self["inputs"]), *(f"{name}={name.upper()}" for name, _, _ in self["settings"])]
        return f"{self['name']}({', '.join(given)}) -> {', '.join(map(str, self['outputs']))}"

    def __repr__(self) -> str:
        lines = [f"{self.signature}{'' if self['purity'] == 'pure' else '  [' + self['purity'] + ']'}"]
        texts = [self["doc"], *(f"{name.upper()}: {meaning}" for name, _, meaning in self["settings"])]
        for text in texts:
            lines += textwrap.wrap(text, 100, initial_indent="    ", subsequent_indent="    ")
        return "\n".join(lines)


class Catalogue(list[Primitive]):
    """Primitives, one below the other when printed."""

    def __repr__(self) -> str:
        return "\n".join(map(repr, self)) if self else "no primitive has a name like that"


def primitives(pattern: str = "**") -> Catalogue:
    """The native gadgets whose name is of a pattern, such as `"math.*"`.

    Each is a dict: `name`; `doc`; `inputs` and `outputs`, whose ports are `(name, type, required)`; `settings`, each
    `(name, required, meaning)`; and `purity`, which is `"stateful"` where outputs depend on what came before, else
    `"pure"`. They print as a reference: `?` marks what may be left out.

    >>> bl.primitives("string.s*")
    string.split(string: string, separator: string) -> result: list of strings
        The parts of the string between the separators; an empty separator gives its characters.
    string.substring(string: string, start: int, end?: int) -> result: string
        The characters from `start` up to, not including, `end`, or to the end of the string, as Python
        slices: below zero counts from the end.
    >>> [primitive["name"] for primitive in bl.primitives("math.a*")]
    ['math.abs', 'math.add']
    >>> bl.primitives("math.abs")[0]["inputs"][0].type
    'number'
    """
    return Catalogue(_described(entry) for entry in _core.catalogue() if _core.matches(pattern, entry["name"]))


def _described(entry: dict[str, Any]) -> Primitive:
    ports = {side: [Port(*port) for port in entry[side]] for side in ("inputs", "outputs")}
    return Primitive(entry | ports | {"settings": [Setting(*setting) for setting in entry["settings"]]})


__all__ = ["Catalogue", "Port", "Primitive", "Setting", "primitives"]
