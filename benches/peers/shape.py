"""A shape as the Rust bench writes it."""

from __future__ import annotations

from pathlib import Path


class Shape:
    """Cells in order, which sources each tick writes, in turn, and what is rewired between ticks.

    A cell is `("constant", value)`, `("source", one, other)` or `(operation, a, b)`.
    """

    def __init__(self, file):
        self.cells, self.turns, self.moves = [], [], []
        for line in Path(file).read_text().splitlines():
            word, *rest = line.split(" ")
            if word == "turn":
                self.turns.append([int(source) for source in rest])
            elif word == "move":
                self.moves.append(int(rest[0]))
            else:
                self.cells.append((word, *map(float if word in {"constant", "source"} else int, rest)))
