"""Every primitive by itself, engine against reference, on values of every kind and above all on those it takes.

`BASSLINE_CASES` says how many cases (300) there are in all, `BASSLINE_SEED` starts somewhere else (0).
"""

from __future__ import annotations

import importlib
import math
import os
from typing import Any

import pytest
from hypothesis import HealthCheck, given, seed, settings, strategies as st

import bassline as bl
from tests import drawn_data
from tests.agreement.running import typed

CASES = int(os.environ.get("BASSLINE_CASES", "300"))
SEED = int(os.environ.get("BASSLINE_SEED", "0"))
CATALOGUE = {each["name"]: each for each in bl.primitives() if not each["settings"]}
REFERENCE = importlib.import_module("tests.reference")

ints = st.integers(-5, 5) | st.sampled_from([2**53, 2**62, 2**63 - 1, -(2**63)])
floats = st.floats(-4, 4, width=16) | st.sampled_from([math.nan, math.inf, -math.inf, 1e16, 1e300, 1e-7, -0.0, 2.0**53])
# Letters whose case is settled: a new Unicode gives an upper case to letters that had none, U+0264 in version 16.
strings = st.text(
    st.characters(max_codepoint=0x17F, exclude_categories=["Cs", "Cn"]) | st.sampled_from("🎈ßıŉΣΑΟσςа,  "), max_size=6
)
scalars = st.none() | st.booleans() | ints | floats | strings
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(strings, inner, max_size=2), max_leaves=5
)
KINDS: dict[str, Any] = {
    "any": values,
    "bool": st.booleans(),
    "bool, 0 or 1": st.booleans() | st.sampled_from([0, 1]),
    "int": ints,
    "int, 0 to 1000": st.integers(0, 3),
    "list": st.lists(values, max_size=4),
    "list of strings and numbers": st.lists(strings | ints | floats, max_size=4),
    "number": ints | floats,
    "number or bool": ints | floats | st.booleans(),
    "number or string": ints | floats | strings,
    "number, string or bool": ints | strings,
    "string": strings,
    "string or number": strings | ints | floats,
    **drawn_data.KINDS,
}


def takes(name: str, port: Any) -> Any:
    """What a port of this type may be given: what it takes, now and then what it does not, or that it is emptied."""
    drawn = drawn_data.PORTS.get((name, port.name))
    if drawn is not None:  # any other text may be one that the two read by other rules
        return st.one_of(drawn, drawn, drawn, drawn, drawn, drawn, ints, st.just(bl.Nothing))
    right = KINDS[port.type]
    return st.one_of(right, right, right, right, right, right, values, st.just(bl.Nothing))


def shown(port: str, content: Any, nothing: Any) -> Any:
    """Content as it is compared: what is told of an error is each world's own, that there is one and where is not."""
    if port == "error" and isinstance(content, str):
        return "an error"
    if port == "errors" and isinstance(content, list):
        return sorted((error["path"], error["keyword"]) for error in content)
    return typed(content, nothing)


def play(world: Any, primitive: dict[str, Any], rounds: list[dict[str, Any]]) -> list[Any]:
    """Writes the inputs round by round, each round one tick, and says what came of each."""
    net = world.Network()
    ports = [port.name for port in (*primitive["inputs"], *primitive["outputs"])]
    net.gadget(primitive["name"], **{port: f"at/{port}" for port in ports})
    seen = []
    for inputs in rounds:
        error = None
        try:
            with net.batch():
                for port, value in inputs.items():
                    net[f"at/{port}"] = value
        except Exception as raised:  # noqa: BLE001 - its class is what is compared
            error = type(raised).__name__
        seen.append((error, [shown(port, net[f"at/{port}"], world.Nothing) for port in ports]))
    return seen


@pytest.mark.parametrize("name", CATALOGUE)
def test_a_primitive_agrees_with_the_reference(name: str) -> None:
    primitive = CATALOGUE[name]
    inputs = {port.name: takes(name, port) for port in primitive["inputs"]}

    @seed(SEED)
    @settings(max_examples=max(10, CASES // 10), deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(st.fixed_dictionaries(inputs), st.lists(st.fixed_dictionaries({}, optional=inputs), max_size=4))
    def each(first: dict[str, Any], later: list[dict[str, Any]]) -> None:
        rounds = [first, *later]
        as_there = [{port: REFERENCE.Nothing if v is bl.Nothing else v for port, v in r.items()} for r in rounds]
        assert play(bl, primitive, rounds) == play(REFERENCE, primitive, as_there)

    each()
