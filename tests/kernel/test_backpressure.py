"""A driver at its bound makes the next write wait, and then refuses it, leaving the network as it was."""

from __future__ import annotations

import threading

import pytest

import bassline as bl
from tests.kernel.test_python_driver import Keep


class Held(Keep):
    """Waits with each batch until it is let go."""

    def __init__(self):
        super().__init__()
        self.entered, self.go = threading.Event(), threading.Event()

    def handle_changes(self, batch):
        self.entered.set()
        self.go.wait()
        super().handle_changes(batch)


@pytest.fixture
def held(net):
    """A driver that lags by its bound."""
    net.contact("x", 0)
    net.gadget("math.add", a="x", b=1, sum="y")
    driver = Held()
    net.attach(driver, name="held", max_records=3, max_age=0, timeout=0.05, snapshot=False)
    for n in range(1, 4):
        net["x"] = n
    assert driver.entered.wait(30)
    yield driver
    driver.go.set()


def state(net):
    return (
        {path: (contact.value, contact.version) for path, contact in net.contacts.items()},
        net.tick,
        net.position("f"),
    )


WRITES = {
    "a write": lambda net: net.update({"x": 100}),
    "a declaration": lambda net: net.contact("new", 1),
    "a removal": lambda net: net.remove("x"),
    "an erasure": lambda net: net.erase("x"),
    "rows": lambda net: net.ingest(bl.RowReader.csv(), b"x\n100\n", source="f", final=True),
}


@pytest.mark.parametrize("what", WRITES)
def test_the_write_is_refused_after_the_timeout_and_nothing_of_it_is_applied(net, held, what):
    before = state(net)
    with pytest.raises(bl.BackpressureError, match="'held' is 3 ticks") as caught:
        WRITES[what](net)
    assert "not applied" in str(caught.value)
    assert state(net) == before


def test_a_batch_is_refused_before_its_body_runs(net, held):
    before = state(net)
    ran = []
    with pytest.raises(bl.BackpressureError), net.batch(source="f", position=1):
        ran.append(1)
    assert ran == []
    assert state(net) == before


def test_a_waiting_write_goes_through_as_soon_as_the_driver_has_caught_up(net):
    net.contact("x", 0)
    driver = Held()
    net.attach(driver, name="held", max_records=1, max_age=0, timeout=60, snapshot=False)
    net["x"] = 1
    assert driver.entered.wait(30)
    wrote = threading.Event()

    def write():
        net["x"] = 2
        wrote.set()

    thread = threading.Thread(target=write)
    thread.start()
    assert not wrote.wait(0.1)
    assert net["x"] == 1
    driver.go.set()
    thread.join()
    net.flush()
    assert driver.values == [("x", 1), ("x", 2)]


def test_a_refused_write_can_be_made_again_and_no_change_is_lost_or_doubled(net, held):
    with pytest.raises(bl.BackpressureError):
        net["x"] = 4
    held.go.set()
    net.flush()
    net["x"] = 4
    net.flush()
    assert [value for path, value in held.values if path == "x"] == [1, 2, 3, 4]


def test_readers_and_other_networks_do_not_wait(net, held):
    assert (net["x"], net["y"]) == (3, 4)
    other = bl.Network()
    other.contact("x", 1)
    assert other["x"] == 1


def test_a_bound_in_bytes_holds_too_and_one_large_tick_is_admitted_when_nothing_lags(net):
    net.contact("x", "")
    driver = Held()
    net.attach(driver, name="held", max_bytes=10_000, max_age=0, timeout=0.05, snapshot=False)
    net["x"] = "large" * 100_000
    assert driver.entered.wait(30)
    with pytest.raises(bl.BackpressureError):
        net["x"] = "small"
    driver.go.set()
    net.flush()
    net["x"] = "small"
    net.flush()
    assert [len(value) for _, value in driver.values] == [500_000, 5]


def test_memory_stays_within_the_bound_however_slow_the_driver_is(net):
    class Slow(Keep):
        largest = 0

        def handle_changes(self, batch):
            Slow.largest = max(Slow.largest, len(batch))

    net.contact("x", 0)
    net.attach(Slow(), name="slow", max_records=50, batch=10**6)
    for n in range(5000):
        net["x"] = n + 1
    net.flush()
    assert Slow.largest <= 50
    assert net.drivers["slow"]["high_water"] <= 50
    assert net.drivers["slow"]["records"] == 5000
