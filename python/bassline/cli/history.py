"""`bassline history`: what a contact held, and who wrote it."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from typing import Any

import click

import bassline as bl
from bassline.cli.options import of_a_contact
from bassline.cli.state import json_line, plain
from bassline.cli.store import open_existing


def moment(seconds: float) -> str:
    """Return a time with its date, as people read it.

    >>> moment(0.5)
    '1970-01-01 00:00:00 UTC'
    """
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M:%S} UTC"


@click.command(short_help="Print the last changes of a contact in a store.")
@of_a_contact("--limit", 20, "How many changes.")
def history(store: str, path: str, limit: int, as_json: bool) -> None:
    """Print the last changes of the contact PATH in STORE, newest first.

    Each has the tick, its time, what the contact held before and after, and who wrote it. On a terminal that is a
    table, otherwise one JSON object per line.

    \b
    Example:
      bassline history flights.db carriers/UA/mean_delay --limit 5
    """  # noqa: D301  (\b is click's mark for lines to be left as they are)
    with open_existing(store) as net:
        show_changes(net.history(path, limit), as_json=as_json)


def show_changes(changes: list[bl.Change], *, as_json: bool) -> None:
    """Print changes: a table if stdout is a terminal, otherwise or if asked JSON lines."""
    if as_json or not sys.stdout.isatty():
        for change in changes:
            print(json_line(tick=change.tick, value=change.new, old=change.old, cause=change.cause, time=change.time))
        return
    from rich.console import Console  # noqa: PLC0415  (slow to import, and only for a terminal)
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    table = Table("tick", "time", "value", "before", "by", box=None, header_style="bold", pad_edge=False)
    table.columns[0].justify = "right"
    for change in changes:
        held = [Text(shown(change.new)), Text(shown(change.old), "dim")]
        table.add_row(f"{change.tick:,}", moment(change.time), *held, Text(change.cause))
    Console().print(table)


def shown(value: Any) -> str:
    """Return what a contact held on one line."""
    return "empty" if value is bl.Nothing else json.dumps(plain(value), ensure_ascii=False)
