"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., Any])

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON lines, on a terminal too.")
debug = click.option("--debug", is_flag=True, expose_value=False, help="Show the traceback of an error.")


def of_a_contact(bound: str, default: int, says: str) -> Callable[[Command], Command]:
    """Give a command what one about a single contact takes: STORE, PATH, and a bound on how much is told."""
    parts = [
        click.argument("store"),
        click.argument("path"),
        click.option(bound, type=click.IntRange(min=1), default=default, show_default=True, help=says),
        as_json,
        debug,
    ]

    def give(command: Command) -> Command:
        for part in reversed(parts):
            command = part(command)
        return command

    return give
