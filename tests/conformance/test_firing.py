"""When gadgets fire."""

from __future__ import annotations

import pytest


def test_a_gadget_fires_once_when_it_is_created_with_its_inputs_filled(world, net):
    net.contact("a", 2)
    net.gadget("math.add", name="g", a="a", b=3, sum="x")
    assert net["x"] == 5
    assert world.firings(net, "g") == 1


def test_a_gadget_with_an_empty_input_waits(world, net):
    net.contact("a", 2)
    net.contact("b")
    net.gadget("math.add", name="g", a="a", b="b", sum="x")
    net["a"] = 4
    assert net["x"] is world.Nothing
    assert world.firings(net, "g") == 0
    net["b"] = 1
    assert net["x"] == 5
    assert world.firings(net, "g") == 1


def test_a_gadget_of_constants_fires_once_at_creation(world, net):
    net.gadget("math.add", name="g", a=2, b=3, sum="x")
    net.contact("other", 1)
    assert net["x"] == 5
    assert world.firings(net, "g") == 1


def test_a_string_is_a_path_and_const_makes_it_a_value(world, net):
    net.contact("a", "text")
    net.gadget("logic.equals", a="a", b=world.const("text"), result="is_text")
    assert net["is_text"] is True


def test_a_diamond_fires_its_join_exactly_once(world, net):
    net.contact("top", 1)
    net.gadget("math.add", a="top", b=1, sum="left")
    net.gadget("math.multiply", a="top", b=10, product="right")
    net.gadget("math.add", name="join", a="left", b="right", sum="bottom")
    assert net["bottom"] == 12
    changes = world.changes(net, "bottom")
    net["top"] = 2
    assert net["bottom"] == 23
    assert world.firings(net, "join") == 2
    assert changes == [(5, "bottom", 12, 23)]


def test_a_diamond_with_sides_of_different_length_shows_no_intermediate_value(world, net):
    seen = []
    net.contact("top", 1)
    net.gadget("math.add", a="top", b=1, sum="l1")
    net.gadget("math.add", a="l1", b=1, sum="l2")
    net.gadget("math.add", a="l2", b=1, sum="l3")

    @net.gadget
    def bottom(top, l3):
        seen.append((top, l3))
        return l3 - top

    net["top"] = 5
    assert seen == [(1, 4), (5, 8)]
    assert net["bottom"] == 3


def test_a_join_declared_before_its_sides_fires_once_all_the_same(world, net):
    net.contact("top", 1)
    net.gadget("math.add", name="join", a="left", b="right", sum="bottom")
    net.gadget("math.add", a="top", b=1, sum="left")
    net.gadget("math.add", a="top", b=2, sum="right")
    assert world.firings(net, "join") == 1
    net["top"] = 10
    assert net["bottom"] == 23
    assert world.firings(net, "join") == 2


def test_a_gadget_that_reads_one_contact_on_both_ports_is_right_and_fires_once(world, net):
    net.contact("x", 3)
    net.gadget("math.add", name="g", a="x", b="x", sum="double")
    assert net["double"] == 6
    net["x"] = 5
    assert net["double"] == 10
    assert world.firings(net, "g") == 2


def test_several_writes_in_a_batch_fire_a_gadget_once(world, net):
    net.contact("a", 1)
    net.contact("b", 1)
    net.gadget("math.add", name="g", a="a", b="b", sum="x")
    with net.batch():
        for value in range(10):
            net["a"] = value
            net["b"] = value
    assert net["x"] == 18
    assert world.firings(net, "g") == 2


def test_a_gadget_whose_inputs_end_as_they_began_does_not_fire(world, net):
    net.contact("a", 1)
    net.gadget("math.add", name="g", a="a", b=1, sum="x")
    net.contact("other", 0)
    with net.batch():
        net["a"] = 2
        net["other"] = 1
        net["a"] = 1
    assert world.firings(net, "g") == 1


def test_an_output_that_stays_equal_fires_nothing_downstream(world, net):
    net.contact("a", 3)
    net.gadget("logic.greaterThan", name="above", a="a", b=0, result="positive")
    net.gadget("logic.equals", name="reader", a="positive", b=True, result="x")
    net["a"] = 4
    assert world.firings(net, "above") == 2
    assert world.firings(net, "reader") == 1


def test_only_what_is_downstream_fires(world, net):
    net.contact("a", 1)
    net.contact("b", 1)
    net.gadget("math.add", name="of_a", a="a", b=1, sum="x")
    net.gadget("math.add", name="of_b", a="b", b=1, sum="y")
    net["a"] = 2
    assert world.firings(net, "of_a") == 2
    assert world.firings(net, "of_b") == 1


def test_a_long_chain_settles_in_one_tick(world, net):
    net.contact("c0", 0)
    with net.batch():
        for i in range(200):
            net.gadget("math.add", a=f"c{i}", b=1, sum=f"c{i + 1}")
    tick = net.tick
    net["c0"] = 5
    assert net["c200"] == 205
    assert net.tick == tick + 1


def test_a_closed_gate_produces_nothing_and_its_output_stays_as_it_is(world, net):
    net.contact("value", 1)
    net.contact("open", True)
    net.gadget("control.gate", value="value", condition="open", output="out")
    assert net["out"] == 1
    with net.batch():
        net["open"] = False
        net["value"] = 2
    assert net["out"] == 1
    net["value"] = 3
    assert net["out"] == 1
    net["open"] = True
    assert net["out"] == 3


@pytest.mark.parametrize("condition", [1, 0.0, "yes", None, []])
def test_the_condition_of_a_gate_is_a_bool_or_an_error(world, net, condition):
    net.contact("value", 1)
    net.contact("open", True)
    net.gadget("control.gate", value="value", condition="open", output="out")
    with pytest.raises(world.errors.GadgetError):
        net["open"] = condition
    assert net["open"] is True


# several writers (ruling 4)


def test_of_several_writers_the_youngest_gadget_wins(world, net):
    net.contact("a", 1)
    net.contact("x")
    net.gadget("math.add", a="a", b=10, sum="x")
    net.gadget("math.add", a="a", b=20, sum="x")
    assert net["x"] == 21
    net["a"] = 2
    assert net["x"] == 22


def test_the_youngest_writer_wins_even_if_the_older_one_fires_after_it(world, net):
    net.contact("a", 1)
    net.contact("x")
    net.gadget("math.add", name="old", a="late", b=100, sum="x")
    net.gadget("math.add", name="young", a="a", b=20, sum="x")
    net.gadget("math.add", a="a", b=1, sum="middle")
    net.gadget("math.add", a="middle", b=1, sum="late")
    assert net["late"] == 3
    net["a"] = 2
    assert net["x"] == 22


def test_the_youngest_writer_wins_even_with_the_value_that_was_there(world, net):
    net.contact("a", 1)
    net.contact("b", 5)
    net.gadget("math.add", name="old", a="a", b="b", sum="x")
    net.gadget("math.multiply", name="young", a="a", b=0, product="x")
    assert net["x"] == 0
    net["a"] = 7
    assert net["x"] == 0


def test_only_writers_that_fire_in_the_tick_take_part(world, net):
    net.contact("a", 1)
    net.contact("b", 1)
    net.gadget("math.add", name="old", a="a", b=10, sum="x")
    net.gadget("math.add", name="young", a="b", b=20, sum="x")
    net["a"] = 2
    assert net["x"] == 12
    net["b"] = 2
    assert net["x"] == 22


def test_a_users_write_to_a_derived_contact_holds_until_its_gadget_next_fires(world, net):
    net.contact("a", 1)
    net.contact("other", 1)
    net.gadget("math.add", a="a", b=1, sum="x")
    net["x"] = 99
    assert net["x"] == 99
    net["other"] = 2
    assert net["x"] == 99
    net["a"] = 5
    assert net["x"] == 6


def test_a_gadget_that_fires_in_the_tick_of_a_users_write_has_the_last_word(world, net):
    net.contact("a", 1)
    net.gadget("math.add", a="a", b=1, sum="x")
    with net.batch():
        net["a"] = 5
        net["x"] = 99
    assert net["x"] == 6


def test_several_writers_of_a_lattice_are_joined(world, net):
    net.contact("a", 1)
    net.contact("peak", blend="max")
    net.gadget("math.multiply", a="a", b=10, product="peak")
    net.gadget("math.add", a="a", b=1, sum="peak")
    assert net["peak"] == 10
    net["a"] = -5
    assert net["peak"] == 10
    net["a"] = 3
    assert net["peak"] == 30
