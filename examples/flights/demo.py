#!/usr/bin/env python3
"""The flights demo: real data through a live network, a SIGKILL half-way, and every figure checked in the end.

Run it with `./dev demo`. It keeps its network in a store: run again, it continues where it ended.
"""

from __future__ import annotations

import argparse
import shlex
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import check
import data
import report

import bassline as bl

SOURCE = "flights.csv"
MANIFEST = data.HERE / "flights.yaml"
ASKED = "limit"  # the mean delay above which a carrier's alarm is on


def main() -> int:
    """Run the whole demo; 0 if every figure agrees."""
    options = arguments()
    options.store.parent.mkdir(parents=True, exist_ok=True)
    flights = data.flights() if options.rows is None else data.first(options.rows, options.store.parent)
    if options.fresh:
        for part in options.store.parent.glob(f"{options.store.name}*"):
            part.unlink()
    rows = options.rows or data.ROWS
    run = command(flights, options.store)
    say(f"$ {shlex.join(run)}")
    code = bassline(run, options.store, kill_at=rows // 2 if options.kill else 0)
    if code == KILLED:
        say(f"SIGKILL after row {position(options.store):,} of {rows:,} was stored; now the same command again")
        code = bassline(run, options.store)
    if code:
        say(f"demo: bassline run failed with exit code {code}; see above")
        return 1
    return show(options.store)


def arguments() -> argparse.Namespace:
    """Read the options."""
    parser = argparse.ArgumentParser(prog="./dev demo", description=__doc__.partition("\n")[0], allow_abbrev=False)
    parser.add_argument("--fresh", action="store_true", help="forget what is stored and start over")
    parser.add_argument("--rows", type=int, metavar="N", help=f"only the first N flights (default: all {data.ROWS:,})")
    parser.add_argument("--store", type=Path, default=data.FOLDER / "flights.db", help="where the network is kept")
    parser.add_argument("--no-kill", dest="kill", action="store_false", help="let it run through")
    options = parser.parse_args()
    if options.rows is not None and not 1 <= options.rows <= data.ROWS:
        parser.error(f"--rows takes 1 to {data.ROWS:,}, found {options.rows:,}")
    return options


def command(flights: Path, store: Path) -> list[str]:
    """Return the command line that feeds the flights; whatever part of them is fed, their position has one name."""
    words = [short(Path(sys.executable).with_name("bassline")), "run", short(MANIFEST), "--input", short(flights)]
    words += ["--into", "flight", "--null", "NA", "--store", short(store)]
    return words if flights.name == SOURCE else [*words, "--source", SOURCE]


def short(path: Path) -> str:
    """Return a path as one would type it here."""
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)


# ----------------------------------------------------------------------------------------------------------------------
# Killing it

KILLED = -9  # what a process ended by SIGKILL returns


def bassline(run: list[str], store: Path, kill_at: int = 0) -> int:
    """Run it, and kill it once so many rows are stored; if they are already, let it run through."""
    kill = position(store) < kill_at
    with subprocess.Popen(run) as process:  # noqa: S603  (its words are ours)
        while kill and process.poll() is None:
            if position(store) >= kill_at:
                process.kill()
                break
            time.sleep(0.005)
        code = process.wait()
    if code == KILLED and sys.stderr.isatty():
        print("\x1b[?25h", file=sys.stderr)  # the bar had hidden the cursor
    return code


def position(store: Path) -> int:
    """Return how many rows are stored, asking SQLite from outside."""
    if not store.exists():
        return 0
    try:
        with closing(sqlite3.connect(f"{store.resolve().as_uri()}?mode=ro", uri=True)) as database:
            found = database.execute("select position from positions where source = ?", [SOURCE]).fetchone()
    except sqlite3.OperationalError:  # the store is just being made
        return 0
    return int(found[0]) if found else 0


# ----------------------------------------------------------------------------------------------------------------------
# What came out of it


def show(store: Path) -> int:
    """Print the tables and why one number is what it is, and check every figure."""
    with bl.Network(str(store)) as net:
        rows = net.position(SOURCE) or 0
        figures = report.figures(net)
        report.tables(figures, rows)
        say(f"\n$ {short(Path(sys.executable).with_name('bassline'))} why {short(store)} {ASKED}")
        print(net.why(ASKED))
    say("")
    return verdict(figures, rows)


def verdict(figures: dict[str, object], rows: int) -> int:
    """Say whether every figure agrees with the independent computation."""
    with closing(check.Expected(data.flights())) as expected:
        expected.read_to(rows)
        wrong = check.differences(expected.figures(), figures)
    if wrong:
        say("\n".join([f"{len(wrong)} of {len(figures)} figures DISAGREE with the file:", *wrong]))
        return 1
    say(f"every one of {len(figures)} figures agrees with an independent computation over {rows:,} rows of {SOURCE}")
    return 0


def say(line: str) -> None:
    """Print a line at once, so that it keeps its place among those of the processes we start."""
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())
