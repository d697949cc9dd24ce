"""How incoming meets current."""

from __future__ import annotations

import math

import pytest

from tests.conformance.typed import same


def test_accept_last_takes_the_incoming_value_whatever_its_kind(world, net):
    net.contact("a", 5)
    net["a"] = "text"
    assert net["a"] == "text"


def test_max_keeps_the_greater_and_a_smaller_write_uses_no_tick(world, net):
    net.contact("m", 3, blend="max")
    net["m"] = 7
    tick = net.tick
    net["m"] = 5
    assert net["m"] == 7
    assert net.tick == tick


def test_min_keeps_the_smaller(world, net):
    net.contact("m", 3, blend="min")
    net["m"] = 7
    assert net["m"] == 3
    net["m"] = -1
    assert net["m"] == -1


@pytest.mark.parametrize(
    ("blend", "first", "second", "expected"),
    [
        ("max", 2, 2.0, 2.0),
        ("max", 2.0, 2, 2.0),
        ("min", 2, 2.0, 2),
        ("min", 2.0, 2, 2),
        ("max", 5, math.nan, math.nan),
        ("max", math.nan, math.inf, math.nan),
        ("min", math.nan, 5, 5),
        ("min", 5, math.nan, 5),
        ("max", 2**53, 2.0**53 + 2, 2.0**53 + 2),
        ("max", 2**53 + 1, 2.0**53, 2**53 + 1),
        ("max", "apple", "pear", "pear"),
        ("min", "apple", "pear", "apple"),
        ("max", "Z", "a", "a"),
        ("max", "\uffff", "\U00010000", "\U00010000"),
        ("max", False, True, True),
        ("min", True, False, False),
    ],
)
def test_lattices_join_in_a_total_order(world, net, blend, first, second, expected):
    net.contact("m", first, blend=blend)
    net["m"] = second
    assert same(net["m"], expected)


def test_joining_with_nothing_gives_the_other_side(world, net):
    net.contact("m", blend="max")
    net["m"] = -4
    assert net["m"] == -4


@pytest.mark.parametrize("second", ["text", True, None, [1]])
def test_an_impossible_join_keeps_the_content_and_records_both_values(world, net, second):
    net.contact("m", 1234, blend="max")
    assert net.contacts["m"].contradiction is None
    net["m"] = second
    contact = net.contacts["m"]
    assert net["m"] == 1234
    assert contact.contradiction is not None
    assert "1234" in str(contact.contradiction)
    assert str(second) in str(contact.contradiction)


def test_nothing_flows_on_from_a_contradiction(world, net):
    net.contact("m", 1, blend="max")
    net.contact("double")
    net.gadget("math.add", name="g", a="m", b="m", sum="double")
    changes = world.changes(net)
    net["m"] = "text"
    assert changes == []
    assert world.firings(net, "g") == 1


def test_equal_values_join_even_where_there_is_no_order(world, net):
    net.contact("m", [1], blend="max")
    net["m"] = [1]
    assert net.contacts["m"].contradiction is None
    net["m"] = [2]
    assert net["m"] == [1]
    assert net.contacts["m"].contradiction is not None


def test_a_later_successful_join_lifts_a_contradiction(world, net):
    net.contact("m", 1, blend="max")
    net["m"] = "text"
    net["m"] = 2
    assert net["m"] == 2
    assert net.contacts["m"].contradiction is None


def test_a_successful_join_that_changes_no_content_lifts_a_contradiction_too(world, net):
    net.contact("m", 5, blend="max")
    net["m"] = "text"
    net["m"] = 2
    assert net["m"] == 5
    assert net.contacts["m"].contradiction is None


def test_erasing_lifts_a_contradiction_and_empties_a_lattice(world, net):
    contact = net.contact("m", 1, blend="max")
    net["m"] = "text"
    contact.erase()
    assert contact.value is world.Nothing
    assert contact.contradiction is None
    net["m"] = "text"
    assert contact.value == "text"


def test_a_network_may_raise_on_contradictions_and_rolls_the_tick_back(world):
    net = world.Network(contradictions="raise")
    net.contact("m", 1, blend="max")
    net.contact("a", 10)
    tick = net.tick
    with pytest.raises(world.errors.ContradictionError), net.batch():
        net["a"] = 11
        net["m"] = "text"
    assert net["a"] == 10
    assert net["m"] == 1
    assert net.contacts["m"].contradiction is None
    assert net.tick == tick


def test_a_contradiction_made_by_a_gadget_raises_for_the_writer_too(world):
    net = world.Network(contradictions="raise")
    net.contact("m", 1, blend="max")
    net.contact("a", 0)
    net.gadget("logic.equals", a="a", b=1, result="flag")
    net.wire("flag", "b", kind="directed")
    with pytest.raises(world.errors.ContradictionError):
        net.wire("flag", "m", kind="directed")
    assert net["m"] == 1
    assert len(net.wires) == 1


def test_a_stream_keeps_the_last_event_as_content(world, net):
    net.contact("s", blend="stream")
    net["s"] = 3
    net["s"] = 1
    assert net["s"] == 1


def test_a_tick_that_only_records_or_lifts_a_contradiction_is_a_tick_without_changes(world, net):
    net.contact("m", 5, blend="max")
    changes = world.changes(net)
    net["m"] = "text"
    assert net.tick == 2
    net["m"] = "text"
    assert net.tick == 2
    net["m"] = 1
    assert net.tick == 3
    assert changes == []
    assert net.contacts["m"].version == 1
