"""Handles: what they tell, and that one of something removed is stale, for ever."""

from __future__ import annotations

import pytest

import bassline as bl


def stale(call):
    with pytest.raises(bl.StaleHandleError) as caught:
        call()
    assert "was removed" in str(caught.value)


def test_a_contact_tells_where_and_what_it_is(net):
    contact = net.contact("a/b/c", 5, blend="max", unit="m", tags=["x"])
    assert (contact.path, contact.name, contact.group) == ("a/b/c", "c", "a/b")
    assert (contact.value, contact.blend, contact.version) == (5, "max", 1)
    assert contact.attributes == {"unit": "m", "tags": ["x"]}
    assert (contact.contradiction, contact.fault) == (None, None)
    assert repr(contact) == "<Contact 'a/b/c' = 5>"


def test_a_handle_of_a_removed_contact_is_stale_in_everything_it_does(net):
    contact = net.contact("x", 1)
    net.remove(contact)
    for name in ("value", "path", "name", "group", "blend", "version", "attributes", "contradiction", "fault"):
        stale(lambda name=name: getattr(contact, name))
    stale(lambda: setattr(contact, "value", 2))
    stale(contact.erase)
    stale(lambda: net.remove(contact))
    stale(lambda: net.wire(contact, "y"))
    stale(lambda: net.gadget("math.add", a=contact, b=1, sum="z"))
    assert "removed" in repr(contact)
    assert list(net.contacts) == []


def test_a_stale_handle_never_shows_the_contact_that_took_its_place(net):
    stales = []
    for n in range(50):
        contact = net.contact("x", n)
        assert contact.value == n
        net.remove("x")
        stales.append(contact)
    last = net.contact("x", "new")
    for contact in stales:
        stale(lambda contact=contact: contact.value)
        assert contact != last
    assert len({*stales, last}) == 51


def test_handles_of_gadgets_wires_and_groups_go_stale_too(net):
    gadget = net.gadget("math.add", a="g/x", b=1, sum="y")
    wire = net.wire("y", "z")
    group = net.group("g")
    net.remove(wire)
    stale(lambda: wire.ends)
    net.remove(group)
    stale(lambda: group.path)
    stale(lambda: group.contact("new"))
    stale(lambda: gadget.inputs)
    assert (repr(group), repr(gadget), repr(wire)) == ("<Group (removed)>", "<Gadget (removed)>", "<Wire (removed)>")
    assert (len(net.gadgets), len(net.wires), list(net.contacts)) == (0, 0, ["y", "z"])


def test_two_handles_of_one_contact_are_equal_and_hash_alike(net):
    a, again, b = net.contact("a"), net.contacts["a"], net.contact("b")
    assert a == again
    assert hash(a) == hash(again)
    assert a != b
    assert {a: 1}[again] == 1


def test_a_handle_keeps_its_network_alive():
    def make():
        return bl.Network().contact("x", 1)

    contact = make()
    contact.value = 2
    assert contact.value == 2


def test_a_handle_from_before_is_stale_when_a_contact_of_that_name_is_declared_again_in_one_batch(net):
    old = net.contact("x", 1)
    with net.batch():
        net.remove(old)
        new = net.contact("x", 2)
    stale(lambda: old.value)
    assert new.value == net["x"] == 2
