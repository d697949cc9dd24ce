"""Declaring many things at once is declaring each, in one tick."""

from __future__ import annotations

import pytest

import bassline as bl


def shape(net):
    return (
        {path: (contact.value, contact.blend) for path, contact in net.contacts.items()},
        sorted(net.gadgets),
        list(net.wires),
        list(net.groups),
    )


ADD = ("math.add", {"a": "a", "b": "g/b", "sum": "c"})


def test_many_declarations_come_to_what_single_ones_do_in_one_tick(net):
    contacts = net.declare(
        {"a": 1, "g/b": 2, "none": bl.Nothing}, gadgets=[ADD], wires=[("c", "d"), ("d", "e", "directed")]
    )
    with bl.Network() as other:
        other.contact("a", 1)
        other.contact("g/b", 2)
        other.contact("none")
        other.gadget("math.add", a="a", b="g/b", sum="c")
        other.wire("c", "d")
        other.wire("d", "e", kind="directed")
        assert shape(net) == shape(other)
    assert (net["e"], net.tick, [contact.path for contact in contacts]) == (3, 1, ["a", "g/b", "none"])


def test_declared_again_they_are_what_exists_and_no_tick(net):
    def declare():
        return net.declare({"a": 1, "g/b": 2}, gadgets=[ADD], wires=[["c", "d"]])

    first = declare()
    net["a"] = 5
    before = shape(net), net.tick
    assert declare() == first
    assert (shape(net), net.tick) == before


def test_paths_alone_blends_and_handles(net):
    x, y = net.declare((f"x{n}" for n in range(2)), blend="max")
    net.declare(wires=[(x, "z"), ("z", y)], kind="directed")
    assert (x.blend, list(net.wires), net.declare()) == ("max", ["x0->z", "z->x1"], [])


def test_in_a_group_paths_are_relative(net):
    net.contact("out")
    group = net.group("g")
    group.declare({"a": 1}, wires=[("a", "b"), ("b", "/out")])
    assert (list(net.contacts), net["out"]) == (["out", "g/a", "g/b"], 1)


@pytest.mark.parametrize(
    ("declarations", "error", "offender"),
    [
        ({"contacts": ["x", "y//z"]}, bl.DeclarationError, r"contacts\[1\] 'y//z'"),
        ({"contacts": {"x": 1, "peak": 2}, "blend": "min"}, bl.ConflictError, r"contacts\[1\] 'peak'"),
        ({"contacts": ["x"], "wires": [("x", "y"), ("z", "z")]}, bl.DeclarationError, r"wires\[1\]"),
        ({"contacts": ["x"], "wires": [("x", "peak/y")]}, bl.ConflictError, r"wires\[0\]"),
        ({"contacts": ["x"], "gadgets": [ADD, ("math.add", {"a": 1})]}, bl.DeclarationError, r"gadgets\[1\]"),
        ({"contacts": ["x"], "gadgets": [("math.ad", {})]}, bl.DeclarationError, "math.ad"),
        ({"contacts": ["x"], "gadgets": ["math.add"]}, bl.ValueTypeError, "a dict of its ports"),
        ({"contacts": ["x", 3]}, bl.ValueTypeError, "a path is a string; found int 3"),
        ({"contacts": ["x"], "wires": [("x",)]}, bl.ValueTypeError, "a pair of ends"),
        ({"contacts": ["x"], "wires": [("x", 3)]}, bl.ValueTypeError, "found int 3"),
        ({"contacts": ["x"], "wires": [("x", "y", "both")]}, bl.DeclarationError, "both"),
        ({"contacts": ["x"], "blend": "most"}, bl.DeclarationError, "most"),
        ({"contacts": ["x"], "kind": "both"}, bl.DeclarationError, "both"),
        ({"contacts": 3}, TypeError, "int"),
    ],
)
def test_an_offender_is_named_and_nothing_is_declared(net, declarations, error, offender):
    net.contact("peak", blend="max")
    before = shape(net), net.tick
    with pytest.raises(error, match=offender):
        net.declare(**declarations)
    assert (shape(net), net.tick) == before
    with net.batch():
        net.contact("mine")
        with pytest.raises(error, match=offender):
            net.declare(**declarations)
    assert list(net.contacts) == ["peak", "mine"]


def test_a_handle_that_is_gone_is_named_by_its_wire(net):
    a, b = net.declare(["a", "b"])
    net.remove(b)
    with pytest.raises(bl.StaleHandleError, match=r"wires\[0\]: this contact was removed"):
        net.declare(wires=[(a, b)])
