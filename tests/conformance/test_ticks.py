"""Ticks: one write or one batch, all or nothing."""

from __future__ import annotations

import pytest


def test_every_write_is_one_tick(world, net):
    assert net.tick == 0
    net.contact("a", 1)
    assert net.tick == 1
    net["a"] = 2
    net.contacts["a"].value = 3
    assert net.tick == 3


def test_a_batch_is_one_tick(world, net):
    net.contact("a", 1)
    net.contact("b", 1)
    with net.batch():
        net["a"] = 2
        net["b"] = 3
        net["a"] = 4
    assert net.tick == 3
    assert (net["a"], net["b"]) == (4, 3)


def test_update_is_one_tick(world, net):
    net.contact("a", 1)
    net.contact("b", 1)
    net.update({"a": 5, "b": 6})
    assert net.tick == 3
    assert (net["a"], net["b"]) == (5, 6)


def test_update_of_an_unknown_path_writes_none_of_the_others(world, net):
    net.contact("a", 1)
    with pytest.raises(world.errors.UnknownContactError):
        net.update({"a": 5, "typo": 6})
    assert net["a"] == 1
    assert net.tick == 1


def test_a_nested_batch_joins_the_outer_one(world, net):
    net.contact("a", 1)
    net.contact("b", 1)
    with net.batch():
        net["a"] = 2
        with net.batch():
            net["b"] = 3
        net["a"] = 4
        assert net.tick == 2
    assert net.tick == 3
    assert (net["a"], net["b"]) == (4, 3)


def test_an_exception_through_a_nested_batch_rolls_everything_back(world, net):
    net.contact("a", 1)
    net.contact("b", 1)
    with pytest.raises(RuntimeError, match="stop"), net.batch():
        net["a"] = 2
        with net.batch():
            net["b"] = 3
            raise RuntimeError("stop")
    assert (net["a"], net["b"]) == (1, 1)
    assert net.tick == 2


def test_a_batch_reads_its_own_writes_but_nothing_has_fired_yet(world, net):
    net.contact("a", 1)
    net.gadget("math.add", a="a", b=1, sum="next")
    with net.batch():
        net["a"] = 10
        assert net["a"] == 10
        assert net["next"] == 2
    assert net["next"] == 11


def test_an_empty_batch_uses_no_tick(world, net):
    with net.batch():
        pass
    assert net.tick == 0


def test_a_batch_that_puts_everything_back_uses_no_tick_and_gives_no_change(world, net):
    net.contact("a", 1)
    net.gadget("math.add", a="a", b=1, sum="next")
    changes = world.changes(net)
    tick = net.tick
    with net.batch():
        net["a"] = 2
        net["a"] = 1
    assert net.tick == tick
    assert changes == []
    assert net.contacts["a"].version == 1


def test_a_version_is_the_tick_that_last_changed_the_contact(world, net):
    a = net.contact("a", 1)  # tick 1
    b = net.contact("b", 1)  # tick 2
    total = net.contact("total")  # tick 3
    net.gadget("math.add", a="a", b="b", sum="total")  # tick 4
    assert (a.version, b.version, total.version) == (1, 2, 4)
    net["b"] = 5
    assert (a.version, b.version, total.version) == (1, 5, 5)
    net["b"] = 5
    assert (a.version, b.version, total.version) == (1, 5, 5)


def test_a_structural_edit_is_a_tick_and_declaring_again_is_none(world, net):
    net.contact("a")
    assert net.tick == 1
    net.contact("a")
    assert net.tick == 1
    net.wire("a", "b")
    assert net.tick == 2
    net.wire("a", "b")
    assert net.tick == 2
    net.group("g")
    assert net.tick == 3
    net.group("g")
    assert net.tick == 3
    net.remove("b")
    assert net.tick == 4


def test_one_change_record_per_changed_contact(world, net):
    net.contact("a", 1)
    net.contact("b", 2)
    net.gadget("math.add", a="a", b="b", sum="total")
    changes = world.changes(net)
    with net.batch():
        net["a"] = 5
        net["a"] = 6
    assert sorted(changes) == [(4, "a", 1, 6), (4, "total", 3, 8)]


def test_a_new_contact_with_a_value_is_a_change_from_nothing(world, net):
    changes = world.changes(net)
    net.contact("a", 1)
    net.contact("empty")
    assert changes == [(1, "a", world.Nothing, 1)]


def test_an_erase_is_a_change_to_nothing(world, net):
    net.contact("a", 1)
    changes = world.changes(net)
    net.erase("a")
    assert changes == [(2, "a", 1, world.Nothing)]
    net.erase("a")
    assert net.tick == 2


def test_the_cause_tells_what_came_from_outside_and_which_gadget_wrote(world, net):
    net.contact("a", 1)
    net.gadget("math.add", name="adder", a="a", b=1, sum="next")
    causes = {}
    net.on_change("**", lambda change: causes.update({change.path: change.cause}))
    net["a"] = 2
    assert causes["a"].startswith("external")
    assert causes["next"] == "adder"


def test_the_cause_names_the_source_of_a_batch(world, net):
    net.contact("a", 1)
    causes = []
    net.on_change("a", lambda change: causes.append(change.cause))
    with net.batch(source="feed"):
        net["a"] = 2
    assert causes == ["external:feed"]


def test_a_contact_that_ends_a_tick_as_it_began_is_not_a_change(world, net):
    net.contact("a", 4)
    net.gadget("math.multiply", a="a", b=0, product="zero")
    changes = world.changes(net)
    net["a"] = 9
    assert changes == [(3, "a", 4, 9)]


def test_unsubscribing_ends_the_records(world, net):
    net.contact("a", 1)
    seen = []
    unsubscribe = net.on_change("a", seen.append)
    net["a"] = 2
    unsubscribe()
    net["a"] = 3
    assert len(seen) == 1


def test_a_pattern_matches_names_and_groups(world, net):
    net.contact("x/a", 1)
    net.contact("x/y/a", 1)
    one = world.changes(net, "x/*")
    all_of_them = world.changes(net, "x/**")
    net.update({"x/a": 2, "x/y/a": 2})
    assert one == [(3, "x/a", 1, 2)]
    assert sorted(all_of_them) == [(3, "x/a", 1, 2), (3, "x/y/a", 1, 2)]


def test_a_failing_batch_rolls_back_content_and_structure(world, net):
    net.contact("a", 1)
    net.contact("old", 7)
    net.contact("m", 5, blend="max")
    net.gadget("math.add", name="g", a="a", b=1, sum="next")
    wire = net.wire("next", "copy", kind="directed")
    changes = world.changes(net)
    tick = net.tick
    with pytest.raises(RuntimeError, match="stop"), net.batch():
        net["a"] = 2
        net["m"] = 9
        net.remove("old")
        net.remove(wire)
        net.contact("new", 3)
        net.gadget("math.add", name="h", a="new", b=1, sum="after")
        net.wire("a", "new")
        net.erase("a")
        raise RuntimeError("stop")
    assert net.tick == tick
    assert changes == []
    assert sorted(net.contacts) == ["a", "copy", "m", "next", "old"]
    assert (net["a"], net["copy"], net["m"], net["next"], net["old"]) == (1, 2, 5, 2, 7)
    assert sorted(net.gadgets) == ["g"]
    assert len(net.wires) == 1
    net["a"] = 10
    assert (net["next"], net["copy"]) == (11, 11)


def test_a_failing_gadget_rolls_back_content_and_structure_of_its_tick(world, net):
    net.contact("a", 1)
    net.gadget("math.divide", name="g", a=12, b="a", quotient="q")
    tick = net.tick
    with pytest.raises(world.errors.GadgetError), net.batch():
        net.contact("new", 5)
        net["a"] = 0
    assert net["a"] == 1
    assert net["q"] == 12.0
    assert "new" not in net.contacts
    assert net.tick == tick


def test_a_handle_of_a_contact_whose_creation_was_rolled_back_is_stale(world, net):
    with pytest.raises(RuntimeError, match="stop"), net.batch():
        contact = net.contact("a", 1)
        raise RuntimeError("stop")
    with pytest.raises(world.errors.StaleHandleError):
        _ = contact.value


def test_a_handle_of_a_contact_whose_removal_was_rolled_back_still_works(world, net):
    contact = net.contact("a", 1)
    with pytest.raises(RuntimeError, match="stop"), net.batch():
        net.remove("a")
        raise RuntimeError("stop")
    assert contact.value == 1


def test_an_operation_that_failed_and_was_caught_leaves_its_batch_intact(world, net):
    net.contact("a", 1)
    with net.batch():
        net["a"] = 2
        with pytest.raises(world.errors.UnknownContactError):
            net["typo"] = 1
        with pytest.raises(world.errors.ValueRangeError):
            net["a"] = 2**63
    assert net["a"] == 2
    assert net.tick == 2


def test_a_subscriber_that_writes_gets_the_next_tick(world, net):
    net.contact("a", 1)
    net.contact("echo", 0)
    net.on_change("a", lambda change: net.update({"echo": change.new}))
    changes = world.changes(net)
    net["a"] = 2
    assert net["echo"] == 2
    assert net.tick == 4
    assert sorted(changes) == [(3, "a", 1, 2), (4, "echo", 0, 2)]


def test_a_gadget_that_writes_to_the_network_gets_the_next_tick(world, net):
    net.contact("a", 1)
    net.contact("side", 0)

    @net.gadget
    def plain(a):
        net["side"] = a * 100
        return a

    changes = world.changes(net)
    tick = net.tick
    net["a"] = 2
    assert net["side"] == 200
    assert net.tick == tick + 2
    assert [change for change in changes if change[1] == "side"] == [(tick + 2, "side", 100, 200)]


def test_what_a_gadget_wrote_in_a_tick_that_rolled_back_is_not_written(world, net):
    net.contact("a", 1)
    net.contact("side", 0)

    @net.gadget
    def plain(a):
        if a < 0:
            net["side"] = a
            raise ValueError("negative")
        return a

    with pytest.raises(world.errors.GadgetError):
        net["a"] = -1
    assert net["side"] == 0
    assert net["a"] == 1


def test_the_same_writes_in_the_same_order_give_the_same_records_in_the_same_order(world):
    def run():
        net = world.Network()
        seen = world.changes(net)
        for name in "cab":
            net.contact(name, 1)
        net.gadget("math.add", a="c", b="a", sum="x")
        net.gadget("math.add", a="x", b="b", sum="y")
        net.gadget("math.add", a="b", b="c", sum="z")
        with net.batch():
            net["b"] = 5
            net["c"] = 6
        return seen

    assert run() == run()


def test_an_operation_that_fails_in_a_batch_takes_back_what_it_did_to_contacts_written_before_it(world):
    net = world.Network(contradictions="raise")
    net.contact("peak", "high", blend="max")
    net.contact("x", 0)
    net.contact("events", blend="stream")
    net.gadget("stat.count", value="events", count="count")
    with net.batch():
        net["x"] = 1
        net["events"] = "one"
        with pytest.raises(world.errors.ContradictionError):
            net.update({"x": 2, "events": "two", "peak": 5})
        assert (net["x"], net["events"]) == (1, "one")
        net["events"] = "three"
    assert (net["x"], net["events"], net["count"], net["peak"]) == (1, "three", 2, "high")
