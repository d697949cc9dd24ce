"""Values: what content is, and when it is equal."""

from __future__ import annotations

import math

import pytest

from tests.conformance.typed import is_another, same


def test_an_empty_contact_reads_as_nothing_which_is_falsy_and_not_none(world, net):
    contact = net.contact("a")
    assert net["a"] is world.Nothing
    assert contact.value is world.Nothing
    assert not world.Nothing
    assert world.Nothing is not None


def test_none_is_content(world, net):
    net.contact("a", None)
    assert net["a"] is None
    assert net.tick == 1


@pytest.mark.parametrize("value", [None, True, 7, 1.5, "text", b"bytes", [1, [2.0]], {"k": [None]}])
def test_a_value_comes_back_with_its_type(world, net, value):
    net.contact("a")
    net["a"] = value
    assert same(net["a"], value)


@pytest.mark.parametrize(
    ("first", "second"),
    [(1, 1.0), (1.0, True), (True, 1), (0, False), ([1], [1.0]), ({"k": 1}, {"k": True}), ("1", 1), (None, False)],
)
def test_values_of_different_types_differ_even_where_python_calls_them_equal(world, net, first, second):
    assert is_another(net, first, second)


@pytest.mark.parametrize("value", [1, 1.0, True, "x", None, [1, 2.0], {"a": {"b": 1}}])
def test_an_equal_value_changes_nothing_and_uses_no_tick(world, net, value):
    net.contact("a", value)
    changes = world.changes(net)
    tick = net.tick
    net["a"] = value
    assert net.tick == tick
    assert changes == []


def test_nan_equals_nan_so_that_a_nan_write_settles(world, net):
    net.contact("a", math.nan)
    tick = net.tick
    net["a"] = math.nan
    assert net.tick == tick
    net["a"] = [math.nan]
    net["a"] = [math.nan]
    assert net.tick == tick + 1


def test_zero_equals_negative_zero(world, net):
    net.contact("a", 0.0)
    tick = net.tick
    net["a"] = -0.0
    assert net.tick == tick


def test_a_map_is_equal_whatever_the_order_of_its_keys(world, net):
    net.contact("a", {"x": 1, "y": 2})
    tick = net.tick
    net["a"] = {"y": 2, "x": 1}
    assert net.tick == tick


def test_mutating_a_list_after_writing_it_changes_nothing_in_the_network(world, net):
    value = [1, 2]
    net.contact("a", value)
    value.append(3)
    assert net["a"] == [1, 2]
    net["a"] = {"inner": value}
    value.clear()
    assert net["a"] == {"inner": [1, 2, 3]}


def test_ints_reach_from_minus_two_to_the_63_to_two_to_the_63_minus_one(world, net):
    net.contact("a", -(2**63))
    assert net["a"] == -9223372036854775808
    net["a"] = 2**63 - 1
    assert net["a"] == 9223372036854775807


@pytest.mark.parametrize("value", [2**63, -(2**63) - 1, [10**30], {"k": 2**64}])
def test_a_larger_int_is_a_value_range_error_and_changes_nothing(world, net, value):
    net.contact("a", 1)
    tick = net.tick
    with pytest.raises(world.errors.ValueRangeError):
        net["a"] = value
    assert net["a"] == 1
    assert net.tick == tick
    assert issubclass(world.errors.ValueRangeError, OverflowError)
