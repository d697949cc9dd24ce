"""`bassline run`: a manifest brought to life, fed with an input, and kept in a store."""

from __future__ import annotations

import json
import sys
from typing import Any

import click

import bassline as bl
from bassline import _core
from bassline.cli.feed import Feed
from bassline.cli.figures import show_figures
from bassline.cli.input import input_of
from bassline.cli.options import as_json, debug
from bassline.cli.refused import Refused
from bassline.cli.say import message_of
from bassline.cli.state import hint, json_line, matching, show
from bassline.manifest import load_into
from bassline.manifest.functions import importable


@click.command(short_help="Build the network of a manifest, feed it, keep it in a store.")
@click.argument("manifest")
@click.option("--input", "path", metavar="FILE|-", help="Rows to feed, one tick each; - is standard input.")
@click.option("--format", type=click.Choice(["csv", "jsonl"]), help="How to read them; default: by the file's name.")
@click.option("--into", metavar="PATH", help="Write each row, as one map, to this contact; else columns are contacts.")
@click.option("--null", metavar="TEXT", multiple=True, help="A CSV field that stands for null; repeatable.")
@click.option(
    "--text",
    metavar="COLUMN",
    multiple=True,
    help="A CSV column that is text, digits or not; repeatable.",
)
@click.option("--store", metavar="URL", help="Where to keep the network, such as flights.db; default: nowhere.")
@click.option("--set", "settings", metavar="PATH=JSON", multiple=True, help="Write a value; repeatable.")
@click.option("--watch", metavar="PATTERN", multiple=True, help="Print each change as a JSON line.")
@click.option("--print", "patterns", metavar="PATTERN", multiple=True, help="Print the state at the end.")
@click.option("--stats", is_flag=True, help="Show the figures of the engine and the drivers, on stderr.")
@click.option("--skip-bad", is_flag=True, help="Pass over rows that cannot be read, and count them.")
@click.option("--source", metavar="NAME", help="The input's name in the store; default: the file's name.")
@as_json
@debug
def run(  # noqa: PLR0913  (one parameter per option)
    *,
    manifest: str,
    path: str | None,
    format: str | None,  # noqa: A002
    into: str | None,
    null: tuple[str, ...],
    text: tuple[str, ...],
    store: str | None,
    settings: tuple[str, ...],
    watch: tuple[str, ...],
    patterns: tuple[str, ...],
    stats: bool,
    skip_bad: bool,
    source: str | None,
    as_json: bool,
) -> None:
    """Build the network of MANIFEST (YAML or JSON), feed it, and keep it in a store.

    Each row of the input is one tick, stored together with its number: a run on the same store and input continues
    after the last row that is there, however the one before it ended.

    \b
    --watch prints one JSON object per change: tick, path, value, old, cause, time.
    --print prints a table on a terminal, otherwise one JSON object per contact: path, value, version.
    --stats shows figures while rows are read and at the end; where stderr is no terminal, at the end, as a JSON object.

    \b
    Examples:
      bassline run pricing.yaml --set price=12 --print '**'
      bassline run flights.yaml --input flights.csv --into flight --null NA --store flights.db
      tail -f readings.jsonl | bassline run plant.yaml --input - --watch 'alarms/**'
    """  # noqa: D301  (\b is click's mark for lines to be left as they are)
    values = dict(setting_of(setting) for setting in settings)
    if path is None:
        unused = {"--format": format, "--into": into, "--null": null, "--text": text, "--source": source}
        if given := [option for option, value in {**unused, "--skip-bad": skip_bad}.items() if value]:
            raise Refused(f"{given[0]} says how to read an input; add --input FILE")
        rows = None
    else:
        rows = input_of(path, format, into, null, text, source, skip_bad=skip_bad)
    with importable(manifest) as loaded, bl.Network(store) as net:
        printer = Printer()
        for pattern in watch:
            net.on_change(pattern, printer)
        load_into(net, loaded)
        if into is not None and into not in net.contacts:
            raise Refused(f"--into: no contact '{into}'; {hint(net, into)}")
        write(net, values)
        if rows is not None:
            shown = not (watch and sys.stdout.isatty())
            Feed(net, rows, store, shown=shown, stats=stats, after_each=printer.check).run()
        net.flush()
        printer.check()
        if stats:
            show_figures(net.metrics())
        matching(net, watch)
        if patterns:
            show(matching(net, patterns), as_json=as_json)


def setting_of(setting: str) -> tuple[str, Any]:
    """Return the path and the value of `path=json`.

    >>> setting_of("limits/high=[1, 2.5]")
    ('limits/high', [1, 2.5])
    """
    path, equals, text = setting.partition("=")
    if not (path and equals):
        raise Refused(f"--set takes PATH=JSON, such as price=9.5; found '{setting}'")
    try:
        value = json.loads(text)
        return path, _core.read_tags(value) if "$" in text else value
    except (bl.ValueTypeError, bl.ValueRangeError) as error:
        raise Refused(f"--set {path}: {message_of(error)}") from error
    except ValueError as error:
        quoted = json.dumps(text, ensure_ascii=False)
        way_out = f"a string needs its quotes: --set '{path}={quoted}'"
        raise Refused(f"--set {path}: expected a JSON value, found '{text}'; {way_out}") from error


def write(net: bl.Network, values: dict[str, Any]) -> None:
    """Write what --set gives, as one tick."""
    try:
        net.update(values)
    except (bl.errors.UnknownContactError, bl.errors.ValueRangeError, bl.errors.ValueTypeError) as error:
        raise Refused(f"--set: {message_of(error)}") from error


class Printer:
    """Prints changes; if nobody reads them any more, it remembers that."""

    def __init__(self) -> None:
        self.broken: BrokenPipeError | None = None

    def __call__(self, change: bl.Change) -> None:
        """Print one change."""
        if self.broken is None:
            try:
                fields = {"value": change.new, "old": change.old, "cause": change.cause, "time": change.time}
                print(json_line(tick=change.tick, path=change.path, **fields), flush=True)
            except BrokenPipeError as error:
                self.broken = error

    def check(self) -> None:
        """Raise if nobody reads what is printed."""
        if self.broken is not None:
            raise self.broken
