"""`net.metrics()`: each figure against what was done."""

from __future__ import annotations

import json
import threading
import time

import pytest

import bassline as bl
from tests.agreement.drawing import drawn
from tests.agreement.running import Run
from tests.kernel.test_backpressure import Held
from tests.kernel.test_python_driver import Keep
from tests.waiting import until

ONE_OF = 61


def engine(net):
    return net.metrics()["engine"]


def moved(net, *keys):
    """A function that tells by how much these figures have grown since."""
    before = engine(net)
    return lambda: tuple(engine(net)[key] - before[key] for key in keys)


def test_ticks_changes_and_firings_are_those_that_were_made(net):
    x = net.contact("x", 1)
    for step in range(5):  # y0 = x + 1, y1 = y0 + 1, ...
        net.gadget("math.add", name=f"g{step}", a=f"y{step - 1}" if step else x, b=1, sum=f"y{step}")
    more = moved(net, "ticks", "changes", "firings", "rolled_back")
    for n in range(2, 12):
        x.value = n
    assert more() == (10, 60, 50, 0)
    x.value = 11  # what changes nothing is no tick
    assert more() == (10, 60, 50, 0)
    with net.batch():
        x.value = 0
        x.value = 100
    assert more() == (11, 66, 55, 0)


def test_a_stream_changes_once_per_tick_however_many_events_it_has(net):
    net.contact("events", blend="stream")
    net.gadget("math.add", a="events", b=1, sum="sum")
    more = moved(net, "ticks", "changes", "firings")
    with net.batch():
        for n in range(7):
            net["events"] = n
    assert more() == (1, 2, 7)


def test_a_tick_that_is_taken_back_is_counted_and_its_firings_with_it(net):
    x = net.contact("x", 1)
    net.gadget("math.add", a=x, b=1, sum="y")

    @net.gadget
    def half(y):
        if y > 5:
            raise ValueError("too much")
        return y / 2

    more = moved(net, "ticks", "changes", "firings", "rolled_back")
    with pytest.raises(bl.GadgetError):
        x.value = 5
    assert more() == (0, 0, 2, 1)
    with pytest.raises(RuntimeError), net.batch():
        x.value = 2
        raise RuntimeError
    assert more() == (0, 0, 2, 2)
    x.value = 2
    assert more() == (1, 3, 4, 2)


def test_all_firings_are_those_of_each_gadget_whatever_the_network():
    cycles = taken_back = fired = 0
    for case in range(400):
        ops, contradictions = drawn(5, case)
        run = Run(bl, bl.Network(contradictions=contradictions))
        for op in ops:
            before, had = engine(run.net), dict(run.net.gadgets.items())
            counts = {path: gadget.firings for path, gadget in had.items()}
            outcome = run.attempt(op)
            after, has = engine(run.net), run.net.gadgets
            grown = after["firings"] - before["firings"]
            back = after["rolled_back"] - before["rolled_back"]
            known = sum(gadget.firings - counts.get(path, 0) for path, gadget in has.items())
            # What was removed, and what was declared in vain, has taken its own count with it.
            vanished = op[0] in {"remove", "remove_gadget", "unwire", "batch"} or back
            assert grown >= known if vanished else grown == known, (case, op)
            taken_back += bool(back)
            fired += grown
            cycles += outcome[0] == "NotSettledError"
            if outcome[0] == "NotSettledError":
                break
    assert min(cycles, taken_back, fired) > 0


def test_it_says_how_much_there_is_now(net):
    net.contact("a/b/x", 1)
    net.wire("a/b/x", "y")
    net.gadget("math.add", a="y", b=1, sum="z")
    net.contact("peak", 1, blend="max")
    keys = ("contacts", "groups", "gadgets", "wires", "contradictions")
    there = engine(net)
    assert [there[key] for key in keys] == [4, 2, 1, 1, 0]
    net["peak"] = "hot"
    net.remove("a")
    there = engine(net)
    assert [there[key] for key in keys] == [3, 0, 1, 0, 1]
    assert there["contacts"] == len(net.contacts)


def test_another_threads_open_batch_is_not_looked_into(net):
    net.contact("x", 1)
    inside, out = threading.Event(), threading.Event()

    def work():
        with net.batch():
            net.contact("y", 1)
            inside.set()
            assert out.wait(60)

    worker = threading.Thread(target=work)
    worker.start()
    try:
        assert inside.wait(60)
        assert (engine(net)["contacts"], engine(net)["ticks"]) == (1, 1)
    finally:
        out.set()
        worker.join()
    assert (engine(net)["contacts"], engine(net)["ticks"]) == (2, 2)


def test_one_tick_of_so_many_is_timed_and_the_page_says_so(net):
    x = net.contact("x", 0)
    for n in range(1, 3 * ONE_OF):
        x.value = n
    found = engine(net)
    assert (found["ticks"], found["settle_one_of"], found["settle_seconds"]["count"]) == (3 * ONE_OF, ONE_OF, 3)
    x.value = 0
    assert engine(net)["settle_seconds"]["count"] == 4


def test_a_histogram_stands_in_order_and_adds_up(net):
    @net.gadget
    def slow(x: int) -> int:
        return sum(range(x))

    x = net.contact("x", 0)
    for n in range(2 * ONE_OF):
        x.value = 1000 + n
    told = engine(net)["settle_seconds"]
    assert 0 < told["p50"] <= told["p95"] <= told["p99"] <= told["max"] <= told["sum"] <= told["count"] * told["max"]


def test_the_sizes_of_batches_and_their_quantiles_are_exact_for_small_ones(net):
    keep = Keep()
    net.attach(keep, name="keep", max_age=3600, snapshot=False)
    x, n = net.contact("x"), 0
    net.flush()
    sizes = [1] + [1] * 50 + [3] * 40 + [5] * 8 + [7] * 1
    for size in sizes[1:]:
        for _ in range(size):
            x.value = n = n + 1
        net.flush()
    told = net.metrics()["drivers"]["keep"]["batch_records"]
    exact = sorted(sizes)
    rank = {key: exact[-(-len(exact) * part // 100) - 1] for key, part in {"p50": 50, "p95": 95, "p99": 99}.items()}
    assert told == {"count": 100, "sum": sum(sizes), "max": 7, **rank}
    assert (rank["p50"], rank["p95"], rank["p99"]) == (1, 5, 5)


class Picky(bl.Driver):
    """Fails three times for a while, and never takes 13; takes one command."""

    def __init__(self):
        self.late = 3

    def handle_changes(self, batch):
        if 13 in batch.values:
            raise ValueError("thirteen")
        if 7 in batch.values and self.late:
            self.late -= 1
            raise ConnectionError("not now")

    def handle_command(self, command):
        if command.name != "count":
            raise ValueError("no such thing")
        return self.late


def test_retries_errors_dead_letters_and_commands_are_those_there_were(net):
    net.attach(Picky(), name="picky", pause=0.001, tries=10, max_age=0, batch=1, snapshot=False)
    x = net.contact("x", 0)
    for n in (1, 7, 13, 2):
        x.value = n
    with pytest.raises(bl.DriverError):
        net.flush()
    net.flush()
    assert net.command("picky", "count") == 0
    with pytest.raises(bl.BasslineError):
        net.command("picky", "dance")
    net.health("picky")
    found = net.metrics()["drivers"]["picky"]
    assert (found["retries"], found["errors"]) == (3, {"transient": 3, "permanent": 1, "fatal": 0})
    assert (found["dead_letters"], found["records"], found["lag_records"]) == (1, 5, 0)
    assert (found["command_seconds"]["count"], found["commands_refused"]) == (2, 1)
    assert found["handle_seconds"]["count"] == found["batches"] == 5 + 3
    assert found["acknowledged_tick"] == net.tick == 5
    assert found == net.drivers["picky"]


def test_lag_and_high_water_are_told_in_records_and_bytes(net):
    net.contact("x", 0)
    held = Held()
    net.attach(held, name="held", max_age=0, snapshot=False)
    for n in range(1, 9):
        net["x"] = n
    found = net.metrics()["drivers"]["held"]
    assert found["lag_records"] == found["high_water"] == 8
    assert found["lag_bytes"] == found["high_water_bytes"] > 8
    held.go.set()
    net.flush()
    found = net.metrics()["drivers"]["held"]
    assert (found["lag_records"], found["lag_bytes"], found["high_water"]) == (0, 0, 8)
    assert found["high_water_bytes"] > 8


def test_who_waits_at_the_gate_and_who_is_refused_there_is_counted(net):
    net.contact("x", 0)
    held = Held()
    net.attach(held, name="held", max_records=2, max_age=0, timeout=0.05, snapshot=False)
    net["x"] = 1
    net["x"] = 2
    assert [engine(net)[key] for key in ("waits", "wait_seconds", "refused")] == [0, 0.0, 0]
    for n in (3, 4):
        with pytest.raises(bl.BackpressureError):
            net["x"] = n
    told = engine(net)
    assert (told["waits"], told["refused"]) == (2, 2)
    assert told["wait_seconds"] >= 2 * 0.05
    held.go.set()
    net.flush()
    net["x"] = 5
    assert engine(net)["refused"] == 2


def test_who_waits_and_is_let_through_is_counted_too(net):
    net.contact("x", 0)
    held = Held()
    net.attach(held, name="held", max_records=1, max_age=0, timeout=600, snapshot=False)
    net["x"] = 1
    writer = threading.Thread(target=net.update, args=({"x": 2},))
    writer.start()
    held.go.set()
    writer.join()
    net.flush()
    assert engine(net)["waits"] in {0, 1}  # the driver may have been quicker than the writer
    assert engine(net)["refused"] == 0


def test_the_slowest_gadgets_are_those_that_took_the_most_time(net):
    x = net.contact("x", 0)

    took = {f"g{number}": [] for number in range(12)}

    def working(name):
        def work(x):
            begun = time.perf_counter()
            try:
                return sum(range(2000))
            finally:
                took[name].append(time.perf_counter() - begun)

        return work

    for name in took:
        net.gadget(inputs={"x": "x"}, outputs=f"{name}_out", name=name)(working(name))
    net.gadget("math.add", a=x, b=1, sum="y")
    for n in range(1, 6):
        x.value = n
    slowest = engine(net)["slowest_gadgets"]
    assert len(slowest) == 10
    for gadget in slowest:
        own = took[gadget["gadget"]]
        assert gadget["seconds"] >= sum(own) * 0.999
        assert gadget["max_seconds"] >= max(own) * 0.999
    assert {gadget["calls"] for gadget in slowest} == {6}
    assert all(gadget["seconds"] >= gadget["max_seconds"] > 0 for gadget in slowest)
    times = [gadget["seconds"] for gadget in slowest]
    assert times == sorted(times, reverse=True)


def test_calls_that_failed_count_too_and_a_removed_gadget_is_gone(net):
    x = net.contact("x", 1)

    @net.gadget
    def inverse(x):
        return 1 / x

    with pytest.raises(bl.GadgetError):
        x.value = 0
    (told,) = engine(net)["slowest_gadgets"]
    assert told["calls"] == 2
    net.remove(net.gadgets[told["gadget"]])
    assert engine(net)["slowest_gadgets"] == []


def test_all_of_it_is_plain_data_and_of_a_closed_network_too(store):
    with bl.Network(store, name="shop") as net:
        net.attach(bl.Compound({"a": Keep(), "b": Keep()}), name="both")
        net.contact("x", 1)
        net.flush()
        found = net.metrics()
        assert json.loads(json.dumps(found)) == found
        assert set(found) == {"network", "engine", "drivers"}
        assert (found["network"], list(found["drivers"])) == ("shop", ["store", "both"])
        assert set(found["drivers"]["both"]["members"]) == {"a", "b"}
    assert net.metrics()["engine"]["contacts"] == 1
    with bl.Network(store, name="shop") as net:
        again = engine(net)
        assert (again["tick"], again["ticks"], again["firings"], again["epoch"]) == (1, 0, 0, 2)
        past = net.as_of(1)
        assert past.metrics()["engine"]["contacts"] == 1


def test_a_gadget_may_not_ask(net):
    seen = []

    def asks(x):
        try:
            net.metrics()
        except bl.BasslineError as error:
            seen.append(str(error))

    net.gadget(inputs={"x": net.contact("x", 1)}, outputs="y")(asks)
    assert len(seen) == 1


def test_a_subscriber_may_ask(net):
    seen = []
    x = net.contact("x", 1)
    net.on_change("x", lambda _: seen.append(engine(net)["ticks"]))
    x.value = 2
    assert seen == [2]


class Counting(Keep):
    def stats(self):
        return {"sent": len(self.changes), "names": ["a", "b"]}


def test_stats_are_what_the_driver_says_of_itself(net):
    net.contact("x", 1)
    net.attach(Counting(), name="counting", snapshot=False)
    net["x"] = 2
    net.flush()
    assert net.stats("counting") == {"sent": 1, "names": ["a", "b"]}
    net.attach(Keep(), name="keep")
    assert net.stats("keep") is None
    with pytest.raises(bl.BasslineError, match="'nobody'"):
        net.stats("nobody")


def test_a_driver_that_is_busy_tells_no_stats_in_time(net):
    net.contact("x", 1)
    held = Held()
    net.attach(held, name="held", snapshot=False, max_age=0)
    net["x"] = 2
    until(held.entered.is_set)
    with pytest.raises(bl.BasslineError, match="held"):
        net.stats("held", timeout=0.01)
    held.go.set()
