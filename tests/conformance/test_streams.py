"""Streams: events as opposed to state (ruling 1)."""

from __future__ import annotations

import pytest


def events(net, *paths):
    return [net.contact(path, blend="stream") for path in paths]


def test_every_value_is_an_event_equal_ones_too(world, net):
    events(net, "s")
    changes = world.changes(net)
    net["s"] = 1
    net["s"] = 1
    assert changes == [(2, "s", world.Nothing, 1), (3, "s", 1, 1)]
    assert net.contacts["s"].version == 3


def test_a_batch_of_events_gives_one_record_per_event_in_order(world, net):
    events(net, "s")
    changes = world.changes(net)
    with net.batch():
        for value in (3, 1, 1, 2):
            net["s"] = value
    assert changes == [(2, "s", world.Nothing, 3), (2, "s", 3, 1), (2, "s", 1, 1), (2, "s", 1, 2)]
    assert net["s"] == 2


def test_an_initial_value_of_a_stream_is_its_first_event(world, net):
    changes = world.changes(net)
    net.contact("s", 4, blend="stream")
    assert changes == [(1, "s", world.Nothing, 4)]
    assert net["s"] == 4


def test_a_gadget_fires_once_per_event_in_order(world, net):
    events(net, "s", "out")
    net.gadget("math.multiply", name="g", a="s", b=10, product="out")
    out = world.log(net, "out")
    with net.batch():
        for value in (3, 1, 1, 2):
            net["s"] = value
    assert out == [30, 10, 10, 20]
    assert world.firings(net, "g") == 4


def test_a_gadget_that_reads_one_stream_on_both_ports_fires_once_per_event(world, net):
    events(net, "s", "out")
    net.gadget("math.add", name="g", a="s", b="s", sum="out")
    out = world.log(net, "out")
    net["s"] = 4
    assert out == [8]
    assert world.firings(net, "g") == 1


def test_a_stream_gadget_fires_neither_when_created_nor_for_state_alone(world, net):
    net.contact("s", 4, blend="stream")
    net.contact("factor", 10)
    net.gadget("math.multiply", name="g", a="s", b="factor", product="out")
    assert net["out"] is world.Nothing
    net["factor"] = 100
    assert net["out"] is world.Nothing
    assert world.firings(net, "g") == 0
    net["s"] = 5
    assert net["out"] == 500


def test_state_inputs_are_sampled_after_they_settled(world, net):
    events(net, "s", "out")
    net.contact("a", 1)
    net.gadget("math.multiply", name="g", a="s", b="factor", product="out")
    net.gadget("math.add", a="a", b=1, sum="factor")
    out = world.log(net, "out")
    with net.batch():
        net["s"] = 10
        net["a"] = 4
        net["s"] = 20
    assert out == [50, 100]


def test_an_event_passes_while_a_required_input_is_empty(world, net):
    events(net, "s", "out")
    net.contact("factor")
    net.gadget("math.multiply", name="g", a="s", b="factor", product="out")
    net["s"] = 1
    assert net["out"] is world.Nothing
    net["factor"] = 2
    assert net["out"] is world.Nothing
    net["s"] = 3
    assert net["out"] == 6
    assert world.firings(net, "g") == 1


def test_erasing_a_state_input_of_a_stream_gadget_takes_nothing_back(world, net):
    events(net, "s")
    net.contact("factor", 2)
    net.gadget("math.multiply", a="s", b="factor", product="out")
    net["s"] = 3
    net.erase("factor")
    assert net["out"] == 6


def test_several_stream_inputs_merge_in_write_order(world, net):
    events(net, "s", "t", "out")
    net.contact("s")
    net.gadget("math.add", name="g", a="s", b="t", sum="out")
    net["s"] = 1
    net["t"] = 10
    out = world.log(net, "out")
    with net.batch():
        net["t"] = 20
        net["s"] = 2
        net["s"] = 3
        net["t"] = 30
    # t=20 meets s=1 from before the tick; s=2 and s=3 meet t=20; t=30 meets s=3
    assert out == [21, 22, 23, 33]
    assert world.firings(net, "g") == 5


def test_an_event_and_what_is_derived_from_it_come_before_the_next_event(world, net):
    events(net, "s", "derived", "both")
    net.gadget("math.multiply", a="s", b=10, product="derived")
    net.wire("derived", "both", kind="directed")
    net.wire("s", "both", kind="directed")
    both = world.log(net, "both")
    with net.batch():
        net["s"] = 1
        net["s"] = 2
        net["s"] = 3
    assert both == [1, 10, 2, 20, 3, 30]


def test_fewer_hops_come_first_then_the_older_writer(world, net):
    events(net, "s", "far", "farther", "all")
    net.gadget("math.add", a="far", b=1, sum="farther")
    net.gadget("math.add", a="s", b=1, sum="far")
    net.wire("farther", "all", kind="directed")
    net.wire("far", "all", kind="directed")
    net.gadget("math.multiply", a="s", b=100, product="all")
    net.gadget("math.multiply", a="s", b=200, product="all")
    log = world.log(net, "all")
    with net.batch():
        net["s"] = 1
        net["s"] = 2
    assert log == [100, 200, 2, 3, 200, 400, 3, 4]


def test_an_event_derived_from_an_earlier_one_comes_before_a_later_write_to_the_same_contact(world, net):
    events(net, "s", "t")
    net.gadget("math.multiply", a="s", b=10, product="t")
    log = world.log(net, "t")
    with net.batch():
        net["t"] = 1
        net["s"] = 2
        net["t"] = 3
    assert log == [1, 20, 3]
    assert net["t"] == 3


def test_events_written_because_state_changed_come_after_all_others(world, net):
    events(net, "s", "t")
    net.contact("a", 1)
    net.gadget("math.add", a="a", b=100, sum="t")
    net.wire("s", "t", kind="directed")
    log = world.log(net, "t")
    with net.batch():
        net["a"] = 2
        net["s"] = 7
        net["t"] = 8
    assert log == [7, 8, 102]


@pytest.mark.parametrize("sizes", [(6,), (3, 3), (1, 5), (2, 2, 2), (1, 1, 1, 1, 1, 1)])
def test_cutting_a_run_into_batches_of_any_size_never_changes_the_order_of_events(world, net, sizes):
    events(net, "s", "t", "sum", "all")
    net.contact("s", 0)
    net.contact("t", 0)
    net.gadget("math.add", a="s", b="t", sum="sum")
    net.wire("sum", "all", kind="directed")
    net.wire("s", "all", kind="directed")
    log = world.log(net, "all")
    writes = iter([("s", 1), ("t", 10), ("s", 2), ("s", 3), ("t", 20), ("t", 30)])
    for size in sizes:
        with net.batch():
            for _ in range(size):
                path, value = next(writes)
                net[path] = value
    assert log == [1, 1, 11, 2, 12, 3, 13, 23, 33]


def test_an_accept_last_output_holds_the_last_and_state_gadgets_downstream_fire_once(world, net):
    events(net, "s")
    net.gadget("math.multiply", a="s", b=10, product="state")
    net.gadget("math.add", name="after", a="state", b=1, sum="x")
    changes = world.changes(net, "state")
    with net.batch():
        net["s"] = 1
        net["s"] = 2
        net["s"] = 3
    assert (net["state"], net["x"]) == (30, 31)
    assert world.firings(net, "after") == 1
    assert [change[2:] for change in changes] == [(world.Nothing, 30)]


def test_writes_to_a_lattice_output_join_at_every_firing(world, net):
    events(net, "s")
    net.contact("peak", blend="max")
    net.gadget("math.multiply", a="s", b=10, product="peak")
    with net.batch():
        net["s"] = 1
        net["s"] = 9
        net["s"] = 3
    assert net["peak"] == 90


def test_a_wire_from_a_stream_passes_every_event_to_a_stream_or_lattice_and_the_last_to_state(world, net):
    events(net, "s", "t")
    net.contact("peak", blend="max")
    for target in ("t", "peak", "last"):
        net.wire("s", target, kind="directed")
    log = world.log(net, "t")
    with net.batch():
        net["s"] = 1
        net["s"] = 9
        net["s"] = 9
        net["s"] = 3
    assert log == [1, 9, 9, 3]
    assert net["peak"] == 9
    assert net["last"] == 3


def test_a_wire_from_state_to_a_stream_writes_one_event_when_the_state_changed(world, net):
    net.contact("a", 1)
    events(net, "s")
    net.wire("a", "s", kind="directed")
    log = world.log(net, "s")
    with net.batch():
        net["a"] = 2
        net["a"] = 3
    net["a"] = 3
    net.erase("a")
    assert log == [3]
    assert net["s"] == 3


def test_connecting_carries_existing_content_into_a_stream_as_one_event(world, net):
    net.contact("a", 1)
    events(net, "s")
    log = world.log(net, "s")
    net.wire("a", "s", kind="directed")
    assert log == [1]


def test_content_and_wire_made_in_one_batch_give_one_event_not_two(world, net):
    log = world.log(net, "s")
    with net.batch():
        net.contact("a", 1)
        net.contact("s", blend="stream")
        net.wire("a", "s", kind="directed")
    assert log == [1]


def test_a_gadget_on_state_writes_an_event_per_firing(world, net):
    net.contact("a", 1)
    events(net, "s")
    net.gadget("math.multiply", a="a", b=0, product="s")
    log = world.log(net, "s")
    net["a"] = 2
    net["a"] = 3
    assert log == [0, 0]


def test_a_gadget_that_produces_nothing_for_an_event_writes_no_event(world, net):
    events(net, "s", "out")
    net.contact("open", True)
    net.gadget("control.gate", name="gate", value="s", condition="open", output="out")
    out = world.log(net, "out")
    net["s"] = 1
    net["open"] = False
    net["s"] = 2
    net["open"] = True
    net["s"] = 3
    assert out == [1, 3]
    assert world.firings(net, "gate") == 3


def test_erasing_a_stream_empties_it_and_is_no_event_for_its_readers(world, net):
    events(net, "s", "out")
    net.gadget("math.add", name="g", a="s", b=1, sum="out")
    changes = world.changes(net, "s")
    net["s"] = 5
    net.erase("s")
    assert net["s"] is world.Nothing
    assert net["out"] == 6
    assert world.firings(net, "g") == 1
    assert [change[2:] for change in changes] == [(world.Nothing, 5), (5, world.Nothing)]


def test_the_events_of_a_tick_that_rolled_back_never_happened(world, net):
    events(net, "s", "out")
    net.gadget("math.divide", a=12, b="s", quotient="out")
    net["s"] = 2
    log = world.log(net, "out")
    with pytest.raises(world.errors.GadgetError), net.batch():
        net["s"] = 3
        net["s"] = 0
        net["s"] = 4
    assert log == []
    assert (net["s"], net["out"]) == (2, 6.0)
    net["s"] = 4
    assert log == [3.0]


def test_stream_field_takes_a_field_out_of_every_record(world, net):
    events(net, "records", "speeds")
    net.gadget("stream.field", record="records", value="speeds", field="speed")
    log = world.log(net, "speeds")
    with net.batch():
        net["records"] = {"speed": 10, "id": "x"}
        net["records"] = {"id": "y"}
        net["records"] = {"speed": None}
        net["records"] = {"speed": 10}
        net["records"] = {"speed": False}
    assert log == [10, 10, False]


def test_a_wire_between_streams_both_ways_passes_an_event_on_once(world, net):
    events(net, "s", "t")
    net.wire("s", "t")
    changes = world.changes(net)
    net["s"] = 1
    net["t"] = 2
    assert [change[1:] for change in changes if change[1] == "s"] == [("s", world.Nothing, 1), ("s", 1, 2)]
    assert [change[1:] for change in changes if change[1] == "t"] == [("t", world.Nothing, 1), ("t", 1, 2)]


def test_an_erase_of_an_empty_stream_stands_behind_an_event_that_comes_of_an_earlier_write(world, net):
    net.contact("in", blend="stream")
    net.contact("out", blend="stream")
    net.gadget("math.abs", value="in", result="out")
    seen = world.log(net, "out")
    with net.batch():
        net["in"] = -1
        net.erase("out")
    assert seen == [1, world.Nothing]
    assert net["out"] is world.Nothing
    tick = net.tick
    net.erase("out")
    assert net.tick == tick
    assert seen == [1, world.Nothing]
