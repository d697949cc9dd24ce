"""What a driver is told, and what it tells of itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Context:
    """What a driver is told when it begins.

    >>> class Greets(bl.Driver):
    ...     def initialize(self, context):
    ...         print(context)
    ...
    ...     def handle_changes(self, batch): ...
    >>> net = bl.Network()
    >>> net.attach(Greets(), name="greets")
    Context(driver='greets', network='main', epoch=1, tick=0)
    """

    driver: str
    """The name it was attached by."""
    network: str
    """The network's name."""
    epoch: int
    """Which opening of the network this is."""
    tick: int
    """The last tick committed before it was attached."""


@dataclass(frozen=True)
class Command:
    """A command for one driver: what `net.command(driver, name, **arguments)` was given.

    >>> class Echo(bl.Driver):
    ...     def handle_changes(self, batch): ...
    ...
    ...     def handle_command(self, command):
    ...         return f"{command.name} {dict(command.arguments)}"
    >>> net = bl.Network()
    >>> net.attach(Echo(), name="echo")
    >>> net.command("echo", "open", door=3)
    "open {'door': 3}"
    """

    name: str
    """Which command."""
    arguments: Mapping[str, Any]
    """Its arguments."""


@dataclass(frozen=True)
class Stored:
    """What a storage driver holds: the last tick it has taken, in which opening that was, and the contents.

    >>> bl.Stored(epoch=1, tick=7, contents={"price": 9.5})
    Stored(epoch=1, tick=7, contents={'price': 9.5})
    """

    epoch: int
    """Which opening of the network the tick was in."""
    tick: int
    """The last tick it has taken."""
    contents: Mapping[str, Any] = field(default_factory=dict)
    """What it holds of each contact, by path."""
