"""Snapshots: kept under a number and a label, brought back in one tick, let go."""

import pytest

import bassline as bl
from bassline.testing import ManualClock

STORES = ["", "memory:", "memory:snapshots-{}", "shop.db", "journal:"]


@pytest.fixture(params=STORES, ids=["none", "private", "memory", "sqlite", "journal"])
def url(request, tmp_path):
    if request.param.endswith(".db"):
        return str(tmp_path / request.param)
    if request.param == "journal:":
        return f"journal:{tmp_path}/shop"
    return request.param.format(tmp_path.name) or None


def test_a_snapshot_has_a_number_a_label_a_tick_and_a_time(url):
    with bl.Network(url, clock=ManualClock(12.5)) as net:
        net.contact("x", 1)
        first, second = net.snapshot("first"), net.snapshot()
        assert [(s.id, s.label, s.tick, s.time) for s in net.snapshots()] == [(1, "first", 1, 12.5), (2, "", 1, 12.5)]
        assert (repr(first), repr(second)) == ("<Snapshot 1 'first': tick 1>", "<Snapshot 2: tick 1>")
        assert net.snapshots() == [first, second]


def test_restoring_brings_structure_content_and_state_back_in_one_tick_that_fires_nothing(url):
    calls = []
    with bl.Network(url) as net:
        events = net.contact("events", blend="stream")
        counting = net.gadget("stat.count", value=events, count="count")

        @net.gadget
        def seen(count: int) -> int:
            calls.append(count)
            return count

        for n in range(3):
            events.value = n
        snapshot = net.snapshot()
        for n in range(4):
            events.value = n
        net.remove(counting)
        net.contact("new", 1)
        told, tick, calls[:] = [], net.tick, []
        net.on_change("**", lambda change: told.append((change.path, change.old, change.new)))
        net.restore(snapshot)
        assert net.tick == tick + 1
        assert calls == []
        assert sorted(told) == [
            ("count", 7, 3),
            ("events", 3, 2),
            ("seen", 7, 3),
        ]
        assert "new" not in net
        assert net["count"] == 3
        events.value = 9
        assert (net["count"], net["seen"], calls) == (4, 4, [4])


def test_handles_of_what_stays_are_good_and_others_are_stale(url):
    with bl.Network(url) as net:
        x, gone = net.contact("x", 1), net.contact("gone", 2)
        snapshot = net.snapshot()
        net.remove(gone)
        new = net.contact("new")
        net.restore(snapshot.id)
        assert (x.value, net["gone"]) == (1, 2)
        for handle in (gone, new):
            with pytest.raises(bl.StaleHandleError):
                handle.value  # noqa: B018


def test_a_snapshot_that_is_not_there_is_refused_with_those_that_are(url):
    with bl.Network(url) as net:
        with pytest.raises(bl.StorageError, match="there is no snapshot 1; there are none"):
            net.restore(1)
        snapshot = net.snapshot()
        net.snapshot()
        assert snapshot.delete()
        assert not snapshot.delete()
        with pytest.raises(bl.StorageError, match="there is no snapshot 1; there are 2"):
            net.restore(snapshot)


def test_restoring_in_a_batch_a_transaction_a_gadget_or_a_subscriber_is_refused(url):
    with bl.Network(url) as net:
        x = net.contact("x", 1)
        snapshot = net.snapshot()
        with net.batch():
            for operation in (lambda: net.restore(snapshot), net.snapshot):
                with pytest.raises(bl.BasslineError, match="batch"):
                    operation()
        refused = []

        def restore(_):
            with pytest.raises(bl.BasslineError) as error:
                net.restore(snapshot)
            refused.append(str(error.value))

        unsubscribe = net.on_change("x", restore)
        x.value = 2
        unsubscribe()
        net.gadget(restore, inputs={"_": "x"}, outputs="out")
        net.scheduler = "transactional"
        x.value = 3
        with pytest.raises(bl.BasslineError, match="a transaction is open"):
            net.restore(snapshot)
        net.abort()
        net.restore(snapshot)
        assert net["x"] == 1
        assert len(refused) >= 2


def test_a_snapshot_of_another_network_is_refused():
    one, other = bl.Network(), bl.Network()
    with pytest.raises(bl.BasslineError, match="belongs to another network"):
        one.restore(other.snapshot())


def test_the_newest_snapshots_are_kept(url):
    with bl.Network(url, max_snapshots=3) as net:
        for n in range(7):
            net.snapshot(str(n))
        assert [snapshot.label for snapshot in net.snapshots()] == ["4", "5", "6"]


def test_in_memory_alone_a_hundred_are_kept():
    net = bl.Network()
    for _ in range(105):
        net.snapshot()
    assert [snapshot.id for snapshot in net.snapshots()] == list(range(6, 106))


def test_snapshots_are_taken_by_the_networks_clock_when_there_is_something_new(url):
    clock = ManualClock()
    with bl.Network(url, clock=clock, snapshot_interval=10) as net:
        x = net.contact("x", 0)
        for second in range(60):
            clock.advance(1)
            if second < 25:
                x.value = second
        assert [(snapshot.tick, snapshot.time) for snapshot in net.snapshots()] == [(9, 10.0), (19, 20.0), (25, 30.0)]


def test_what_was_restored_is_what_is_opened_again(tmp_path):
    path = tmp_path / "shop.db"
    with bl.Network(path) as net:
        net.gadget("math.add", name="first", a="x", b=1, sum="y")
        net.gadget("math.add", name="second", a="x", b=2, sum="y")
        net.update({"x": 1})
        net.snapshot()
        net.remove(net.gadgets["first"])
        net.gadget("math.add", name="first", a="x", b=1, sum="y")
        net.update({"x": 10})
        assert net["y"] == 11
        net.restore(1)
    with bl.Network(path) as net:
        assert (net["x"], net["y"]) == (1, 3)
        net["x"] = 10
        assert net["y"] == 12
