"""Cycles run to a fixpoint or roll back."""

from __future__ import annotations

import pytest


def test_a_cycle_of_lattices_settles_at_its_fixpoint(world, net):
    net.contact("a", 0, blend="max")
    net.contact("b", 0, blend="max")
    net.contact("c", 0, blend="max")
    net.wire("a", "b", kind="directed")
    net.wire("b", "c", kind="directed")
    net.wire("c", "a", kind="directed")
    net["b"] = 7
    assert [net[path] for path in "abc"] == [7, 7, 7]
    with net.batch():
        net["a"] = 8
        net["c"] = 9
    assert [net[path] for path in "abc"] == [9, 9, 9]


def test_shortest_distances_settle_in_a_cycle_of_min_contacts(world, net):
    for name in "abc":
        net.contact(name, 1000, blend="min")
    for start, end, length in (("a", "b", 5), ("b", "c", 1), ("c", "a", 1), ("a", "c", 10), ("c", "b", 1)):
        net.gadget("math.add", a=start, b=length, sum=end)
    net["a"] = 0
    assert [net[path] for path in "abc"] == [0, 5, 6]
    net["c"] = 2
    assert [net[path] for path in "abc"] == [0, 3, 2]


def test_newtons_square_root_runs_to_its_fixpoint(world, net):
    net.contact("n")
    net.contact("x", 1.0)
    net.gadget("math.divide", a="n", b="x", quotient="over")
    net.gadget("math.add", a="x", b="over", sum="both")
    net.gadget("math.divide", a="both", b=2, quotient="x")
    tick = net.tick
    net["n"] = 9.0
    assert net["x"] == 3.0
    assert net.tick == tick + 1
    net["n"] = 2.0
    assert net["x"] == pytest.approx(2**0.5, abs=1e-15)


def test_a_cycle_that_counts_up_to_a_bound_shows_only_the_end(world, net):
    net.contact("x", 0)
    changes = world.changes(net)
    net.gadget("math.min", a="next", b=5, min="x")
    net.gadget("math.add", name="step", a="x", b=1, sum="next")
    assert (net["x"], net["next"]) == (5, 6)
    assert sorted(change[1:] for change in changes) == [("next", world.Nothing, 6), ("x", 0, 5)]
    assert world.firings(net, "step") == 6


def test_a_cycle_that_does_not_settle_rolls_back_and_names_what_still_moved(world, net):
    net.contact("start")
    net.contact("still", 1)
    net.wire("start", "counter", kind="directed")
    net.gadget("math.add", a="counter", b=1, sum="counter_next")
    net.wire("counter_next", "counter", kind="directed")
    tick = net.tick
    with pytest.raises(world.errors.NotSettledError) as caught, net.batch():
        net["still"] = 2
        net["start"] = 0
    assert "counter" in str(caught.value)
    assert "still" not in str(caught.value).replace("still mov", "")
    assert net["start"] is world.Nothing
    assert net["counter"] is world.Nothing
    assert net["still"] == 1
    assert net.tick == tick


def test_a_gadget_that_feeds_itself_without_end_cannot_be_declared(world, net):
    net.contact("x", 0)
    with pytest.raises(world.errors.NotSettledError):
        net.gadget("math.add", name="g", a="x", b=1, sum="x")
    assert net["x"] == 0
    assert "g" not in net.gadgets


def test_a_cycle_of_nan_settles(world, net):
    net.contact("x", 0.0)
    net.gadget("math.add", a="x", b="step", sum="x")
    net["step"] = float("inf")
    assert net["x"] == float("inf")
    net["step"] = float("nan")
    assert net["x"] != net["x"]


def test_a_cycle_may_take_thousands_of_firings(world, net):
    net.contact("limit", 0)
    net.contact("x", 0)
    net.gadget("math.add", a="x", b=1, sum="next")
    net.gadget("math.min", a="next", b="limit", min="x")
    net["limit"] = 9000
    assert net["x"] == 9000


def test_what_leaves_a_cycle_fires_once(world, net):
    net.contact("a", 0, blend="max")
    net.contact("b", 0, blend="max")
    net.gadget("math.min", a="a", b=50, min="b")
    net.gadget("math.add", name="up", a="b", b=1, sum="a")
    net.gadget("math.multiply", name="after", a="a", b=1, product="out")
    assert (net["a"], net["b"], net["out"]) == (51, 50, 51)
    assert world.firings(net, "after") == 1


def test_members_fire_in_rounds_in_order_of_creation(world, net):
    log = []
    net.contact("go")
    net.contact("x", 0, blend="max")
    net.contact("y", 0, blend="max")

    @net.gadget(inputs={"y": "y", "go": "go"}, outputs="x", name="first")
    def first(y, go):
        log.append(("first", y))
        return min(y + 1, 3)

    @net.gadget(inputs={"x": "x", "go": "go"}, outputs="y", name="second")
    def second(x, go):
        log.append(("second", x))
        return min(x + 1, 3)

    net["go"] = True
    assert log == [("first", 0), ("second", 1), ("first", 2), ("second", 3), ("first", 3)]
    assert (net["x"], net["y"]) == (3, 3)


def test_a_cycle_waits_for_everything_that_leads_into_it(world, net):
    seen = []
    net.contact("top", 1)
    net.contact("x", 0, blend="max")

    @net.gadget(inputs={"x": "x", "late": "late"}, outputs="x")
    def member(x, late):
        seen.append(late)
        return late

    net.gadget("math.add", a="top", b=1, sum="early")
    net.gadget("math.add", a="early", b=1, sum="late")
    net["top"] = 5
    assert set(seen) == {3, 7}
    assert net["x"] == 7


def test_losing_an_input_empties_a_cycle(world, net):
    net.contact("a", 4)
    net.contact("x")
    net.gadget("math.add", a="a", b=0, sum="x")
    net.wire("x", "y")
    net.gadget("math.min", a="y", b="a", min="x")
    assert (net["x"], net["y"]) == (4, 4)
    net.erase("a")
    assert net["x"] is world.Nothing
    assert net["y"] is world.Nothing


def test_in_a_cycle_a_newer_write_of_an_equal_value_wakes_a_link_whose_ends_differ(world, net):
    def pair(x, y):
        return min(x, y), max(x, y)

    net.contact("top", 4, blend="max")
    net.wire("a", "b")
    net.wire("top", "low")
    net.gadget("math.add", a="c", b=3, sum="b")
    net.gadget(inputs={"x": "b", "y": "a"}, outputs=("low", "a"), name="pair")(pair)
    net.wire("c", "top")
    assert [net[path] for path in ("a", "b", "c", "low", "top")] == [10, 10, 10, 10, 10]
    tick = net.tick
    net["c"] = 3.0
    assert [net[path] for path in ("a", "b", "c", "low", "top")] == [10, 10, 10, 10, 10]
    assert net.tick == tick


def test_a_total_that_reads_itself_adds_up_every_event_of_a_tick(world, net):
    net.contact("event", blend="stream")
    net.contact("total", 0)
    net.gadget("math.add", a="total", b="event", sum="total")
    with net.batch():
        for value in (1, 2, 3):
            net["event"] = value
    assert net["total"] == 6


def test_a_gadget_of_two_outputs_that_are_its_inputs_is_one_cycle_with_both(world, net):
    net.contact("a", 8)
    net.contact("source")
    net.wire("source", "b", kind="directed")
    net["b"] = 0.5

    def pair(x, y):
        return min(x, y), max(x, y)

    net.gadget(pair, name="pair", inputs={"x": "a", "y": "b"}, outputs=("a", "b"))
    assert (net["a"], net["b"]) == (0.5, 8)
    assert world.firings(net, "pair") == 2
    net["source"] = 3
    assert (net["a"], net["b"]) == (0.5, 3)


def test_in_a_cycle_a_late_event_is_what_later_events_of_other_streams_are_seen_with(world, net):
    seen = []

    def record(x, y):
        seen.append((x, y))
        return 1

    net.contact("s1", 0, blend="stream")
    net.contact("s2", blend="stream")
    net.gadget(record, inputs={"x": "s2", "y": "s1"}, outputs=("out",), name="record")
    net.wire("mid", "s1", kind="directed")
    net.wire("out", "s2", kind="directed")
    net.wire("out", "mid", kind="directed")
    net.wire("a", "s2", kind="directed")
    net["a"] = 5
    assert seen == [(5, 0), (1, 0), (1, 1)]
    assert net["s2"] == 5
