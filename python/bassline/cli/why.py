"""`bassline why`: where a value came from."""

from __future__ import annotations

import click

from bassline.cli.options import of_a_contact
from bassline.cli.state import json_line
from bassline.cli.store import open_existing


@click.command(short_help="Print where a value in a store came from.")
@of_a_contact("--depth", 5, "How far back to go.")
def why(store: str, path: str, depth: int, as_json: bool) -> None:
    """Print the derivation of the contact PATH in STORE.

    It goes from the value over the gadgets and their inputs back to what was written from outside, with its source and
    tick. With --json it is one JSON object.

    \b
    Example:
      bassline why flights.db carriers/UA/mean_delay --depth 3
    """  # noqa: D301  (\b is click's mark for lines to be left as they are)
    with open_existing(store) as net:
        derivation = net.why(path, depth=depth)
        print(json_line(**derivation.to_dict()) if as_json else derivation)
