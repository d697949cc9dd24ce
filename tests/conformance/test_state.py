"""Stateful gadgets: their state is content of their own (ruling 2)."""

from __future__ import annotations

import math

import pytest

from tests.conformance.typed import same


def stats(net, source):
    for name in ("count", "sum", "mean", "min", "max"):
        net.gadget(f"stat.{name}", name=f"g_{name}", value=source, **{name: name})


def results(net):
    return [net[name] for name in ("count", "sum", "mean", "min", "max")]


def test_stat_gadgets_observe_every_event_of_a_stream(world, net):
    net.contact("s", blend="stream")
    stats(net, "s")
    with net.batch():
        for value in (4, 1, 4, 7):
            net["s"] = value
    assert same(results(net), [4, 16, 4.0, 1, 7])
    net["s"] = 4
    assert same(results(net), [5, 20, 4.0, 1, 7])


def test_stat_gadgets_observe_a_state_input_once_per_change(world, net):
    net.contact("a", 4)
    stats(net, "a")
    assert same(results(net), [1, 4, 4.0, 4, 4])
    net["a"] = 1
    net["a"] = 1
    with net.batch():
        net["a"] = 100
        net["a"] = 7
    assert same(results(net), [3, 12, 4.0, 1, 7])


def test_null_is_not_an_observation(world, net):
    net.contact("s", blend="stream")
    stats(net, "s")
    net["s"] = 2
    net["s"] = None
    net["s"] = 4
    assert same(results(net), [2, 6, 3.0, 2, 4])


def test_booleans_count_as_zero_and_one_in_sum_and_mean(world, net):
    net.contact("s", blend="stream")
    net.gadget("stat.sum", value="s", sum="sum")
    net.gadget("stat.mean", value="s", mean="mean")
    with net.batch():
        for value in (True, False, True, True):
            net["s"] = value
    assert same(net["sum"], 3)
    assert same(net["mean"], 0.75)


def test_a_sum_stays_int_until_a_float_comes(world, net):
    net.contact("s", blend="stream")
    net.gadget("stat.sum", value="s", sum="sum")
    net["s"] = 2
    assert same(net["sum"], 2)
    net["s"] = 0.5
    assert same(net["sum"], 2.5)
    net["s"] = 1
    assert same(net["sum"], 3.5)


def test_a_sum_outside_64_bits_is_an_error_and_the_state_stays(world, net):
    net.contact("s", blend="stream")
    net.gadget("stat.sum", value="s", sum="sum")
    net["s"] = 2**62
    with pytest.raises(world.errors.GadgetError), net.batch():
        net["s"] = 1
        net["s"] = 2**62
    assert net["sum"] == 2**62
    net["s"] = 5
    assert net["sum"] == 2**62 + 5


def test_a_mean_is_rounded_once_and_outgrows_64_bits_as_a_float(world, net):
    net.contact("s", blend="stream")
    net.gadget("stat.mean", value="s", mean="mean")
    with net.batch():
        for value in (2**53, True, 0):
            net["s"] = value
    assert same(net["mean"], (2**53 + 1) / 3)
    with net.batch():
        for _ in range(3):
            net["s"] = 2**63 - 1
    assert same(net["mean"], (2**53 + 1 + 3 * 2.0**63) / 6)


@pytest.mark.parametrize("name", ["sum", "mean"])
def test_a_string_cannot_be_summed(world, net, name):
    net.contact("s", blend="stream")
    net.gadget(f"stat.{name}", value="s", **{name: "x"})
    with pytest.raises(world.errors.GadgetError):
        net["s"] = "text"


def test_anything_can_be_counted(world, net):
    net.contact("s", blend="stream")
    net.gadget("stat.count", value="s", count="n")
    with net.batch():
        for value in ("text", [1], True, {"k": 1}, math.nan):
            net["s"] = value
    assert net["n"] == 5


def test_state_is_rolled_back_with_its_tick(world, net):
    net.contact("s", blend="stream")
    net.contact("divisor", 1)
    net.gadget("stat.count", value="s", count="n")
    net.gadget("stat.sum", value="s", sum="total")
    net.gadget("math.divide", a="total", b="divisor", quotient="q")
    net["s"] = 5
    with pytest.raises(world.errors.GadgetError), net.batch():
        net["s"] = 100
        net["s"] = 200
        net["divisor"] = 0
    with pytest.raises(RuntimeError, match="stop"), net.batch():
        net["s"] = 300
        raise RuntimeError("stop")
    assert (net["n"], net["total"], net["q"]) == (1, 5, 5.0)
    net["s"] = 6
    assert (net["n"], net["total"], net["q"]) == (2, 11, 11.0)


def test_losing_an_input_takes_back_the_output_but_not_the_state(world, net):
    net.contact("a", 4)
    net.gadget("stat.count", value="a", count="n")
    net["a"] = 5
    assert net["n"] == 2
    net.erase("a")
    assert net["n"] is world.Nothing
    net["a"] = 6
    assert net["n"] == 3


def test_a_new_gadget_starts_with_fresh_state(world, net):
    net.contact("a", 4)
    net.gadget("stat.sum", name="g", value="a", sum="total")
    net["a"] = 5
    assert net["total"] == 9
    net.remove(net.gadgets["g"])
    net.gadget("stat.sum", name="g", value="a", sum="total")
    assert net["total"] == 5


def test_declaring_a_stateful_gadget_again_observes_nothing(world, net):
    net.contact("a", 4)
    net.gadget("stat.count", name="g", value="a", count="n")
    net.gadget("stat.count", name="g", value="a", count="n")
    assert net["n"] == 1


def test_extremes_follow_the_order_of_the_lattices(world, net):
    net.contact("s", blend="stream")
    net.gadget("stat.max", value="s", max="max")
    net.gadget("stat.min", value="s", min="min")
    with net.batch():
        for value in (2, 2.0, -1.0, -1):
            net["s"] = value
    assert same(net["max"], 2.0)
    assert same(net["min"], -1)
    net["s"] = math.nan
    assert same(net["max"], math.nan)
    assert same(net["min"], -1)
