"""The keyed router: one instance of a template per key."""

from __future__ import annotations

import pytest

from tests.conformance.typed import same

TAKE = {
    "id": "take",
    "primitive": "stream.field",
    "inputs": {"record": "flight"},
    "outputs": {"value": "delay"},
    "config": {"field": "delay"},
}
TEMPLATE = {
    "contacts": [
        {"id": "flight", "blend": "stream"},
        {"id": "delay", "blend": "stream"},
        {"id": "peak", "blend": "max"},
    ],
    "gadgets": [
        TAKE,
        {"id": "mean", "primitive": "stat.mean", "inputs": {"value": "delay"}, "outputs": {"mean": "mean"}},
        {
            "id": "scaled",
            "primitive": "math.multiply",
            "inputs": {"a": "mean", "b": "/scale"},
            "outputs": {"product": "x"},
        },
    ],
    "wires": [
        {"from": "delay", "to": "peak", "kind": "directed"},
        {"from": "delay", "to": "/worst", "kind": "directed"},
    ],
}


def routed(net, **more):
    net.contact("flights", blend="stream")
    net.contact("scale", 10)
    net.contact("worst", blend="max")
    options = {"key": "carrier", "into": "by_carrier", "entry": "flight", "template": TEMPLATE, **more}
    net.gadget("stream.route", name="router", record="flights", **options)


def test_the_router_makes_one_instance_per_key_and_feeds_it(world, net):
    routed(net)
    with net.batch():
        net["flights"] = {"carrier": "AA", "delay": 10}
        net["flights"] = {"carrier": "BB", "delay": 100}
        net["flights"] = {"carrier": "AA", "delay": 20}
    assert same(net["by_carrier/AA/mean"], 15.0)
    assert same(net["by_carrier/BB/mean"], 100.0)
    assert (net["by_carrier/AA/peak"], net["by_carrier/BB/peak"]) == (20, 100)
    assert net["by_carrier/AA/flight"] == {"carrier": "AA", "delay": 20}
    net["flights"] = {"carrier": "BB", "delay": 50}
    assert same(net["by_carrier/BB/mean"], 75.0)
    assert net["by_carrier/BB/peak"] == 100


def test_an_instance_reaches_the_root_with_a_leading_slash(world, net):
    routed(net)
    net["flights"] = {"carrier": "AA", "delay": 10}
    assert net["by_carrier/AA/x"] == 100.0
    net["scale"] = 2
    assert net["by_carrier/AA/x"] == 20.0
    with net.batch():
        net["flights"] = {"carrier": "BB", "delay": 7}
        net["scale"] = 3
    assert net["by_carrier/BB/x"] == 21.0
    assert net["worst"] == 10


def test_what_reads_the_output_of_instances_fires_once(world, net):
    routed(net)
    net.gadget("math.add", name="after", a="worst", b=0, sum="seen")
    changes = world.changes(net, "seen")
    with net.batch():
        net["flights"] = {"carrier": "AA", "delay": 10}
        net["flights"] = {"carrier": "BB", "delay": 30}
    assert [change[2:] for change in changes] == [(world.Nothing, 30)]
    assert world.firings(net, "after") == 1


def test_the_records_of_a_batch_reach_their_instances_in_order(world, net):
    routed(net)
    log = []
    net.on_change("by_carrier/*/delay", lambda change: log.append((change.path, change.new)))
    with net.batch():
        for carrier, delay in (("A", 3), ("B", 5), ("A", 1), ("A", 3), ("B", 4)):
            net["flights"] = {"carrier": carrier, "delay": delay}
    assert [new for path, new in log if path == "by_carrier/A/delay"] == [3, 1, 3]
    assert [new for path, new in log if path == "by_carrier/B/delay"] == [5, 4]


@pytest.mark.parametrize(
    ("key", "group"),
    [("A/B", "A%2FB"), ("50%", "50%25"), ("%2F", "%252F"), (7, "7"), ("two words", "two words")],
)
def test_the_group_name_is_the_key_with_percent_and_slash_escaped(world, net, key, group):
    routed(net)
    net["flights"] = {"carrier": key, "delay": 1}
    assert net[f"by_carrier/{group}/peak"] == 1


@pytest.mark.parametrize("record", [{"delay": 1}, {"carrier": None, "delay": 1}])
def test_records_without_a_key_go_to_other_if_it_is_bound(world, net, record):
    net.contact("rest", blend="stream")
    routed(net, other="rest")
    net["flights"] = record
    assert net["rest"] == record
    assert "by_carrier" not in net.groups


@pytest.mark.parametrize("record", [{"delay": 1}, {"carrier": None, "delay": 1}])
def test_records_without_a_key_fail_the_tick_if_other_is_not_bound(world, net, record):
    routed(net)
    tick = net.tick
    with pytest.raises(world.errors.GadgetError, match="router"), net.batch():
        net["flights"] = {"carrier": "AA", "delay": 1}
        net["flights"] = record
    assert net["flights"] is world.Nothing
    assert "by_carrier/AA/flight" not in net.contacts
    assert net.tick == tick


def test_instances_made_in_a_tick_that_rolled_back_are_gone(world, net):
    routed(net)
    net["flights"] = {"carrier": "AA", "delay": 1}
    contacts = sorted(net.contacts)
    with pytest.raises(world.errors.GadgetError), net.batch():
        net["flights"] = {"carrier": "BB", "delay": 1}
        net["flights"] = {"carrier": "AA", "delay": 3}
        net["scale"] = "text"
    assert sorted(net.contacts) == contacts
    assert net["by_carrier/AA/mean"] == 1.0
    net["flights"] = {"carrier": "AA", "delay": 3}
    assert net["by_carrier/AA/mean"] == 2.0


def test_an_instance_that_was_removed_is_made_anew_for_the_next_record(world, net):
    routed(net)
    net["flights"] = {"carrier": "AA", "delay": 1}
    net.remove("by_carrier/AA")
    assert "by_carrier/AA/mean" not in net.contacts
    net["flights"] = {"carrier": "AA", "delay": 5}
    assert net["by_carrier/AA/mean"] == 5.0


def test_the_contacts_of_an_instance_start_with_the_values_of_the_template(world, net):
    template = {
        "contacts": [{"id": "flight", "blend": "stream"}, {"id": "factor", "value": 3}],
        "gadgets": [
            TAKE,
            {"primitive": "math.multiply", "inputs": {"a": "delay", "b": "factor"}, "outputs": {"product": "x"}},
            {"primitive": "math.add", "inputs": {"a": "x", "b": 1000}, "outputs": {"sum": "y"}},
        ],
    }
    routed(net, template=template)
    net["flights"] = {"carrier": "AA", "delay": 5}
    assert (net["by_carrier/AA/x"], net["by_carrier/AA/y"]) == (15, 1015)
    net["by_carrier/AA/factor"] = 4
    net["flights"] = {"carrier": "AA", "delay": 5}
    assert net["by_carrier/AA/x"] == 20


def test_a_router_inside_a_group_makes_its_instances_there(world, net):
    group = net.group("airport")
    group.contact("flights", blend="stream")
    template = {"contacts": [{"id": "flight", "blend": "stream"}]}
    group.gadget("stream.route", record="flights", key="carrier", into="by_carrier", entry="flight", template=template)
    net["airport/flights"] = {"carrier": "AA"}
    assert net["airport/by_carrier/AA/flight"] == {"carrier": "AA"}


def test_removing_the_router_leaves_its_instances(world, net):
    routed(net)
    net["flights"] = {"carrier": "AA", "delay": 1}
    net.remove(net.gadgets["router"])
    net["flights"] = {"carrier": "AA", "delay": 9}
    assert net["by_carrier/AA/mean"] == 1.0
    net["by_carrier/AA/flight"] = {"delay": 3}
    assert net["by_carrier/AA/mean"] == 2.0


def test_a_router_declared_anew_goes_on_with_the_instances_there_are(world, net):
    routed(net)
    net["flights"] = {"carrier": "AA", "delay": 10}
    net.remove(net.gadgets["router"])
    other = {"contacts": [{"id": "flight", "blend": "max"}]}
    net.gadget(
        "stream.route", name="next", record="flights", key="carrier", into="by_carrier", entry="flight", template=other
    )
    net["flights"] = {"carrier": "AA", "delay": 20}
    assert same(net["by_carrier/AA/mean"], 15.0)


def test_a_router_finds_an_instance_again_after_the_tick_that_first_used_it_was_rolled_back(world, net):
    routed(net)
    net["flights"] = {"carrier": "AA", "delay": 10}
    net.remove(net.gadgets["router"])
    routed(net)
    with pytest.raises(RuntimeError, match="stop"), net.batch():
        net["flights"] = {"carrier": "AA", "delay": 100}
        raise RuntimeError("stop")
    net["flights"] = {"carrier": "AA", "delay": 20}
    assert same(net["by_carrier/AA/mean"], 15.0)


def test_both_zeros_are_one_key(world, net):
    routed(net)
    with net.batch():
        net["flights"] = {"carrier": 0.0, "delay": 1}
        net["flights"] = {"carrier": -0.0, "delay": 2}
    assert net["by_carrier/0.0/peak"] == 2
    assert "by_carrier/-0.0/peak" not in net.contacts


def test_a_router_that_succeeds_again_is_in_no_fault_wherever_the_record_goes(world, net):
    net.contact("rest", blend="stream")
    routed(net, other="rest", on_error="contain")
    net["flights"] = {"carrier": [1], "delay": 1}
    assert net.contacts["rest"].fault is not None
    net["flights"] = {"carrier": "AA", "delay": 1}
    assert net.contacts["rest"].fault is None


@pytest.mark.parametrize("steps", [0, 8])
@pytest.mark.parametrize("blend", ["accept-last", "counter"])
def test_what_a_new_instance_writes_to_a_contact_that_has_been_read_is_read_again(world, net, blend, steps):
    """Where the router stands behind `after`, its instance brings `top` back to what it was when the tick began."""
    net.contact("top", 1, blend=blend)
    net.gadget("math.add", a="x", b=1, sum="top")
    net.gadget("math.add", name="other", a="y", b=1, sum="top")
    net.gadget("math.add", name="after", a="top", b=100, sum="hundred more")
    net.contact("r0", blend="stream")
    for step in range(steps):
        net.contact(f"r{step + 1}", blend="stream")
        net.wire(f"r{step}", f"r{step + 1}", kind="directed")
    start = -6 if blend == "counter" else 1
    template = {
        "contacts": [{"id": "in"}, {"id": "start", "value": start}],
        "wires": [{"from": "start", "to": "/top", "kind": "directed"}],
    }
    net.gadget("stream.route", name="router", record=f"r{steps}", key="k", into="by", entry="in", template=template)
    net.update({"x": 5, "r0": {"k": "a"}})
    assert (net["top"], net["hundred more"]) == (1, 101)
