"""Values at the edge: what is taken, what is refused, and that nobody changes content from outside."""

from __future__ import annotations

import enum
import math
from fractions import Fraction

import pytest

import bassline as bl
from tests.conformance.typed import same


@pytest.fixture
def x(net):
    return net.contact("x", "before")


@pytest.mark.parametrize("number", [2**63, -(2**63) - 1, 10**400], ids=["above", "below", "far"])
def test_an_int_beyond_64_bits_is_refused(net, x, number):
    with pytest.raises(bl.ValueRangeError, match=r"2\*\*63"):
        x.value = number
    with pytest.raises(bl.ValueRangeError):
        net["x"] = [{"deep": number}]
    assert (x.value, net.tick) == ("before", 1)


def test_the_ends_of_the_range_are_held(x):
    for number in (2**63 - 1, -(2**63)):
        x.value = number
        assert same(x.value, number)


def test_nan_equals_itself_so_that_writing_it_again_is_no_change(net, x):
    x.value = math.nan
    tick = net.tick
    x.value = float("nan")
    x.value = -math.nan
    assert net.tick == tick
    assert math.isnan(x.value)


def test_one_and_one_point_zero_and_true_are_three_values(net, x):
    for value in (1, 1.0, True, 1):
        tick = net.tick
        x.value = value
        assert same(x.value, value)
        assert net.tick == tick + 1


@pytest.mark.parametrize("text", ["\ud800", "a\udfffb"])
def test_a_lone_surrogate_is_refused_wherever_it_stands(net, x, text):
    for value in (text, [text], {text: 1}, {"key": text}):
        with pytest.raises(bl.ValueTypeError, match="lone surrogate"):
            x.value = value
    assert (x.value, net.tick) == ("before", 1)


def test_a_list_or_dict_that_contains_itself_is_refused(x):
    loop = [1]
    loop.append(loop)
    ring = {}
    ring["self"] = [ring]
    for value in (loop, ring):
        with pytest.raises(RecursionError, match="contains itself"):
            x.value = value
    assert x.value == "before"


def test_nesting_is_held_down_to_the_depth_that_is_said(x):
    def nested(depth):
        value = 1
        for _ in range(depth):
            value = [value]
        return value

    x.value = nested(100)
    assert x.value == nested(100)
    with pytest.raises(RecursionError):
        x.value = nested(100_000)
    assert x.value == nested(100)


@pytest.mark.parametrize(
    "value", [object(), {1, 2}, 1j, Fraction(1, 2), range(3), bytearray(b"x"), lambda: 1, {1: "int key"}, {None: 1}]
)
def test_what_cannot_be_held_is_refused_with_its_type(net, x, value):
    for wrapped in (value, [value], {"key": [value]}):
        with pytest.raises(bl.ValueTypeError):
            x.value = wrapped
    assert (x.value, net.tick) == ("before", 1)


@pytest.mark.parametrize(
    "value", [b"", b"\x00\xff", "", "a\x00b", "🎵", {"a": {"b": {"": [None, {}]}}}, [[], {}], {"b": 1, "a": 2}]
)
def test_bytes_text_and_nested_dicts_come_back_equal(x, value):
    x.value = value
    assert same(x.value, value)


def test_a_tuple_is_held_as_a_list_and_subclasses_as_what_they_extend(x):
    class Colour(enum.IntEnum):
        RED = 7

    class Name(str):
        __slots__ = ()

    for value, held in [((1, (2,)), [1, [2]]), (Colour.RED, 7), (Name("n"), "n"), (True, True)]:
        x.value = value
        assert same(x.value, held)


def test_changing_a_list_after_writing_it_changes_nothing(net, x):
    mine = {"items": [1, 2], "deep": {"a": [3]}}
    x.value = mine
    tick = net.tick
    mine["items"].append(99)
    mine["deep"]["a"].clear()
    mine["new"] = 1
    assert x.value == {"items": [1, 2], "deep": {"a": [3]}}
    assert net.tick == tick


def test_changing_what_was_read_changes_nothing(net, x):
    x.value = {"items": [1, 2]}
    read = x.value
    read["items"].append(3)
    assert x.value == {"items": [1, 2]}
    x.value = read
    assert x.value == {"items": [1, 2, 3]}


def test_a_gadget_that_changes_its_input_changes_nothing(net):
    net.contact("items", [3, 1, 2])

    @net.gadget
    def ordered(items):
        items.sort()
        return items

    assert (net["items"], net["ordered"]) == ([3, 1, 2], [1, 2, 3])


def test_a_change_keeps_what_was_even_if_its_reader_changes_it(net, x):
    seen = []
    net.on_change("x", seen.append)
    x.value = [1]
    seen[0].new.append(2)
    assert seen[0].new == [1]
    assert x.value == [1]


def test_nothing_is_falsy_and_not_none_and_writing_it_erases(net, x):
    x.value = bl.Nothing
    assert x.value is bl.Nothing
    assert not bl.Nothing
    assert bl.Nothing is not None
    x.value = None
    assert x.value is None
    with pytest.raises(bl.ValueTypeError):
        x.value = [bl.Nothing]


def test_nothing_is_one_object_even_after_a_copy_or_a_pickle():
    import copy
    import pickle

    assert copy.deepcopy([bl.Nothing])[0] is bl.Nothing
    assert pickle.loads(pickle.dumps(bl.Nothing)) is bl.Nothing
    assert type(bl.Nothing)() is bl.Nothing


def test_a_value_whose_own_code_fails_is_refused_and_nothing_is_written(net):
    class Odd(dict):
        def items(self):
            raise LookupError("odd")

    x, y = net.contact("x", 1), net.contact("y", 1)
    with pytest.raises(LookupError):
        net.update(Odd(x=2, y=2))
    assert (x.value, y.value) == (1, 1)
