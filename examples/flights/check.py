"""The same figures computed another way: over the CSV file, with integers and fractions, without Bassline."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

MARGIN = 5  # minutes, as in flights.yaml
TOLERANCE = Fraction(1, 10**12)  # relative; a float holds no mean exactly


@dataclass
class Tally:
    """What there is to know of the flights of one group."""

    flights: int = 0
    departures: int = 0
    minutes: int = 0
    late: int = 0
    worst: int | None = None

    def add(self, delay: str) -> None:
        """Count one flight by its delay as written in the file."""
        self.flights += 1
        if delay == "NA":
            return
        minutes = int(delay)
        self.departures += 1
        self.minutes += minutes
        self.late += minutes > 15
        self.worst = minutes if self.worst is None or minutes > self.worst else self.worst

    def mean(self) -> Fraction | None:
        """Return the mean delay, if anything departed."""
        return Fraction(self.minutes, self.departures) if self.departures else None

    def late_share(self) -> Fraction | None:
        """Return the share of departures more than 15 minutes late."""
        return Fraction(self.late, self.departures) if self.departures else None


class Expected:
    """Every figure after so many rows of the file; rows are only ever added."""

    def __init__(self, flights: Path) -> None:
        self.rows = 0
        self.file = flights.open(newline="", encoding="utf-8")
        self.records = csv.DictReader(self.file)
        self.overall = Tally()
        self.origins: dict[str, Tally] = {}
        self.carriers: dict[str, Tally] = {}

    def close(self) -> None:
        """Close the file."""
        self.file.close()

    def read_to(self, row: int) -> None:
        """Count the rows up to a row."""
        for record in islice(self.records, row - self.rows):
            delay = record["dep_delay"]
            self.overall.add(delay)
            self.origins.setdefault(record["origin"], Tally()).add(delay)
            self.carriers.setdefault(record["carrier"], Tally()).add(delay)
            self.rows += 1

    def figures(self) -> dict[str, Any]:
        """Return every figure by its path; None where there is none yet."""
        found = dict(scorecard("overall", self.overall))
        mean = self.overall.mean()
        limit = found["limit"] = None if mean is None else mean + MARGIN
        for origin, tally in self.origins.items():
            found.update(scorecard(f"origins/{origin}", tally))
        for carrier, tally in self.carriers.items():
            group, mean = f"carriers/{carrier}", tally.mean()
            found.update(scorecard(group, tally))
            found[f"{group}/alarm"] = None if mean is None or limit is None else mean > limit
            found[f"{group}/grade"] = letter(tally)
        return found


def scorecard(group: str, tally: Tally) -> Iterator[tuple[str, Any]]:
    """Yield the figures that every group has."""
    yield f"{group}/flights", tally.flights
    yield f"{group}/departures", tally.departures
    yield f"{group}/cancellations", tally.flights - tally.departures
    yield f"{group}/mean_delay", tally.mean()
    yield f"{group}/max_delay", tally.worst
    yield f"{group}/late_share", tally.late_share()


def letter(tally: Tally) -> str | None:
    """Return the grade, by the rule as people would say it."""
    mean, share = tally.mean(), tally.late_share()
    if mean is None or share is None:
        return None
    for grade, minutes, percent in (("A", 5, 10), ("B", 10, 20), ("C", 15, 25), ("D", 20, 30)):
        if mean <= minutes and share * 100 <= percent:
            return grade
    return "E"


def differences(expected: Mapping[str, Any], found: Mapping[str, Any]) -> list[str]:
    """Say where the figures of a network, None where empty, are not those expected; a figure too many is one too."""
    wrong = []
    for path in sorted({*expected, *found}):
        if path not in expected or path not in found:
            wrong.append(f"{path}: {'missing in the network' if path in expected else 'not in the file'}")
        elif not agree(expected[path], found[path]):
            wanted = expected[path]
            shown = float(wanted) if isinstance(wanted, Fraction) else wanted
            wrong.append(f"{path}: expected {shown!r}, found {found[path]!r}")
    return wrong


def agree(expected: Any, found: Any) -> bool:
    """Whether a figure is as expected: of the same type and exactly, a mean to 1 in 10**12."""
    if isinstance(expected, Fraction):
        return isinstance(found, float) and abs(Fraction(found) - expected) <= TOLERANCE * abs(expected)
    return type(found) is type(expected) and found == expected
