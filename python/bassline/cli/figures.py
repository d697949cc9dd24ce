"""Figures on a terminal: names on the left, numbers on the right."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

from bassline.cli.say import say

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rich.table import Table


def table_of(told: Mapping[str, str]) -> Table:
    """Return figures as a table of two columns."""
    from rich.table import Table  # noqa: PLC0415  (slow to import, and only for a terminal)
    from rich.text import Text  # noqa: PLC0415

    table = Table("figure", "now", box=None, header_style="bold", pad_edge=False)
    table.columns[1].justify = "right"
    for name, value in told.items():
        table.add_row(name, Text(value))
    return table


def show_figures(metrics: Mapping[str, Any]) -> None:
    """Show the figures of a network on stderr: a table if that is a terminal, otherwise one JSON object."""
    if not sys.stderr.isatty():
        say(json.dumps(metrics, ensure_ascii=False))
        return
    from rich.console import Console  # noqa: PLC0415  (slow to import, and only for a terminal)

    Console(stderr=True).print(table_of(of_run(metrics)))


def of_run(metrics: Mapping[str, Any]) -> dict[str, str]:
    """Return what a table says of a network at work: one row for the engine, and one for each driver.

    >>> net = bl.Network()
    >>> _ = net.contact("x", 1)
    >>> list(of_run(net.metrics()))
    ['engine', 'settling', 'waiting']
    """
    engine = metrics["engine"]
    settle, waited = engine["settle_seconds"], engine["wait_seconds"]
    told = {
        "engine": f"{engine['ticks']:,} ticks, {engine['changes']:,} changes, {engine['firings']:,} firings, "
        f"{engine['rolled_back']:,} rolled back",
        "settling": f"p50 {micros(settle['p50'])}, p99 {micros(settle['p99'])}, max {micros(settle['max'])}",
        "waiting": f"{engine['waits']:,} times, {waited:,.1f} s",
    }
    for gadget in engine["slowest_gadgets"][:3]:
        told[gadget["gadget"]] = f"{gadget['calls']:,} calls, {gadget['seconds']:,.1f} s"
    for name, driver in metrics["drivers"].items():
        told[f"driver {name}"] = f"{driver['state']}, {driver['lag_records']:,} behind"
        if "handle_seconds" in driver:
            told[f"driver {name}"] += (
                f", {driver['records']:,} records, p99 {micros(driver['handle_seconds']['p99'])} a batch, "
                f"{driver['retries']:,} retries, {driver['dead_letters']:,} dead letters"
            )
    return told


def micros(seconds: float) -> str:
    """Return a time as people read short ones.

    >>> micros(0.0000123), micros(0.5)
    ('12 µs', '500,000 µs')
    """
    return f"{seconds * 1e6:,.0f} µs"
