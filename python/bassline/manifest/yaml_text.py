"""Manifests in YAML: its nodes give values and their places; what YAML would read as a surprise is refused."""

from __future__ import annotations

from typing import Any

import yaml

from bassline.errors import ManifestError
from bassline.manifest.json_text import Lines
from bassline.manifest.node import Node

TAG = "tag:yaml.org,2002:"
PLAIN = {f"{TAG}{kind}" for kind in ("str", "int", "float", "bool", "null", "map", "seq")}
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
DEEPEST = 100  # libyaml composes by recursion, and would overrun its stack where Python stops
MOST_VALUES = 1_000_000  # aliases of aliases can stand for more values than any memory holds


def parse(text: str, name: str) -> tuple[Any, Node]:
    """Return what a YAML text says, and where."""
    try:
        _check_depth(text, name)
        return _read(text, name)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        said = ": ".join(part for part in (error.context, error.problem) if part)
        if "nesting depth" in said:  # libyaml looks ahead, and may meet a limit of its own before events tell of ours
            raise _too_deep(name, mark) from error
        tab = mark is not None and text[mark.index : mark.index + 1] == "\t"
        way_out = "indent with spaces, not with tabs" if tab else "check the indentation and the quotes there"
        raise ManifestError(f"{name}:{_where(mark)}: not valid YAML: {said}; {way_out}") from error
    except yaml.reader.ReaderError as error:
        line, column = Lines(text).position(error.position)
        message = f"not valid YAML: {error.reason}; remove that character"
        raise ManifestError(f"{name}:{line}:{column}: {message}") from error


def _read(text: str, name: str) -> tuple[Any, Node]:
    loader = LOADER(text)
    try:
        root = loader.get_single_node()
        if root is None:
            raise ManifestError(f"{name}:1:1: expected a mapping with at least 'name', found an empty text")
        _Check(name).weigh(root)
        return loader.construct_document(root), _places(root, {})
    finally:
        loader.dispose()


def _check_depth(text: str, name: str) -> None:
    """Refuse a text that is nested too deeply, before anything recurses into it."""
    depth = 0
    for event in yaml.parse(text, LOADER):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            raise _too_deep(name, event.start_mark)


def _too_deep(name: str, mark: Any) -> ManifestError:
    return ManifestError(f"{name}:{_where(mark)}: nested more than {DEEPEST} deep; flatten it")


def _where(mark: Any) -> str:
    """Return a mark as line and column, counted from 1."""
    return f"{mark.line + 1}:{mark.column + 1}" if mark else "1:1"


class _Check:
    """Refuses keys that are not strings, keys given twice, and values that are not what their writer thinks."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.weights: dict[int, int | None] = {}

    def weigh(self, node: yaml.Node) -> int:
        """Check a node and return how many values it stands for when every alias in it is written out."""
        if id(node) in self.weights:
            weight = self.weights[id(node)]
            if weight is None:
                raise self.error(node, "this value contains itself; an alias must not stand inside its own anchor")
            return weight
        self.weights[id(node)] = None
        weight = 1
        if node.tag not in PLAIN:
            raise self.error(node, self.strange(node))
        if isinstance(node, yaml.MappingNode):
            self.keys(node)
            weight += sum(self.weigh(value) for _, value in node.value)
        elif isinstance(node, yaml.SequenceNode):
            weight += sum(self.weigh(item) for item in node.value)
        elif node.tag == f"{TAG}int" and ":" in node.value:
            raise self.error(node, f"YAML reads {node.value} as a number to the base 60; put it in quotes")
        if weight > MOST_VALUES:
            raise self.error(node, f"its aliases stand for more than {MOST_VALUES:,} values; write less")
        self.weights[id(node)] = weight
        return weight

    def keys(self, node: yaml.Node) -> None:
        """Check the keys of a mapping."""
        seen: dict[str, int] = {}
        for key, _ in node.value:
            if key.tag == f"{TAG}merge":
                continue
            if key.tag != f"{TAG}str":
                found = f"{key.value} ({key.tag.removeprefix(TAG)})" if key.id == "scalar" else f"a {key.id}"
                raise self.error(key, f"expected a string as a key, found {found}; put it in quotes")
            if key.value in seen:
                raise self.error(key, f"the key '{key.value}' stands twice, first on line {seen[key.value]}")
            seen[key.value] = key.start_mark.line + 1

    def strange(self, node: yaml.Node) -> str:
        """Say what is wrong with a value of a kind that manifests do not have."""
        kind = node.tag.removeprefix(TAG)
        if kind == "timestamp":
            return f"YAML reads {node.value} as a date, and a manifest holds none; put it in quotes"
        return f"expected a string, number, boolean, null, list or mapping, found the tag {kind!r}; remove it"

    def error(self, node: yaml.Node, message: str) -> ManifestError:
        """Return the error at a node."""
        return ManifestError(f"{self.name}:{_where(node.start_mark)}: {message}")


def _places(node: yaml.Node, known: dict[int, Node]) -> Node:
    """Return the places in a node whose values have been constructed, which leaves its merge keys written out."""
    if id(node) in known:
        return known[id(node)]
    place = known[id(node)] = Node(node.start_mark.line + 1, node.start_mark.column + 1)
    if isinstance(node, yaml.MappingNode):
        place.children.update((key.value, _places(value, known)) for key, value in node.value)
    elif isinstance(node, yaml.SequenceNode):
        place.children.update((index, _places(item, known)) for index, item in enumerate(node.value))
    return place
