"""The public API against the reference evaluator, by a state machine: what Hypothesis finds, it makes small.

`BASSLINE_CASES` says how many machines (200), `BASSLINE_RANDOM` makes each run another.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings, strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, precondition, rule

import bassline as bl
import tests.reference as reference
from tests.agreement.running import typed
from tests.reference.errors import BeyondTheReferenceError

CASES = min(int(os.environ.get("BASSLINE_CASES", "200")), 5_000)
PATHS = ["a", "b", "c", "g/x", "g/y", "m0", "g/n1", "s0"]
BLENDS = {"m": "max", "n": "min", "s": "stream"}
WRITABLE = st.sampled_from(PATHS)
NUMBERS = st.one_of(st.integers(-9, 9), st.sampled_from([0.5, -1.5, 2.0, 0.0, -0.0, 2**62, -(2**63)]))
VALUES = st.one_of(
    NUMBERS, NUMBERS, st.sampled_from([None, True, "x", [1, 2.0], {"k": [None]}, float("nan"), float("inf")])
)
PORTS = st.one_of(WRITABLE, st.integers(1, 3))
MATH = {
    "math.add": "sum",
    "math.subtract": "difference",
    "math.multiply": "product",
    "math.divide": "quotient",
    "math.max": "max",
}


BOTH_WAYS = [("a", "b"), ("c", "m0"), ("g/x", "g/n1")]


def leads_back(inputs: list[Any], out: str) -> bool:
    """Whether it may close a cycle: what computes ever more in it takes the reference seconds to be told apart."""
    return any(one in PATHS[PATHS.index(out) :] for one in inputs)


class StopTheBatchError(Exception):
    """Raised inside a batch that is taken back."""


def halved(x: Any) -> Any:
    return x / 2


def added(x: Any, y: Any = 100) -> Any:
    return x + y


def fussy(x: Any) -> Any:
    if x < 0:
        raise ValueError("negative")
    return x


FUNCTIONS = {"halved": halved, "added": added, "fussy": fussy}


WATCHED = {
    "**": lambda path: True,
    "*": lambda path: "/" not in path,
    "g/**": lambda path: path.startswith("g/"),
    "**/x": lambda path: path in ("x", "g/x"),
    "a": lambda path: path == "a",
}


def blend_of(path: str) -> str:
    return BLENDS.get(path.rpartition("/")[2][0], "accept-last")


class World:
    """One side: a network, the handles that were given out, and what subscribers were told."""

    def __init__(self, module: Any, net: Any) -> None:
        self.module, self.net = module, net
        self.handles: dict[int, Any] = {}
        self.told: list[Any] = []
        self.answering = False
        self.net.on_change("**", self.note)
        self.watches, self.slow = [], None
        if module is bl:
            self.watches = [(net.watch(pattern), belongs) for pattern, belongs in WATCHED.items()]
            self.slow = net.watch("**", max_pending=2)

    def note(self, change: Any) -> None:
        values = typed(change.old, self.module.Nothing), typed(change.new, self.module.Nothing)
        self.told.append((change.tick, change.path, *values))
        if (
            self.answering and change.path == "a" and "c" in self.net.contacts
        ):  # what a subscriber writes is a tick after this one
            self.net["c"] = [change.tick]

    def take_told(self) -> dict[str, list[Any]]:
        """What was told since, by contact; watches tell the same, and one that is too slow the same in the end."""
        for watch, belongs in self.watches:
            assert self.seen(watch) == [one for one in self.told if belongs(one[1])]
        if self.slow is not None:
            last = {path: new for _, path, _, new in self.told if blend_of(path) != "stream"}
            assert {path: new for _, path, _, new in self.seen(self.slow) if blend_of(path) != "stream"} == last
        by_path: dict[str, list[Any]] = {}
        for tick, path, old, new in self.told:
            by_path.setdefault(path, []).append((tick, old, new))
        self.told.clear()
        return by_path

    def seen(self, watch: Any) -> list[Any]:
        nothing = self.module.Nothing
        changes = watch.drain()
        return [(one.tick, one.path, typed(one.old, nothing), typed(one.new, nothing)) for one in changes]

    def attempt(self, act: Any) -> str | None:
        """The class of the error, if there is one."""
        try:
            act(self)
        except BeyondTheReferenceError:
            raise
        except Exception as error:  # noqa: BLE001 - its class is what is compared
            return type(error).__name__
        return None

    def state(self) -> dict[str, Any]:
        return self.state_of(self.net)

    def state_of(self, net: Any) -> dict[str, Any]:
        contacts = dict(net.contacts.items())
        for path, contact in contacts.items():
            value = typed(contact.value, self.module.Nothing)
            assert typed(net[path], self.module.Nothing) == value
            assert contact.path == path
        return {
            "tick": net.tick,
            "contents": {path: typed(contact.value, self.module.Nothing) for path, contact in contacts.items()},
            "blends": {path: contact.blend for path, contact in contacts.items()},
            "versions": {path: contact.version for path, contact in contacts.items()},
            "contradictions": sorted(path for path, one in contacts.items() if one.contradiction is not None),
            "faults": sorted(path for path, one in contacts.items() if one.fault is not None),
            "gadgets": sorted(net.gadgets),
            "groups": sorted(net.groups),
            "wires": len(net.wires),
        }

    def stale(self, key: int) -> str | None:
        return self.attempt(
            lambda world: world.handles[key].path if hasattr(world.handles[key], "path") else world.handles[key].kind
        )


class Machine(RuleBasedStateMachine):
    """Each rule does the same in both worlds; then all that can be seen must be equal."""

    named: Any = Bundle("named")

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="bassline-machine-"))
        self.count = 0
        self.gone: set[int] = set()
        self.reopened = False
        self.past: dict[int, dict[str, Any]] = {}  # by tick, what the reference was after it
        self.stopped = False  # beyond the reference, or a cycle that never settles, which takes it seconds

    @initialize(strict=st.booleans(), stored=st.booleans(), answering=st.booleans())
    def open(self, strict: bool, stored: bool, answering: bool) -> None:
        self.strict = "raise" if strict else "record"
        self.store = self.folder / "shop.db" if stored else None
        self.engine = World(bl, bl.Network(self.store, contradictions=self.strict))
        self.model = World(reference, reference.Network(contradictions=self.strict))
        self.engine.answering = self.model.answering = answering
        for path in PATHS:
            self.both(lambda world, path=path: world.net.contact(path, blend=blend_of(path)))

    def teardown(self) -> None:
        if hasattr(self, "engine"):
            self.engine.net.close()
        shutil.rmtree(self.folder)

    def both(self, act: Any) -> str | None:
        """Do it in both worlds; they must agree on how it went."""
        if self.stopped:
            return "stopped"
        before = self.engine.state()
        try:
            expected = self.model.attempt(act)
        except BeyondTheReferenceError:
            self.stopped = True
            return "stopped"
        outcome = self.engine.attempt(act)
        assert outcome == expected
        assert self.engine.take_told() == self.model.take_told()
        after = self.engine.state()
        if outcome is not None and not self.engine.answering:
            assert after == before
        self.stopped = outcome == "NotSettledError"
        return outcome

    def new(self) -> int:
        self.count += 1
        return self.count

    def declare(self, make: Any) -> int:
        key = self.new()

        def act(world: World) -> None:
            world.handles[key] = make(world)

        if self.both(act) is not None:
            self.gone.add(key)
        return key

    @rule(target=named, path=WRITABLE, value=VALUES)
    def contact(self, path: str, value: Any) -> int:
        return self.declare(lambda world: world.net.contact(path, value, blend=blend_of(path)))

    @rule(target=named, start=WRITABLE, end=WRITABLE, kind=st.sampled_from(["directed", "bidirectional"]))
    def wire(self, start: str, end: str, kind: str) -> int:
        if kind == "bidirectional":  # not at streams: whose turn it is to answer one, the reference says otherwise
            start, end = BOTH_WAYS[(len(start) + len(end)) % len(BOTH_WAYS)]
        elif PATHS.index(start) > PATHS.index(end):
            start, end = end, start
        return self.declare(lambda world: world.net.wire(start, end, kind=kind))

    @rule(target=named, name=st.sampled_from(["one", "two", "three"]), primitive=st.sampled_from(sorted(MATH)), a=PORTS, b=PORTS,
          out=WRITABLE, on_error=st.sampled_from(["raise", "contain"]))  # fmt: skip
    def gadget(self, name: str, primitive: str, a: Any, b: Any, out: str, on_error: str) -> int:
        if leads_back([a, b], out):
            primitive = "math.max"

        def make(world: World) -> Any:
            ports = {
                port: one if isinstance(one, str) else world.module.const(one) for port, one in (("a", a), ("b", b))
            }
            return world.net.gadget(primitive, name=name, on_error=on_error, **ports, **{MATH[primitive]: out})

        return self.declare(make)

    @rule(
        function=st.sampled_from(sorted(FUNCTIONS)),
        x=WRITABLE,
        y=WRITABLE,
        out=WRITABLE,
        on_error=st.sampled_from(["raise", "contain"]),
    )
    def function(self, function: str, x: str, y: str, out: str, on_error: str) -> None:
        if leads_back([x, y], out):
            function = "fussy"
        inputs = {"x": x, "y": y} if function == "added" else {"x": x}
        self.both(
            lambda world: (
                world.net.gadget(FUNCTIONS[function], inputs=inputs, outputs=(out,), on_error=on_error) and None
            )
        )

    @rule(path=WRITABLE, value=VALUES)
    def write(self, path: str, value: Any) -> None:
        def act(world: World) -> None:
            world.net[path] = value

        before = self.engine.net.tick
        outcome = self.both(act)
        if outcome is None and not self.engine.answering:
            assert self.engine.net.tick - before in (0, 1)
            if value is not bl.Nothing and self.engine.net.contacts[path].blend == "stream":
                assert self.engine.net.tick == before + 1  # every event is one

    @rule(values=st.dictionaries(WRITABLE, VALUES, min_size=1, max_size=4))
    def update(self, values: dict[str, Any]) -> None:
        self.both(lambda world: world.net.update(values))

    @rule(path=WRITABLE)
    def erase(self, path: str) -> None:
        self.both(lambda world: world.net.erase(path))

    @rule(writes=st.lists(st.tuples(WRITABLE, VALUES), max_size=4), erased=st.none() | WRITABLE, fails=st.booleans())
    def batch(self, writes: list[Any], erased: str | None, fails: bool) -> None:
        def act(world: World) -> None:
            with world.net.batch():
                for path, value in writes:
                    world.net[path] = value
                if erased is not None:
                    world.net.erase(erased)
                if fails:
                    raise StopTheBatchError

        before = self.engine.net.tick
        outcome = self.both(act)
        assert outcome is not None or not fails
        if not self.engine.answering:
            assert self.engine.net.tick - before in ((0,) if outcome else (0, 1))

    @rule(key=named, value=VALUES)
    def write_by_handle(self, key: int, value: Any) -> None:
        if key not in self.gone and hasattr(self.engine.handles[key], "erase"):
            self.both(lambda world: setattr(world.handles[key], "value", value))

    @rule(key=consumes(named))
    def remove(self, key: int) -> None:
        if key in self.gone:
            return
        if self.both(lambda world: world.net.remove(world.handles[key])) is None:
            assert self.engine.stale(key) == "StaleHandleError"

    @rule(path=st.sampled_from([*PATHS, "g", "typo", "one"]))
    def remove_by_path(self, path: str) -> None:
        self.both(lambda world: world.net.remove(path))

    @rule(times=st.integers(1, 3))
    def undo(self, times: int) -> None:
        """Old handles of what is made again stay stale, so that both sides agree on handles too."""
        for _ in range(times):
            self.bring_back("undo")

    @rule(times=st.integers(1, 3))
    def redo(self, times: int) -> None:
        for _ in range(times):
            self.bring_back("redo")

    def bring_back(self, what: str) -> None:
        answers: list[Any] = []
        before = self.engine.net.tick
        outcome = self.both(lambda world: answers.append(getattr(world.net, what)()))
        # What a subscriber answers may fail when all is done.
        assert outcome is not None or (len(answers) == 2 and answers[0] == answers[1])
        if outcome is None and not self.engine.answering:
            assert self.engine.net.tick == before + (answers[0] is not None)

    @precondition(lambda self: self.store is not None)
    @rule()
    def reopen(self) -> None:
        """The store gives everything back, and fires nothing; handles of before are of the closed network."""
        before = self.engine.state()
        self.engine.net.close()
        closed = self.engine.attempt(lambda world: world.net.contact("new"))
        assert closed == "BasslineError"
        answering = self.engine.answering
        self.engine = World(bl, bl.Network(self.store, contradictions=self.strict))
        self.engine.answering = answering
        after = self.engine.state()
        kept = before.keys() - {"contradictions", "faults"}  # they are of the process
        assert {key: after[key] for key in kept} == {key: before[key] for key in kept}
        self.gone.update(range(self.count + 1))
        self.reopened = True

    @precondition(lambda self: self.store is not None and self.past)
    @rule(back=st.integers(0, 20))
    def look_back(self, back: int) -> None:
        """The network as of a tick is what the reference was then, whatever was undone or opened again since."""
        tick = sorted(self.past)[-1 - min(back, len(self.past) - 1)]
        then, expected = self.engine.state_of(self.engine.net.as_of(tick)), self.past[tick]
        kept = expected.keys() - {"contradictions", "faults"}
        assert {key: then[key] for key in kept} == {key: expected[key] for key in kept}

    @invariant()
    def all_that_can_be_seen_is_equal(self) -> None:
        if self.stopped or not hasattr(self, "engine"):
            return
        seen, expected = self.engine.state(), self.model.state()
        self.past[expected["tick"]] = dict(expected)
        if self.reopened:
            for one in (seen, expected):
                del one["contradictions"], one["faults"]
        assert seen == expected

    @invariant()
    def handles_are_stale_on_both_sides_or_on_none(self) -> None:
        if not self.stopped and hasattr(self, "engine"):
            for key in self.engine.handles.keys() - self.gone:
                assert self.engine.stale(key) == self.model.stale(key)


@pytest.mark.timeout(600)
def test_the_network_does_what_the_reference_does_step_by_step():
    from hypothesis.stateful import run_state_machine_as_test

    profile = settings(
        max_examples=CASES,
        stateful_step_count=30,
        deadline=None,
        derandomize=not os.environ.get("BASSLINE_RANDOM"),
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate, Phase.shrink],
    )
    run_state_machine_as_test(Machine, settings=profile)
