"""Bidirectional wires with a stream at one end or both: the ends come to hold one value, and nothing goes back."""

from __future__ import annotations

import pytest


def logs(world, net, *paths):
    return [world.log(net, path) for path in paths]


def test_an_event_goes_to_the_state_end_and_a_write_of_that_end_is_one_event(world, net):
    net.contact("s", blend="stream")
    net.wire("s", "a")
    s, a = logs(world, net, "s", "a")
    net["s"] = 1
    net["a"] = 2
    net["s"] = 3
    assert (s, a) == ([1, 2, 3], [1, 2, 3])


def test_equal_events_are_delivered_and_change_no_state(world, net):
    net.contact("s", blend="stream")
    net.wire("a", "s")
    s, a = logs(world, net, "s", "a")
    net["s"] = 1
    net["s"] = 1
    net["a"] = 1
    assert (s, a) == ([1, 1], [1])


@pytest.mark.parametrize("ends", [("s", "a"), ("a", "s")])
def test_connecting_takes_the_from_value_and_nothing_goes_back(world, net, ends):
    net.contact("s", 1, blend="stream")
    net.contact("a", 2)
    s, a = logs(world, net, "s", "a")
    net.wire(*ends)
    assert (s, a) == (([], [1]) if ends == ("s", "a") else ([2], []))
    assert net["s"] == net["a"]


@pytest.mark.parametrize("ends", [("s", "a"), ("a", "s")])
def test_connecting_brings_content_to_the_empty_end(world, net, ends):
    net.contact("s", blend="stream")
    net.contact("a", 2)
    s, a = logs(world, net, "s", "a")
    net.wire(*ends)
    assert (s, a) == ([2], [])
    net.contact("t", 5, blend="stream")
    t, b = logs(world, net, "t", "b")
    net.contact("b")
    net.wire(*("t" if end == "s" else "b" for end in ends))
    assert (t, b) == ([], [5])


def test_connecting_two_streams_brings_one_event_and_nothing_goes_back(world, net):
    net.contact("s", 1, blend="stream")
    net.contact("t", 2, blend="stream")
    s, t = logs(world, net, "s", "t")
    net.wire("s", "t")
    assert (s, t) == ([], [1])


def test_connecting_two_streams_after_an_event_of_its_batch_leaves_both_with_the_from_value(world, net):
    net.contact("s", 1, blend="stream")
    net.contact("t", 2, blend="stream")
    s, t = logs(world, net, "s", "t")
    with net.batch():
        net["t"] = 4
        net.wire("s", "t")
    assert (s, t) == ([4, 1], [4, 1])


def test_connecting_brings_content_back_to_a_stream_that_was_erased_in_its_batch(world, net):
    net.contact("s", 1, blend="stream")
    net.contact("t", 2, blend="stream")
    with net.batch():
        net.erase("s")
        net.wire("s", "t")
    assert (net["s"], net["t"]) == (2, 2)


def test_an_event_that_reaches_a_new_wire_later_but_stands_before_leaves_its_ends_with_one_value(world, net):
    for path, value in (("s", 1), ("t", 2), ("u", 3)):
        net.contact(path, value, blend="stream")
    with net.batch():
        net["u"] = 9
        net.wire("s", "t")
        net.wire("t", "u")
    assert (net["s"], net["t"], net["u"]) == (1, 1, 1)


def test_connecting_is_ordered_among_the_writes_of_its_batch(world, net):
    net.contact("s", 1, blend="stream")
    net.contact("a", 2)
    s = world.log(net, "s")
    with net.batch():
        net["a"] = 3
        net["s"] = 4
        net.wire("a", "s")
    assert (s, net["s"], net["a"]) == ([4, 3], 3, 3)


def test_a_lattice_writes_its_join_back_as_one_event(world, net):
    net.contact("s", blend="stream")
    net.contact("m", 5, blend="max")
    net.wire("s", "m")
    s, m = logs(world, net, "s", "m")
    net["s"] = 3
    assert (s, net["m"]) == ([3, 5], 5)
    net["s"] = 8
    assert (s, m) == ([3, 5, 8], [8])


@pytest.mark.parametrize("ends", [("s", "m"), ("m", "s")])
def test_connecting_to_a_lattice_brings_back_the_join_as_one_event(world, net, ends):
    net.contact("s", 3, blend="stream")
    net.contact("m", 9, blend="max")
    s = world.log(net, "s")
    net.wire(*ends)
    assert (s, net["m"]) == ([9], 9)


def test_a_lattice_joins_every_event_of_a_tick(world, net):
    net.contact("s", blend="stream")
    net.contact("m", 0, blend="max")
    net.wire("s", "m")
    s = world.log(net, "s")
    with net.batch():
        net["s"] = 7
        net["s"] = 3
    assert (s, net["m"]) == ([7, 3, 7], 7)


@pytest.mark.parametrize("ends", [("s", "a"), ("a", "s")])
def test_the_last_write_of_a_batch_wins_at_both_ends(world, net, ends):
    net.contact("s", blend="stream")
    net.contact("a", 0)
    net.wire(*ends)
    s, a = logs(world, net, "s", "a")
    net.update({"a": 1, "s": 2})
    assert (s, a) == ([2], [2])
    net.update({"s": 3, "a": 4})
    assert (s, a) == ([2, 3, 4], [2, 4])
    net.update({"s": 5, "a": 5})
    assert (s, a) == ([2, 3, 4, 5], [2, 4, 5])


def test_a_write_that_leaves_the_state_as_it_was_still_wins_over_an_older_event(world, net):
    net.contact("a", 4)
    net.contact("s", blend="stream")
    net.wire("a", "s")
    s = world.log(net, "s")
    net.update({"s": 7, "a": 4})
    assert (s, net["s"], net["a"]) == ([7, 4], 4, 4)


def test_equal_events_of_one_tick_all_pass_between_streams(world, net):
    net.contact("s", 5, blend="stream")
    net.contact("t", blend="stream")
    net.wire("s", "t")
    s, t = logs(world, net, "s", "t")
    with net.batch():
        net["s"] = 5
        net["t"] = 5
        net["s"] = 5
    assert (s, t) == ([5, 5, 5], [5, 5, 5])


def test_a_ring_of_streams_passes_each_event_once(world, net):
    for path in "stu":
        net.contact(path, blend="stream")
    net.wire("s", "t")
    net.wire("t", "u")
    net.wire("u", "s")
    seen = logs(world, net, "s", "t", "u")
    net["t"] = 1
    net["t"] = 1
    assert seen == [[1, 1]] * 3


def test_a_ring_of_streams_and_states_settles_on_what_was_written(world, net):
    for path in "st":
        net.contact(path, blend="stream")
    net.wire("a", "s")
    net.wire("s", "t")
    net.wire("t", "b")
    net.wire("b", "a")
    seen = logs(world, net, "a", "s", "t", "b")
    net["a"] = 1
    net["t"] = 2
    assert seen == [[1, 2]] * 4


@pytest.mark.parametrize("erased", ["s", "a"])
def test_erasing_one_end_empties_the_other(world, net, erased):
    net.contact("s", blend="stream")
    net.wire("s", "a")
    net["s"] = 1
    s, a = logs(world, net, "s", "a")
    net.erase(erased)
    assert (s, a) == ([world.Nothing], [world.Nothing])


def test_erasing_a_stream_empties_the_stream_it_is_linked_with(world, net):
    net.contact("s", blend="stream")
    net.contact("t", blend="stream")
    net.wire("s", "t")
    net["s"] = 1
    net.erase("t")
    assert net["s"] is world.Nothing


def test_a_lattice_with_content_writes_it_back_to_a_stream_that_was_erased(world, net):
    net.contact("s", blend="stream")
    net.contact("m", 5, blend="max")
    net.wire("m", "s")
    s = world.log(net, "s")
    net.erase("s")
    assert (s, net["m"]) == ([world.Nothing, 5], 5)


def test_an_event_that_contradicts_leaves_both_ends_as_they_are(world, net):
    net.contact("s", blend="stream")
    net.contact("m", 5, blend="max")
    net.wire("s", "m")
    s = world.log(net, "s")
    net["s"] = "text"
    assert (s, net["m"]) == (["text"], 5)
    assert net.contacts["m"].contradiction is not None
    net["m"] = 4
    assert (s, net["m"]) == (["text", 5], 5)
    assert net.contacts["m"].contradiction is None


def test_a_gadget_reads_each_event_of_a_linked_stream_once(world, net):
    net.contact("s", blend="stream")
    net.wire("a", "s")
    net.gadget("stat.count", name="n", value="s", count="seen")
    net["a"] = 1
    net["s"] = 2
    net["s"] = 2
    assert net["seen"] == 3
    assert world.firings(net, "n") == 3


def test_connecting_is_no_event_for_the_readers_of_the_stream_it_comes_from(world, net):
    net.contact("s", 1, blend="stream")
    net.contact("a", 2)
    net.gadget("stat.count", value="s", count="seen")
    net.wire("s", "a")
    assert net["seen"] is world.Nothing
    assert net["a"] == 1


def test_what_was_derived_from_a_stream_that_ends_erased_is_lost_though_an_event_came_too(world, net):
    net.contact("s", 6, blend="stream")
    net.contact("t", 1, blend="stream")
    net.wire("s", "a")
    net.wire("s", "b", kind="directed")
    net.wire("s", "t")
    with net.batch():
        net.erase("a")
        net.wire("b", "t", kind="directed")
    assert [net[path] for path in "sabt"] == [world.Nothing] * 4
