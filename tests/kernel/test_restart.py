"""A driver that has failed can begin again: with what it missed, or with the network as it is and a gap."""

from __future__ import annotations

import pytest

import bassline as bl
from tests.kernel.scripted import Keep


def fail(net, keep, value):
    keep.errors = [MemoryError("full")]
    net["x"] = value
    with pytest.raises(bl.DriverError):
        net.flush()


@pytest.mark.parametrize("snapshot", [True, False])
def test_under_fail_fast_nothing_is_lost_and_nothing_comes_twice(net, snapshot):
    net.contact("x", 0)
    net.contact("events", blend="stream")
    keep = Keep()
    net.attach(keep, name="keep", snapshot=snapshot, on_failure="fail-fast")
    net.flush()
    with net.batch():
        net["events"] = "a"
        net["events"] = "b"
    net["x"] = 1
    fail(net, keep, 2)
    with pytest.raises(bl.DriverError):
        net["x"] = 3
    net.restart("keep")
    net.flush()
    net["x"] = 3
    net.flush()
    assert keep.values == [0] * snapshot + ["a", "b", 1, 2, 3]
    assert [batch.gap for batch in keep.handed if batch.gap] == []
    assert [begin.driver for begin in keep.begins] == ["keep", "keep"]
    assert keep.ends == [True]
    assert net.drivers["keep"]["restarts"] == 1


def test_after_a_degraded_time_it_begins_with_the_network_as_it_is_and_a_gap(net):
    net.contact("x", 0)
    keep = Keep()
    net.attach(keep, name="keep", on_failure="degraded")
    fail(net, keep, 1)
    for n in range(2, 10):
        net["x"] = n
    net.restart("keep")
    net.flush()
    (batch,) = keep.handed[-1:]
    assert batch.snapshot
    assert batch.gap.reason == "resynchronised"
    assert (batch.gap.first_tick, batch.gap.last_tick) == (net.tick - 8, net.tick)
    assert batch.values == [9]
    net["x"] = 10
    net.flush()
    assert keep.values[-1] == 10


def test_only_what_has_failed_can_be_restarted(net):
    net.attach(Keep(), name="keep")
    with pytest.raises(bl.BasslineError, match="'keep' has not failed"):
        net.restart("keep")
    with pytest.raises(bl.BasslineError, match="no driver named 'kep'.*keep"):
        net.restart("kep")


def test_a_restart_that_fails_is_a_failure_that_the_next_flush_tells(net):
    class Twice(Keep):
        def initialize(self, context):
            super().initialize(context)
            if len(self.begins) == 2:
                raise LookupError("no way back")

    net.contact("x", 0)
    keep = Twice()
    net.attach(keep, name="keep", snapshot=False)
    fail(net, keep, 1)
    net.restart("keep")
    with pytest.raises(bl.DriverError, match="no way back"):
        net.flush()
    net.restart("keep")
    net["x"] = 2
    net.flush()
    assert keep.values[-1] == 2


def test_a_driver_can_be_restarted_a_hundred_times(net):
    net.contact("x", 0)
    keep = Keep()
    net.attach(keep, name="keep", snapshot=False, on_failure="fail-fast")
    for n in range(1, 101):
        fail(net, keep, n)
        net.restart("keep")
        net.flush()
    assert keep.values == list(range(1, 101))


def test_a_store_driver_resumes_where_its_load_says(net):
    class Table(bl.StorageDriver, Keep):
        stands = None

        def load(self):
            return self.stands and bl.Stored(*self.stands)

        def handle_changes(self, batch):
            super().handle_changes(batch)
            self.stands = (batch.epoch, batch.ticks[1])

    class LosesAnswer(Table):
        """Takes a batch, and fails before it says so."""

        lose = False

        def handle_changes(self, batch):
            super().handle_changes(batch)
            if self.lose:
                self.lose = False
                raise MemoryError("the answer is lost")

    table = LosesAnswer()
    net.contact("x", 0)
    net.attach(table, snapshot=False, name="table")
    net["x"] = 1
    net.flush()
    table.lose = True
    net["x"] = 2
    with pytest.raises(bl.DriverError):
        net.flush()
    net.restart("table")
    net.flush()
    net["x"] = 3
    net.flush()
    assert table.values == [1, 2, 3]
