"""Sealed groups: wires and gadgets pass their walls at boundary contacts only."""

from __future__ import annotations

import pytest


@pytest.fixture
def room(net):
    room = net.group("room", sealed=True)
    room.contact("in", boundary="input")
    room.contact("out", boundary="output")
    room.contact("inner/deep")
    room.contact("x")
    net.contact("outside")
    return room


def test_a_sealed_group_and_a_boundary_are_told(world, net, room):
    assert (room.sealed, net.group("open").sealed) == (True, False)
    boundaries = [net.contacts[path].boundary for path in ("room/in", "room/out", "room/x")]
    assert boundaries == ["input", "output", None]


def test_what_is_inside_works_as_anywhere(world, net, room):
    room.wire("in", "x", kind="directed")
    room.gadget("math.add", a="x", b=1, sum="inner/deep")
    room.wire("inner/deep", "out", kind="directed")
    net.wire("outside", "room/in", kind="directed")
    net.wire("room/out", "result")
    net["outside"] = 1
    assert net["result"] == 2
    net["room/x"] = 5  # writing is not wiring
    assert net["result"] == 6


@pytest.mark.parametrize("kind", ["directed", "bidirectional"])
@pytest.mark.parametrize("inner", ["room/x", "room/inner/deep", "room/new"])
def test_a_wire_through_the_wall_is_refused_from_either_side(world, net, room, kind, inner):
    before = sorted(net.contacts), len(net.wires), net.tick
    for ends in [(inner, "outside"), ("outside", inner), ("made", inner)]:
        with pytest.raises(world.errors.DeclarationError, match="room"):
            net.wire(*ends, kind=kind)
    assert (sorted(net.contacts), len(net.wires), net.tick) == before


def test_a_gadget_outside_is_bound_to_the_boundary_only(world, net, room):
    net.gadget("math.add", a="room/out", b=1, sum="room/in")
    for ports in ({"a": "room/x", "b": 1, "sum": "y"}, {"a": "outside", "b": 1, "sum": "room/x"}):
        with pytest.raises(world.errors.DeclarationError, match="room"):
            net.gadget("math.add", **ports)


def test_a_gadget_inside_reaches_nothing_outside(world, net, room):
    for ports in ({"a": "/outside", "b": 1, "sum": "x"}, {"a": "x", "b": 1, "sum": "/outside"}):
        with pytest.raises(world.errors.DeclarationError, match="room"):
            room.gadget("math.add", **ports)
    room.gadget("math.add", a="in", b=1, sum="inner/deep")


def test_a_boundary_is_that_of_its_own_group_only(world, net, room):
    room.contact("inner/gate", boundary="output")
    with pytest.raises(world.errors.DeclarationError):
        net.wire("room/inner/gate", "outside")
    cell = room.group("cell", sealed=True)
    cell.contact("door", boundary="input")
    cell.contact("bed")
    net.wire("room/x", "room/cell/door")
    for ends in [("room/x", "room/cell/bed"), ("outside", "room/cell/door")]:
        with pytest.raises(world.errors.DeclarationError):
            net.wire(*ends)


def test_two_sealed_groups_meet_boundary_to_boundary(world, net, room):
    other = net.group("other", sealed=True)
    other.contact("in", boundary="input")
    other.contact("x")
    net.wire("room/out", "other/in")
    with pytest.raises(world.errors.DeclarationError):
        net.wire("room/out", "other/x")
    with pytest.raises(world.errors.DeclarationError):
        net.wire("room/x", "other/in")


def test_declared_again_seals_and_boundaries_are_what_they_were(world, net, room):
    before = net.tick
    assert net.group("room", sealed=True) == room
    assert net.group("room").sealed
    assert net.contact("room/in", boundary="input").boundary == net.contact("room/in").boundary == "input"
    assert net.tick == before
    net.group("open")
    for again in (
        lambda: net.group("open", sealed=True),
        lambda: net.contact("room/in", boundary="output"),
        lambda: net.contact("room/x", boundary="input"),
    ):
        with pytest.raises(world.errors.ConflictError):
            again()
    with pytest.raises(world.errors.DeclarationError):
        net.contact("room/y", boundary="both")


def test_a_seal_is_taken_back_with_its_batch_and_goes_with_its_group(world, net):
    with pytest.raises(LookupError), net.batch():
        net.group("room", sealed=True).contact("x", boundary="input")
        raise LookupError
    net.contact("room/x")
    assert net.contacts["room/x"].boundary is None
    net.wire("room/x", "outside")
    net.remove("room")
    net.group("room", sealed=True)
    with pytest.raises(world.errors.DeclarationError):
        net.wire("room/x", "outside")
