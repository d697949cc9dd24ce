"""A driver in Python is told of every committed tick, in order, on a thread of its own."""

from __future__ import annotations

import threading

import pytest

import bassline as bl


class Keep(bl.Driver):
    """Keeps what it is handed."""

    def __init__(self):
        self.batches, self.threads, self.ends = [], set(), []

    def handle_changes(self, batch):
        self.threads.add(threading.get_ident())
        self.batches.append(batch)

    def shutdown(self, force):
        self.ends.append(force)

    @property
    def changes(self):
        return [change for batch in self.batches for change in batch]

    @property
    def values(self):
        return [(change.path, change.new) for change in self.changes]


@pytest.fixture
def keep(net):
    net.contact("x", 0)
    driver = Keep()
    net.attach(driver, name="keep", snapshot=False)
    return driver


def test_every_change_comes_once_and_in_order(net, keep):
    x = net.contacts["x"]
    for n in range(1, 5001):
        x.value = n
    net.flush()
    assert keep.values == [("x", n) for n in range(1, 5001)]
    assert [change.tick for change in keep.changes] == list(range(2, 5002))
    assert [change.old for change in keep.changes] == list(range(5000))


def test_a_driver_and_a_subscriber_are_told_the_same(net, keep):
    told = []
    net.on_change("**", told.append)
    net.gadget("math.add", name="plus", a="x", b=1, sum="g/y")
    net.gadget("stat.mean", value="x", mean="mean")
    net.wire("g/y", "copy")
    net.contact("events", blend="stream")
    for n in range(5):
        with net.batch(source="s"):
            net["x"] = n + 1
            net["events"] = n
            net["events"] = n
    net.remove("g/y")
    net.contact("g/y", "new")
    net.flush()

    def all_of(change):
        names = ("epoch", "tick", "index", "network", "path", "group", "name", "old", "new", "cause", "time")
        return {name: getattr(change, name) for name in names}

    assert [all_of(change) for change in keep.changes] == [all_of(change) for change in told]
    assert keep.changes[-1].path == "g/y"


def test_a_batch_gives_paths_values_and_ticks_and_is_a_sequence(net, keep):
    for path in ("a", "b"):
        net.contact(path)
    net.flush()
    keep.batches.clear()
    with net.batch():
        net.update({"a": 1, "b": [2]})
    net.flush()
    (batch,) = keep.batches
    assert (batch.paths, batch.values, len(batch)) == (["a", "b"], [1, [2]], 2)
    assert batch.ticks == (net.tick, net.tick)
    assert [batch[0].path, batch[1].path] == ["a", "b"]
    with pytest.raises(IndexError):
        batch[2]


def test_it_runs_on_a_thread_of_its_own(net, keep):
    for n in range(1, 4):
        net["x"] = n
        net.flush()
    assert len(keep.threads) == 1
    assert threading.get_ident() not in keep.threads


def test_flush_waits_until_it_has_taken_everything(net):
    class Slow(Keep):
        go = threading.Event()

        def handle_changes(self, batch):
            self.go.wait()
            super().handle_changes(batch)

    slow = Slow()
    net.attach(slow, name="slow")
    net.contact("x", 1)
    with pytest.raises(bl.BackpressureError, match="'slow' is 1 ticks behind"):
        net.flush(timeout=0.01)
    assert (slow.batches, net.pending) == ([], {"slow": 1})
    slow.go.set()
    net.flush()
    assert (slow.values, net.pending) == ([("x", 1)], {"slow": 0})


def test_flush_does_not_wait_for_a_driver_that_is_not_durable(net):
    class Stuck(Keep):
        go = threading.Event()

        def handle_changes(self, batch):
            self.go.wait()

    net.attach(Stuck(), name="stuck", durable=False)
    net.contact("x", 1)
    net.flush()
    assert net.pending == {"stuck": 1}
    Stuck.go.set()


def test_a_batch_is_handed_over_when_it_is_full_or_old_enough_without_a_flush(net):
    came = threading.Event()

    class Tell(Keep):
        def handle_changes(self, batch):
            super().handle_changes(batch)
            came.set()

    full, old = Tell(), Tell()
    net.contact("x", 0)
    net.attach(full, name="full", batch=5, max_age=3600, snapshot=False)
    for n in range(1, 6):
        net["x"] = n
    assert came.wait(30)
    assert full.batches[0].values == [1, 2, 3, 4, 5]
    net.detach("full")
    came.clear()
    net.attach(old, name="old", snapshot=False, batch=10**6, max_age=0.01)
    net["x"] = 100
    assert came.wait(30)
    assert old.values == [("x", 100)]


def test_a_tick_that_changed_nothing_or_was_rolled_back_is_not_told(net, keep):
    net["x"] = 0
    with pytest.raises(LookupError), net.batch():
        net["x"] = 5
        raise LookupError
    net.group("rooms")
    net.flush()
    assert keep.batches == []


def test_a_driver_attached_later_is_handed_the_network_as_it_is_and_then_every_tick(net):
    net.contact("a/b", 1)
    net.contact("empty")
    net.gadget("math.add", name="plus", a="a/b", b=1, sum="c")
    keep = Keep()
    net.attach(keep, name="keep")
    net.flush()
    (first,) = keep.batches
    assert (first.snapshot, first.gap, first.ticks) == (True, None, (3, 3))
    assert [(change.path, change.old, change.new, change.cause) for change in first] == [
        ("a/b", bl.Nothing, 1, "external:"),
        ("c", bl.Nothing, 2, "plus"),
    ]
    net["a/b"] = 2
    net.flush()
    assert [batch.snapshot for batch in keep.batches] == [True, False]
    assert keep.values[2:] == [("a/b", 2), ("c", 3)]


def test_without_a_snapshot_a_driver_is_told_of_later_ticks_only_and_knows_every_path(net):
    net.contact("a/b", 1)
    net.gadget("math.add", name="plus", a="a/b", b=1, sum="c")
    keep = Keep()
    net.attach(keep, name="keep", snapshot=False)
    net["a/b"] = 2
    net.flush()
    assert [(change.path, change.new, change.cause) for change in keep.changes] == [
        ("a/b", 2, "external:"),
        ("c", 3, "plus"),
    ]


def test_two_drivers_are_independent_of_each_other(net):
    class Stuck(Keep):
        go = threading.Event()

        def handle_changes(self, batch):
            self.go.wait()
            super().handle_changes(batch)

    stuck, quick = Stuck(), Keep()
    x = net.contact("x", 0)
    net.attach(stuck, name="stuck", durable=False, snapshot=False)
    net.attach(quick, name="quick", snapshot=False)
    for n in range(1, 1001):
        x.value = n
    net.flush()
    assert len(quick.changes) == 1000
    assert net.pending == {"stuck": 1000, "quick": 0}
    stuck.go.set()
    net.close()
    assert stuck.values == quick.values


def test_a_network_reads_itself_and_others_from_a_drivers_thread(net):
    seen = []

    class Reads(bl.Driver):
        def handle_changes(self, batch):
            seen.extend((change.new, net["x"] >= change.new, list(net.contacts)) for change in batch)

    net.contact("x", 0)
    net.attach(Reads(), name="reads", snapshot=False)
    for n in range(1, 100):
        net["x"] = n
    net.flush()
    assert seen == [(n, True, ["x"]) for n in range(1, 100)]


def test_memory_of_what_was_taken_is_let_go(net, keep):
    import gc
    import weakref

    class Counted(Keep):
        def handle_changes(self, batch):
            self.batches.append(len(batch))

    counted = Counted()
    net.attach(counted, name="counted", max_records=100, snapshot=False)
    for n in range(1, 5001):
        net["x"] = n
    net.flush()
    assert sum(counted.batches) == 5000
    assert net.drivers["counted"]["high_water"] <= 101
    reference = weakref.ref(counted)
    net.detach("counted")
    del counted
    gc.collect()
    assert reference() is None
