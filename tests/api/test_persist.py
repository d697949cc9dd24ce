"""When a write is in the store: at once, or after a flush."""

from __future__ import annotations

import contextlib
import sqlite3

import pytest

import bassline as bl


def stored(store):
    with contextlib.closing(sqlite3.connect(f"file:{store}?mode=ro", uri=True)) as reader:
        tick = reader.execute("SELECT tick FROM network").fetchone()
        return tick[0], dict(reader.execute("SELECT path, content FROM contacts"))


@pytest.fixture
def net(store):
    with bl.Network(store, persist="immediate") as net:
        yield net


def test_with_immediate_the_row_is_in_the_file_when_the_write_returns(net, store):
    x = net.contact("x", 0)
    assert stored(store) == (1, {"x": "0"})
    for n in range(1, 20):
        x.value = n
        assert stored(store) == (n + 1, {"x": str(n)})
    net.update({"x": 100})
    assert stored(store)[1] == {"x": "100"}
    net.erase("x")
    assert stored(store)[1] == {"x": None}


def test_with_immediate_a_batch_is_there_as_a_whole_when_it_ends(net, store):
    net.contact("x", 0)
    net.contact("y", 0)
    with net.batch():
        net.update({"x": 1, "y": 1})
        assert stored(store)[1] == {"x": "0", "y": "0"}
    assert stored(store)[1] == {"x": "1", "y": "1"}


def test_with_immediate_what_subscribers_write_is_there_too(net, store):
    net.contact("x", 0)
    net.contact("y", 0)
    seen = []

    def copy(change):
        seen.append(stored(store)[1]["x"])
        net["y"] = change.new

    net.on_change("x", copy)
    net["x"] = 1
    assert seen == ["1"]
    assert stored(store)[1] == {"x": "1", "y": "1"}


def test_with_immediate_a_driver_that_writes_back_does_not_wait_for_itself(store, program):
    done = program.run("""
        import threading
        import bassline as bl
        net = bl.Network("shop.db", persist="immediate")
        net.contact("x", 0)
        net.contact("echo", 0)
        echoed = threading.Event()

        class Echo(bl.Driver):
            def handle_changes(self, batch):
                for change in batch:
                    if change.path == "x":
                        net["echo"] = change.new
                        echoed.set()

        net.attach(Echo(), name="echo")
        net["x"] = 7
        echoed.wait()
        net.flush()
        print(net["echo"])
        net.close()
        with bl.Network("shop.db") as again:
            print(again["echo"])
    """)
    assert done.lines == ["7", "7"]


def test_in_the_background_everything_is_in_the_file_after_a_flush(store):
    with bl.Network(store) as net:
        x = net.contact("x", 0)
        for n in range(1, 2000):
            x.value = n
        net.flush()
        assert stored(store) == (2000, {"x": "1999"})
        assert net.pending == {"store": 0}


def test_a_network_that_nobody_closed_is_in_the_file_when_its_last_handle_is_gone(store):
    def work():
        net = bl.Network(store)
        x = net.contact("x", 0)
        for n in range(5000):
            x.value = n
        return x

    x = work()
    x.value = "last"
    del x
    assert stored(store) == (5001, {"x": '"last"'})
    with bl.Network(store) as net:
        assert net["x"] == "last"


def test_a_failing_store_reaches_the_writer_and_the_tick_is_told_as_committed(store):
    net = bl.Network(store, persist="immediate")
    x = net.contact("x", 0)
    told = []
    net.on_change("x", lambda change: told.append(change.new))
    with contextlib.closing(sqlite3.connect(store)) as other, other:
        other.execute("DELETE FROM network")
    with pytest.raises(bl.DriverError) as caught:
        x.value = 1
    assert (caught.value.driver, caught.value.tick, caught.value.committed) == ("store", 2, True)
    assert (x.value, told) == (1, [1])
    with pytest.raises(bl.DriverError):
        x.value = 2
    assert x.value == 1
    with pytest.raises(bl.DriverError, match="'store' did not take the last 1 ticks"):
        net.close()
