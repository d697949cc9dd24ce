"""What `array.*` compute."""

from __future__ import annotations

import math

import pytest

from tests.conformance.computing import compute
from tests.conformance.typed import same

BIG, SMALL = 2**63 - 1, -(2**63)
ITEMS = [1, None, "", "x", [2]]
EVERY = ["first", "last", "nth", "arraySize", "append", "prepend", "reverse", "slice", "filterEmpty"]
MORE = {"nth": {"index": 0}, "append": {"value": 1}, "prepend": {"value": 1}, "slice": {"start": 0}}


def output_of(primitive):
    return "size" if primitive == "arraySize" else "result"


@pytest.mark.parametrize(
    ("primitive", "array", "more", "expected"),
    [
        ("first", ITEMS, {}, 1),
        ("last", ITEMS, {}, [2]),
        ("first", [None], {}, None),
        ("nth", ITEMS, {"index": 0}, 1),
        ("nth", ITEMS, {"index": 4}, [2]),
        ("nth", ITEMS, {"index": 3.0}, "x"),
        ("nth", ITEMS, {"index": -0.0}, 1),
        ("arraySize", ITEMS, {}, 5),
        ("arraySize", [], {}, 0),
        ("append", [1], {"value": [2]}, [1, [2]]),
        ("append", [], {"value": None}, [None]),
        ("prepend", [1], {"value": "x"}, ["x", 1]),
        ("prepend", [], {"value": {"k": 1}}, [{"k": 1}]),
        ("reverse", [1, [2, 3], 4.0], {}, [4.0, [2, 3], 1]),
        ("reverse", [], {}, []),
        ("filterEmpty", [*ITEMS, 0, False, [], {}, b"", " ", math.nan], {}, [1, "x", [2], 0, False, [], {}, b"", " ", math.nan]),
        ("filterEmpty", [], {}, []),
        ("filterEmpty", [None, ""], {}, []),
        ("slice", [1, 2, 3], {"start": 1}, [2, 3]),
        ("slice", [1, 2, 3], {"start": 0, "end": 2}, [1, 2]),
        ("slice", [1, 2, 3], {"start": -2, "end": -1}, [2]),
        ("slice", [1, 2, 3], {"start": 2, "end": 1}, []),
        ("slice", [1, 2, 3], {"start": -9, "end": 9.0}, [1, 2, 3]),
        ("slice", [1, 2, 3], {"start": SMALL, "end": BIG}, [1, 2, 3]),
        ("slice", [1, 2, 3], {"start": BIG}, []),
        ("slice", [], {"start": 0}, []),
    ],
)  # fmt: skip
def test_functions_of_lists(world, primitive, array, more, expected):
    assert same(compute(world, f"array.{primitive}", output_of(primitive), array=array, **more), expected)


@pytest.mark.parametrize("index", [-1, 3, BIG, SMALL, 0.5, math.nan, math.inf, 1e300, True, "0", None])
def test_an_index_without_an_item_is_an_error(world, index):
    with pytest.raises(world.errors.GadgetError):
        compute(world, "array.nth", "result", array=[1, 2, 3], index=index)


@pytest.mark.parametrize(("primitive", "more"), [("first", {}), ("last", {}), ("nth", {"index": 0})])
def test_an_empty_list_has_no_item_to_give(world, primitive, more):
    with pytest.raises(world.errors.GadgetError):
        compute(world, f"array.{primitive}", "result", array=[], **more)


@pytest.mark.parametrize("place", [0.5, math.nan, math.inf, 1e300, True, "0", None])
@pytest.mark.parametrize("port", ["start", "end"])
def test_only_whole_numbers_cut_a_list(world, port, place):
    with pytest.raises(world.errors.GadgetError):
        compute(world, "array.slice", "result", array=[1], **{"start": 0, port: place})


@pytest.mark.parametrize("wrong", [None, True, 1, "abc", {"k": 1}, b"abc"])
@pytest.mark.parametrize("primitive", EVERY)
def test_what_is_no_list_is_an_error(world, primitive, wrong):
    with pytest.raises(world.errors.GadgetError):
        compute(world, f"array.{primitive}", output_of(primitive), array=wrong, **MORE.get(primitive, {}))


@pytest.mark.parametrize("primitive", EVERY)
def test_a_list_that_is_lost_takes_the_result_with_it(world, net, primitive):
    net.contact("list", [1, 2])
    net.gadget(f"array.{primitive}", array="list", **MORE.get(primitive, {}), **{output_of(primitive): "out"})
    assert net["out"] is not world.Nothing
    net.erase("list")
    assert net["out"] is world.Nothing


def test_a_list_that_was_extended_is_another_list(world, net):
    net.contact("list", [1])
    net.gadget("array.append", array="list", value=2, result="more")
    net.gadget("array.reverse", array="list", result="back")
    net["more"].append(9)
    assert (net["list"], net["more"], net["back"]) == ([1], [1, 2], [1])


def nested(levels):
    inner: list[object] = []
    for _ in range(levels - 1):
        inner = [inner]
    return inner


def test_a_list_nests_to_a_limit_and_no_further(world):
    for primitive in ("array.append", "array.prepend"):
        assert len(compute(world, primitive, "result", array=[], value=nested(99))) == 1
        for array, value in [([], nested(100)), (nested(101), 1), ([], {"k": nested(99)})]:
            with pytest.raises(world.errors.GadgetError):
                compute(world, primitive, "result", array=array, value=value)


def test_a_list_grows_to_a_limit_and_no_further(world):
    assert len(compute(world, "array.append", "result", array=[0] * 999_999, value=0)) == 1_000_000
    for primitive, array, value in [
        ("array.append", [0] * 1_000_000, 0),
        ("array.prepend", [0] * 500_000, [0] * 500_000),
    ]:
        with pytest.raises(world.errors.GadgetError):
            compute(world, primitive, "result", array=array, value=value)


def test_a_list_put_into_itself_in_a_cycle_ends_in_an_error_not_in_all_memory(world, net):
    start = nested(90)
    net.contact("x", start)
    with pytest.raises(world.errors.GadgetError):
        net.gadget("array.append", array="x", value="x", result="x")
    assert net["x"] == start
