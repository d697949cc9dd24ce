"""`control.latch` and `control.delay`: what they hold is content of their own (ruling 2)."""

from __future__ import annotations

import math

import pytest

from tests.conformance.typed import same


@pytest.fixture
def latch(net):
    net.contact("value", 1)
    net.contact("enable", True)
    net.gadget("control.latch", name="latch", value="value", enable="enable", output="out")
    return net


def test_an_open_latch_follows_and_a_closed_one_holds(latch):
    latch["value"] = 2
    assert latch["out"] == 2
    latch["enable"] = False
    latch["value"] = 3
    assert latch["out"] == 2
    latch["enable"] = True
    assert latch["out"] == 3


def test_a_latch_takes_what_value_is_when_it_opens_within_one_tick(latch):
    latch["enable"] = False
    with latch.batch():
        latch["value"] = 5
        latch["enable"] = True
    assert latch["out"] == 5
    with latch.batch():
        latch["value"] = 6
        latch["enable"] = False
    assert latch["out"] == 5


def test_a_latch_that_was_never_open_has_nothing_to_give(world, net):
    net.contact("enable", False)
    net.gadget("control.latch", value=1, enable="enable", output="out")
    assert net["out"] is world.Nothing
    net["enable"] = True
    assert net["out"] == 1


def test_a_latch_holds_when_its_value_is_erased(world, latch):
    latch["enable"] = False
    latch.erase("value")
    assert latch["out"] == 1
    latch["enable"] = True
    assert latch["out"] == 1
    latch.erase("enable")
    assert latch["out"] is world.Nothing
    latch["enable"] = True
    assert latch["out"] == 1
    latch["value"] = None
    assert latch["out"] is None


def test_a_closed_latch_sets_an_overwritten_output_right_when_it_next_fires(latch):
    latch["enable"] = False
    latch["out"] = "mine"
    assert latch["out"] == "mine"
    latch["value"] = 9
    assert latch["out"] == 1


def test_losing_enable_loses_the_output_and_not_what_is_held(world, latch):
    latch["enable"] = False
    latch["value"] = 7
    latch.erase("enable")
    assert latch["out"] is world.Nothing
    latch["enable"] = False
    assert latch["out"] == 1


@pytest.mark.parametrize("wrong", [0, 1, "true", None])
def test_enable_is_a_bool_and_a_wrong_one_changes_nothing(world, latch, wrong):
    with pytest.raises(world.errors.GadgetError):
        latch["enable"] = wrong
    assert (latch["out"], latch["enable"]) == (1, True)


def test_what_a_latch_holds_is_rolled_back_with_its_tick(world, latch):
    latch.contact("divisor", 1)
    latch.gadget("math.divide", a="out", b="divisor", quotient="q")
    with pytest.raises(world.errors.GadgetError), latch.batch():
        latch["value"] = 50
        latch["divisor"] = 0
    latch["enable"] = False
    assert latch["out"] == 1
    latch["value"] = 60
    assert latch["out"] == 1


def test_a_latch_on_a_stream_takes_every_event_while_open(world, net):
    net.contact("s", blend="stream")
    net.contact("enable", True)
    net.gadget("control.latch", name="latch", value="s", enable="enable", output="out")
    with net.batch():
        net["s"] = 1
        net["s"] = 2
    assert net["out"] == 2
    net["enable"] = False
    net["s"] = 3
    assert (net["out"], world.firings(net, "latch")) == (2, 3)


def test_two_latches_hold_each_their_own(net):
    net.contact("value", 1)
    for index in range(2):
        net.contact(f"enable{index}", True)
        net.gadget("control.latch", value="value", enable=f"enable{index}", output=f"out{index}")
    net["enable0"] = False
    net["value"] = 2
    net["enable1"] = False
    net["value"] = 3
    assert (net["out0"], net["out1"]) == (1, 2)


def delayed(world, net, values, **ports):
    net.contact("s", blend="stream")
    net.contact("out", blend="stream")
    net.gadget("control.delay", name="delay", value="s", **ports, output="out")
    seen = world.log(net, "out")
    for value in values:
        net["s"] = value
    return seen


def test_a_delay_gives_the_value_before(world, net):
    assert delayed(world, net, [1, None, 2, 2, 3]) == [1, None, 2, 2]


@pytest.mark.parametrize(("delay", "expected"), [(0, [1, 2, 3, 4]), (1, [1, 2, 3]), (3.0, [1]), (4, []), (1000, [])])
def test_a_delay_gives_the_value_that_came_so_many_before(world, net, delay, expected):
    assert delayed(world, net, [1, 2, 3, 4], delay=delay) == expected


def test_a_delay_delays_the_events_of_one_tick_too(world, net):
    seen = delayed(world, net, [0], delay=2)
    with net.batch():
        for value in (1, 2, 3, 4):
            net["s"] = value
    assert seen == [0, 1, 2]


def test_a_delay_that_shrinks_and_grows_again_waits_for_new_values(world, net):
    net.contact("d", 2)
    seen = delayed(world, net, [1, 2, 3], delay="d")
    net["d"] = 1
    net["s"] = 4
    net["d"] = 2
    net["s"] = 5
    net["s"] = 6
    assert seen == [1, 3, 4]


def test_a_delay_of_a_state_takes_one_value_per_tick(world, net):
    net.contact("a", 1)
    net.gadget("control.delay", value="a", output="before")
    assert net["before"] is world.Nothing
    with net.batch():
        net["a"] = 100
        net["a"] = 2
    assert net["before"] == 1
    net["a"] = 2
    assert net["before"] == 1
    net["a"] = 3
    assert net["before"] == 2
    net.erase("a")
    assert net["before"] is world.Nothing
    net["a"] = 4
    assert net["before"] == 3


@pytest.mark.parametrize("wrong", [-1, 1001, 2**63 - 1, -(2**63), 0.5, math.nan, math.inf, True, "1", None])
def test_a_delay_is_from_0_to_1000_values(world, net, wrong):
    with pytest.raises(world.errors.GadgetError):
        delayed(world, net, [1], delay=world.const(wrong))


def test_what_a_delay_holds_is_rolled_back_with_its_tick(world, net):
    seen = delayed(world, net, [1, 2])
    with pytest.raises(RuntimeError, match="stop"), net.batch():
        net["s"] = 3
        raise RuntimeError("stop")
    net["s"] = 4
    assert same(seen, [1, 2])


def test_a_delay_holds_no_more_than_a_list_may(world, net):
    deep: list[object] = []
    for _ in range(98):
        deep = [deep]
    assert delayed(world, net, [deep, 1]) == [deep]
    with pytest.raises(world.errors.GadgetError):
        net["s"] = [deep]


@pytest.mark.parametrize("primitive", ["control.latch", "control.delay"])
def test_declaring_it_again_keeps_what_is_held(net, primitive):
    net.contact("a", 4)
    ports = {"enable": True} if primitive == "control.latch" else {"delay": 1}
    for _ in range(2):
        net.gadget(primitive, name="g", value="a", **ports, output="out")
    net["a"] = 5
    assert net["out"] == (5 if primitive == "control.latch" else 4)
