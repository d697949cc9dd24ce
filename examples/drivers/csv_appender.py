"""Appends every change to a CSV file, and doubles none when it is killed and started again.

    python csv_appender.py prices.csv journal:prices < changes.jsonl

Each line of the input is an object of paths and values, and one tick; the network is kept in a store. A batch is rows
of its changes and a row without a path, which makes it count: what stands behind the last such row is cut off when the
file is opened. What the file missed comes as the network as it is, of which it takes what it does not have.
"""

from __future__ import annotations

import csv
import io
import json
import os
import sys
from pathlib import Path
from typing import Any

import bassline as bl

HEADER = ["epoch", "tick", "path", "value"]


class CsvAppender(bl.StorageDriver):
    """Rows of epoch, tick, path and value as JSON; nothing for what was erased."""

    name = "csv"

    def __init__(self, file: str | os.PathLike[str]) -> None:
        """Append to a file, which is made if it is not there."""
        self.file = Path(file)

    def initialize(self, context: bl.Context) -> None:  # noqa: ARG002
        """Find where the file ends, and cut off what does not count."""
        self.stands: tuple[int, int] | None = None
        self.values: dict[str, str] = {}
        lines = self.file.read_bytes().splitlines(keepends=True) if self.file.exists() else []
        end, seen, batch = 0, 0, {}
        for line in lines:
            row = next(csv.reader([line.decode(errors="replace")]), [])
            seen += len(line)
            if not line.endswith(b"\r\n") or len(row) != len(HEADER):
                break
            if row[2] and row != HEADER:
                batch[row[2]] = row[3]
                continue
            if row != HEADER:
                self.stands = (int(row[0]), int(row[1]))
            self.values |= batch
            end, batch = seen, {}
        with self.file.open("ab") as out:
            out.truncate(end)
        if end == 0:
            self._append([HEADER])

    def load(self) -> bl.Stored | None:
        """Say which tick the file has."""
        contents = {path: json.loads(value) for path, value in self.values.items() if value}
        return bl.Stored(*self.stands, contents=contents) if self.stands else None

    def handle_changes(self, batch: bl.Batch) -> None:
        """Append a batch."""
        rows: list[list[Any]] = []
        changed: dict[str, str] = {}
        for change in batch:
            # One line each, whatever is in a name.
            path = json.dumps(change.path, ensure_ascii=False)[1:-1]
            value = "" if change.new is bl.Nothing else json.dumps(change.new)
            if not batch.snapshot or self.values.get(path) != value:
                rows.append([change.epoch, change.tick, path, value])
                changed[path] = value
        stands = (batch.epoch, batch.ticks[1])
        self._append([*rows, [*stands, "", ""]])
        self.stands = stands
        self.values |= changed

    def _append(self, rows: list[list[Any]]) -> None:
        text = io.StringIO(newline="")
        csv.writer(text).writerows(rows)
        with self.file.open("ab") as out:
            out.write(text.getvalue().encode())
            out.flush()
            os.fsync(out.fileno())


def main() -> None:
    """Read ticks, and append what follows from each."""
    file, store = sys.argv[1:]
    with bl.Network(store) as net:
        net.attach(CsvAppender(file))
        for line in sys.stdin:
            with net.batch():
                for path, value in json.loads(line).items():
                    net.contact(path).value = value
            net.flush()
        print(f"{net.tick} ticks")


if __name__ == "__main__":
    main()
