"""A script that declares its network runs again on the same store, and changes nothing."""

from __future__ import annotations

import pytest

import bassline as bl


def script(net):
    price = net.contact("price", 9.5)
    net.contact("qty", 3, unit="pieces")
    net.gadget("math.multiply", a=price, b="qty", product="total")
    net.gadget("math.add", name="plus", a="total", b=1, sum="sums/more")
    net.group("sensors/kitchen", author="ann", tags=["home"]).contact("peak", 1, blend="max")
    net.wire("sums/more", "sums/shown", kind="directed")
    net.wire("left", "right")
    net.gadget("stat.count", value="price", count="writes")
    net.contact("records", blend="stream")
    counting = {"primitive": "stat.count", "inputs": {"value": "in"}, "outputs": {"count": "n"}}
    template = {"contacts": [{"id": "in", "blend": "stream"}], "gadgets": [counting]}
    net.gadget("stream.route", name="router", record="records", key="k", into="by", entry="in", template=template)

    @net.gadget
    def gross(total, rate=0.2):
        return total * (1 + rate)


def content(net):
    return {path: contact.value for path, contact in net.contacts.items()}


def structure(net):
    return (
        {path: (c.blend, c.attributes) for path, c in net.contacts.items()},
        {path: group.attributes for path, group in net.groups.items()},
        {path: (g.computation, g.inputs, g.outputs) for path, g in net.gadgets.items()},
        list(net.wires),
    )


def test_the_same_declarations_again_change_nothing_and_use_no_tick(net):
    script(net)
    before = content(net), structure(net), net.tick
    for _ in range(2):
        script(net)
        assert (content(net), structure(net), net.tick) == before


def test_a_script_run_twice_on_the_same_store_finds_everything_as_it_was(store):
    with bl.Network(store) as net:
        script(net)
        net.update({"price": 2.0, "qty": 10, "sensors/kitchen/peak": 7})
        net["records"] = {"k": "a"}
        before = content(net), structure(net), net.tick
    assert before[0]["sums/shown"] == 21.0
    assert before[0]["by/a/n"] == 1
    for _ in range(2):
        with bl.Network(store) as net:
            script(net)
            assert content(net) == before[0]
            assert structure(net) == before[1]
            # The function of a local scope is bound again, and as it is ready it fires; it writes what was there.
            assert net.tick == before[2]


def test_an_initial_value_never_overwrites_content_but_fills_what_is_empty(net):
    net.contact("a", 1)
    net["a"] = 2
    assert net.contact("a", 1).value == 2
    net.erase("a")
    assert net.contact("a", 1).value == 1


def test_a_declaration_without_details_is_the_one_that_exists(net):
    peak = net.contact("peak", 3, blend="max", unit="C")
    assert net.contact("peak") == peak
    assert (peak.blend, peak.attributes) == ("max", {"unit": "C"})


def test_another_blend_attribute_primitive_or_setting_under_the_same_name_is_a_conflict(net):
    net.contact("peak", 3, blend="max", unit="C")
    net.gadget("math.add", name="plus", a="x", b=1, sum="y")
    net.group("room", author="ann")
    tick = net.tick
    declarations = [
        lambda: net.contact("peak", blend="min"),
        lambda: net.contact("peak", unit="F"),
        lambda: net.gadget("math.subtract", name="plus", a="x", b=1, difference="y"),
        lambda: net.gadget("math.add", name="plus", a="x", b=2, sum="y"),
        lambda: net.gadget("math.add", name="plus", a="x", b=1, sum="y", on_error="contain"),
        lambda: net.group("room", author="bob"),
        lambda: net.contact("room"),
        lambda: net.group("peak"),
    ]
    for declare in declarations:
        with pytest.raises(bl.ConflictError):
            declare()
    assert net.tick == tick
    assert list(net.contacts) == ["peak", "x", "y"]


def test_a_gadget_without_a_name_is_the_one_of_its_primitive_and_bindings(net):
    first = net.gadget("math.add", a="x", b=1, sum="y")
    assert net.gadget("math.add", sum="y", b=1, a="x") == first
    assert net.gadget("math.add", a="x", b=2, sum="y") != first
    assert len(net.gadgets) == 2


def test_a_failed_declaration_leaves_nothing_behind(net):
    with pytest.raises(bl.DeclarationError):
        net.gadget("math.add", a="new/x", b="new/y", total="z")
    with pytest.raises(bl.DeclarationError):
        net.wire("loop", "loop")
    assert (list(net.contacts), list(net.groups), net.tick) == ([], [], 0)
