"""Undo and redo: what a tick changed is as it was, and what it made is there again."""

from __future__ import annotations

import pytest


def test_a_write_is_undone_and_done_again_each_by_a_tick_of_its_own(world, net):
    net.contact("a", 1)
    net["a"] = 2
    assert (net.undo(), net["a"], net.tick) == (2, 1, 3)
    assert (net.redo(), net["a"], net.tick) == (2, 2, 4)
    assert net.contacts["a"].version == 4


def test_there_is_nothing_to_undo_in_a_new_network_and_nothing_to_do_again_before_an_undo(world, net):
    assert (net.undo(), net.redo(), net.tick) == (None, None, 0)
    net.contact("a", 1)
    assert (net.redo(), net.tick) == (None, 1)


def test_undo_walks_back_tick_by_tick_and_redo_forth(world, net):
    net.contact("a", 1)
    for value in (2, 3, 4):
        net["a"] = value
    walked = [(net.undo(), net["a"]) for _ in range(3)]
    assert walked == [(4, 3), (3, 2), (2, 1)]
    assert [(net.redo(), net["a"]) for _ in range(3)] == [(2, 2), (3, 3), (4, 4)]
    assert net.redo() is None
    assert net.tick == 10


def test_ticks_that_were_undone_and_undo_ticks_are_skipped(world, net):
    net.contact("a", 1)
    net["a"] = 2
    net["a"] = 3
    net.undo()
    net["a"] = 5
    assert [(net.undo(), net["a"]) for _ in range(2)] == [(5, 2), (2, 1)]


def test_a_write_after_an_undo_ends_what_can_be_done_again(world, net):
    net.contact("a", 1)
    net["a"] = 2
    net.undo()
    net["a"] = 3
    assert (net.redo(), net["a"]) == (None, 3)


def test_a_tick_that_came_to_nothing_leaves_what_can_be_done_again(world, net):
    net.contact("a", 1)
    net["a"] = 2
    net.undo()
    net["a"] = 1
    assert (net.redo(), net["a"]) == (2, 2)


@pytest.mark.parametrize(
    ("blend", "first", "second", "joined"),
    [
        ("max", 5, 9, 9),
        ("min", 5, 1, 1),
        ("union", {1}, {2}, {1, 2}),
        ("counter", 5, 2, 7),
        ("all", True, False, False),
    ],
)
def test_undo_goes_past_the_blend(world, net, blend, first, second, joined):
    a = net.contact("a", first, blend=blend)
    a.value = second
    assert a.value == joined
    net.undo()
    assert a.value == first
    net.redo()
    assert a.value == joined
    net.undo()
    a.value = second
    assert a.value == joined


def test_what_was_derived_goes_back_with_it_and_nothing_fires(world, net):
    net.contact("a", 1)
    net.gadget("math.add", name="sum", a="a", b=1, sum="b")
    net.gadget("math.multiply", name="double", a="b", b=2, product="c")
    net["a"] = 10
    fired = world.firings(net, "sum"), world.firings(net, "double")
    seen = world.changes(net)
    net.undo()
    assert (net["a"], net["b"], net["c"]) == (1, 2, 4)
    assert sorted(seen) == [(5, "a", 10, 1), (5, "b", 11, 2), (5, "c", 22, 4)]
    assert (world.firings(net, "sum"), world.firings(net, "double")) == fired
    net["a"] = 3
    assert (net["b"], net["c"]) == (4, 8)


def test_the_change_records_say_what_was_undone(world, net):
    net.contact("a", 1)
    net.gadget("math.add", a="a", b=1, sum="b")
    net["a"] = 2
    causes = []
    net.on_change("**", lambda change: causes.append((change.path, change.cause)))
    net.undo()
    net.redo()
    assert causes == [("a", "undo:3"), ("b", "undo:3"), ("a", "redo:3"), ("b", "redo:3")]


def test_a_batch_goes_back_as_a_whole(world, net):
    net.contact("a", 1)
    net.contact("b", 1)
    with net.batch():
        net["a"] = 2
        net["b"] = 2
        net.contact("c", 2)
    assert net.undo() == 3
    assert (net["a"], net["b"], "c" in net.contacts) == (1, 1, False)
    net.redo()
    assert (net["a"], net["b"], net["c"]) == (2, 2, 2)


def test_the_state_of_a_gadget_goes_back_too(world, net):
    net.contact("a", 10)
    net.gadget("stat.mean", value="a", mean="m")
    net["a"] = 20
    net["a"] = 90
    assert net["m"] == 40.0
    net.undo()
    assert net["m"] == 15.0
    net["a"] = 30
    assert net["m"] == 20.0


def test_the_events_of_a_stream_go_back_with_what_counted_them(world, net):
    net.contact("s", blend="stream")
    net.gadget("stat.count", value="s", count="n")
    net["s"] = 7
    with net.batch():
        net["s"] = 7
        net["s"] = 8
        net["s"] = 7
    assert (net["s"], net["n"]) == (7, 4)
    net.undo()
    assert (net["s"], net["n"]) == (7, 1)
    net.redo()
    assert (net["s"], net["n"]) == (7, 4)
    net.undo()
    net.undo()
    assert (net["s"], net.get("n")) == (world.Nothing, None)
    net["s"] = 1
    assert net["n"] == 1


def test_an_equal_event_alone_is_undone(world, net):
    net.contact("s", 1, blend="stream")
    net.contact("a", 0)
    net["a"] = 1
    net["s"] = 1
    assert [net.undo(), net.undo()] == [4, 3]
    assert (net["a"], net["s"], net.tick) == (0, 1, 6)
    assert [net.redo(), net.redo(), net.undo()] == [3, 4, 4]


def test_who_wrote_last_goes_back_so_that_losing_an_input_finds_it(world, net):
    net.contact("a", 1)
    net.gadget("math.add", a="a", b=1, sum="b")
    net["b"] = 50
    net.undo()
    net.erase("a")
    assert net["b"] is world.Nothing


def test_an_erase_and_what_was_lost_by_it_are_undone(world, net):
    net.contact("a", 1)
    net.gadget("math.add", a="a", b=1, sum="b")
    net.erase("a")
    assert net["b"] is world.Nothing
    net.undo()
    assert (net["a"], net["b"]) == (1, 2)


def test_declarations_are_undone_and_made_again(world, net):
    net.contact("a", 1)
    net.contact("m", 5, blend="max", unit="m")
    net.wire("a", "m", kind="directed")
    net.gadget("math.add", name="sum", a="m", b=1, sum="b")
    net.link("a", "b", "calls")
    while net.undo():
        pass
    assert [len(of) for of in (net.contacts, net.gadgets, net.wires, net.links, net.groups)] == [0] * 5
    while net.redo():
        pass
    assert (net["m"], net["b"], net.contacts["m"].blend) == (5, 6, "max")
    assert dict(net.contacts["m"].attributes) == {"unit": "m"}
    assert [len(of) for of in (net.contacts, net.gadgets, net.wires, net.links)] == [3, 1, 1, 1]
    net["a"] = 9
    assert (net["m"], net["b"]) == (9, 10)


def test_a_removed_group_is_there_again_with_all_that_was_in_it(world, net):
    room = net.group("room", owner="ann")
    inner = net.group("room/inner")
    a = room.contact("a", 1)
    inner.contact("m", 3, blend="max")
    room.gadget("stat.sum", name="total", value="a", sum="inner/t")
    room.wire("a", "inner/m", kind="directed")
    net.gadget("math.add", name="outside", a="room/inner/t", b=100, sum="result")
    net.link("room/a", "result", "feeds")
    a.value = 4
    assert (net["room/inner/t"], net["room/inner/m"], net["result"]) == (5, 4, 105)
    net.remove("room")
    assert net["result"] is world.Nothing
    net.undo()
    assert (net["room/a"], net["room/inner/t"], net["room/inner/m"], net["result"]) == (4, 5, 4, 105)
    assert sorted(net.groups) == ["room", "room/inner"]
    assert [len(of) for of in (net.gadgets, net.wires, net.links)] == [2, 1, 1]
    net["room/a"] = 10
    assert (net["room/inner/t"], net["room/inner/m"], net["result"]) == (15, 10, 115)
    net.undo()
    assert (net["room/a"], net["room/inner/t"], net["room/inner/m"], net["result"]) == (4, 5, 4, 105)
    net.undo()
    assert (net["room/a"], net["room/inner/t"], net["room/inner/m"], net["result"]) == (1, 1, 3, 101)


def test_what_is_there_again_has_the_writer_it_had(world, net):
    net.contact("a", 1)
    net.gadget("math.add", a="a", b=1, sum="room/b")
    net.remove("room")
    net.undo()
    net.erase("a")
    assert net["room/b"] is world.Nothing


def test_handles_of_what_was_removed_stay_stale_and_those_of_what_stayed_are_good(world, net):
    a, b = net.contact("a", 1), net.contact("b", 1)
    net.remove("a")
    net.undo()
    with pytest.raises(world.errors.StaleHandleError):
        _ = a.value
    assert (net.contacts["a"].value, b.value) == (1, 1)
    net["a"] = 2
    net.undo()
    net.undo()
    assert net["a"] == 1


def test_the_writer_that_was_removed_is_the_writer_again(world, net):
    net.contact("a", 1)
    net.gadget("math.add", name="g", a="a", b=1, sum="b")
    net.remove(net.gadgets["g"])
    net.undo()
    net.erase("a")
    assert net["b"] is world.Nothing


def test_a_gadget_made_again_keeps_its_age(world, net):
    net.contact("a", 1)
    net.gadget("math.add", name="older", a="a", b=1, sum="out")
    net.gadget("math.add", name="younger", a="a", b=100, sum="out")
    net.remove(net.gadgets["older"])
    net.undo()
    net["a"] = 2
    assert net["out"] == 102


def test_a_contradiction_comes_and_goes_with_its_tick(world, net):
    a = net.contact("a", 1, blend="equal")
    a.value = 2
    assert a.contradiction is not None
    assert (net.undo(), a.contradiction, a.value) == (2, None, 1)
    net.redo()
    assert (a.contradiction.current, a.contradiction.incoming) == (1, 2)
    net.erase("a")
    assert a.contradiction is None
    net.undo()
    assert (a.contradiction.incoming, a.value) == (2, 1)


def test_a_fault_comes_and_goes_with_its_tick(world, net):
    net.contact("a", 8)
    net.gadget("math.divide", name="g", a=world.const(8), b="a", quotient="q", on_error="contain")
    net["a"] = 0
    q = net.contacts["q"]
    assert q.fault is not None
    net.undo()
    assert (q.fault, q.value, net["a"]) == (None, 1, 8)
    net.redo()
    assert q.fault is not None
    net["a"] = 2
    net.undo()
    assert q.fault is not None
    assert net["a"] == 0


def test_a_python_gadget_made_again_goes_on(world, net):
    net.contact("x", 2)

    @net.gadget
    def squared(x):
        return x * x

    net.remove(net.gadgets["squared"])
    net.undo()
    net["x"] = 5
    assert net["squared"] == 25
    assert (net.undo(), net["squared"], "squared" in net.gadgets) == (5, 4, True)


def test_what_a_router_made_is_undone_and_made_again(world, net):
    net.contact("in", blend="stream")
    template = {
        "contacts": [{"id": "r", "blend": "stream"}],
        "gadgets": [{"id": "n", "primitive": "stat.count", "inputs": {"value": "r"}, "outputs": {"count": "n"}}],
    }
    net.gadget("stream.route", record="in", key="k", into="to", entry="r", template=template)
    net["in"] = {"k": "x"}
    net["in"] = {"k": "y"}
    net["in"] = {"k": "y"}
    assert (net["to/x/n"], net["to/y/n"]) == (1, 2)
    net.undo()
    net.undo()
    assert (net["to/x/n"], "to/y" in net.groups) == (1, False)
    net.redo()
    assert net["to/y/n"] == 1
    net["in"] = {"k": "y"}
    assert net["to/y/n"] == 2
    for _ in range(3):
        net.undo()
    assert "to" not in net.groups
    net["in"] = {"k": "y"}
    assert net["to/y/n"] == 1


def test_linked_contacts_go_back_together(world, net):
    net.contact("a", 1)
    net.wire("a", "b")
    net["b"] = 5
    net.undo()
    assert (net["a"], net["b"]) == (1, 1)
    net.undo()
    assert "b" not in net.contacts
    net.redo()
    net["a"] = 7
    assert net["b"] == 7


def test_what_a_subscriber_writes_is_a_tick_of_its_own_to_undo(world, net):
    net.contact("a", 1)
    net.contact("echo")

    def echo(change):
        if change.cause.startswith("external:"):
            net["echo"] = change.new

    net.on_change("a", echo)
    net["a"] = 2
    assert net["echo"] == 2
    net.undo()
    assert (net["a"], net["echo"]) == (2, world.Nothing)
    net.undo()
    assert net["a"] == 1


def test_inside_a_batch_it_is_refused(world, net):
    net.contact("a", 1)
    with net.batch(), pytest.raises(world.errors.BasslineError):
        net.undo()
    assert net["a"] == 1


def test_ticks_of_a_source_are_passed_over(world, net):
    net.contact("a", 1)
    net.contact("sensor")
    net["a"] = 2
    with net.batch("sensor"):
        net["sensor"] = 20.5
    assert (net.undo(), net["a"], net["sensor"]) == (3, 1, 20.5)
    with net.batch("sensor"):
        net["sensor"] = 21.0
    assert (net.redo(), net["a"], net["sensor"]) == (3, 2, 21.0)


def test_what_a_later_tick_of_a_source_changed_is_not_overwritten(world, net):
    net.contact("a", 1)
    net.contact("b", 1)
    net.gadget("math.add", name="sum", a="a", b="b", sum="c")
    net["a"] = 2
    with net.batch("sensor"):
        net["b"] = 5
    before = net.tick
    with pytest.raises(world.errors.ConflictError, match="c"):
        net.undo()
    assert (net["a"], net["b"], net["c"], net.tick) == (2, 5, 7, before)


def test_nor_is_what_it_changed_between_an_undo_and_a_redo(world, net):
    net.contact("a", 1)
    net["a"] = 2
    net.undo()
    with net.batch("sensor"):
        net["a"] = 5
    with pytest.raises(world.errors.ConflictError, match="a"):
        net.redo()
    assert net["a"] == 5


def test_a_change_of_a_source_hidden_by_a_later_undo_still_counts(world, net):
    net.contact("a", 1)
    net["a"] = 2
    with net.batch("sensor"):
        net["a"] = 5
    net["a"] = 9
    assert (net.undo(), net["a"]) == (4, 5)
    with pytest.raises(world.errors.ConflictError, match="a"):
        net.undo()
    assert net["a"] == 5
