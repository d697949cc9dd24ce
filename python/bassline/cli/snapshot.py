"""`bassline snapshot` and `bassline restore`: a network as it was, kept and brought back."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from bassline.cli.history import moment
from bassline.cli.options import as_json, debug
from bassline.cli.refused import Refused
from bassline.cli.say import say
from bassline.cli.state import json_line
from bassline.cli.store import open_existing

if TYPE_CHECKING:
    from collections.abc import Sequence

    import bassline as bl


@click.command(short_help="Take a snapshot of a store, list them, or delete one.")
@click.argument("store")
@click.option("--label", default="", metavar="TEXT", help="A word for people, kept with the snapshot.")
@click.option("--list", "listed", is_flag=True, help="List the snapshots, oldest first, and take none.")
@click.option("--delete", type=click.IntRange(min=1), metavar="ID", help="Delete the snapshot of this number.")
@as_json
@debug
def snapshot(store: str, label: str, listed: bool, delete: int | None, as_json: bool) -> None:
    """Keep the network in STORE as it is now, under a number of its own.

    What is printed has the snapshot's id, its label, the tick it shows and the time it was taken.

    \b
    Example:
      bassline snapshot flights.db --label 'before the new tariff'
      bassline snapshot flights.db --list
    """  # noqa: D301  (\b is click's mark for lines to be left as they are)
    if listed + (delete is not None) + bool(label) > 1:
        raise click.UsageError("--label, --list and --delete ask for different things; give one of them")
    with open_existing(store) as net:
        if delete is not None:
            one_of(net, delete).delete()
            say(f"deleted snapshot {delete}")
        else:
            show_snapshots(net.snapshots() if listed else [net.snapshot(label)], as_json=as_json)


@click.command(short_help="Bring back a snapshot of a store.")
@click.argument("store")
@click.argument("snapshot", metavar="ID", type=click.IntRange(min=1))
@debug
def restore(store: str, snapshot: int) -> None:
    """Make the network in STORE what it was when the snapshot ID was taken: structure and content, in one tick.

    Nothing is lost: the ticks since then stay in the history, and a snapshot taken before leads back.

    \b
    Example:
      bassline restore flights.db 3
    """  # noqa: D301  (\b is click's mark for lines to be left as they are)
    with open_existing(store) as net:
        found = one_of(net, snapshot)
        net.restore(found)
        say(f"restored snapshot {snapshot} of tick {found.tick}, as tick {net.tick}")


def one_of(net: bl.Network, number: int) -> bl.Snapshot:
    """Return the snapshot of a number; one that is not there is refused."""
    snapshots = {snapshot.id: snapshot for snapshot in net.snapshots()}
    if number not in snapshots:
        there = f"there are {', '.join(map(str, snapshots))}" if snapshots else "there are none"
        raise Refused(f"there is no snapshot {number}; {there}")
    return snapshots[number]


def show_snapshots(snapshots: Sequence[bl.Snapshot], *, as_json: bool) -> None:
    """Print snapshots: a table if stdout is a terminal, otherwise or if asked JSON lines."""
    if as_json or not sys.stdout.isatty():
        for snapshot in snapshots:
            print(json_line(id=snapshot.id, label=snapshot.label, tick=snapshot.tick, time=snapshot.time))
        return
    from rich.console import Console  # noqa: PLC0415  (slow to import, and only for a terminal)
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    table = Table("id", "tick", "time", "label", box=None, header_style="bold", pad_edge=False)
    for column in table.columns[:2]:
        column.justify = "right"
    for snapshot in snapshots:
        table.add_row(str(snapshot.id), f"{snapshot.tick:,}", moment(snapshot.time), Text(snapshot.label))
    Console().print(table)
