"""Manifests in JSON, read with the standard library alone; its decoder gives values, and we find their places."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from typing import Any

from bassline.errors import ManifestError
from bassline.manifest.node import Node

SPACE = re.compile(r"[ \t\n\r]*")
DECODER = json.JSONDecoder()


def parse(text: str, name: str) -> tuple[Any, Node]:
    """Return what a JSON text says, and where."""
    try:
        value = json.loads(text)
    except json.JSONDecodeError as error:
        message = f"{name}:{error.lineno}:{error.colno}: not valid JSON: {error.msg[:1].lower()}{error.msg[1:]}"
        found: str = text[error.pos : error.pos + 20].partition("\n")[0]
        found = repr(found) if found else "the end of the line" if error.pos < len(text) else "the end of the text"
        way_out = "check the quotes, commas and brackets there"
        raise ManifestError(f"{message}, found {found}; {way_out}") from error
    except ValueError as error:  # an int of thousands of digits
        raise ManifestError(f"{name}: {error}") from error
    return value, _Places(text, name).read(0)[0]


class Lines:
    r"""Turns offsets in a text into lines and columns, counted from 1.

    >>> Lines("ab\ncd").position(4)
    (2, 2)
    """

    def __init__(self, text: str) -> None:
        self.starts = [0, *(found.end() for found in re.finditer("\n", text))]

    def position(self, at: int) -> tuple[int, int]:
        """Return the line and column of an offset."""
        line = bisect_right(self.starts, at)
        return line, at - self.starts[line - 1] + 1


class _Places:
    """Walks a text that is known to be valid JSON."""

    def __init__(self, text: str, name: str) -> None:
        self.text = text
        self.name = name
        self.lines = Lines(text)

    def read(self, at: int) -> tuple[Node, int]:
        """Return the node of the value at or after a position, and where it ends."""
        at = self.skip(at)
        node = Node(*self.lines.position(at))
        opening = self.text[at]
        if opening not in "{[":
            return node, DECODER.raw_decode(self.text, at)[1]
        at = self.skip(at + 1)
        while self.text[at] not in "}]":
            key: str | int = len(node.children)
            if opening == "{":
                key, at = self.key(node, at)
            node.children[key], at = self.read(at)
            at = self.skip(at)
            if self.text[at] == ",":
                at = self.skip(at + 1)
        return node, at + 1

    def key(self, node: Node, at: int) -> tuple[str, int]:
        """Return the key at a position, and where its value begins; the same key twice is refused."""
        key, end = DECODER.raw_decode(self.text, at)
        if key in node.children:
            line, column = self.lines.position(at)
            first = node.children[key].line
            raise ManifestError(f"{self.name}:{line}:{column}: the key '{key}' stands twice, first on line {first}")
        return str(key), self.skip(end) + 1

    def skip(self, at: int) -> int:
        """Return where the white space at a position ends."""
        found = SPACE.match(self.text, at)
        return found.end() if found else at
