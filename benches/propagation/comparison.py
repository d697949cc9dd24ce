"""One shape in all contenders, in rounds in which each has its turn."""

from __future__ import annotations

import statistics
import time
from dataclasses import dataclass, field

from program import Contender

OURS = "engine"
ROUNDS_AT_LEAST = 5
BUDGET = (
    10  # seconds that a contender may take in a shape, starting its engine again for each sample, beyond those rounds
)
RUST = ("plan", "queue", OURS, "recorded")
FUNCTIONS = ("pyplan", OURS)


@dataclass
class Result:
    """What a shape came to: seconds per tick in every round, by contender; and who cannot run it."""

    shape: str
    fired: float
    seconds: dict[str, list[float]]
    absent: dict[str, str] = field(default_factory=dict)

    def nanoseconds(self, contender, of):
        """Per node recomputed, or per tick if nothing is; the median or the minimum of the rounds."""
        if contender not in self.seconds:
            return None
        return of(self.seconds[contender]) * 1e9 / (self.fired or 1)

    def ratio(self, other, of):
        """Ours over another's: of the minima, or the median of what it was in each round."""
        if other not in self.seconds:
            return None
        if of is min:
            return min(self.seconds[OURS]) / min(self.seconds[other])
        return of(ours / theirs for ours, theirs in zip(self.seconds[OURS], self.seconds[other], strict=False))

    def to_json(self):
        """Everything, for a machine."""
        kinds = {"median": statistics.median, "minimum": min}
        return {
            "shape": self.shape,
            "recomputed_per_tick": self.fired,
            "seconds_per_tick": self.seconds,
            "ns_per_node": {
                kind: {name: self.nanoseconds(name, of) for name in self.seconds} for kind, of in kinds.items()
            },
            "ours_over": {
                kind: {name: self.ratio(name, of) for name in self.seconds if name != OURS}
                for kind, of in kinds.items()
            },
            "absent": self.absent,
        }


def compare(shape, programs, rounds, sample, folder):
    """Measure a shape, and check that all come to the same numbers. The first program writes the shape's file."""
    file = folder / "shape.txt"
    fired, turns = programs[0].ask("open", shape, file).split()
    contenders, absent = [], {}
    for program in programs:
        if program is not programs[0]:
            program.ask("open", shape, file)
        for name in program.contenders:
            can = program.ask("can", name)
            if can == "true":
                contenders.append(Contender(name, program))
            else:
                absent[name] = can.removeprefix("false: ")
    for contender in contenders:
        contender.prepare(sample)
    seconds = {contender.name: [] for contender in contenders}
    spent = dict.fromkeys(seconds, 0.0)
    for turn in range(rounds):
        start = turn % len(contenders)
        for contender in contenders[start:] + contenders[:start]:
            if turn < ROUNDS_AT_LEAST or spent[contender.name] < BUDGET:
                began = time.monotonic()
                seconds[contender.name].append(contender.sample())
                spent[contender.name] += time.monotonic() - began
    agree(shape, contenders, int(turns), folder)
    return Result(shape, float(fired), seconds, absent)


def agree(shape, contenders, turns, folder):
    """Compare every value of every contender, once with the sources in mixed states, once after a whole period."""
    for phase in (turns // 2 + 1, 0):
        wanted = None
        for contender in contenders:
            found = contender.values(phase, folder)
            if wanted is None:
                wanted = found
            elif found != wanted:
                at = next((i for i, (a, b) in enumerate(zip(found, wanted, strict=False)) if a != b), len(wanted))
                raise RuntimeError(
                    f"{shape}: {contender.name} and {contenders[0].name} come to other numbers: "
                    f"cell {at} is {found[at]} and {wanted[at]}"
                )
