"""Every test here is held against two worlds: the reference evaluator and the engine."""

from __future__ import annotations

import importlib
from typing import Any

import pytest


class World:
    """What both worlds offer; `bl` is the module a user would import."""

    def __init__(self, bl: Any, errors: Any) -> None:
        self.bl = bl
        self.errors = errors
        self.Nothing = bl.Nothing
        self.const = bl.const

    def Network(self, **options: Any) -> Any:  # noqa: N802 - it stands for the class
        return self.bl.Network(**options)

    def firings(self, net: Any, name: str) -> int:
        return int(net.gadgets[name].firings)

    def changes(self, net: Any, pattern: str = "**") -> list[tuple[int, str, Any, Any]]:
        """A list that grows by (tick, path, old, new) with every change from now on."""
        seen: list[tuple[int, str, Any, Any]] = []
        net.on_change(pattern, lambda change: seen.append((change.tick, change.path, change.old, change.new)))
        return seen

    def log(self, net: Any, path: str) -> list[Any]:
        """A list that grows by every value of one contact from now on."""
        seen: list[Any] = []
        net.on_change(path, lambda change: seen.append(change.new))
        return seen


@pytest.fixture(params=["reference", "engine"])
def world(request: pytest.FixtureRequest) -> World:
    if request.param == "reference":
        reference = importlib.import_module("tests.reference")
        return World(reference, reference.errors)
    bassline = importlib.import_module("bassline")  # not importable: an error, never a skip
    return World(bassline, bassline)


@pytest.fixture
def net(world: World) -> Any:
    return world.Network()
