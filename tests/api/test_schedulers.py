"""Schedulers: when writes become ticks, what is read meanwhile, and that nothing is lost."""

from __future__ import annotations

import threading
import time

import pytest

import bassline as bl
from bassline.testing import ManualClock
from tests.api.noticed import Noticed
from tests.waiting import until


@pytest.fixture
def clock():
    return ManualClock(1_000.0)


def batched(clock=None, **options):
    net = bl.Network(scheduler=bl.BatchScheduler(**options), clock=clock)
    for path in ("x", "y"):
        net.contact(path, 0)
    net.contact("peak", 0, blend="max")
    net.contact("events", blend="stream")
    net.gadget("math.add", name="add", a="x", b="y", sum="sum")
    net.gadget("stat.sum", value="events", sum="total")
    changes = []
    net.on_change("**", lambda change: changes.append((change.path, change.new, change.time)))
    net.start = net.tick
    return net, changes


# ----------------------------------------------------------------------------------------------------------------------
# batch


def test_writes_wait_until_enough_do_and_are_one_tick(clock):
    net, changes = batched(clock, size=3, delay=None)
    fired = net.gadgets["add"].firings
    net["x"] = 1
    net["y"] = 2
    assert (net["x"], net["y"], net["sum"], net.tick) == (0, 0, 0, net.start)
    net["peak"] = 5
    assert (net["x"], net["y"], net["sum"], net["peak"], net.tick) == (1, 2, 3, 5, net.start + 1)
    assert net.gadgets["add"].firings == fired + 1
    assert [change[:2] for change in changes] == [("x", 1), ("y", 2), ("peak", 5), ("sum", 3)]


def test_writes_to_one_register_coalesce_and_those_to_streams_and_lattices_do_not_get_lost(clock):
    net, changes = batched(clock, size=4, delay=None)
    for n in range(1, 100):
        net["x"] = n
    for n in (3, 9, 4):
        net["peak"] = n
    for n in (1, 2):
        net["events"] = n
    assert (net["x"], net["peak"], net["total"], net["sum"], net.tick) == (99, 9, 3, 99, net.start + 1)
    assert [change[:2] for change in changes if change[0] == "events"] == [("events", 1), ("events", 2)]
    assert [change[1] for change in changes if change[0] == "x"] == [99]


def test_the_oldest_write_waits_no_longer_than_the_delay(clock):
    net, changes = batched(clock, size=100, delay=0.5)
    net["x"] = 1
    clock.advance(0.3)
    net["y"] = 2
    clock.advance(0.199_999)
    assert (net["sum"], changes) == (0, [])
    clock.advance(7)
    assert net["sum"] == 3
    assert changes == [("x", 1, 1000.5), ("y", 2, 1000.5), ("sum", 3, 1000.5)]
    net["x"] = 10
    clock.advance(0.5)
    assert (net["sum"], changes[-1]) == (12, ("sum", 12, 1_007.999_999))


def test_networks_that_share_a_clock_fall_due_in_order_of_time(clock):
    order = []
    nets = []
    for name, delay in (("slow", 3.0), ("fast", 1.0), ("middle", 2.0)):
        net, _ = batched(clock, delay=delay)
        net.on_change("x", lambda change, name=name: order.append((name, change.time)))
        net["x"] = 1
        nets.append(net)
    clock.advance(10)
    assert order == [("fast", 1001.0), ("middle", 1002.0), ("slow", 1003.0)]


def test_by_the_machines_clock_what_waits_is_committed_without_anybody_asking():
    net, changes = batched(delay=0.02)
    before = time.time()
    net["x"] = 5
    until(lambda: net["sum"] == 5)
    assert [change[:2] for change in changes] == [("x", 5), ("sum", 5)]
    assert before + 0.015 < changes[0][2] < time.time()
    net.close()


@pytest.mark.parametrize(
    "finish",
    [
        lambda net: net.flush(),
        lambda net: net.commit(),
        lambda net: net.close(),
        lambda net: setattr(net, "scheduler", "immediate"),
        lambda net: setattr(net, "scheduler", "transactional"),
        lambda net: setattr(net, "scheduler", bl.BatchScheduler(size=5)),
        lambda net: net.contact("new"),
        lambda net: net.declare(["new"]),
        lambda net: net.batch().__enter__(),
        lambda net: net.remove("peak"),
    ],
)
def test_what_waits_is_committed_by(clock, finish):
    net, _ = batched(clock)
    net["x"] = 1
    net["y"] = 1
    finish(net)
    assert (net["sum"], net["x"]) == (2, 1)


def test_what_waits_is_in_the_store_after_the_last_handle_is_gone(store):
    net = bl.Network(store, scheduler=bl.BatchScheduler(delay=None))
    net.contact("x")
    net["x"] = 1
    del net
    with bl.Network(store) as net:
        assert net["x"] == 1


def test_a_block_is_a_tick_of_its_own_after_what_waits(clock):
    net, changes = batched(clock)
    net["x"] = 1
    with net.batch():
        assert net["x"] == 1
        net["x"] = 2
        assert net["x"] == 2
    assert [change[1] for change in changes if change[0] == "x"] == [1, 2]
    assert net.tick == net.start + 2


def test_what_waits_can_be_dropped(clock):
    net, changes = batched(clock)
    net["x"] = 1
    net["events"] = 1
    net.abort()
    clock.advance(10)
    net.flush()
    assert (net["x"], net["total"], changes, net.tick) == (0, bl.Nothing, [], net.start)
    net.abort()
    net["x"] = 2
    net.commit()
    assert net["sum"] == 2


def test_a_write_that_is_refused_is_refused_at_once_and_the_others_wait_on():
    net = bl.Network(scheduler="batch", contradictions="raise", clock=ManualClock())
    net.contact("peak", 1, blend="max")
    x = net.contact("x")
    gone = net.contact("gone")
    net.remove(gone)
    net["x"] = 1
    with pytest.raises(bl.ContradictionError):
        net["peak"] = "high"
    with pytest.raises(bl.StaleHandleError):
        gone.value = 1
    with pytest.raises(bl.UnknownContactError):
        net["typo"] = 1
    net.commit()
    assert (x.value, net["peak"]) == (1, 1)


def failing(clock, **options):
    net = bl.Network(scheduler=bl.BatchScheduler(**options), clock=clock)
    net.contact("b", 1)
    net.contact("x", 0)
    net.gadget("math.divide", a=1, b="b", quotient="q")
    return net


def test_the_write_that_fills_a_batch_raises_what_is_wrong_with_it_and_all_of_it_is_taken_back(clock):
    net = failing(clock, size=2)
    net["b"] = 0
    with pytest.raises(bl.GadgetError, match="divided by zero"):
        net["x"] = 1
    assert (net["b"], net["x"], net["q"]) == (1, 0, 1.0)
    net["b"] = 2
    net.commit()
    assert net["q"] == 0.5


@pytest.mark.parametrize(
    "call",
    [
        lambda net: net.update({"x": 5}),
        lambda net: net.contact("x", 5),
        lambda net: net.flush(),
        lambda net: net.commit(),
        lambda net: net.abort(),
        lambda net: net.close(),
        lambda net: setattr(net, "scheduler", "immediate"),
    ],
)
def test_an_error_in_a_tick_nobody_waited_for_is_raised_by_the_next_call(clock, call):
    net = failing(clock)
    net["b"] = 0
    clock.advance(1)
    assert (net["b"], net["q"]) == (1, 1.0)
    with pytest.raises(bl.GadgetError, match="divided by zero"):
        call(net)
    assert net["x"] == 0
    net.close()


def test_an_error_nobody_was_told_of_is_shown_at_the_end(program):
    done = program.run("""
        import bassline as bl
        from bassline.testing import ManualClock
        net = bl.Network(scheduler="batch", clock=ManualClock())
        net.contact("b", 1)
        net.gadget("math.divide", a=1, b="b", quotient="q")
        net["b"] = 0
    """)
    assert "divided by zero" in done.err


def test_gadgets_subscribers_and_python_functions_run_on_the_thread_that_waits_for_nobody():
    net, _ = batched(delay=0.01)

    @net.gadget
    def twice(x):
        return 2 * x

    told = threading.Event()
    net.on_change("twice", lambda change: (net.update({"y": change.new}), told.set()))
    net["x"] = 4
    assert told.wait(20)
    net.commit()
    assert (net["twice"], net["y"], net["sum"]) == (8, 8, 12)
    net.close()


def test_many_threads_lose_no_event():
    net, _ = batched(size=7, delay=0.001)

    def write():
        for _ in range(500):
            net["events"] = 1

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    net.close()
    assert net["total"] == 2000


def test_a_driver_is_handed_the_ticks_of_a_batch(clock):
    net, _ = batched(clock)
    seen = []

    class Log(bl.Driver):
        def handle_changes(self, batch):
            seen.extend((change.path, change.new) for change in batch)

    net.attach(Log(), name="log", snapshot=False)
    net["x"] = 1
    net["x"] = 2
    net.flush()
    assert seen == [("x", 2), ("sum", 2)]
    net.close()


def test_rows_are_a_tick_each_whatever_the_scheduler(clock):
    net, _ = batched(clock)
    net["y"] = 100
    net.ingest(bl.RowReader.csv(), b"x\n1\n2\n3\n", source="f", final=True)
    assert (net["sum"], net.tick) == (103, net.start + 4)


# ----------------------------------------------------------------------------------------------------------------------
# transactional


@pytest.fixture
def transactional():
    net = bl.Network()
    net.contact("x", 0)
    net.gadget("math.add", name="add", a="x", b=1, sum="y")
    net.scheduler = "transactional"
    return net


def elsewhere(call):
    seen = []
    thread = threading.Thread(target=lambda: seen.append(call()))
    thread.start()
    thread.join()
    return seen[0]


def test_a_transaction_is_one_tick_that_its_thread_reads_and_others_do_not(transactional):
    net = transactional
    before = net.tick
    net["x"] = 1
    net["x"] = 2
    net.contact("new", 3)
    assert (net["x"], net["new"], net["y"], net.tick) == (2, 3, 1, before)
    assert elsewhere(lambda: (net["x"], "new" in net, net.tick)) == (0, False, before)
    net.commit()
    assert (net["x"], net["new"], net["y"], net.tick) == (2, 3, 3, before + 1)
    assert elsewhere(lambda: (net["x"], "new" in net)) == (2, True)


def test_a_transaction_is_taken_back_structure_included(transactional):
    net = transactional
    before = list(net.contacts), net.tick
    net["x"] = 1
    net.contact("new", 3)
    net.remove("y")
    net.abort()
    assert (list(net.contacts), net.tick) == before
    assert (net["x"], net["y"]) == (0, 1)


def test_without_a_transaction_there_is_nothing_to_end(transactional):
    transactional.commit()
    transactional.abort()
    bl.Network().commit()


def test_a_commit_that_fails_takes_the_transaction_back_and_ends_it(transactional):
    net = transactional
    with pytest.raises(bl.GadgetError):
        net["x"] = "text"
        net.commit()
    assert (net["x"], net["y"]) == (0, 1)
    net["x"] = 5
    net.commit()
    assert net["y"] == 6


@pytest.mark.parametrize(
    "finish",
    [
        lambda net: net.flush(),
        lambda net: net.close(),
        lambda net: setattr(net, "scheduler", "immediate"),
        lambda net: setattr(net, "scheduler", "batch"),
    ],
)
def test_a_transaction_is_committed_by(transactional, finish):
    transactional["x"] = 7
    finish(transactional)
    assert elsewhere(lambda: transactional["y"]) == 8


def test_a_block_is_a_tick_of_its_own_and_not_within_a_transaction(transactional):
    net = transactional
    with net.batch():
        net["x"] = 1
    assert net["y"] == 2
    net["x"] = 5
    with pytest.raises(bl.BasslineError, match=r"commit\(\) or abort\(\)"), net.batch():
        pass
    net.commit()
    assert net["y"] == 6
    for call in (net.commit, net.abort, lambda: setattr(net, "scheduler", "immediate")):
        with pytest.raises(bl.BasslineError, match="inside a batch"), net.batch():
            call()


def test_the_writes_of_others_wait_until_a_transaction_ends(transactional):
    net = transactional
    net["x"] = 1

    def write():
        net["x"] = 10
        net.commit()

    thread = threading.Thread(target=write)
    thread.start()
    thread.join(0.1)
    assert thread.is_alive()
    net.commit()
    thread.join()
    assert net["y"] == 11


def test_what_subscribers_and_gadgets_write_is_a_tick_of_its_own(transactional):
    net = transactional
    net.contact("copy")
    net.commit()
    net.on_change("y", lambda change: net.update({"copy": change.new}))
    net["x"] = 4
    net.commit()
    assert elsewhere(lambda: net["copy"]) == 5


def test_a_driver_that_writes_back_begins_no_transaction(transactional):
    net = transactional
    net.contact("seen")
    net.commit()

    class Back(bl.Driver):
        def handle_changes(self, batch):
            if "x" in batch.paths:
                net["seen"] = net["x"]

    net.attach(Back(), name="back", snapshot=False)
    net["x"] = 3
    net.commit()
    net.flush()
    assert net["seen"] == 3
    net.close()


# ----------------------------------------------------------------------------------------------------------------------
# schedulers themselves, and the clock


def test_a_scheduler_is_told_by_name_or_class():
    assert bl.Network(scheduler="batch").scheduler == bl.BatchScheduler(size=1_000, delay=0.01)
    assert bl.Network(scheduler=bl.BatchScheduler(delay=None)).scheduler.delay is None
    net = bl.Network()
    net.scheduler = "transactional"
    assert net.scheduler == bl.TransactionalScheduler()


@pytest.mark.parametrize("wrong", ["later", None, 3, bl.BatchScheduler])
def test_another_scheduler_is_refused(net, wrong):
    with pytest.raises((ValueError, TypeError), match="scheduler must be"):
        net.scheduler = wrong
    assert net.scheduler == bl.ImmediateScheduler()


@pytest.mark.parametrize("options", [{"size": 0}, {"delay": -1}, {"delay": float("nan")}])
def test_a_batch_that_makes_no_sense_is_refused(options):
    with pytest.raises(ValueError, match=next(iter(options))):
        bl.BatchScheduler(**options)


def test_a_clock_gives_changes_their_time_and_goes_one_way(clock):
    net = bl.Network(clock=clock)
    times = []
    net.on_change("*", lambda change: times.append(change.time))
    net.contact("x", 1)
    clock.advance(1.5)
    net["x"] = 2
    assert (times, clock.now, repr(clock)) == ([1000.0, 1001.5], 1001.5, "<ManualClock at 1001.5 s>")
    for wrong in (-1, float("nan"), float("inf")):
        with pytest.raises(ValueError, match="moves on by"):
            clock.advance(wrong)


def test_switching_while_threads_write_loses_nothing():
    net, _ = batched(delay=0.001)
    stop = threading.Event()

    def write():
        for n in range(600):
            net["events"] = 1
            if n % 50 == 0:
                net.commit()
        net.commit()

    def switch():
        while not stop.is_set():
            for scheduler in ("immediate", bl.BatchScheduler(size=3, delay=None), bl.BatchScheduler(delay=0.001)):
                net.scheduler = scheduler

    switching = threading.Thread(target=switch)
    switching.start()
    writers = [threading.Thread(target=write) for _ in range(3)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    stop.set()
    switching.join()
    net.close()
    assert net["total"] == 1800


@pytest.mark.parametrize("scheduler", ["batch", "transactional"])
def test_an_object_that_uses_the_network_when_it_is_let_go_does_not_stop_it(scheduler):
    net = bl.Network(clock=ManualClock())
    x = net.contact("x")
    net.scheduler = scheduler
    gone = []

    def use():
        try:
            gone.append(x.value)
        except bl.BasslineError:
            gone.append("busy")

    for end in (net.commit, net.abort):
        x.value = Noticed(use)
        x.value = Noticed(use)
        x.value = 1
        end()
    assert len(gone) == 4
