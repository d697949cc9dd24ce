"""A driver that holds what the network holds: where it resumes, what it asks for, and what its end means."""

from __future__ import annotations

import pytest

import bassline as bl
from tests.kernel.scripted import Keep


class Table(bl.StorageDriver, Keep):
    """Remembers up to which tick it has what it holds."""

    stands = None

    def load(self):
        return self.stands and bl.Stored(*self.stands)

    def handle_changes(self, batch):
        super().handle_changes(batch)
        self.stands = (batch.epoch, batch.ticks[1])


def test_attached_again_where_it_stands_it_is_handed_later_ticks_only(net):
    table = Table()
    net.contact("x", 1)
    net.attach(table)
    net.detach("table")
    net.attach(table)
    net["x"] = 2
    net.flush()
    assert table.values == [1, 2]
    assert [batch.snapshot for batch in table.handed] == [True, False]


def test_attached_again_behind_or_ahead_it_is_handed_the_network_and_told_of_a_gap(net):
    table = Table()
    net.contact("x", 1)
    net.attach(table)
    net.detach("table")
    net["x"] = 2
    net.attach(table)
    net.flush()
    batch = table.handed[-1]
    assert (batch.snapshot, batch.values) == (True, [2])
    assert (batch.gap.reason, batch.gap.first_tick, batch.gap.last_tick) == ("resynchronised", 2, 2)
    net.detach("table")
    table.stands = (1, 99)
    net.attach(table)
    net.flush()
    assert table.handed[-1].snapshot
    net.detach("table")
    table.stands = (7, net.tick)
    net.attach(table)
    net.flush()
    assert table.handed[-1].snapshot


def test_a_store_that_was_reopened_goes_on_with_a_driver_that_stands_at_its_end(store):
    table = Table()
    with bl.Network(store) as net:
        net.contact("x", 1)
        net.attach(table)
    with bl.Network(store) as net:
        net.attach(table)
        net["x"] = 2
        net.flush()
        assert [batch.snapshot for batch in table.handed] == [True, False]
        assert (table.values, table.stands) == ([1, 2], (2, 2))


@pytest.mark.parametrize("which", ["check_preconditions", "check_postconditions"])
def test_a_condition_that_is_false_has_the_batch_tried_again(net, which):
    answers = [False, False, True]
    table = Table()
    setattr(table, which, lambda batch: answers.pop(0) if answers else True)
    net.contact("x", 1)
    net.attach(table, pause=0, snapshot=False)
    net["x"] = 2
    net.flush()
    assert set(table.values) == {2}
    assert len(table.values) == (1 if which == "check_preconditions" else 3)
    assert net.drivers["table"]["retries"] == 2


def test_a_condition_that_stays_false_ends_it_and_the_next_write_says_so(net):
    table = Table()
    table.check_preconditions = lambda batch: False
    net.contact("x", 1)
    net.attach(table, pause=0, tries=3, snapshot=False)
    net["x"] = 2
    with pytest.raises(bl.DriverError, match=r"check_preconditions answered False \(tried 3 times\)"):
        net.flush()
    with pytest.raises(bl.DriverError, match="check_preconditions") as caught:
        net["x"] = 3
    assert (caught.value.driver, caught.value.tick, caught.value.committed) == ("table", 2, True)
    assert net["x"] == 2


@pytest.mark.parametrize("garbage", [42, "here", object(), {"epoch": 1}])
def test_a_load_that_answers_garbage_is_refused_when_it_is_attached(net, garbage):
    table = Table()
    table.load = lambda: garbage
    with pytest.raises(bl.DriverError, match="'table'"):
        net.attach(table)
    assert net.drivers == {}
