"""The results as tables."""

from __future__ import annotations

import statistics

from comparison import OURS

FIXED = "nothing"  # the shape without a gadget
SHOWN = {OURS: "ours"}


def number(value):
    """Short, and readable at any size."""
    return "-" if value is None else f"{value:,.{2 if value < 1 else 1 if value < 100 else 0}f}"


def ratio(value):
    """Two places."""
    return "-" if value is None else f"{value:.2f}"


def table(results, names, of, what):
    """Print ns per node recomputed of each, and ours over each other."""
    others = [name for name in names if name not in {OURS, "recorded"}]
    head = ["shape", "recomputed", *(SHOWN.get(name, name) for name in names), *(f"ours/{name}" for name in others)]
    rows = [
        [
            result.shape,
            f"{result.fired:,.0f}",
            *(number(result.nanoseconds(name, of)) for name in names),
            *(ratio(result.ratio(name, of)) for name in others),
        ]
        for result in results
    ]
    widths = [max(len(row[at]) for row in [head, *rows]) for at in range(len(head))]
    print(f"\n{what}\n")
    for row in [head, ["-" * width for width in widths], *rows]:
        print("| " + " | ".join(f"{cell:>{width}}" for cell, width in zip(row, widths, strict=True)) + " |")


def show(results, names):
    """Print both tables, what a tick costs by itself, and who cannot run what."""
    shapes = [result for result in results if result.shape != FIXED]
    if shapes:
        table(shapes, names, statistics.median, "ns per node recomputed, median of the rounds")
        table(shapes, names, min, "ns per node recomputed, best round")
    for result in results:
        if result.shape == FIXED:
            table([result], names, statistics.median, "ns per tick that recomputes nothing (fixed cost), median")
            table([result], names, min, "ns per tick that recomputes nothing (fixed cost), best round")
    print()
    for result in results:
        for name, reason in result.absent.items():
            print(f"absent: {name} in {result.shape}: {reason}")
