"""When ticks are stored: `persist=` and the options beside it."""

import contextlib
import sqlite3

import pytest

import bassline as bl
from bassline.testing import ManualClock
from tests.waiting import until


def stored(path):
    with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as reader:
        return reader.execute("SELECT tick FROM network").fetchone()[0]


@pytest.fixture
def path(tmp_path):
    return tmp_path / "shop.db"


def test_with_manual_nothing_is_stored_until_it_is_asked_for(path):
    with bl.Network(path, persist="manual") as net:
        x = net.contact("x", 0)
        for n in range(2_000):
            x.value = n
        assert (stored(path), net.pending) == (0, {"store": 2_000})
        net.flush()
        assert stored(path) == 2_000
        x.value = -1
        net.snapshot()
        assert stored(path) == 2_001
        x.value = -2
        assert stored(path) == 2_001
    assert stored(path) == 2_002


def test_with_interval_ticks_are_stored_by_the_networks_clock(path):
    clock = ManualClock()
    with bl.Network(path, persist="interval", interval=5, clock=clock) as net:
        x = net.contact("x", 0)
        clock.advance(4.9)
        assert (stored(path), net.pending) == (0, {"store": 1})
        clock.advance(0.1)
        until(lambda: net.pending == {"store": 0})
        assert stored(path) == 1
        for n in range(1, 4):
            x.value = n
            clock.advance(1)
        assert (stored(path), net.pending) == (1, {"store": 3})
        clock.advance(2)
        until(lambda: net.pending == {"store": 0})
        assert stored(path) == 4


def test_with_batch_a_transaction_has_at_most_so_many_ticks(path):
    with bl.Network(path, batch_size=10) as net:
        x = net.contact("x", 0)
        for n in range(1, 100):
            x.value = n
        net.flush()
        assert net.drivers["store"]["batches"] >= 10


def test_in_memory_alone_it_makes_no_difference():
    for persist in ("immediate", "batch", "interval", "manual"):
        with bl.Network(persist=persist) as net:
            net.contact("x", 1)
            net.flush()
            assert net["x"] == 1


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"persist": "often"}, "persist must be 'immediate', 'batch', 'interval' or 'manual', found 'often'"),
        ({"batch_size": 5, "persist": "manual"}, "batch_size goes with persist='batch'"),
        ({"batch_size": 0}, "batch_size is 1 or more, found 0"),
        ({"interval": 5}, "interval goes with persist='interval'"),
        ({"interval": 0, "persist": "interval"}, "interval is a number of seconds above 0, found 0"),
        ({"interval": float("nan"), "persist": "interval"}, "interval is a number of seconds above 0, found NaN"),
        ({"snapshot_interval": -1.0}, "snapshot_interval is a number of seconds above 0, found -1"),
        ({"max_snapshots": 0}, "max_snapshots is 1 or more, found 0"),
    ],
)
def test_what_makes_no_sense_is_refused_and_no_file_is_made(path, options, said):
    with pytest.raises(bl.DeclarationError, match=said):
        bl.Network(path, **options)
    assert not path.exists()
