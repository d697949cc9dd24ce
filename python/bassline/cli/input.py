"""An input of rows: a file or standard input, and how to read it."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import bassline as bl
from bassline.cli.refused import Refused
from bassline.manifest.nearby import nearby

if TYPE_CHECKING:
    from collections.abc import Iterator

FORMATS = {".csv": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl", ".json": "jsonl"}


@dataclass(frozen=True, slots=True)
class Input:
    """A file of rows, or standard input, and how to read it."""

    path: str
    format: str
    into: str | None = None
    null: tuple[str, ...] = ()
    text: tuple[str, ...] = ()
    source: str = ""
    skip_bad: bool = False

    @property
    def name(self) -> str:
        """What to call it: the name under which its position is stored."""
        return self.source or (self.path if self.path == "-" else Path(self.path).name)

    def reader(self) -> bl.RowReader:
        """Return a fresh decoder."""
        if self.format == "csv":
            return bl.RowReader.csv(null=list(self.null), text=list(self.text))
        return bl.RowReader.json_lines()

    @contextmanager
    def open(self) -> Iterator[tuple[BinaryIO, int | None]]:
        """Open it to be read, and say how many bytes it has, if that is known."""
        if self.path == "-":
            yield sys.stdin.buffer, None
            return
        with Path(self.path).open("rb") as file:
            size = Path(self.path).stat().st_size
            yield file, size if Path(self.path).is_file() else None


def input_of(
    path: str,
    format: str | None,  # noqa: A002  (the name of the option)
    into: str | None,
    null: tuple[str, ...],
    text: tuple[str, ...],
    source: str | None,
    *,
    skip_bad: bool,
) -> Input:
    """Return the input that options describe; a file that cannot be read is refused before anything is built."""
    if path != "-":
        try:
            Path(path).open("rb").close()
        except FileNotFoundError as error:
            raise Refused(f"there is no file '{path}'{nearby(Path(path))}") from error
        except OSError as error:
            raise Refused(f"cannot read '{path}': {error.strerror}") from error
    if format is None and path == "-":
        format = "jsonl"  # noqa: A001
    elif format is None:
        format = FORMATS.get(Path(path).suffix.lower())  # noqa: A001
    if format is None:
        raise Refused(f"the name '{path}' does not tell how to read it; add --format csv or --format jsonl")
    if format != "csv" and (null or text):
        raise Refused("--null and --text tell how to read CSV; JSON lines have null and text of their own")
    return Input(path, format, into, null, text, source or "", skip_bad)
