"""Opening a store gives the whole network back, working, and fires nothing."""

from __future__ import annotations

import math

import pytest

import bassline as bl
from tests.conformance.typed import same

COUNTING = {"primitive": "stat.count", "inputs": {"value": "in"}, "outputs": {"count": "n"}}
MEAN = {"primitive": "stat.mean", "inputs": {"value": "delay"}, "outputs": {"mean": "mean"}}
FIELD = {
    "primitive": "stream.field",
    "inputs": {"record": "in"},
    "outputs": {"value": "delay"},
    "config": {"field": "d"},
}
TEMPLATE = {
    "contacts": [{"id": "in", "blend": "stream"}, {"id": "delay", "blend": "stream"}],
    "gadgets": [COUNTING, FIELD, MEAN],
}


def declare(net):
    net.contact("records", blend="stream")
    net.gadget(
        "stream.route", name="router", record="records", key="k", into="by", entry="in", other="lost", template=TEMPLATE
    )
    net.gadget("math.add", a=net.contact("x", 1), b=2, sum="y")
    net.gadget("math.multiply", name="twice", a="y", b=2, product="deep/er/z", on_error="contain")
    net.gadget("stat.sum", value="x", sum="sum")
    net.gadget("stat.max", value="x", max="most")
    net.wire("deep/er/z", "copy", kind="directed")
    net.wire("left", "right")
    net.contact("peak", 3, blend="max", unit="C")


def state(net):
    contacts = {path: (c.value, c.version, c.blend, c.attributes) for path, c in net.contacts.items()}
    gadgets = {path: (g.computation, g.inputs, g.outputs) for path, g in net.gadgets.items()}
    return contacts, gadgets, list(net.wires), {path: g.attributes for path, g in net.groups.items()}, net.tick


@pytest.fixture
def filled(store):
    with bl.Network(store) as net:
        declare(net)
        for k, d in [("AA", 10), ("UA", 1), ("AA", 20)]:
            net["records"] = {"k": k, "d": d}
        net["x"] = 5
        net["left"] = "value"
        before = state(net)
    return store, before


def test_everything_is_back_structure_contents_versions_and_attributes(filled):
    store, before = filled
    with bl.Network(store) as net:
        assert state(net) == before


def test_opening_fires_nothing_and_uses_no_tick(filled):
    store, before = filled
    with bl.Network(store) as net:
        assert [gadget.firings for gadget in net.gadgets.values()] == [0] * len(before[1])
        declare(net)
        assert [gadget.firings for gadget in net.gadgets.values()] == [0] * len(before[1])
        assert state(net) == before


def test_gadgets_and_wires_work_again(filled):
    store, _ = filled
    with bl.Network(store) as net:
        net["x"] = 10
        assert (net["y"], net["deep/er/z"], net["copy"]) == (12, 24, 24)
        net["right"] = "other"
        assert net["left"] == "other"
        net["peak"] = 2
        assert net["peak"] == 3
        assert net.gadgets["twice"].firings == 1


def test_the_state_of_statistics_goes_on(filled):
    store, _ = filled
    with bl.Network(store) as net:
        assert (net["sum"], net["most"]) == (6, 5)
        net["x"] = 2
        assert (net["sum"], net["most"]) == (8, 5)
    with bl.Network(store) as net:
        net["x"] = 3
        assert (net["sum"], net["most"]) == (11, 5)


@pytest.mark.parametrize("again", [False, True], ids=["as opened", "declared again"])
def test_a_router_goes_on_with_the_groups_it_had_and_makes_new_ones(filled, again):
    store, _ = filled
    with bl.Network(store) as net:
        if again:
            declare(net)
        net["records"] = {"k": "AA", "d": 30}
        net["records"] = {"k": "new", "d": 7}
        assert (net["by/AA/n"], net["by/AA/mean"]) == (3, 20.0)
        assert (net["by/UA/n"], net["by/new/n"], net["by/new/mean"]) == (1, 1, 7.0)
        assert sorted(path for path in net.groups if path.startswith("by/")) == ["by/AA", "by/UA", "by/new"]


def test_a_network_reopened_after_every_tick_is_the_one_that_was_never_closed(store):
    def ticks():
        yield declare
        for n in range(12):
            yield lambda net, n=n: net.update({"x": n, "records": {"k": f"k{n % 3}", "d": n}})
        yield lambda net: net.remove("by/k1")
        yield lambda net: net.update({"records": {"k": "k1", "d": 1}, "x": 0})
        yield lambda net: net.remove("y")
        yield lambda net: net.contact("y", 100)
        yield lambda net: net.erase("left")

    steady = bl.Network()
    for tick in ticks():
        tick(steady)
        with bl.Network(store) as net:
            tick(net)
            assert state(net) == state(steady)


VALUES = [
    None, True, False, 0, -(2**63), 2**63 - 1, 0.0, -0.0, 1.5, math.inf, -math.inf, math.nan, 1e300, 5e-324, "", "ünï\x00\n\"",
    "🎵", b"", bytes(range(256)), [], [1, [2.0, None, [True]]], {}, {"a": {"b": [b"x", math.nan]}, "": 1}, {"$bytes": "x"}, {"$": 1},
]  # fmt: skip


def test_every_kind_of_value_comes_back_as_it_was(store):
    with bl.Network(store) as net:
        for number, value in enumerate(VALUES):
            net.contact(f"v{number}", value)
    with bl.Network(store) as net:
        for number, value in enumerate(VALUES):
            assert same(net[f"v{number}"], value), value


def test_an_int_and_a_float_of_the_same_value_stay_what_they_are(store):
    with bl.Network(store) as net:
        net.contact("int", 1)
        net.contact("float", 1.0)
    with bl.Network(store) as net:
        assert (repr(net["int"]), repr(net["float"])) == ("1", "1.0")


def test_positions_are_back_each_with_its_source(store):
    with bl.Network(store) as net:
        x = net.contact("x", 0)
        for n in range(5):
            with net.batch(source="a.csv", position=n):
                x.value = n * 10
        with net.batch(source="queue", position={"offset": 7, "part": [1, 2]}):
            x.value = -1
        with net.batch(source="quiet", position="end"):
            pass
        tick = net.tick
    with bl.Network(store) as net:
        assert net.position("a.csv") == 4
        assert net.position("queue") == {"offset": 7, "part": [1, 2]}
        assert net.position("quiet") == "end"
        assert net.position("other") is None
        assert net.tick == tick


def test_a_position_belongs_to_its_tick_and_is_rolled_back_with_it(store):
    with bl.Network(store) as net:
        x = net.contact("x", 0)
        with net.batch(source="f", position=1):
            x.value = 1
        with pytest.raises(ZeroDivisionError), net.batch(source="f", position=2):
            x.value = 1 / 0
        x.value = 5
        assert net.position("f") == 1
    with bl.Network(store) as net:
        assert (net.position("f"), net["x"]) == (1, 5)


def test_an_opening_begins_a_new_epoch(store):
    epochs = []
    for _ in range(3):
        with bl.Network(store) as net:
            net.on_change("**", lambda change: epochs.append(change.epoch))
            net.contact("x", 0).value += 1
    assert epochs == sorted(epochs)
    assert len(set(epochs)) == 3


def test_what_was_removed_stays_removed(store):
    with bl.Network(store) as net:
        declare(net)
        net.remove("x")
        net.remove("deep")
        before = state(net)
    with bl.Network(store) as net:
        assert state(net) == before
        assert "deep/er/z" not in net


def test_why_reaches_back_before_the_opening(filled):
    store, _ = filled
    with bl.Network(store) as net:
        why = net.why("deep/er/z").to_dict()
        assert why["gadget"] == "twice"
        x = why["inputs"]["a"]["inputs"]["a"]
        assert (x["path"], x["value"], x["kind"]) == ("x", 5, "external")
        assert x["time"] > 1.6e9
