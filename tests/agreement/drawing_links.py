"""Drawing random networks of nothing but bidirectional wires, between streams, registers and lattices, and who counts the events.

Without gadgets that lead back nothing breeds events, so that every case is compared to its end.
"""

from __future__ import annotations

from random import Random
from typing import Any

from tests.agreement.running import Op

BLENDS = {
    "s0": "stream", "a0": "accept-last", "s1": "stream", "m0": "max", "a1": "accept-last", "n0": "min", "s2": "stream", "f0": "first",
}  # fmt: skip
WRITES = ["write", "write", "write", "erase", "update", "wire", "unwire"]


def drawn_links(seed: int, case: int) -> tuple[list[Op], str]:
    """The script of a case, and what its network does with contradictions."""
    random = Random(f"links/{seed}/{case}")
    paths = sorted(random.sample(list(BLENDS), random.randint(2, len(BLENDS))))

    def value() -> Any:
        return random.choice(["x", True]) if random.random() < 0.04 else random.randint(-3, 3)

    def wire() -> Op:
        return ["wire", *random.sample(paths, 2), "bidirectional"]

    def op() -> Op:
        kind = random.choice(WRITES)
        if kind == "update":
            return ["update", {path: value() for path in random.sample(paths, 2)}]
        if kind in ("wire", "unwire"):
            return [kind, *wire()[1:]]
        return [kind, random.choice(paths), *([value()] if kind == "write" else [])]

    setup: list[Op] = [["contact", path, BLENDS[path], *([value()] if random.random() < 0.5 else [])] for path in paths]
    count = {"value": random.choice(paths), "count": "n"}
    setup.append(["gadget", "count", "stat.count", count, {}, "raise"])
    setup += [wire() for _ in range(random.randint(1, 6))]
    ops: list[Op] = [
        ["batch", [op() for _ in range(random.randint(2, 5))], False] if random.random() < 0.4 else op()
        for _ in range(random.randint(3, 12))
    ]
    return [*setup, *ops], "raise" if random.random() < 0.1 else "record"
