"""Losing an input (ruling 5), and removal."""

from __future__ import annotations

import pytest


def chain(net):
    net.contact("a", 1)
    net.gadget("math.add", name="first", a="a", b=1, sum="x")
    net.gadget("math.add", name="second", a="x", b=1, sum="y")


def test_erasing_an_input_empties_what_was_derived_from_it_and_so_on_down(world, net):
    chain(net)
    changes = world.changes(net)
    net.erase("a")
    assert net["x"] is world.Nothing
    assert net["y"] is world.Nothing
    assert sorted(change[1:3] for change in changes) == [("a", 1), ("x", 2), ("y", 3)]
    net["a"] = 5
    assert (net["x"], net["y"]) == (6, 7)


def test_an_output_that_a_user_wrote_last_is_not_lost(world, net):
    chain(net)
    net["x"] = 50
    net.erase("a")
    assert net["x"] == 50
    assert net["y"] == 51


def test_an_output_that_another_gadget_wrote_last_is_not_lost(world, net):
    net.contact("a", 1)
    net.contact("b", 1)
    net.gadget("math.add", a="a", b=10, sum="x")
    net.gadget("math.add", a="b", b=20, sum="x")
    net.erase("a")
    assert net["x"] == 21
    net.erase("b")
    assert net["x"] is world.Nothing


def test_lattice_and_stream_outputs_stay(world, net):
    net.contact("a", 1)
    net.contact("peak", blend="max")
    net.contact("events", blend="stream")
    net.gadget("math.add", name="p", a="a", b=1, sum="peak")
    net.gadget("math.add", name="e", a="a", b=2, sum="events")
    net.erase("a")
    assert net["peak"] == 2
    assert net["events"] == 3


def test_a_gadget_that_has_another_input_to_lose_loses_only_once(world, net):
    net.contact("a", 1)
    net.contact("b", 2)
    net.gadget("math.add", a="a", b="b", sum="x")
    net.erase("a")
    net["x"] = 77
    net.erase("b")
    assert net["x"] == 77


def test_a_users_erase_of_a_derived_contact_holds_until_its_gadget_next_fires(world, net):
    chain(net)
    net.erase("x")
    assert net["x"] is world.Nothing
    assert net["y"] is world.Nothing
    net["a"] = 3
    assert (net["x"], net["y"]) == (4, 5)


def test_a_directed_wire_whose_source_was_erased_empties_its_target(world, net):
    net.contact("a", 1)
    net.wire("a", "b", kind="directed")
    net.wire("b", "c", kind="directed")
    assert net["c"] == 1
    net.erase("a")
    assert net["b"] is world.Nothing
    assert net["c"] is world.Nothing


def test_the_target_of_a_directed_wire_that_a_user_wrote_last_stays(world, net):
    net.contact("a", 1)
    net.wire("a", "b", kind="directed")
    net["b"] = 5
    net.erase("a")
    assert net["b"] == 5


def test_erasing_one_end_of_a_bidirectional_wire_empties_the_other(world, net):
    net.contact("a", 1)
    net.wire("a", "b")
    net.wire("b", "c")
    net.erase("b")
    assert net["a"] is world.Nothing
    assert net["c"] is world.Nothing


def test_a_lattice_end_with_content_writes_it_back_when_its_partner_is_erased(world, net):
    net.contact("a", 4)
    net.contact("m", blend="max")
    net.wire("a", "m")
    assert net["m"] == 4
    net.erase("a")
    assert net["a"] == 4
    assert net["m"] == 4


def test_what_a_gadget_derived_and_a_bidirectional_wire_carried_on_is_lost_at_both_ends(world, net):
    net.contact("a", 1)
    net.gadget("math.add", a="a", b=1, sum="x")
    net.wire("x", "copy")
    assert net["copy"] == 2
    net.erase("a")
    assert net["x"] is world.Nothing
    assert net["copy"] is world.Nothing


def test_removing_a_contact_removes_its_wires_and_gadgets_and_what_they_wrote_last(world, net):
    chain(net)
    net.wire("a", "copy", kind="directed")
    net.wire("copy", "other")
    net.remove("a")
    assert "a" not in net.contacts
    assert sorted(net.gadgets) == ["second"]
    assert len(net.wires) == 1
    assert net["x"] is world.Nothing
    assert net["y"] is world.Nothing
    assert net["copy"] is world.Nothing
    assert net["other"] is world.Nothing


def test_removing_an_output_contact_removes_the_gadget_too(world, net):
    chain(net)
    net.remove("y")
    assert sorted(net.gadgets) == ["first"]
    net["a"] = 8
    assert net["x"] == 9


def test_removing_a_contact_leaves_what_its_gadgets_did_not_write_last(world, net):
    chain(net)
    net["x"] = 50
    net.remove("a")
    assert (net["x"], net["y"]) == (50, 51)


def test_the_other_end_of_a_bidirectional_wire_keeps_what_it_has_when_its_partner_is_removed(world, net):
    net.contact("a", 1)
    net.wire("a", "b")
    net.remove("a")
    assert net["b"] == 1
    assert len(net.wires) == 0


def test_removing_a_gadget_by_itself_leaves_contents_as_they_are(world, net):
    chain(net)
    net.remove(net.gadgets["first"])
    assert (net["x"], net["y"]) == (2, 3)
    net["a"] = 10
    assert (net["x"], net["y"]) == (2, 3)


def test_removing_a_wire_by_itself_leaves_contents_as_they_are(world, net):
    net.contact("a", 1)
    wire = net.wire("a", "b", kind="directed")
    net.remove(wire)
    assert net["b"] == 1
    net["a"] = 2
    assert net["b"] == 1


def test_removing_a_group_removes_everything_inside_it(world, net):
    net.contact("g/a", 1)
    net.contact("g/sub/b", 2)
    net.contact("outside", 3)
    net.group("g").gadget("math.add", name="inner", a="a", b="sub/b", sum="c")
    net.gadget("math.add", name="reader", a="g/c", b=1, sum="derived")
    net.wire("g/a", "outside", kind="directed")
    assert (net["derived"], net["outside"]) == (4, 1)
    net.remove("g")
    assert sorted(net.contacts) == ["derived", "outside"]
    assert "g" not in net.groups
    assert "g/sub" not in net.groups
    assert list(net.gadgets) == []
    assert len(net.wires) == 0
    assert net["derived"] is world.Nothing
    assert net["outside"] is world.Nothing


def test_a_write_after_a_removal_in_the_same_batch_holds(world, net):
    chain(net)
    with net.batch():
        net.remove("a")
        net["x"] = 5
    assert (net["x"], net["y"]) == (5, 6)


def test_a_handle_is_stale_after_removal_and_never_means_another_contact(world, net):
    contact = net.contact("a", 1)
    net.remove("a")
    net.contact("a", 2)
    with pytest.raises(world.errors.StaleHandleError):
        _ = contact.value
    with pytest.raises(world.errors.StaleHandleError):
        contact.value = 3
    with pytest.raises(world.errors.StaleHandleError):
        contact.erase()
    with pytest.raises(world.errors.StaleHandleError):
        net.remove(contact)
    assert net["a"] == 2


def test_a_contact_removed_and_declared_again_in_one_batch_starts_empty(world, net):
    net.contact("a", 1, blend="max")
    with net.batch():
        net.remove("a")
        net.contact("a")
    assert net["a"] is world.Nothing
    assert net.contacts["a"].blend == "accept-last"


def test_a_loss_is_not_a_newer_write_than_that_of_an_older_gadget_which_has_yet_to_fire(world, net):
    net.contact("a", 1)
    net.contact("b", 1)
    net.gadget("math.add", name="older", a="later", b=0, sum="c")
    net.gadget("math.add", a="a", b=1, sum="later")
    net.gadget("math.add", name="younger", a="b", b=10, sum="c")
    assert net["c"] == 11
    with net.batch():
        net.erase("b")
        net["a"] = 5
    assert net["c"] == 6


def test_an_erase_over_two_wires_is_answered_by_a_lattice_linked_with_what_it_empties(world, net):
    net.contact("top", 1000.0, blend="max")
    net.wire("a", "b", kind="directed")
    net.wire("top", "b")
    net.wire("a", "b")
    net.erase("a")
    assert [net[path] for path in ("a", "b", "top")] == [1000.0, 1000.0, 1000.0]


def test_an_erase_that_comes_back_as_newer_is_answered_by_a_lattice_too(world, net):
    net.contact("old", 0, blend="first")
    net.contact("m", blend="max")
    net.wire("old", "m")
    net.wire("m", "a")
    with net.batch():
        net.erase("m")
        net.erase("a")
    assert [net[path] for path in ("old", "m", "a")] == [0, 0, 0]


@pytest.mark.parametrize("unlinked_first", [True, False])
def test_a_new_gadget_does_not_lose_what_a_removed_one_had_written_over_a_link(world, net, unlinked_first):
    net.contact("a", 6)
    net.gadget("math.abs", name="first", value="a", result="b")
    link = net.wire("b", "c")
    if unlinked_first:
        net.remove(link)
    net.remove("b")
    assert net["c"] == 6
    net.gadget("math.divide", name="second", a="a", b="empty", quotient="c")
    assert net["c"] == 6


def test_a_new_gadget_does_not_lose_what_a_removed_one_had_written_over_links_made_and_removed(world, net):
    net.contact("a", 6)
    net.gadget("math.abs", name="first", value="a", result="b")
    net.remove(net.wire("b", "c"))
    net.wire("c", "d")
    net.remove("b")
    assert net["d"] == 6
    net.gadget("math.divide", name="second", a="a", b="empty", quotient="d")
    assert (net["c"], net["d"]) == (6, 6)
