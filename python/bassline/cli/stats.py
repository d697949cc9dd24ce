"""`bassline stats`: what a store holds of a network, again and again, while another process writes it."""

from __future__ import annotations

import json
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from bassline.cli.figures import table_of
from bassline.cli.history import moment
from bassline.cli.interrupt import Interruption, Stopped
from bassline.cli.options import as_json, debug
from bassline.cli.refused import Refused
from bassline.cli.store import existing, size_of
from bassline.storage import Storage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

COUNTING = 0.1  # of the time, at most, goes into counting what takes long to count


@click.command(short_help="Show what a store holds, while it is written.")
@click.argument("store")
@click.option("--name", default="main", show_default=True, metavar="NAME", help="Which network of the store.")
@click.option(
    "--every", type=click.FloatRange(min=0.05), default=1.0, show_default=True, help="Seconds between two looks."
)
@click.option("--once", is_flag=True, help="Look once and end.")
@as_json
@debug
def stats(store: str, name: str, every: float, once: bool, as_json: bool) -> None:
    """Show the figures of a network in STORE: live, as its writer goes on, until Ctrl-C; dead letters by driver.

    They are read from the store, so that they lag behind the writer by what it has not stored yet; nobody is disturbed.
    On a terminal it is a table, otherwise one JSON object for each look.

    \b
    Examples:
      bassline stats flights.db
      bassline stats flights.db --once --json
    """  # noqa: D301  (\b is click's mark for lines to be left as they are)
    look = Look(existing(store), name)
    live = sys.stdout.isatty() and not as_json
    if once:
        show_once(look(), live=live)
        return
    interruption = Interruption()
    with interruption.heard(), showing(live=live) as show:
        while True:
            begun = time.monotonic()
            show(look())
            with interruption.wait():
                time.sleep(max(0.0, every - (time.monotonic() - begun)))
    raise Stopped("interrupted", 128 + (interruption.signal or 0))


class Look:
    """Looks at one network of a store; what takes long to count is counted when its time has come again."""

    def __init__(self, store: str, name: str) -> None:
        self.store, self.name = store, name
        self.storage = Storage.at(store)
        names = self.storage.list_networks()
        if name not in names:
            there = f"it holds {', '.join(names)}; choose one with --name" if names else "it holds none"
            raise Refused(f"there is no network '{name}' in '{store}'; {there}")
        self.counted: dict[str, Any] = {}
        self.count_at = 0.0
        self.before: tuple[float, int] | None = None

    def __call__(self) -> dict[str, Any]:
        """Look; the figures by name."""
        begun = time.monotonic()
        count = begun >= self.count_at
        found = self.storage.figures(self.name, count=count)
        now = time.monotonic()
        if count:
            self.counted = found
            self.count_at = now + (now - begun) * (1 / COUNTING - 1)
        rate = None
        if self.before is not None and now > self.before[0]:
            rate = (found["tick"] - self.before[1]) / (now - self.before[0])
        self.before = now, found["tick"]
        figures = {"store": self.store, "network": self.name, "ticks_per_second": rate, "bytes": size_of(self.store)}
        return {**figures, **self.counted, **found}


@contextmanager
def showing(*, live: bool) -> Iterator[Callable[[dict[str, Any]], None]]:
    """Show figures in one place of the terminal, or line by line."""
    if not live:
        yield print_line
        return
    from rich.live import Live  # noqa: PLC0415  (slow to import, and only for a terminal)

    with Live(auto_refresh=False) as screen:
        yield lambda figures: screen.update(table_of(rows(figures)), refresh=True)


def show_once(figures: dict[str, Any], *, live: bool) -> None:
    """Show figures, once."""
    if not live:
        print_line(figures)
        return
    from rich.console import Console  # noqa: PLC0415

    Console().print(table_of(rows(figures)))


def print_line(figures: dict[str, Any]) -> None:
    """Print figures as one JSON object; what is not known is left out."""
    told = {name: value for name, value in figures.items() if value is not None}
    print(json.dumps(told, ensure_ascii=False), flush=True)


def rows(figures: dict[str, Any]) -> dict[str, str]:
    """Return what a table says of figures.

    >>> rows({"store": "a.db", "network": "main", "tick": 1200, "ticks_per_second": None, "bytes": 4_096_000})
    {'store': 'a.db', 'network': 'main', 'tick': '1,200', 'ticks/s': '', 'size': '4.1 MB'}
    >>> rows({"dead_letters": {"bus": 1200}})
    {'dead letters, bus': '1,200'}
    """
    told: dict[str, str] = {}
    order = ("store", "network", "tick", "ticks_per_second", "time", "bytes")
    for name in (*order, *(name for name in figures if name not in order)):
        if name not in figures:
            continue
        value = figures[name]
        match name:
            case "ticks_per_second":
                told["ticks/s"] = "" if value is None else f"{value:,.0f}"
            case "time":
                told["last tick"] = "" if value is None else moment(value)
            case "dead_letters":
                told |= {f"dead letters, {driver}": f"{letters:,}" for driver, letters in value.items()}
            case "bytes":
                told["size"] = "" if value is None else f"{value / 1e6:,.1f} MB"
            case _:
                told[name] = value if isinstance(value, str) else f"{value:,}"
    return told
