"""`bassline get`: what the contacts of a store hold."""

from __future__ import annotations

import click

from bassline.cli.options import as_json, debug
from bassline.cli.state import matching, show
from bassline.cli.store import open_existing


@click.command(short_help="Print what contacts of a store hold.")
@click.argument("store")
@click.argument("patterns", metavar="PATTERN...", nargs=-1, required=True)
@as_json
@debug
def get(store: str, patterns: tuple[str, ...], as_json: bool) -> None:
    """Print the contacts of STORE that match a PATTERN, with what they hold.

    A pattern is a path in which * stands for one name and ** for any number of them. On a terminal the answer is a
    table, otherwise one JSON object per line: path, value (left out while empty) and version, the tick that last
    changed it.

    \b
    Example:
      bassline get flights.db 'carriers/*/mean_delay' overall/departures
    """  # noqa: D301  (\b is click's mark for lines to be left as they are)
    with open_existing(store) as net:
        show(matching(net, patterns), as_json=as_json)
