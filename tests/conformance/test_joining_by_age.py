"""What comes to a joining contact from several writers is joined by age, the oldest first, in whatever order they fire."""

from __future__ import annotations

import pytest


def older_fires_last(net, blend):
    """Two writers of `out`: the older one fires after the younger one."""
    net.contact("x")
    net.contact("out", blend=blend)
    net.gadget("math.add", name="old", a="late", b=10, sum="out")
    net.gadget("math.add", name="young", a="x", b=20, sum="out")
    net.gadget("math.add", a="x", b=0, sum="late")


def test_of_two_writes_that_contradict_the_older_is_taken_though_it_comes_last(world, net):
    older_fires_last(net, "equal")
    net["x"] = 1
    assert net["out"] == 11
    found = net.contacts["out"].contradiction
    assert "11" in str(found)
    assert "21" in str(found)


def test_what_was_written_before_the_network_settles_is_older_than_what_gadgets_write(world, net):
    older_fires_last(net, "equal")
    net.update({"out": 21, "x": 1})
    assert net["out"] == 21
    assert net.contacts["out"].contradiction is None, "the young one wrote the same after the old one"


def test_a_counter_adds_in_the_order_of_age(world, net):
    older_fires_last(net, "counter")
    net["out"] = 3e16
    net["x"] = 0.0
    in_order, as_fired = (3e16 + 10) + 20, (3e16 + 20) + 10
    assert in_order != as_fired, "each sum rounds by itself"
    assert net["out"] == in_order


@pytest.mark.parametrize("contradictions", ["record", "raise"])
def test_sums_that_fit_in_the_order_of_age_are_no_contradiction(world, contradictions):
    net = world.Network(contradictions=contradictions)
    net.contact("x")
    net.contact("out", 2**62, blend="counter")
    net.gadget("math.subtract", a=0, b="late", difference="out")
    net.gadget("math.add", a="x", b=0, sum="out")
    net.gadget("math.add", a="x", b=0, sum="late")
    net["x"] = 2**62
    assert net["out"] == 2**62
    assert net.contacts["out"].contradiction is None


def test_a_network_that_raises_rolls_back_whichever_of_two_comes_first(world):
    net = world.Network(contradictions="raise")
    older_fires_last(net, "equal")
    with pytest.raises(world.errors.ContradictionError):
        net["x"] = 1
    assert net["out"] is world.Nothing


def test_before_a_cycle_has_its_turn_what_comes_to_it_is_joined_by_age(world, net):
    older_fires_last(net, "equal")
    net.wire("out", "other", kind="bidirectional")
    net["x"] = 1
    assert (net["out"], net["other"]) == (11, 11)


def test_all_that_came_to_a_cycle_is_joined_before_any_of_it_fires(world, net):
    """`a` is written with what it holds, before `peak` has its join: the ends differ then, and the newer write gets its answer."""
    net.contact("peak", 7, blend="max")
    net.contact("a", 7)
    net.contact("x")
    net.wire("a", "peak", kind="bidirectional")
    net.gadget("math.add", name="old", a="x", b=1, sum="peak")
    net.gadget("math.min", name="young", a="x", b=0, min="peak")
    net.wire("b", "a", kind="directed")
    net.update({"b": 7, "x": 8})
    assert (net["a"], net["peak"]) == (9, 9)


def test_it_does_not_matter_which_edges_there_once_were(world, net):
    """An edge that is gone may have put one writer behind the other."""
    once = world.Network()
    for each in (net, once):
        each.contact("x")
        each.contact("out", blend="equal")
    detour = once.gadget("math.add", a="y", b=0, sum="x")
    once.gadget("math.add", name="to y", a="z", b=0, sum="y")
    once.remove(detour)
    for each in (net, once):
        each.gadget("math.min", a="w", b=5, min="out")
        each.wire("x", "out", kind="directed")
        each.update({"x": 0, "w": 1})
        assert each["out"] == 1


def test_a_cycle_may_write_to_what_follows_it_as_often_as_it_turns(world, net):
    """Halved until nothing is left, the number is written to `seen` more than a thousand times; each is joined once."""
    joins = []

    class Least:
        def join(self, a, b):
            joins.append((a, b))
            return min(a, b)

    net.contact("seen", blend=Least)
    net.contact("x", 0.0)

    @net.gadget(inputs={"x": "x"}, outputs=("x", "seen"))
    def halve(x):
        return x / 2, x / 2

    @net.gadget(inputs={"x": "start"}, outputs="seen")
    def younger(x):
        return x

    net.update({"start": 2.0, "x": 1.0})
    assert (net["x"], net["seen"]) == (0.0, 0.0)
    assert world.firings(net, "halve") > 1000
    assert len(joins) <= world.firings(net, "halve") + world.firings(net, "younger")
