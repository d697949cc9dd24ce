"""The engine against the naive reference evaluator, on random networks and random operations.

`BASSLINE_CASES` says how many cases (300), `BASSLINE_SEED` starts somewhere else (0). A failure prints a script of
plain data to run again with `run_script`. An operation is a list: its name and its arguments; in ports, a string is
a path and `["const", value]` a constant.
"""

from __future__ import annotations

import contextlib
import importlib
import itertools
import math
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings, strategies as st

CASES = int(os.environ.get("BASSLINE_CASES", "300"))
SEED = int(os.environ.get("BASSLINE_SEED", "0"))
SHARD = 25
SECONDS_TO_SHRINK = 40

nan, inf = math.nan, math.inf
Op = list[Any]
Check = Callable[[list[Op], str], None]


class StopTheBatchError(Exception):
    """Raised inside a batch that must roll back."""


# Running a script


def functions(nothing: Any) -> dict[str, Any]:
    """What Python gadgets compute; parameters x, y and z."""

    def half(x: Any) -> Any:
        return x / 2

    def total(x: Any, y: Any, z: Any = 100) -> Any:
        return x + y + z

    def pair(x: Any, y: Any) -> Any:
        return min(x, y), max(x, y)

    def positive(x: Any) -> Any:
        return x if x > 0 else nothing

    def fussy(x: Any) -> Any:
        if x < 0:
            raise ValueError("negative")
        return x

    def clamp(x: Any, y: Any) -> Any:
        return max(-20, min(20, x + y))

    return {f.__name__: f for f in (half, total, pair, positive, fussy, clamp)}


def typed(value: Any, nothing: Any) -> Any:
    """A value as plain data in which equal means equal to the network."""
    if value is nothing:
        return "Nothing"
    if isinstance(value, float):
        return ("float", repr(value + 0.0) if value != 0 else "0.0")
    if isinstance(value, list):
        return ("list", [typed(item, nothing) for item in value])
    if isinstance(value, dict):
        return ("map", sorted((key, typed(item, nothing)) for key, item in value.items()))
    return (type(value).__name__, value)


@dataclass
class Run:
    """One network, and what was seen of it after each operation."""

    bl: Any
    net: Any
    wires: dict[tuple[str, str, str], Any] = field(default_factory=dict)
    changes: list[Any] = field(default_factory=list)
    seen: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.functions = functions(self.bl.Nothing)
        self.net.on_change("**", self.changes.append)

    def all(self, ops: list[Op]) -> list[dict[str, Any]]:
        for op in ops:
            self.seen.append(self.observe(self.attempt(op)))
        return self.seen

    def attempt(self, op: Op) -> Any:
        """What came of it: an error class, the results inside a batch, or None."""
        inner: list[Any] = []
        try:
            if op[0] == "batch":
                self.batch(op[1], op[2], inner)
            else:
                self.apply(*op)
        except Exception as error:  # noqa: BLE001 - its class is what is compared
            return type(error).__name__, inner
        return None, inner

    def batch(self, ops: list[Op], fails: bool, inner: list[Any]) -> None:
        with self.net.batch():
            for op in ops:
                inner.append((self.attempt(op), self.contents()))  # noqa: PERF401 - kept if a later one raises
            if fails:
                raise StopTheBatchError

    def apply(self, name: str, *arguments: Any) -> None:
        getattr(self, f"do_{name}")(*arguments)

    def do_contact(self, path: str, blend: str, *value: Any) -> None:
        self.net.contact(path, *value, blend=blend)

    def do_write(self, path: str, value: Any) -> None:
        self.net[path] = value

    def do_update(self, values: dict[str, Any]) -> None:
        self.net.update(values)

    def do_erase(self, path: str) -> None:
        self.net.erase(path)

    def do_wire(self, start: str, end: str, kind: str) -> None:
        self.wires[start, end, kind] = self.net.wire(start, end, kind=kind)

    def do_unwire(self, start: str, end: str, kind: str) -> None:
        if (start, end, kind) in self.wires:
            self.net.remove(self.wires[start, end, kind])

    def do_gadget(
        self, name: str | None, primitive: str, ports: dict[str, Any], config: dict[str, Any], on_error: str
    ) -> None:
        self.net.gadget(primitive, name=name, on_error=on_error, **self.bindings(ports), **config)

    def do_python(self, name: str, function: str, inputs: dict[str, Any], outputs: list[str], on_error: str) -> None:
        declare = self.net.gadget(inputs=self.bindings(inputs), outputs=tuple(outputs), name=name, on_error=on_error)
        declare(self.functions[function])

    def do_remove(self, path: str) -> None:
        self.net.remove(path)

    def do_remove_gadget(self, name: str) -> None:
        if name in self.net.gadgets:
            self.net.remove(self.net.gadgets[name])

    def bindings(self, ports: dict[str, Any]) -> dict[str, Any]:
        return {port: bound if isinstance(bound, str) else self.bl.const(bound[1]) for port, bound in ports.items()}

    def contents(self) -> dict[str, Any]:
        return {path: typed(contact.value, self.bl.Nothing) for path, contact in self.net.contacts.items()}

    def observe(self, outcome: Any) -> dict[str, Any]:
        changes: dict[str, list[Any]] = {}
        for change in self.changes:
            values = typed(change.old, self.bl.Nothing), typed(change.new, self.bl.Nothing)
            changes.setdefault(change.path, []).append((change.tick, *values))
        self.changes.clear()
        contacts = dict(self.net.contacts.items())
        return {
            "outcome": outcome,
            "tick": self.net.tick,
            "contents": self.contents(),
            "versions": {path: contact.version for path, contact in contacts.items()},
            "contradictions": sorted(path for path, contact in contacts.items() if contact.contradiction is not None),
            "faults": sorted(path for path, contact in contacts.items() if contact.fault is not None),
            "gadgets": len(self.net.gadgets),
            "wires": len(self.net.wires),
            "changes": changes,
        }


def reference_run(ops: list[Op], contradictions: str, *, youngest_first: bool = False) -> list[dict[str, Any]]:
    reference = importlib.import_module("tests.reference")
    net = reference.Network(contradictions=contradictions, youngest_first=youngest_first)
    return Run(reference, net).all(ops)


def engine_run(ops: list[Op], contradictions: str) -> list[dict[str, Any]]:
    bassline = importlib.import_module("bassline")
    return Run(bassline, bassline.Network(contradictions=contradictions)).all(ops)


TICK_ERRORS = {"GadgetError", "NotSettledError", "ContradictionError"}


def difference(op: Op, expected: dict[str, Any], found: dict[str, Any], either: dict[str, Any] | None) -> str:
    """What differs after one operation; `either` is the expectation for another order of independent regions."""
    lines = []
    for key, value in expected.items():
        if found[key] == value or (key == "outcome" and either is not None and found[key] == either[key]):
            continue
        if isinstance(value, dict):
            lines += [
                f"  {key} of {path}: expected {value.get(path)}, found {found[key].get(path)}"
                for path in sorted({*value, *found[key]})
                if value.get(path) != found[key].get(path)
            ]
        else:
            lines.append(f"  {key}: expected {value}, found {found[key]}")
    return "\n".join([f"after {op!r}:", *lines]) if lines else ""


class DisagreementError(AssertionError):
    """What differs, and the script that shows it."""


def compare(ops: list[Op], contradictions: str, expected: Any, found: Any, either: Any = None) -> None:
    for index, op in enumerate(ops):
        text = difference(op, expected[index], found[index], either[index] if either else None)
        if text:
            raise DisagreementError(f"{text}\n\n{script(ops[: index + 1], contradictions)}")


def disagreement(check: Check, ops: list[Op], contradictions: str) -> str | None:
    try:
        check(ops, contradictions)
    except DisagreementError as error:
        return str(error)
    return None


def smaller(ops: list[Op]) -> Iterator[list[Op]]:
    """Scripts with less in them, those with much less first."""
    size = len(ops) // 2
    while size:
        yield from (ops[:start] + ops[start + size :] for start in range(0, len(ops), size))
        size //= 2
    for index, op in enumerate(ops):
        if op[0] == "batch":
            yield from ([*ops[:index], ["batch", inner, op[2]], *ops[index + 1 :]] for inner in smaller(op[1]))
            yield [*ops[:index], *op[1], *ops[index + 1 :]]


def shrunk(check: Check, ops: list[Op], contradictions: str, text: str) -> str:
    """The disagreement of a small script; hypothesis would not know when to stop."""
    deadline = time.monotonic() + SECONDS_TO_SHRINK
    found = True
    while found:
        found = False
        for candidate in smaller(ops):
            if time.monotonic() > deadline:
                return text
            less = disagreement(check, candidate, contradictions)
            fair = check is reference_agrees_with_itself or not disagreement(
                reference_agrees_with_itself, candidate, contradictions
            )
            if less is not None and fair:
                ops, text, found = candidate, less, True
                break
    return text


def script(ops: list[Op], contradictions: str) -> str:
    lines = ["from tests.test_engine_against_reference import inf, nan, run_script", "", "run_script(", "    ["]
    for op in ops:
        if op[0] == "batch":
            lines += ["        ['batch', [", *(f"            {inner!r}," for inner in op[1]), f"        ], {op[2]}],"]
        else:
            lines.append(f"        {op!r},")
    return "\n".join([*lines, "    ],", f"    contradictions={contradictions!r},", ")"])


def run_script(ops: list[Op], contradictions: str = "record", *, show: bool = True) -> None:
    """Run operations on reference and engine; prints what the reference sees, fails at the first difference."""
    expected = reference_run(ops, contradictions)
    if show:
        for op, seen in zip(ops, expected, strict=True):
            print(op)
            print(f"    tick {seen['tick']} {seen['outcome'][0] or ''} {seen['changes']}")
    either = reference_run(ops, contradictions, youngest_first=True)
    compare(ops, contradictions, expected, engine_run(ops, contradictions), either)


# Random scripts

STREAMS = ["s0", "s1", "s2"]
# In the order in which most gadgets and wires lead, so that most networks have no cycles.
NUMBERS = ["s0", "a0", "s1", "a1", "m0", "a2", "n0", "s2", "a3", "m1", "g/x", "a4", "g/m", "a5"]
LATTICES = ["m0", "n0", "m1", "g/m"]
FLAGS = ["p0", "p1"]
RECORDS = ["r0", "r1"]
BLENDS = {"m": "max", "n": "min", "s": "stream", "r": "stream"}
NAMES = ["one", "two", "three", "four", "five", "six", "seven"]
LATER = ["eight", "nine", "ten", "eleven", "twelve", "thirteen", "fourteen"]


def blend_of(path: str) -> str:
    return BLENDS.get(path.rpartition("/")[2][0], "accept-last")


small = st.integers(-9, 9) | st.sampled_from([0.5, -1.5, 2.0, 3.0, 0.0, -0.0, 1000.0])
edge = st.sampled_from([2**62, -(2**63), 2**63 - 1, 2**63, nan, inf, -inf, 1e300])
mixed = st.sampled_from(["x", "y", None, True, False, [1], [1.0], {"k": 1}])
records = st.builds(
    lambda key, value: {**({"k": key} if key != "-" else {}), "v": value},
    st.sampled_from(["a", "b", "a/b", 1, None, "-"]) | st.sampled_from(["a", "b"]),
    small | st.none(),
)

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
        "wires": [{"from": "v", "to": "low", "kind": "directed"}, {"from": "v", "to": "/g/m", "kind": "directed"}],
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
            {"primitive": "math.max", "inputs": {"a": "mean", "b": "start"}, "outputs": {"max": "/a5"}},
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


@dataclass(frozen=True)
class Mode:
    """Which values go where.

    numbers: contacts keep to their kind. mixed: any kind anywhere, but no lattices (what two writers of incompatible
    kinds leave in an empty one depends on who fires first). contradictions: other kinds are written to lattices from
    outside; the lattices always have content.
    """

    name: str

    @property
    def pool(self) -> list[str]:
        return [path for path in NUMBERS if path not in LATTICES] if self.name == "mixed" else NUMBERS

    @property
    def erasable(self) -> list[str]:
        all_of_them = self.pool + FLAGS + RECORDS
        return [path for path in all_of_them if path not in LATTICES] if self.name == "contradictions" else all_of_them


class Draw:
    """Draws single operations."""

    def __init__(self, draw: Any, mode: Mode) -> None:
        self.draw = draw
        self.mode = mode

    def one_of(self, items: list[Any]) -> Any:
        return self.draw(st.sampled_from(items))

    def chance(self, percent: int) -> bool:
        return bool(self.draw(st.integers(0, 99)) >= 100 - percent)

    def op(self, in_batch: bool) -> Op:
        weights = [
            ("write", 40), ("gadget", 14), ("wire", 9), ("python", 6), ("erase", 4), ("contact", 4), ("update", 3),
            ("remove", 3), ("remove_gadget", 3), ("unwire", 2), ("route", 3), ("batch", 0 if in_batch else 22),
        ]  # fmt: skip
        return getattr(self, self.one_of([name for name, weight in weights for _ in range(weight)]))()  # type: ignore[no-any-return]

    def batch(self) -> Op:
        ops = [self.op(in_batch=True) for _ in range(self.draw(st.integers(1, 6)))]
        return ["batch", ops, self.chance(10)]

    def value(self, path: str) -> Any:
        if path in RECORDS:
            return self.draw(records)
        if self.mode.name == "mixed" and self.chance(20):
            return self.draw(mixed)
        if self.mode.name == "contradictions" and path in LATTICES and self.chance(20):
            return self.one_of(["x", True, None])
        if path in FLAGS:
            return self.draw(st.booleans())
        return self.draw(edge if self.chance(4) else small)

    def write(self) -> Op:
        path = self.one_of(self.mode.pool * 2 + FLAGS + RECORDS * 2)
        return ["write", path, self.value(path)]

    def update(self) -> Op:
        paths = self.draw(st.lists(st.sampled_from(self.mode.pool + FLAGS), min_size=1, max_size=3, unique=True))
        return ["update", {path: self.value(path) for path in paths}]

    def erase(self) -> Op:
        return ["erase", self.one_of(self.mode.erasable)]

    def remove(self) -> Op:
        groups = ["by/a"] if self.mode.name == "contradictions" else ["by/a", "g"]
        return ["remove", self.one_of([*self.mode.erasable, *groups, "typo"])]

    def contact(self) -> Op:
        path = self.one_of(self.mode.pool + FLAGS + RECORDS)
        blend = "max" if self.chance(5) else blend_of(path)
        return ["contact", path, blend, *([self.value(path)] if self.chance(50) else [])]

    def remove_gadget(self) -> Op:
        return ["remove_gadget", self.one_of(NAMES + LATER)]

    def between(self, count: int, back: int = 12) -> tuple[list[str], str]:
        """Inputs, and an output that mostly comes after them; what leads back may close a cycle."""
        pool = self.mode.pool
        output = self.draw(st.integers(1, len(pool) - 1))
        before = pool if self.chance(back) else pool[:output]
        return [self.one_of(before) for _ in range(count)], pool[output]

    def wire(self) -> Op:
        kind = "directed" if self.chance(60) else "bidirectional"
        (start,), end = self.between(1)
        if kind == "bidirectional" and (start in STREAMS or end in STREAMS):
            kind = "directed"
        return ["wire", start, end, kind]

    def unwire(self) -> Op:
        return ["unwire", *self.wire()[1:]]

    def binding(self, path: str) -> Any:
        return ["const", self.draw(small)] if self.chance(20) else path

    def naming(self) -> tuple[str | None, str]:
        return (None if self.chance(20) else self.one_of(NAMES[:3] + LATER)), (
            "contain" if self.chance(20) else "raise"
        )

    def structure(self, name: str) -> Op:
        op = self.python() if self.chance(25) else self.gadget()
        return [op[0], name, *op[2:]]

    def gadget(self) -> Op:
        name, on_error = self.naming()
        kind = self.one_of(["math", "math", "math", "order", "logic", "gate", "stat", "root", "field"])
        (a, b), output = self.between(2, back=50 if kind == "order" else 12)
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
        (a, b, c), output = self.between(3, back=50 if function in ("clamp", "pair", "half") else 12)
        inputs = {"x": a} if function in ("half", "positive", "fussy") else {"x": a, "y": self.binding(b)}
        if function == "total":
            inputs["z"] = c
        outputs = [output]
        if function == "pair":
            outputs.append(self.one_of([path for path in self.mode.pool if path != output]))
        return ["python", name or function, function, inputs, outputs, on_error]


@st.composite
def scripts(draw: Any) -> tuple[list[Op], str]:
    mode = Mode(draw(st.sampled_from(["numbers", "numbers", "mixed", "contradictions"])))
    one = Draw(draw, mode)
    setup: list[Op] = []
    for path in mode.pool + FLAGS + RECORDS:
        op = ["contact", path, blend_of(path)]
        if path not in RECORDS and (path in LATTICES or not one.chance(15)):
            op.append(draw(st.booleans() if path in FLAGS else small))
        setup.append(op)
    structure = [one.structure(name) for name in NAMES[: draw(st.integers(0, len(NAMES)))]]
    structure += [one.route()] if one.chance(30) else []
    structure += [one.wire() for _ in range(draw(st.integers(0, 4)))]
    ops = [one.op(in_batch=False) for _ in range(draw(st.integers(4, 25)))]
    policy = "raise" if mode.name == "contradictions" and one.chance(30) else "record"
    return [["batch", setup, False], *structure, *ops], policy


def for_each_script(shard: int, cases: int, check: Check) -> None:
    @seed(SEED * 1_000_000 + shard)
    @settings(
        max_examples=cases,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )
    @given(scripts())
    def each(case: tuple[list[Op], str]) -> None:
        text = disagreement(check, *case)
        if text is not None:
            failed.append((case, text))
            raise AssertionError(text)

    failed: list[tuple[tuple[list[Op], str], str]] = []
    with contextlib.suppress(AssertionError):
        each()
    if failed:
        (ops, contradictions), text = failed[-1]
        pytest.fail(shrunk(check, ops, contradictions, text), pytrace=False)


def shards(cases: int) -> list[int]:
    return list(range(max(1, math.ceil(cases / SHARD))))


# The tests


def engine_agrees(ops: list[Op], contradictions: str) -> None:
    run_script(ops, contradictions, show=False)


@pytest.mark.parametrize("shard", shards(CASES))
def test_the_engine_agrees_with_the_reference(shard: int) -> None:
    for_each_script(shard, min(CASES, SHARD), engine_agrees)


def reference_agrees_with_itself(ops: list[Op], contradictions: str) -> None:
    expected = reference_run(ops, contradictions)
    compare(ops, contradictions, expected, reference_run(ops, contradictions))
    other = reference_run(ops, contradictions, youngest_first=True)
    either = [dict(seen) for seen in other]
    for one, two in zip(expected, either, strict=True):
        if one["outcome"][0] in TICK_ERRORS and two["outcome"][0] in TICK_ERRORS:
            two["outcome"] = one["outcome"]
    compare(ops, contradictions, expected, either)


@pytest.mark.parametrize("shard", shards(CASES // 3))
def test_the_reference_agrees_with_itself_whatever_the_order_of_independent_regions(shard: int) -> None:
    for_each_script(10_000 + shard, min(CASES, SHARD), reference_agrees_with_itself)


FORWARD = ["s0", "s1", "t0", "t1", "t2", "t3"]


@st.composite
def stream_networks(draw: Any) -> tuple[list[Op], list[Op], list[int]]:
    """A network of streams without cycles, events for it, and where to cut them into batches."""
    setup: list[Op] = [["contact", path, "stream"] for path in FORWARD]
    setup += [["contact", "factor", "accept-last", 3], ["contact", "peak", "max"]]
    for index in range(draw(st.integers(1, 7))):
        end = draw(st.integers(2, 5))
        inputs = [FORWARD[draw(st.integers(0, end - 1))] for _ in range(2)]
        name = f"g{index}"
        choice = draw(st.sampled_from(["add", "scale", "wire", "min", "peak", "count"]))
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
    event = st.tuples(st.sampled_from(["s0", "s1", "s1", "t1"]), st.integers(-5, 5))
    events: list[Op] = [["write", path, value] for path, value in draw(st.lists(event, min_size=1, max_size=10))]
    cuts = draw(st.lists(st.integers(0, len(events)), max_size=4))
    return setup, events, sorted({0, *cuts, len(events)})


def events_seen(run: Run, ops: list[Op]) -> dict[str, list[Any]]:
    """Every value of every stream contact, in order; of the other contacts only the last."""
    values: dict[str, list[Any]] = {}
    for seen in run.all(ops):
        assert seen["outcome"][0] is None
        for path, changes in seen["changes"].items():
            new = [change[2] for change in changes]
            values[path] = values.get(path, []) + new if path in FORWARD else new[-1:]
    return values


def check_cutting(bl: Any) -> None:
    @seed(SEED)
    @settings(max_examples=max(1, CASES // 2), deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(stream_networks())
    def each(case: tuple[list[Op], list[Op], list[int]]) -> None:
        setup, events, cuts = case
        batches: list[Op] = [["batch", events[a:b], False] for a, b in itertools.pairwise(cuts)]
        singles, together = (
            events_seen(Run(bl, bl.Network()), setup + events),
            events_seen(Run(bl, bl.Network()), setup + batches),
        )
        if singles != together:
            pytest.fail(
                f"one by one {singles}\nin batches {together}\n\n{script(setup + batches, 'record')}", pytrace=False
            )

    each()


@pytest.mark.parametrize("world", ["tests.reference", "bassline"])
def test_cutting_a_run_of_events_into_batches_of_any_size_changes_nothing_that_is_seen(world: str) -> None:
    check_cutting(importlib.import_module(world))
