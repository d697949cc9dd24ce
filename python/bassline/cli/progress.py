"""The progress bar of a run: on stderr, and only where somebody looks at it."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Advance = Callable[[int, int], None]
    """Told the bytes read and the rows read since the last call."""


@contextmanager
def progress(what: str, size: int | None, first_row: int, *, shown: bool) -> Iterator[Advance]:
    """Show how far a run is, if stderr is a terminal; without a size there is no percentage."""
    if not (shown and sys.stderr.isatty()):
        yield lambda _bytes, _rows: None
        return
    from rich.console import Console  # noqa: PLC0415  (slow to import, and only for a terminal)
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn  # noqa: PLC0415

    columns = [
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.fields[rows]:,} rows"),
        TextColumn("{task.fields[rate]:,.0f} rows/s"),
        TimeRemainingColumn(),
    ]
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(what, total=size, rows=first_row, rate=0.0)
        clock, rows = bar.tasks[0], first_row

        def advance(read_bytes: int, read_rows: int) -> None:
            nonlocal rows
            rows += read_rows
            rate = (rows - first_row) / clock.elapsed if clock.elapsed else 0.0
            bar.update(task, advance=read_bytes, rows=rows, rate=rate)

        yield advance
