"""Places in a text: the tree of its values by line and column, and how a place is looked up in it."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class Node:
    """Where a value begins, counted from 1, and the places of what it contains, by key or index."""

    line: int
    column: int
    children: dict[str | int, Node] = field(default_factory=dict)


def find(tree: Node, place: str) -> Node:
    """Return the node at a place such as `build.gadgets[2].inputs.a`, or the nearest one around it.

    >>> inner = Node(3, 7)
    >>> find(Node(1, 1, {"build": Node(2, 3, {"gadgets": Node(2, 9, {0: inner})})}), "build.gadgets[0].inputs") is inner
    True
    """
    node, rest = tree, place
    while rest:
        step = _step(node, rest)
        if step is None:
            break
        node = node.children[step]
        rest = rest[len(step) if isinstance(step, str) else rest.index("]") + 1 :].removeprefix(".")
    return node


def _step(node: Node, rest: str) -> str | int | None:
    """Return the child that the rest of a place begins with; of keys with dots in them, the longest that fits."""
    if rest.startswith("["):
        index, closed, _ = rest[1:].partition("]")
        return int(index) if closed and index.isdecimal() and int(index) in node.children else None
    keys = (key for key in node.children if isinstance(key, str))
    return max((key for key in keys if rest == key or rest.startswith((f"{key}.", f"{key}["))), key=len, default=None)
