"""The progress bar of a run: on stderr, and only where somebody looks at it."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from bassline.cli.figures import of_run, table_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from typing import Any

    from rich.console import RenderableType
    from rich.table import Table

    Metrics = Mapping[str, Any]
    Advance = Callable[[int, int], None]
    """Told the bytes read and the rows read since the last call."""

PAUSE = 0.5  # seconds between two looks at the figures


@contextmanager
def progress(
    what: str, size: int | None, first_row: int, *, shown: bool, figures: Callable[[], Metrics] | None = None
) -> Iterator[Advance]:
    """Show how far a run is, with figures below, if stderr is a terminal; without a size there is no percentage."""
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

    class WithFigures(Progress):
        """The bar, and the figures below it."""

        told: Table | None = None

        def get_renderables(self) -> Iterable[RenderableType]:
            yield from super().get_renderables()
            if self.told is not None:
                yield self.told

    with WithFigures(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(what, total=size, rows=first_row, rate=0.0)
        clock, rows, looked = bar.tasks[0], first_row, float("-inf")

        def advance(read_bytes: int, read_rows: int) -> None:
            nonlocal rows, looked
            rows += read_rows
            rate = (rows - first_row) / clock.elapsed if clock.elapsed else 0.0
            if figures is not None and bar.get_time() - looked > PAUSE:
                bar.told = table_of(of_run(figures()))
                looked = bar.get_time()
            bar.update(task, advance=read_bytes, rows=rows, rate=rate)

        yield advance
        bar.told = None  # whoever asked for figures shows them in the end
