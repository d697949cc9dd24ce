"""Wires, and contacts linked by them (ruling 3)."""

from __future__ import annotations

import pytest


def test_a_directed_wire_carries_one_way(world, net):
    net.contact("a", 1)
    net.contact("b")
    net.wire("a", "b", kind="directed")
    net["a"] = 2
    assert net["b"] == 2
    net["b"] = 3
    assert (net["a"], net["b"]) == (2, 3)


def test_a_wire_is_bidirectional_unless_told_otherwise_and_creates_its_contacts(world, net):
    net.wire("a", "b")
    net["a"] = 1
    assert net["b"] == 1
    net["b"] = 2
    assert net["a"] == 2


def test_wires_hold_in_chains_both_ways(world, net):
    net.wire("a", "b")
    net.wire("c", "b")
    net.wire("c", "d")
    net["d"] = 5
    assert [net[path] for path in "abcd"] == [5, 5, 5, 5]
    net["a"] = 6
    assert [net[path] for path in "abcd"] == [6, 6, 6, 6]


def test_a_ring_of_wires_settles(world, net):
    net.wire("a", "b")
    net.wire("b", "c")
    net.wire("c", "a")
    net["b"] = 5
    assert [net[path] for path in "abc"] == [5, 5, 5]


def test_connecting_carries_existing_content(world, net):
    net.contact("a", 1)
    net.wire("a", "b", kind="directed")
    assert net["b"] == 1


def test_connecting_carries_existing_content_backwards_only_over_a_bidirectional_wire(world, net):
    net.contact("to", 1)
    net.wire("empty", "to", kind="directed")
    assert net["empty"] is world.Nothing
    net.wire("from", "to")
    assert net["from"] == 1
    assert net["to"] == 1


def test_connecting_two_filled_ends_takes_the_from_value(world, net):
    net.contact("a", 1)
    net.contact("b", 2)
    net.wire("a", "b")
    assert (net["a"], net["b"]) == (1, 1)


def test_connecting_two_filled_components_takes_the_from_value_everywhere(world, net):
    net.contact("a", 1)
    net.wire("a", "a2")
    net.contact("b", 2)
    net.wire("b", "b2")
    net.wire("a2", "b2")
    assert [net[path] for path in ("a", "a2", "b", "b2")] == [1, 1, 1, 1]


def test_connecting_to_a_lattice_brings_back_the_join(world, net):
    net.contact("a", 3)
    net.contact("m", 9, blend="max")
    net.wire("a", "m")
    assert (net["a"], net["m"]) == (9, 9)


def test_a_joining_end_writes_its_join_back(world, net):
    net.contact("m", 5, blend="max")
    net.wire("m", "a")
    assert net["a"] == 5
    net["a"] = 3
    assert (net["a"], net["m"]) == (5, 5)
    net["a"] = 8
    assert (net["a"], net["m"]) == (8, 8)


def test_a_join_comes_back_through_a_whole_component(world, net):
    net.contact("m", 5, blend="max")
    net.wire("m", "a")
    net.wire("a", "b")
    net["b"] = 3
    assert [net[path] for path in "mab"] == [5, 5, 5]
    net["b"] = 8
    assert [net[path] for path in "mab"] == [8, 8, 8]


def test_the_last_external_write_in_batch_order_wins_in_a_component(world, net):
    net.wire("a", "b")
    net.wire("b", "c")
    with net.batch():
        net["c"] = 3
        net["a"] = 1
    assert [net[path] for path in "abc"] == [1, 1, 1]
    with net.batch():
        net["a"] = 5
        net["c"] = 7
    assert [net[path] for path in "abc"] == [7, 7, 7]
    with net.batch():
        net["b"] = 10
        net["c"] = 11
        net["a"] = 12
        net["b"] = 13
    assert [net[path] for path in "abc"] == [13, 13, 13]


def test_the_last_external_write_wins_even_with_the_value_that_was_there(world, net):
    net.contact("a", 0)
    net.wire("a", "b")
    net.wire("b", "c")
    with net.batch():
        net["c"] = 2
        net["b"] = 0
    assert [net[path] for path in "abc"] == [0, 0, 0]


def test_an_erase_is_ordered_among_the_writes_of_a_component(world, net):
    net.contact("a", 1)
    net.wire("a", "b")
    with net.batch():
        net["a"] = 2
        net.erase("b")
    assert net["a"] is world.Nothing
    with net.batch():
        net.erase("b")
        net["a"] = 2
    assert (net["a"], net["b"]) == (2, 2)


def test_gadgets_come_after_external_writes_in_a_component(world, net):
    net.contact("in", 1)
    net.gadget("math.add", a="in", b=1, sum="x")
    net.wire("x", "y")
    with net.batch():
        net["in"] = 5
        net["y"] = 99
    assert (net["x"], net["y"]) == (6, 6)


def test_the_youngest_gadget_wins_in_a_component(world, net):
    net.contact("in", 1)
    net.gadget("math.add", a="in", b=10, sum="x")
    net.gadget("math.add", a="in", b=20, sum="y")
    net.wire("x", "y")
    net["in"] = 2
    assert (net["x"], net["y"]) == (22, 22)


def test_a_directed_wire_is_ordered_by_its_creation_among_the_gadgets(world, net):
    net.contact("a", 1)
    net.gadget("math.add", name="old", a="a", b=10, sum="x")
    net.wire("a", "x", kind="directed")
    net.gadget("math.add", name="young", a="a", b=20, sum="y")
    net.wire("a", "y", kind="directed")
    net["a"] = 2
    assert (net["x"], net["y"]) == (2, 2)
    net.gadget("math.add", name="youngest", a="a", b=30, sum="x")
    net["a"] = 3
    assert (net["x"], net["y"]) == (33, 3)


def test_connecting_is_ordered_among_the_external_writes_of_its_batch(world, net):
    net.contact("a", 1)
    net.contact("b", 2)
    with net.batch():
        net.wire("a", "b")
        net["b"] = 7
    assert (net["a"], net["b"]) == (7, 7)


def test_self_wires_are_refused(world, net):
    net.contact("a", 1)
    with pytest.raises(ValueError):  # noqa: PT011 - the class is all that was promised
        net.wire("a", "a")
    assert len(net.wires) == 0


def test_the_same_wire_twice_is_one_wire(world, net):
    net.wire("a", "b", kind="directed")
    net.wire("a", "b", kind="directed")
    assert len(net.wires) == 1


def test_a_bidirectional_wire_is_the_same_from_either_end(world, net):
    net.wire("a", "b")
    net.wire("b", "a")
    assert len(net.wires) == 1


def test_directed_wires_in_opposite_directions_are_two(world, net):
    net.wire("a", "b", kind="directed")
    net.wire("b", "a", kind="directed")
    assert len(net.wires) == 2
    net["b"] = 1
    assert net["a"] == 1
    net["a"] = 2
    assert net["b"] == 2


def test_a_directed_wire_beside_a_bidirectional_one_is_another(world, net):
    net.contact("a", 1)
    two_way, one_way = net.wire("a", "b"), net.wire("a", "b", kind="directed")
    assert len(net.wires) == 2
    net["b"] = 2
    assert net["a"] == 2
    net.remove(two_way)
    net["b"] = 3
    assert net["a"] == 2
    net.remove(one_way)
    net["a"] = 4
    assert net["b"] == 3


def test_a_wire_joins_contacts_of_any_two_groups(world, net):
    net.contact("plant/hall/heat", 20)
    net.contact("office/heat")
    net.wire("plant/hall/heat", "office/heat")
    net.group("plant").wire("hall/heat", "/heat", kind="directed")
    net["office/heat"] = 21
    assert (net["plant/hall/heat"], net["heat"]) == (21, 21)


def test_an_end_that_holds_something_newer_writes_it_back_over_the_whole_component(world, net):
    net.contact("in", 1)
    net.wire("a", "b")
    net.wire("b", "c")
    net.gadget("math.add", a="in", b=0, sum="c")
    with net.batch():
        net["in"] = 5
        net["a"] = 9
        net["b"] = 8
    assert [net[path] for path in "abc"] == [5, 5, 5]


def test_a_user_and_a_directed_wire_write_one_contact_and_the_wire_is_newer_in_its_tick_only(world, net):
    net.contact("a", 1)
    net.wire("a", "b", kind="directed")
    net.update({"a": 2, "b": 7})
    assert net["b"] == 2
    net["b"] = 7
    net.contact("other", 1)
    assert net["b"] == 7
    net["a"] = 3
    assert net["b"] == 3


def test_declaring_a_wire_again_carries_nothing(world, net):
    net.contact("a", 1)
    net.wire("a", "b", kind="directed")
    net["b"] = 5
    net.wire("a", "b", kind="directed")
    assert net["b"] == 5


def test_a_contradiction_at_the_end_of_a_wire_leaves_that_end_as_it_is(world, net):
    net.contact("a", 1)
    net.contact("m", 5, blend="max")
    net.wire("a", "m", kind="directed")
    net["a"] = "text"
    assert net["m"] == 5
    assert net.contacts["m"].contradiction is not None


def test_a_directed_wire_into_a_lattice_joins(world, net):
    net.contact("a", 1)
    net.contact("peak", blend="max")
    net.wire("a", "peak", kind="directed")
    net["a"] = 7
    net["a"] = 3
    assert (net["a"], net["peak"]) == (3, 7)


def test_a_linked_component_changes_once_per_contact(world, net):
    net.contact("a", 0)
    net.wire("a", "b")
    net.wire("b", "c")
    changes = world.changes(net)
    tick = net.tick
    with net.batch():
        net["a"] = 1
        net["c"] = 2
    assert sorted(changes) == [(tick + 1, "a", 0, 2), (tick + 1, "b", 0, 2), (tick + 1, "c", 0, 2)]


def test_two_different_lattices_that_are_linked_do_not_answer_each_other_without_end(world, net):
    net.contact("most", 5, blend="max")
    net.contact("least", 3, blend="min")
    net.wire("most", "least")
    assert (net["most"], net["least"]) == (5, 3)
    net["most"] = 7
    assert (net["most"], net["least"]) == (7, 3)
    net["least"] = 1
    assert (net["most"], net["least"]) == (7, 1)


def test_linked_lattices_of_one_kind_hold_their_join(world, net):
    net.contact("one", 5, blend="max")
    net.contact("two", 9, blend="max")
    net.wire("one", "two")
    assert (net["one"], net["two"]) == (9, 9)
    net["one"] = 10
    assert (net["one"], net["two"]) == (10, 10)


def test_a_gadget_and_a_wire_created_in_one_batch_carry_what_settles_not_what_was(world, net):
    net.contact("a", 1)
    net.gadget("math.add", a="a", b=1, sum="x")
    with net.batch():
        net["a"] = 5
        net.wire("x", "copy", kind="directed")
        net.gadget("math.add", name="g", a="copy", b=1, sum="y")
    assert (net["x"], net["copy"], net["y"]) == (6, 6, 7)
    assert world.firings(net, "g") == 1


def test_a_write_that_contradicts_does_not_wake_a_link_whose_ends_stand_apart(world, net):
    net.contact("low", -6, blend="min")
    net.contact("high", 0.5, blend="max")
    net.wire("high", "low")
    assert (net["high"], net["low"]) == (0.5, -6)
    net["high"] = None
    assert net.contacts["high"].contradiction is not None
    assert (net["high"], net["low"]) == (0.5, -6)


def test_connecting_brings_a_value_to_a_contact_in_a_fault_and_leaves_the_fault(world, net):
    def fussy(x):
        raise ValueError("no")

    net.contact("x", 1)
    net.contact("held", -1.5)
    net.gadget(fussy, name="fussy", inputs={"x": "x"}, outputs=("y",), on_error="contain")
    net.wire("y", "held")
    assert net["y"] == -1.5
    assert net.contact("y").fault is not None


def test_an_erase_of_a_link_goes_once_around_what_it_is_linked_with(world, net):
    net.contact("low", -1, blend="first")
    net.contact("s", 0, blend="stream")
    net.wire("low", "hub")
    net.wire("s", "hub")
    net.wire("hub", "a")
    net.wire("b", "a")
    log = world.log(net, "s")
    net.erase("hub")
    assert log == [world.Nothing, -1]


def test_a_wire_that_contradicts_on_connecting_is_taken_back_by_itself_in_a_batch(world):
    net = world.Network(contradictions="raise")
    net.contact("m", 2, blend="max")
    net.contact("a", True)
    with net.batch():
        net["m"] = 3
        with pytest.raises(world.errors.ContradictionError):
            net.wire("a", "m")
    assert (net["m"], net["a"], len(net.wires)) == (3, True, 0)
