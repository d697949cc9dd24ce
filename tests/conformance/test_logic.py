"""What `logic.and`, `or`, `xor` and `not` compute."""

from __future__ import annotations

import itertools

import pytest

from tests.conformance.computing import compute

TABLE = {"and": [False, False, False, True], "or": [False, True, True, True], "xor": [False, True, True, False]}


@pytest.mark.parametrize("primitive", TABLE)
def test_the_truth_tables(world, primitive):
    pairs = itertools.product([False, True], repeat=2)
    assert [compute(world, f"logic.{primitive}", "result", a=a, b=b) for a, b in pairs] == TABLE[primitive]


def test_not_is_true_of_what_is_false(world):
    assert compute(world, "logic.not", "result", value=False) is True
    assert compute(world, "logic.not", "result", value=True) is False


@pytest.mark.parametrize("wrong", [0, 1, 1.0, "", "True", None, [], {}])
def test_only_bools_are_truth_values_whatever_the_other_input_is(world, wrong):
    for primitive, other in itertools.product(TABLE, [False, True]):
        for inputs in ({"a": wrong, "b": other}, {"a": other, "b": wrong}):
            with pytest.raises(world.errors.GadgetError):
                compute(world, f"logic.{primitive}", "result", **inputs)
    with pytest.raises(world.errors.GadgetError):
        compute(world, "logic.not", "result", value=wrong)


def test_an_empty_input_leaves_nothing_to_say(world, net):
    net.contact("a", False)
    net.gadget("logic.and", a="a", b="b", result="both")
    assert net["both"] is world.Nothing
    net["b"] = True
    assert net["both"] is False
    net.erase("a")
    assert net["both"] is world.Nothing
