"""Drawing random scripts about blends: contacts of every blend, written from outside, by gadgets and over wires.

Contacts come in families whose values flow into each other. Within a family no two values contradict, as what several
writers of a tick leave of two that do depends on who fires first; what contradicts is written from outside, to contacts
that nothing else leads to.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from random import Random
from typing import Any

from tests.agreement.running import Op

# In each family in the order in which most wires and gadgets lead, so that most networks have no cycles.
FAMILIES: dict[str, dict[str, str]] = {
    "sets": {
        "s/a0": "accept-last", "s/s0": "stream", "s/u0": "union", "s/m0": "merge", "s/a1": "accept-last",
        "s/i0": "intersection", "s/f0": "first", "s/u1": "union", "s/a2": "accept-last", "s/f1": "first",
    },
    "truths": {
        "t/a0": "accept-last", "t/all": "all", "t/s0": "stream", "t/any": "any", "t/a1": "accept-last",
        "t/f0": "first", "t/all1": "all", "t/max": "max",
    },
    "maps": {
        "m/a0": "accept-last", "m/m0": "map", "m/s0": "stream", "m/g0": "merge", "m/a1": "accept-last", "m/f0": "first",
        "m/m1": "map",
    },
    "spans": {
        "v/a0": "accept-last", "v/i0": "interval", "v/s0": "stream", "v/a1": "accept-last", "v/i1": "interval",
        "v/f0": "first",
    },
    "merged": {"w/a0": "accept-last", "w/m0": "merge", "w/i0": "interval", "w/a1": "accept-last", "w/m1": "merge"},
    "counts": {
        "c/a0": "accept-last", "c/s0": "stream", "c/c0": "counter", "c/f0": "first", "c/g0": "gcd",
        "c/a1": "accept-last", "c/max": "max", "c/c1": "counter", "c/g1": "gcd", "c/f1": "first",
    },
}  # fmt: skip
# Written from outside only; nothing leads to them.
STRICT = {
    "x/e0": "equal", "x/i0": "interval", "x/m0": "merge", "x/u0": "union", "x/n0": "intersection", "x/all": "all",
    "x/map": "map", "x/c0": "counter", "x/g0": "gcd", "x/max": "max",
}  # fmt: skip
SINK = {"x/a0": "accept-last"}
NAMES = ["one", "two", "three", "four", "five", "six"]


def small(random: Random) -> int:
    return random.randint(-4, 9)


def a_set(random: Random) -> Any:
    return set(random.sample([*range(7), "a", "b"], random.randint(0, 4)))


def around(random: Random) -> Any:
    """An interval with 0 in it."""
    low = random.choice([random.randint(-6, 0), random.choice([-0.5, -3.0, 0.0])])
    high = random.choice([random.randint(0, 6), random.choice([0.5, 3.0, 0.0])])
    return {"$interval": [low, high]}


def a_map(random: Random) -> Any:
    """Of sets; under one key of maps of sets."""
    keys = random.sample("abc", random.randint(0, 3))
    return {key: {"d": a_set(random)} if key == "c" else a_set(random) for key in keys}


def anything(random: Random) -> Any:
    low = random.randint(-6, 6)
    return random.choice(
        [
            small(random),
            random.choice([0.5, -3.0, 2**62, -(2**63), math.nan, math.inf]),
            a_set(random),
            around(random),
            random.random() < 0.5,
            {"$interval": [low, low + random.randint(0, 3)]},
            {key: random.choice([small(random), a_set(random)]) for key in random.sample("abc", random.randint(0, 3))},
            random.choice(["x", "y", None, [1], [2]]),
        ]
    )


VALUES: dict[str, Callable[[Random], Any]] = {
    "sets": a_set,
    "truths": lambda random: random.random() < 0.5,
    "maps": a_map,
    "spans": lambda random: random.choice([around(random), random.choice([0, 0.0])]),
    "merged": around,
    "counts": small,
}
FUNCTIONS = {"sets": ["either", "both_of", "few"], "truths": ["negated"], "counts": ["clamp", "half_down"]}


OPERATIONS = {
    "write": 40, "wire": 14, "python": 10, "erase": 6, "contact": 4, "update": 4, "remove": 2, "remove_gadget": 3,
    "unwire": 4, "equals": 3, "batch": 25,
}  # fmt: skip
IN_BATCH = {**OPERATIONS, "batch": 0}


class Draw:
    """Draws single operations."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.families = random.sample(sorted(FAMILIES), random.randint(1, 2))
        self.strict = random.sample(sorted(STRICT), random.randint(0, 3))
        self.blends = {path: blend for name in self.families for path, blend in FAMILIES[name].items()}
        self.blends |= {path: STRICT[path] for path in self.strict} | SINK

    def one_of(self, items: list[Any]) -> Any:
        return self.random.choice(items)

    def chance(self, percent: int) -> bool:
        return self.random.randrange(100) < percent

    def family(self) -> str:
        return str(self.one_of(self.families))

    def path(self) -> str:
        if self.strict and self.chance(25):
            return str(self.one_of(self.strict))
        return str(self.one_of(list(FAMILIES[self.family()])))

    def value(self, path: str) -> Any:
        if path in STRICT:
            return anything(self.random)
        family = next(name for name, contacts in FAMILIES.items() if path in contacts)
        return VALUES[family](self.random)

    def op(self, in_batch: bool) -> Op:
        weights = IN_BATCH if in_batch else OPERATIONS
        return getattr(self, self.random.choices(list(weights), list(weights.values()))[0])()  # type: ignore[no-any-return]

    def batch(self) -> Op:
        return ["batch", [self.op(in_batch=True) for _ in range(self.random.randint(1, 6))], self.chance(10)]

    def write(self) -> Op:
        path = self.path()
        return ["write", path, self.value(path)]

    def update(self) -> Op:
        paths = {self.path() for _ in range(self.random.randint(1, 3))}
        return ["update", {path: self.value(path) for path in sorted(paths)}]

    def contact(self) -> Op:
        path = self.path()
        blend = "max" if self.chance(10) else self.blends[path]
        return ["contact", path, blend, *([self.value(path)] if self.chance(50) else [])]

    def erase(self) -> Op:
        return ["erase", self.path()]

    def remove(self) -> Op:
        return ["remove", self.path()]

    def between(self, count: int) -> tuple[list[str], str]:
        pool = list(FAMILIES[self.family()])
        output = self.random.randint(1, len(pool) - 1)
        before = pool if self.chance(10) else pool[:output]
        return [self.one_of(before) for _ in range(count)], pool[output]

    def wire(self) -> Op:
        if self.strict and self.chance(15):
            return ["wire", self.one_of(self.strict), "x/a0", "directed"]
        kind = "directed" if self.chance(55) else "bidirectional"
        (start,), end = self.between(1)
        if "stream" in (self.blends[start], self.blends[end]):
            kind = "directed"
        return ["wire", start, end, kind]

    def unwire(self) -> Op:
        return ["unwire", *self.wire()[1:]]

    def python(self) -> Op:
        able = [name for name in self.families if name in FUNCTIONS]
        if not able:
            return self.wire()
        family = self.one_of(able)
        function = self.one_of(FUNCTIONS[family])
        pool = list(FAMILIES[family])
        output = self.random.randint(1, len(pool) - 1)
        before = pool if self.chance(5) else pool[:output]
        inputs = {"x": self.one_of(before)}
        if function in ("either", "both_of", "clamp"):
            inputs["y"] = self.one_of(before)
        on_error = "contain" if self.chance(20) else "raise"
        return ["python", self.one_of(NAMES), function, inputs, [pool[output]], on_error]

    def equals(self) -> Op:
        if "truths" not in self.families:
            return self.wire()
        output = self.one_of(list(FAMILIES["truths"]))
        (a, b), _ = self.between(2)
        return ["gadget", self.one_of(NAMES), "logic.equals", {"a": a, "b": b, "result": output}, {}, "raise"]

    def remove_gadget(self) -> Op:
        return ["remove_gadget", self.one_of(NAMES)]


def drawn_blends(seed: int, case: int) -> tuple[list[Op], str]:
    """The script of a case, and what its network does with contradictions."""
    random = Random(f"blends/{seed}/{case}")
    one = Draw(random)
    setup: list[Op] = []
    for path, blend in one.blends.items():
        op = ["contact", path, blend]
        if path not in SINK and one.chance(40):
            op.append(one.value(path))
        setup.append(op)
    structure = [one.op(in_batch=True) for _ in range(random.randint(0, 4))]
    structure += [one.wire() for _ in range(random.randint(0, 5))]
    ops = [one.op(in_batch=False) for _ in range(random.randint(4, 25))]
    return [["batch", setup, False], *structure, *ops], "raise" if one.chance(20) else "record"
