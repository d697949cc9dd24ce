"""`bassline dead-letters`: the ticks that drivers did not take, listed, shown, let go of, or tried once more."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from bassline.cli.history import moment
from bassline.cli.options import as_json, debug
from bassline.cli.refused import Refused
from bassline.cli.say import one_line, say
from bassline.cli.state import json_line
from bassline.cli.store import existing
from bassline.storage import Storage

if TYPE_CHECKING:
    from collections.abc import Sequence

    import bassline as bl

NUMBER = click.IntRange(min=1)


class Numbers(click.ParamType[int | None]):
    """The number of a letter, or `all`."""

    name = "ID|all"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int | None:
        """Return the number; `None` for all."""
        return None if value == "all" else NUMBER.convert(value, param, ctx)


@click.command("dead-letters", short_help="List the ticks that drivers did not take; purge or requeue them.")
@click.argument("store")
@click.option("--name", default="main", show_default=True, metavar="NETWORK", help="The network in the store.")
@click.option("--driver", metavar="NAME", help="Only those of this driver.")
@click.option("--show", type=NUMBER, metavar="ID", help="Show one letter whole: its error and what its tick changed.")
@click.option(
    "--purge", type=Numbers(), multiple=True, metavar="ID|all", help="Let go of a letter, or of all listed; repeatable."
)
@click.option("--requeue", type=Numbers(), multiple=True, metavar="ID|all", help="Have it tried once more; repeatable.")
@as_json
@debug
def dead_letters(
    store: str,
    name: str,
    driver: str | None,
    show: int | None,
    purge: tuple[int | None, ...],
    requeue: tuple[int | None, ...],
    as_json: bool,
) -> None:
    """List the ticks of a network in STORE that a driver did not take, oldest first.

    A letter that is requeued is handed to its driver when that is attached the next time; one that the driver takes
    is gone then. The store may be in use; letters of a journal that is in use can be listed and shown only.

    \b
    Example:
      bassline dead-letters shop.db --driver bus
      bassline dead-letters shop.db --show 7
      bassline dead-letters shop.db --requeue 7 --requeue 8
      bassline dead-letters shop.db --driver bus --purge all
    """  # noqa: D301  (\b is click's mark for lines to be left as they are)
    if (show is not None) + bool(purge) + bool(requeue) > 1:
        raise click.UsageError("--show, --purge and --requeue ask for different things; give one of them")
    letters = Storage.at(existing(store)).dead_letters(name, driver)
    if purge:
        say(f"purged {counted(letters.purge(chosen(letters, purge)))}")
    elif requeue:
        say(f"requeued {counted(letters.requeue(chosen(letters, requeue)))}")
    elif show is not None:
        show_whole(chosen(letters, [show])[0], as_json=as_json)
    else:
        show_letters(letters, as_json=as_json)


def counted(letters: int) -> str:
    """Say how many letters.

    >>> counted(1), counted(2)
    ('1 dead letter', '2 dead letters')
    """
    return f"{letters} dead {'letter' if letters == 1 else 'letters'}"


def chosen(letters: Sequence[bl.DeadLetter], numbers: Sequence[int | None]) -> list[bl.DeadLetter]:
    """Return the letters of these numbers, all for `None`; one that is not there is refused."""
    if None in numbers:
        return list(letters)
    by_number: dict[int | None, bl.DeadLetter] = {letter.id: letter for letter in letters}
    for number in numbers:
        if number not in by_number:
            there = f"there are {', '.join(map(str, by_number))}" if by_number else "there are none"
            raise Refused(f"there is no dead letter {number}; {there}")
    return [by_number[number] for number in dict.fromkeys(numbers)]


def fields(letter: bl.DeadLetter) -> dict[str, object]:
    """Return what is printed of a letter in a list."""
    return {
        "id": letter.id,
        "driver": letter.driver,
        "tick": letter.tick,
        "time": letter.time,
        "tries": letter.tries,
        "again": letter.again,
        "error": letter.error,
    }


def show_letters(letters: Sequence[bl.DeadLetter], *, as_json: bool) -> None:
    """Print letters: a table if stdout is a terminal, otherwise or if asked JSON lines."""
    if as_json or not sys.stdout.isatty():
        for letter in letters:
            print(json_line(**fields(letter)))
        return
    from rich.console import Console  # noqa: PLC0415  (slow to import, and only for a terminal)
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    table = Table("id", "tick", "tries", "time", "driver", "error", box=None, header_style="bold", pad_edge=False)
    for column in table.columns[:3]:
        column.justify = "right"
    for letter in letters:
        tries = f"{letter.tries}, again" if letter.again else str(letter.tries)
        error = Text(one_line(letter.error), overflow="ellipsis", no_wrap=True)
        driver = Text(letter.driver)
        table.add_row(str(letter.id), f"{letter.tick:,}", tries, moment(letter.time), driver, error)
    Console().print(table)


def show_whole(letter: bl.DeadLetter, *, as_json: bool) -> None:
    """Print a letter, its error and what its tick changed."""
    if as_json or not sys.stdout.isatty():
        print(json_line(**fields(letter)))
        for change in letter.changes:
            told = {"path": change.path, "value": change.new, "old": change.old, "cause": change.cause}
            print(json_line(**told))
        return
    again = "; it is tried once more when the driver is attached" if letter.again else ""
    print(f"letter {letter.id}: '{letter.driver}' did not take tick {letter.tick} ({moment(letter.time)}){again}")
    print(f"after {letter.tries} {'try' if letter.tries == 1 else 'tries'}: {letter.error}")
    for change in letter.changes:
        print(f"  {change.path} = {change.new!r}  (was {change.old!r}, by {change.cause})")
