"""What a number of cases has exercised: counted, so that cases which exercise nothing are noticed."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from tests.agreement.drawing import RECORDS, STREAMS
from tests.agreement.running import CONTENT_ONLY, Op

EVENTS = {*STREAMS, *RECORDS}

# What a thousand cases exercise at least; a quarter of what they do, or less.
AT_LEAST = {
    "ticks": 3000,
    "rollbacks": 200,
    "batches": 800,
    "edits": 1500,
    "cycles": 500,
    "stream events": 1500,
    "contradictions": 20,
    "contained faults": 20,
    "not settled": 2,
}
ENOUGH_CASES = 1000  # for the counts to mean something
BEYOND_AT_MOST = 0.01  # of the cases, those that go beyond the reference


@dataclass
class Tally:
    cases: int = 0
    beyond: int = 0  # cases whose rest is not compared: a cycle bred more events than the reference can follow
    counts: Counter[str] = field(default_factory=Counter)

    def count(self, ops: list[Op], seen: list[dict[str, Any]], cycles: int, *, beyond: bool) -> None:
        """One case."""
        self.cases += 1
        self.beyond += beyond
        counts = self.counts
        counts["cycles"] += cycles
        tick, contradictions, faults = 0, 0, 0
        for op, after in zip(ops, seen, strict=False):
            error = after["outcome"][0]
            counts["ticks"] += after["tick"] - tick
            counts["batches"] += op[0] == "batch"
            counts["edits"] += not error and (op[0] not in CONTENT_ONLY and op[0] != "batch")
            counts["not settled"] += error == "NotSettledError"
            counts["rollbacks"] += error in (
                "NotSettledError",
                "GadgetError",
                "ContradictionError",
                "StopTheBatchError",
            )
            counts["stream events"] += sum(len(records) for path, records in after["changes"].items() if path in EVENTS)
            if "faults" in after:
                counts["contradictions"] += max(0, len(after["contradictions"]) - contradictions)
                counts["contained faults"] += max(0, len(after["faults"]) - faults)
                contradictions, faults = len(after["contradictions"]), len(after["faults"])
            tick = after["tick"]

    def add(self, other: Tally) -> None:
        self.cases += other.cases
        self.beyond += other.beyond
        self.counts += other.counts

    def missing(self) -> str:
        """What was hardly exercised, if there were cases enough to say."""
        if self.cases < ENOUGH_CASES:
            return ""
        few = [
            f"{self.counts[what]} {what}, expected at least {wanted * self.cases // 1000}"
            for what, wanted in AT_LEAST.items()
            if self.counts[what] < wanted * self.cases // 1000
        ]
        wanted = self.cases * BEYOND_AT_MOST
        if self.beyond > wanted + 3 * math.sqrt(wanted):  # of a thousand cases, chance makes a few more
            few.append(f"{self.beyond} cases went beyond the reference, expected at most {BEYOND_AT_MOST:.0%}")
        return "; ".join(few)

    def __str__(self) -> str:
        counts = ", ".join(f"{self.counts[what]:,} {what}" for what in AT_LEAST)
        return f"{self.cases:,} cases: {counts}; {self.beyond:,} cases went beyond the reference"
