"""Feeding an input to a network, row by row, from where the last run ended."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

import click

import bassline as bl
from bassline.cli.interrupt import Interruption, Stopped
from bassline.cli.progress import progress
from bassline.cli.say import message_of, say
from bassline.cli.store import size_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from bassline.cli.input import Input

SKIP = "what is before it is in; correct it and run the same again, or pass over bad rows with --skip-bad"
SMALLEST, FIRST, LARGEST = 1 << 6, 1 << 8, 1 << 20  # bytes of a chunk
BRISK, SLUGGISH = 0.02, 0.1  # seconds a chunk may take before the next is larger, or smaller


class Feed:
    """One run of an input through a network."""

    def __init__(
        self,
        net: bl.Network,
        given: Input,
        store: str | None,
        *,
        shown: bool,
        stats: bool,
        after_each: Callable[[], None],
    ) -> None:
        self.net = net
        self.input = given
        self.store = store
        self.shown = shown
        self.stats = stats
        self.after_each = after_each
        self.first = net.position(given.name) or 0
        self.tick = net.tick
        self.rows = self.bad = 0

    def run(self) -> None:
        """Feed it to its end, and say how it went."""
        if self.first:
            say(f"continuing after row {self.first:,}")
        started = time.monotonic()
        interruption = Interruption()
        try:
            with interruption.heard():
                self.feed(interruption)
        finally:
            self.net.flush()
            seconds = time.monotonic() - started
        if interruption.signal is not None:
            kept = "the same command continues there" if self.store else "without --store nothing of it is kept"
            raise Stopped(f"interrupted after row {self.row:,}; {kept}", 128 + interruption.signal)
        self.summarise(seconds)

    @property
    def row(self) -> int:
        """How many rows of the input the network has seen, this time and before."""
        return self.net.position(self.input.name) or 0

    def feed(self, interruption: Interruption) -> None:
        """Read and ingest chunks, as large as they may be to leave us responsive."""
        reader, chunk_size = self.input.reader(), FIRST
        with (
            self.input.open() as (file, size),
            progress(
                self.input.name,
                size,
                self.first,
                shown=self.shown,
                figures=self.net.metrics if self.stats else None,
            ) as advance,
        ):
            row, final = self.first, False
            while not final:
                with interruption.wait():
                    chunk = file.read1(chunk_size)  # type: ignore[attr-defined]  # both kinds have it; BinaryIO does not say
                final = not chunk
                started = time.monotonic()
                self.ingest(reader, chunk, final=final)
                self.after_each()
                seconds = time.monotonic() - started
                chunk_size = next_size(chunk_size, seconds)
                advance(len(chunk), max(self.row, row) - row)
                row = max(self.row, row)

    def ingest(self, reader: bl.RowReader, chunk: bytes, *, final: bool) -> None:
        """Ingest one chunk; a failure is told with its row and the way out."""
        given = self.input
        try:
            result = self.net.ingest(
                reader, chunk, into=given.into, source=given.name, skip_bad=given.skip_bad, final=final
            )
        except bl.errors.InputError as error:
            place = f"row {error.row:,} (line {error.line:,})" if error.row else f"the header (line {error.line})"
            way_out = SKIP if error.row else "correct it and run the same again"
            raise click.ClickException(f"{given.name}, {place}: {without_place(error)}; {way_out}") from error
        except (bl.errors.DriverError, bl.errors.StorageError, bl.errors.BackpressureError):
            raise
        except bl.errors.BasslineError as error:
            place = f"row {getattr(error, 'row', self.row + 1):,}"
            raise click.ClickException(f"{given.name}, {place}: {without_place(error)}; {SKIP}") from error
        self.rows += result.rows
        self.bad += result.bad

    def summarise(self, seconds: float) -> None:
        """Say what was done and how fast."""
        bad = f"; {counted(self.bad, 'bad row')} passed over" if self.bad else ""
        if self.first and not self.rows:
            again = "; --source NAME starts another input" if self.input.path == "-" else ""
            say(f"nothing new in {self.input.name}: {self.first:,} rows were read before{again}")
            return
        rate = f"{self.rows / seconds:,.0f} rows/s" if seconds else "at once"
        ticks = counted(self.net.tick - self.tick, "tick")
        size = size_of(self.store) if self.store else None
        kept = f", {self.store} {size / 1e6:,.1f} MB" if size is not None else ""
        say(f"{counted(self.rows, 'row')} in {seconds:.1f} s ({rate}), {ticks}{kept}{bad}")


def without_place(error: Exception) -> str:
    """Return the message of an error without the row it may begin with."""
    return re.sub(r"^row \d+( \(line \d+\))?: ", "", message_of(error))


def next_size(size: int, seconds: float) -> int:
    """Return how large the next chunk may be, after one of a size took so long."""
    if seconds < BRISK:
        return min(size * 4, LARGEST)
    return max(size // 4, SMALLEST) if seconds > SLUGGISH else size


def counted(number: int, what: str) -> str:
    """Return a number of things.

    >>> counted(1, "row"), counted(2000, "row")
    ('1 row', '2,000 rows')
    """
    return f"{number:,} {what}{'' if number == 1 else 's'}"
