"""The figures of the flights network: read from its contacts, and shown as tables."""

from __future__ import annotations

import csv
import sys
from typing import TYPE_CHECKING, Any

import data
from rich.console import Console
from rich.table import Table

import bassline as bl

if TYPE_CHECKING:
    from collections.abc import Mapping

COMMON = ("flights", "departures", "cancellations", "mean_delay", "max_delay", "late_share")
OF_A_CARRIER = (*COMMON, "alarm", "grade")


def figures(net: bl.Network) -> dict[str, Any]:
    """Return every figure by its path; None where there is none yet."""
    found = {path: net.get(path) for path in ("limit", *(f"overall/{name}" for name in COMMON))}
    for pattern, names in (("origins/*/*", COMMON), ("carriers/*/*", OF_A_CARRIER)):
        for contact in net.contacts.match(pattern):
            if contact.path.rpartition("/")[2] in names:
                found[contact.path] = None if contact.value is bl.Nothing else contact.value
    return found


def tables(figures: Mapping[str, Any], rows: int) -> None:
    """Print a table per origin, per carrier, and overall."""
    with data.airlines().open(newline="", encoding="utf-8") as file:
        names = {line["carrier"]: line["name"] for line in csv.DictReader(file)}
    console = Console(width=None if sys.stdout.isatty() else 100)
    for title, top in (("origin", "origins"), ("carrier", "carriers")):
        table = Table(box=None, header_style="bold", pad_edge=False)
        table.add_column(title, no_wrap=True)
        for heading in ("departed", "cancelled", "mean", "max", "late"):
            table.add_column(heading, justify="right")
        if top == "carriers":
            table.add_column("alarm")
            table.add_column("grade")
        keys = sorted({path.split("/")[1] for path in figures if path.startswith(f"{top}/")})
        keys.sort(key=lambda key: -(figures[f"{top}/{key}/mean_delay"] or 0.0))
        for key in keys:
            table.add_row(f"{key}  {names[key]}" if key in names else key, *cells(figures, f"{top}/{key}"))
        console.print(table, "")
    limit = figures["limit"]
    departures, cancelled, mean, worst, late = cells(figures, "overall")
    print(f"all {rows:,} flights: {departures} departed, {cancelled} were cancelled")
    print(f"minutes of delay: {mean} in the mean, {worst} at most; {late} were more than 15 late")
    print(f"the alarm of a carrier is on above {minutes(limit)} minutes in the mean")


def cells(figures: Mapping[str, Any], group: str) -> list[str]:
    """Return one row of a table."""

    def of(name: str) -> Any:
        return figures.get(f"{group}/{name}")

    share = of("late_share")
    found = [f"{of('departures'):,}", f"{of('cancellations'):,}", minutes(of("mean_delay")), minutes(of("max_delay"))]
    found.append("" if share is None else f"{share:.1%}")
    if group.startswith("carriers/"):
        found += ["ALARM" if of("alarm") else "", of("grade") or ""]
    return found


def minutes(value: float | None) -> str:
    """Return a number of minutes, whole ones as such."""
    return "" if value is None else f"{value:,}" if isinstance(value, int) else f"{value:.2f}"
