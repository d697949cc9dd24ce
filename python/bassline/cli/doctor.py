"""`bassline doctor`: whether everything in a store is whole."""

from __future__ import annotations

import click

from bassline.cli.options import debug
from bassline.cli.store import existing
from bassline.storage import Storage


class Damaged(click.ClickException):
    """A store with something wrong in it."""


@click.command(short_help="Read everything in a store and say what is wrong.")
@click.argument("store")
@debug
def doctor(store: str) -> None:
    """Read everything there is in STORE, and print what was read and what is wrong with it.

    The store is not changed, and may be in use. The exit code is 1 if something is wrong.

    \b
    Example:
      bassline doctor flights.db
    """  # noqa: D301  (\b is click's mark for lines to be left as they are)
    read, found = Storage.at(existing(store)).check()
    for line in read:
        print(f"read   {line}")
    for line in found:
        print(f"WRONG  {line}")
    if found:
        raise Damaged(f"'{store}' has {len(found)} {'fault' if len(found) == 1 else 'faults'}; restore a backup")
