"""Drawing random scripts: networks, writes, batches, what is removed again; and networks of streams alone.

A case is drawn from its seed and number alone, so that it can be drawn again anywhere.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from random import Random
from typing import Any

from tests.agreement.running import Op

nan, inf = math.nan, math.inf

STREAMS = ["s0", "s1", "s2"]
# In the order in which most gadgets and wires lead, so that most networks have no cycles.
NUMBERS = ["s0", "a0", "s1", "a1", "m0", "a2", "n0", "s2", "a3", "m1", "g/x", "a4", "g/m", "a5"]
FEW = ["s0", "a0", "a1", "s2", "a2", "a3"]
LATTICES = ["m0", "n0", "m1", "g/m"]
FLAGS = ["p0", "p1", "p2"]
TEXTS = ["t0", "t1", "t2"]
LISTS = ["l0", "l1", "l2"]
RECORDS = ["r0", "r1"]
BLENDS = {"m": "max", "n": "min", "s": "stream", "r": "stream"}
NAMES = ["one", "two", "three", "four", "five", "six", "seven"]
LATER = ["eight", "nine", "ten", "eleven", "twelve", "thirteen", "fourteen"]


def blend_of(path: str) -> str:
    return BLENDS.get(path.rpartition("/")[2][0], "accept-last")


FLOATS = [0.5, -1.5, 2.0, 3.0, 0.0, -0.0, 1000.0]
EDGES = [2**62, -(2**63), 2**63 - 1, 2**63, nan, inf, -inf, 1e300]
MIXED = ["x", "y", None, True, False, [1], [1.0], {"k": 1}]
KEYS = ["a", "b", "a/b", 1, None, "-"]
STRINGS = ["", "a", "B c", " x ", "a,b", "straße", "ñ🎈", "nan"]
PLACES = [-3, -2, -1, 0, 1, 2, 3, 4, 1.0, 2**63 - 1, -(2**63)]

# Nothing reads what instances write outside their group: in the tick that makes an instance, such a reader may fire twice.
TEMPLATES: list[dict[str, Any]] = [
    {
        "contacts": [{"id": "in", "blend": "stream"}, {"id": "v", "blend": "stream"}, {"id": "low", "blend": "min"}],
        "gadgets": [
            {
                "id": "f",
                "primitive": "stream.field",
                "inputs": {"record": "in"},
                "outputs": {"value": "v"},
                "config": {"field": "v"},
            },
            {"id": "n", "primitive": "stat.count", "inputs": {"value": "v"}, "outputs": {"count": "n"}},
            {"id": "t", "primitive": "math.add", "inputs": {"a": "n", "b": "/a0"}, "outputs": {"sum": "t"}},
        ],
        "wires": [{"from": "v", "to": "low", "kind": "directed"}, {"from": "v", "to": "/peak", "kind": "directed"}],
    },
    {
        "contacts": [{"id": "in"}, {"id": "start", "value": 5}, {"id": "mean"}],
        "gadgets": [
            {
                "primitive": "stream.field",
                "inputs": {"record": "in"},
                "outputs": {"value": "v"},
                "config": {"field": "v"},
            },
            {"primitive": "stat.mean", "inputs": {"value": "v"}, "outputs": {"mean": "mean"}},
            {"primitive": "math.max", "inputs": {"a": "mean", "b": "start"}, "outputs": {"max": "/top"}},
        ],
        "wires": [{"from": "start", "to": "copy"}],
    },
]

MATH = {
    "math.add": "sum",
    "math.subtract": "difference",
    "math.multiply": "product",
    "math.divide": "quotient",
    "math.min": "min",
    "math.max": "max",
}
LOGIC = ["equals", "notEquals", "greaterThan", "lessThan", "greaterOrEqual", "lessOrEqual"]


OPERATIONS = {
    "write": 40, "gadget": 14, "wire": 9, "python": 6, "erase": 4, "contact": 4, "update": 3,
    "remove": 3, "remove_gadget": 3, "unwire": 2, "route": 3, "batch": 22, "undo": 6, "redo": 3,
}  # fmt: skip
IN_BATCH = {**OPERATIONS, "batch": 0, "undo": 0, "redo": 0}


@dataclass(frozen=True)
class Size:
    """How large a network is at most, and how much is done to it. Most cases are small: that is where bugs are cheapest."""

    weight: int
    contacts: int
    gadgets: int
    wires: int
    operations: tuple[int, int]


SIZES = [
    Size(62, contacts=8, gadgets=3, wires=3, operations=(3, 10)),
    Size(32, contacts=14, gadgets=7, wires=4, operations=(6, 22)),
    Size(6, contacts=14, gadgets=14, wires=8, operations=(15, 50)),
]


@dataclass(frozen=True)
class Mode:
    """Which values go where.

    numbers: contacts keep to their kind. mixed: any kind anywhere. contradictions: other kinds are written to
    lattices from outside. texts: strings and lists beside fewer numbers.
    """

    name: str
    pool: list[str]

    @property
    def others(self) -> list[str]:
        return FLAGS + (TEXTS + LISTS if self.name == "texts" else RECORDS)

    @property
    def erasable(self) -> list[str]:
        return self.pool + self.others


LINKED_STREAMS = (
    5  # of a hundred wires both ways with a stream at an end, those kept: in a cycle they breed events without end
)


class Draw:
    """Draws single operations."""

    def __init__(self, random: Random, mode: Mode) -> None:
        self.random = random
        self.mode = mode

    def one_of(self, items: list[Any]) -> Any:
        return self.random.choice(items)

    def chance(self, percent: int) -> bool:
        return self.random.randrange(100) < percent

    def op(self, in_batch: bool) -> Op:
        weights = IN_BATCH if in_batch else OPERATIONS
        if self.mode.name == "texts":
            weights = {**weights, "route": 0}
        return getattr(self, self.random.choices(list(weights), list(weights.values()))[0])()  # type: ignore[no-any-return]

    def batch(self) -> Op:
        ops = [self.op(in_batch=True) for _ in range(self.random.randint(1, 6))]
        return ["batch", ops, self.chance(10)]

    def undo(self) -> Op:
        return ["undo"]

    def redo(self) -> Op:
        return ["redo"]

    def number(self) -> Any:
        return self.one_of(FLOATS) if self.chance(35) else self.random.randint(-9, 9)

    def record(self) -> Any:
        key = self.one_of(KEYS if self.chance(50) else KEYS[:2])
        return {**({"k": key} if key != "-" else {}), "v": None if self.chance(20) else self.number()}

    def text(self) -> str:
        return str(self.one_of(STRINGS))

    def items(self) -> list[Any]:
        return [
            self.one_of([self.number(), self.number(), self.text(), None]) for _ in range(self.random.randint(0, 4))
        ]

    def first(self, path: str) -> Any:
        """What a contact holds to begin with."""
        if path in FLAGS:
            return self.chance(50)
        if path in TEXTS:
            return self.text()
        return self.items() if path in LISTS else self.number()

    def value(self, path: str) -> Any:
        if path in RECORDS:
            return self.record()
        if self.mode.name == "mixed" and self.chance(20):
            return self.one_of(MIXED)
        if self.mode.name == "contradictions" and path in LATTICES and self.chance(20):
            return self.one_of(["x", True, None])
        if path in TEXTS:
            return self.text() if self.chance(90) else self.number()
        if path in LISTS:
            return self.items()
        if path in FLAGS:
            return self.chance(50)
        return self.one_of(EDGES) if self.chance(4) else self.number()

    def write(self) -> Op:
        path = self.one_of(self.mode.pool * 2 + self.mode.others * 2)
        return ["write", path, self.value(path)]

    def update(self) -> Op:
        paths = self.random.sample(self.mode.pool + FLAGS, self.random.randint(1, 3))
        return ["update", {path: self.value(path) for path in paths}]

    def erase(self) -> Op:
        return ["erase", self.one_of(self.mode.erasable)]

    def remove(self) -> Op:
        groups = ["by/a", "g"]
        return ["remove", self.one_of([*self.mode.erasable, *groups, "typo"])]

    def contact(self) -> Op:
        path = self.one_of(self.mode.pool + self.mode.others)
        blend = "max" if self.chance(5) else blend_of(path)
        return ["contact", path, blend, *([self.value(path)] if self.chance(50) else [])]

    def remove_gadget(self) -> Op:
        return ["remove_gadget", self.one_of(NAMES + LATER)]

    def between(self, count: int, back: int = 4) -> tuple[list[str], str]:
        """Inputs, and an output that mostly comes after them; what leads back may close a cycle."""
        pool = self.mode.pool
        output = self.random.randint(1, len(pool) - 1)
        back = 0 if pool[output] in STREAMS else back  # a cycle of streams breeds events without end
        before = pool if self.chance(back) else pool[:output]
        return [self.one_of(before) for _ in range(count)], pool[output]

    def wire(self) -> Op:
        kind = "directed" if self.chance(60) else "bidirectional"
        (start,), end = self.between(1)
        if kind == "bidirectional" and (start in STREAMS or end in STREAMS) and not self.chance(LINKED_STREAMS):
            kind = "directed"
        return ["wire", start, end, kind]

    def unwire(self) -> Op:
        return ["unwire", *self.wire()[1:]]

    def binding(self, path: str) -> Any:
        return ["const", self.number()] if self.chance(20) else path

    def naming(self) -> tuple[str | None, str]:
        return (None if self.chance(20) else self.one_of(NAMES[:3] + LATER)), (
            "contain" if self.chance(20) else "raise"
        )

    def structure(self, name: str) -> Op:
        op = self.python() if self.chance(10 if self.mode.name == "texts" else 25) else self.gadget()
        return [op[0], name, *op[2:]]

    def gadget(self) -> Op:
        name, on_error = self.naming()
        if self.mode.name == "texts":
            return self.of_kind(self.one_of(["choice", "latch", "delay", *["text", "list"] * 4]))
        if self.chance(30):
            return self.of_kind(self.one_of(["choice", "choice", "latch", "latch", "delay", "truth"]))
        kind = self.one_of(["math", "math", "math", "order", "logic", "gate", "stat", "root", "field"])
        (a, b), output = self.between(2, back=25 if kind == "order" else 2)
        config: dict[str, Any] = {}
        if kind in ("math", "order"):
            primitive = self.one_of(list(MATH) if kind == "math" else ["math.min", "math.max"])
            ports = {"a": self.binding(a), "b": self.binding(b), MATH[primitive]: output}
        elif kind == "logic":
            primitive = "logic." + self.one_of(LOGIC)
            ports = {"a": self.binding(a), "b": self.binding(b), "result": self.one_of(FLAGS)}
        elif kind == "gate":
            primitive, ports = "control.gate", {"value": a, "condition": self.one_of(FLAGS), "output": output}
        elif kind == "stat":
            statistic = self.one_of(["count", "sum", "mean", "min", "max"])
            primitive, ports = f"stat.{statistic}", {"value": a, statistic: output}
        elif kind == "root":
            primitive, ports = self.one_of(["math.abs", "math.sqrt"]), {"value": a, "result": output}
        else:
            primitive, ports, config = "stream.field", {"record": self.one_of(RECORDS), "value": output}, {"field": "v"}
        return ["gadget", name, primitive, ports, config, on_error]

    def of_kind(self, kind: str) -> Op:
        primitive, ports = getattr(self, f"a_{kind}")()
        name, on_error = self.naming()
        return ["gadget", name, primitive, ports, {}, on_error]

    def a_choice(self) -> tuple[str, dict[str, Any]]:
        (a, b), output = self.between(2)
        flag = ["const", self.chance(50)] if self.chance(10) else self.one_of(FLAGS)
        name = self.one_of(["control.switch", "control.mux", "control.demux"])
        if name == "control.demux":
            outputs = {"out0": output, "out1": self.between(0)[1]}
            outputs.pop(self.one_of(["out0", "out1", "neither", "neither"]), None)
            return name, {"value": self.binding(a), "selector": flag, **outputs}
        no, yes, choice = ("false", "true", "condition") if name == "control.switch" else ("in0", "in1", "selector")
        inputs = {no: self.binding(a), yes: self.binding(b)}
        inputs.pop(self.one_of([no, yes, "neither", "neither", "neither"]), None)
        return name, {choice: flag, **inputs, "result": output}

    def a_latch(self) -> tuple[str, dict[str, Any]]:
        (a,), output = self.between(1)
        if self.mode.name == "texts" and self.chance(50):
            a, output = self.ordered(self.one_of([TEXTS, LISTS]))
        return "control.latch", {"value": a, "enable": self.one_of(FLAGS), "output": output}

    def a_delay(self) -> tuple[str, dict[str, Any]]:
        (a, b), output = self.between(2)
        delay = self.one_of([[], ["const", 2], ["const", 0], ["const", 1.0], b])
        return "control.delay", {"value": a, **({"delay": delay} if delay else {}), "output": output}

    def ordered(self, pool: list[str], back: int = 0) -> tuple[str, str]:
        """An input and an output that comes after it: in a cycle a list would grow for as long as the bound allows."""
        end = self.random.randint(1, len(pool) - 1)
        return self.one_of(pool if self.chance(back) else pool[:end]), pool[end]

    def a_truth(self) -> tuple[str, dict[str, Any]]:
        name = self.one_of(["and", "or", "xor", "not"])
        value, output = self.ordered(FLAGS, back=8)
        inputs = {"value": value} if name == "not" else {"a": value, "b": self.one_of([value, *FLAGS[:2]])}
        return f"logic.{name}", {**inputs, "result": output}

    def a_text(self) -> tuple[str, dict[str, Any]]:
        name = self.one_of(["concat", "length", "substring", "toUpper", "toLower", "trim", "split", "join"])
        value, result = self.ordered(TEXTS)
        other = ["const", self.text()] if self.chance(40) else value
        place = ["const", self.one_of(PLACES)] if self.chance(60) else self.between(0)[1]
        inputs: dict[str, Any] = {"value": value}
        if name == "concat":
            inputs = {"a": value, "b": self.one_of([other, self.between(0)[1]])}
        elif name == "length":
            return "string.length", {"value": value, "length": self.between(0)[1]}
        elif name == "substring":
            inputs = {
                "string": value,
                "start": ["const", self.one_of(PLACES)],
                **({"end": place} if self.chance(60) else {}),
            }
        elif name == "split":
            value = self.one_of(TEXTS[:2])
            inputs, result = {"string": value, "separator": other}, self.one_of(LISTS)
        elif name == "join":
            inputs, result = (
                {"array": self.one_of(LISTS), **({"separator": other} if self.chance(60) else {})},
                TEXTS[2],
            )
        return f"string.{name}", {**inputs, "result": result}

    def a_list(self) -> tuple[str, dict[str, Any]]:
        name = self.one_of(
            ["first", "last", "nth", "arraySize", "append", "prepend", "reverse", "slice", "slice", "filterEmpty"]
        )
        array, result = self.ordered(LISTS)
        place = ["const", self.one_of(PLACES)] if self.chance(60) else self.between(0)[1]
        if name == "arraySize":
            return "array.arraySize", {"array": array, "size": self.between(0)[1]}
        inputs: dict[str, Any] = {"array": array}
        if name in ("first", "last", "nth"):
            result = self.one_of([*TEXTS, *LISTS, *FEW])
            inputs |= {"index": place} if name == "nth" else {}
        elif name in ("append", "prepend"):
            inputs["value"] = self.one_of([array, ["const", self.text()], self.between(0)[1]])
        elif name == "slice":
            inputs |= {"start": place, **({"end": ["const", self.one_of(PLACES)]} if self.chance(50) else {})}
        return f"array.{name}", {**inputs, "result": result}

    def route(self) -> Op:
        template = self.one_of(TEMPLATES)
        if self.mode.name == "mixed":
            template = TEMPLATES[1]
        config = {"key": "k", "into": "by", "entry": "in", "template": template}
        ports = {"record": "r0", **({"other": "r1"} if self.chance(70) else {})}
        return ["gadget", "router", "stream.route", ports, config, "raise"]

    def python(self) -> Op:
        name, on_error = self.naming()
        function = self.one_of(["half", "total", "pair", "positive", "fussy", "clamp", "clamp"])
        (a, b, c), output = self.between(3, back=25 if function in ("clamp", "pair", "half") else 2)
        inputs = {"x": a} if function in ("half", "positive", "fussy") else {"x": a, "y": self.binding(b)}
        if function == "total":
            inputs["z"] = c
        outputs = [output]
        others = [path for path in self.mode.pool if path != output and path not in STREAMS] or [FLAGS[0]]
        if function == "pair":
            outputs.append(self.one_of(others))
        return ["python", name or function, function, inputs, outputs, on_error]


def drawn(seed: int, case: int) -> tuple[list[Op], str]:
    """The script of a case, and what its network does with contradictions."""
    random = Random(f"{seed}/{case}")
    size = random.choices(SIZES, [size.weight for size in SIZES])[0]
    name = random.choice(["numbers", "numbers", "mixed", "contradictions", "texts"])
    candidates = NUMBERS if name != "texts" else FEW
    chosen = set(random.sample(candidates, min(len(candidates), random.randint(size.contacts // 2, size.contacts))))
    one = Draw(random, Mode(name, [path for path in candidates if path in chosen]))
    setup: list[Op] = []
    for path in one.mode.pool + one.mode.others:
        op = ["contact", path, blend_of(path)]
        if path not in RECORDS and (path in LATTICES or not one.chance(15)):
            op.append(one.first(path))
        setup.append(op)
    structure = [one.structure(name) for name in (NAMES + LATER)[: random.randint(0, size.gadgets)]]
    structure += [one.route()] if name != "texts" and one.chance(20) else []
    structure += [one.wire() for _ in range(random.randint(0, size.wires))]
    ops = [one.op(in_batch=False) for _ in range(random.randint(*size.operations))]
    policy = "raise" if name == "contradictions" and one.chance(30) else "record"
    return [["batch", setup, False], *structure, *ops], policy


FORWARD = ["s0", "s1", "t0", "t1", "t2", "t3"]


def drawn_streams(seed: int, case: int) -> tuple[list[Op], list[Op], list[int]]:
    """A network of streams without cycles, events for it, and where to cut them into batches."""
    random = Random(f"streams/{seed}/{case}")
    setup: list[Op] = [["contact", path, "stream"] for path in FORWARD]
    setup += [["contact", "factor", "accept-last", 3], ["contact", "peak", "max"]]
    for index in range(random.randint(1, 7)):
        end = random.randint(2, 5)
        inputs = [FORWARD[random.randint(0, end - 1)] for _ in range(2)]
        name = f"g{index}"
        choice = random.choice(["add", "scale", "wire", "min", "peak", "count"])
        if choice == "add":
            setup.append(
                ["gadget", name, "math.add", {"a": inputs[0], "b": inputs[1], "sum": FORWARD[end]}, {}, "raise"]
            )
        elif choice == "min":
            setup.append(
                ["gadget", name, "math.min", {"a": inputs[0], "b": inputs[1], "min": FORWARD[end]}, {}, "raise"]
            )
        elif choice == "scale":
            ports = {"a": inputs[0], "b": "factor", "product": FORWARD[end]}
            setup.append(["gadget", name, "math.multiply", ports, {}, "raise"])
        elif choice == "wire":
            setup.append(["wire", inputs[0], FORWARD[end], "directed"])
        elif choice == "peak":
            setup.append(["wire", inputs[0], "peak", "directed"])
        else:
            setup.append(["gadget", name, "stat.count", {"value": inputs[0], "count": f"n{index}"}, {}, "raise"])
    events: list[Op] = [
        ["write", random.choice(["s0", "s1", "s1", "t1"]), random.randint(-5, 5)] for _ in range(random.randint(1, 10))
    ]
    cuts = [random.randint(0, len(events)) for _ in range(random.randint(0, 4))]
    return setup, events, sorted({0, *cuts, len(events)})
