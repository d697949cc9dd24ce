"""Declaring, finding and naming."""

from __future__ import annotations

import pytest


def test_the_errors_are_bassline_errors_and_the_nearest_builtin(world):
    bases = {
        "UnknownContactError": KeyError,
        "ConflictError": ValueError,
        "StaleHandleError": ReferenceError,
        "ContradictionError": ValueError,
        "NotSettledError": RuntimeError,
        "GadgetError": RuntimeError,
        "ValueTypeError": TypeError,
        "ValueRangeError": ValueError,
    }
    for name, base in bases.items():
        error = getattr(world.errors, name)
        assert issubclass(error, world.errors.BasslineError)
        assert issubclass(error, base)


def test_the_same_contact_declared_again_is_the_one_that_exists(world, net):
    net.contact("a", 1)
    net["a"] = 2
    again = net.contact("a", 1)
    assert again.value == 2
    assert net.tick == 2


def test_an_initial_value_fills_a_contact_that_is_still_empty(world, net):
    net.wire("a", "b")
    net.contact("a", 5)
    assert net["b"] == 5


def test_a_contact_declared_again_without_a_blend_keeps_its_blend(world, net):
    net.contact("m", 3, blend="max")
    net.contact("m")
    assert net.contacts["m"].blend == "max"


def test_a_different_blend_is_a_conflict(world, net):
    net.contact("m", 3, blend="max")
    with pytest.raises(world.errors.ConflictError):
        net.contact("m", blend="min")
    assert net.contacts["m"].blend == "max"
    assert net["m"] == 3


def test_a_gadget_without_a_name_is_known_by_primitive_and_bindings(world, net):
    net.contact("a", 1)
    net.gadget("math.add", a="a", b=1, sum="x")
    tick = net.tick
    net.gadget("math.add", a="a", b=1, sum="x")
    assert len(net.gadgets) == 1
    assert net.tick == tick
    net.gadget("math.add", a="a", b=1.0, sum="x")
    assert len(net.gadgets) == 2


def test_a_gadget_declared_again_does_not_fire_again(world, net):
    net.contact("a", 1)
    net.gadget("math.add", name="g", a="a", b=1, sum="x")
    net["x"] = 50
    net.gadget("math.add", name="g", a="a", b=1, sum="x")
    assert net["x"] == 50
    assert world.firings(net, "g") == 1


@pytest.mark.parametrize(
    ("primitive", "ports"),
    [
        ("math.add", {"a": "a", "b": 2, "sum": "x"}),
        ("math.add", {"a": "a", "b": 1, "sum": "y"}),
        ("math.subtract", {"a": "a", "b": 1, "difference": "x"}),
    ],
)
def test_another_primitive_or_binding_under_the_same_name_is_a_conflict(world, net, primitive, ports):
    net.contact("a", 1)
    net.gadget("math.add", name="g", a="a", b=1, sum="x")
    with pytest.raises(world.errors.ConflictError):
        net.gadget(primitive, name="g", **ports)
    assert sorted(net.contacts) == ["a", "x"]
    assert net["x"] == 2


def test_another_configuration_under_the_same_name_is_a_conflict(world, net):
    net.contact("r", blend="stream")
    net.gadget("stream.field", name="g", record="r", value="x", field="a")
    net.gadget("stream.field", name="g", record="r", value="x", field="a")
    with pytest.raises(world.errors.ConflictError):
        net.gadget("stream.field", name="g", record="r", value="x", field="b")


def test_a_script_can_be_run_again_and_changes_nothing(world, net):
    def script():
        net.contact("a", 1)
        group = net.group("g", author="ann")
        group.contact("peak", blend="max")
        net.wire("a", "g/peak", kind="directed")
        net.gadget("math.add", a="a", b=1, sum="g/next")

        @net.gadget
        def double(a):
            return a * 2

    script()
    net["a"] = 5
    tick = net.tick
    script()
    assert net.tick == tick
    assert (net["a"], net["g/peak"], net["g/next"], net["double"]) == (5, 5, 6, 10)


def test_reading_and_writing_by_path_never_creates(world, net):
    for use in (
        lambda: net["typo"],
        lambda: net.__setitem__("typo", 1),
        lambda: net.update({"typo": 1}),
        lambda: net.erase("typo"),
        lambda: net.remove("typo"),
    ):
        with pytest.raises(world.errors.UnknownContactError):
            use()
    assert list(net.contacts) == []
    assert net.tick == 0


def test_an_unknown_path_is_named_in_the_error(world, net):
    with pytest.raises(KeyError, match="typo"):
        net["typo"] = 1


def test_the_mapping_of_contacts_raises_key_error_for_an_unknown_path(world, net):
    with pytest.raises(KeyError):
        net.contacts["typo"]


def test_get_gives_the_default_for_an_unknown_path(world, net):
    net.contact("a", 1)
    assert net.get("a", 7) == 1
    assert net.get("typo", 7) == 7


def test_a_handle_knows_its_path_name_and_blend(world, net):
    contact = net.contact("sensors/kitchen/peak", blend="max")
    assert contact.path == "sensors/kitchen/peak"
    assert contact.name == "peak"
    assert contact.blend == "max"


def test_groups_nest_and_their_contacts_are_relative(world, net):
    kitchen = net.group("sensors/kitchen", author="ann", tags=["home"])
    peak = kitchen.contact("peak", blend="max")
    peak.value = 21.0
    peak.value = 19.0
    assert net["sensors/kitchen/peak"] == 21.0
    assert kitchen.path == "sensors/kitchen"
    assert net.group("sensors").group("kitchen").contact("peak").value == 21.0


def test_a_contact_in_a_path_makes_its_groups(world, net):
    net.contact("x/y/z", 1)
    assert sorted(net.groups) == ["x", "x/y"]


def test_wires_and_gadgets_of_a_group_are_relative_and_a_slash_means_the_root(world, net):
    group = net.group("g")
    group.contact("a", 1)
    group.wire("a", "b", kind="directed")
    group.wire("a", "/top", kind="directed")
    group.gadget("math.add", name="adder", a="a", b=10, sum="c")
    assert (net["g/b"], net["top"], net["g/c"]) == (1, 1, 11)
    assert sorted(net.gadgets) == ["g/adder"]


def test_the_same_name_in_two_groups_is_two_contacts(world, net):
    net.contact("x/a", 1)
    net.contact("y/a", 2)
    assert (net["x/a"], net["y/a"]) == (1, 2)


def test_a_group_and_a_contact_cannot_share_a_path(world, net):
    net.contact("x/a", 1)
    with pytest.raises(world.errors.ConflictError):
        net.contact("x", 1)
    with pytest.raises(world.errors.ConflictError):
        net.group("x/a")
    with pytest.raises(world.errors.ConflictError):
        net.contact("x/a/b")


def test_a_gadget_may_be_declared_before_its_contacts(world, net):
    net.gadget("math.add", a="p", b="q", sum="r")
    net.contact("p", 1)
    net.contact("q", 2)
    assert net["r"] == 3


def test_an_unknown_port_a_missing_port_and_an_unknown_primitive_are_refused(world, net):
    for primitive, ports in (
        ("math.add", {"a": 1, "b": 2, "typo": 3, "sum": "x"}),
        ("math.add", {"a": 1, "sum": "x"}),
        ("math.typo", {"a": 1}),
    ):
        with pytest.raises(ValueError):  # noqa: PT011 - the class is all that was promised
            net.gadget(primitive, **ports)
    assert list(net.contacts) == []


def test_removing_a_group_removes_the_gadgets_in_it_whose_contacts_are_elsewhere(world, net):
    net.contact("a", 1)
    net.group("g").gadget("math.add", name="inner", a="/a", b=1, sum="/b")
    assert net["b"] == 2
    net.remove("g")
    assert list(net.gadgets) == []
    net["a"] = 5
    assert net["b"] == 2


def test_unnamed_gadgets_of_two_primitives_with_the_same_bindings_are_two(world, net):
    for contacts in range(20):
        net.contact(f"x{contacts}")
        for primitive in ("array.first", "array.last", "array.reverse", "array.filterEmpty"):
            net.gadget(primitive, array=f"x{contacts}", result=f"y{contacts}")
    assert len(net.gadgets) == 80
