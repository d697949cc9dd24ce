"""Contradictions: what is recorded, who is told, and what is stored."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

import bassline as bl


class Keeps(bl.Driver):
    def __init__(self):
        self.changes, self.contradictions = [], []

    def handle_changes(self, batch):
        self.changes += [(change.path, change.new) for change in batch]
        self.contradictions.append(batch.contradictions)


def test_a_contradiction_shows_both_values_with_their_sources_and_ticks():
    net = bl.Network()
    peak = net.contact("peak", 21.5, blend="max")
    with net.batch("sensor"):
        peak.value = "hot"
    found = peak.contradiction
    assert (found.path, found.current, found.incoming) == ("peak", 21.5, "hot")
    assert (found.current_source, found.incoming_source) == ("external:", "external:sensor")
    assert (found.current_tick, found.incoming_tick) == (1, 2)
    assert repr(found) == (
        "<Contradiction of 'peak': 21.5 (by external:, tick 1) and 'hot' (by external:sensor, tick 2) have no join>"
    )


def test_the_sources_stay_when_their_gadget_is_gone():
    net = bl.Network()
    net.contact("x", 1)
    net.contact("c", "text", blend="max")
    gadget = net.gadget("math.add", name="adder", a="x", b=1, sum="c")
    net.remove(gadget)
    net.gadget("math.add", name="another", a="x", b=1, sum="y")
    assert net.contacts["c"].contradiction.incoming_source == "adder"


def test_the_same_two_values_again_are_no_news():
    net = bl.Network()
    peak = net.contact("peak", 1, blend="max")
    peak.value = "hot"
    peak.value = "hot"
    assert (net.tick, peak.contradiction.incoming_tick) == (2, 2)
    peak.value = "cold"
    assert (net.tick, peak.contradiction.incoming) == (3, "cold")


def test_all_contradictions_are_listed_by_path():
    net = bl.Network()
    for path in ("b", "a/c", "fine"):
        net.contact(path, 1, blend="max")
    net.update({"b": "text", "a/c": None, "fine": 2})
    assert {path: found.incoming for path, found in net.contradictions.items()} == {"b": "text", "a/c": None}
    net.contacts["b"].erase()
    net.remove("a/c")
    assert net.contradictions == {}


def test_the_error_carries_what_the_record_would():
    net = bl.Network(contradictions="raise")
    net.contact("flag")
    net.contact("c", 5, blend="max")
    net.gadget("logic.equals", a="flag", b=1, result="c", name="equals")
    with pytest.raises(bl.ContradictionError) as raised:
        net["flag"] = True
    error = raised.value
    assert (error.path, error.current, error.current_source) == ("c", 5, "external:")
    assert isinstance(error.incoming, bool)
    assert error.incoming_source == next(iter(net.gadgets))
    assert isinstance(error, ValueError)
    assert net["flag"] is bl.Nothing


def test_drivers_are_told_of_a_contradiction_apart_from_changes():
    net = bl.Network()
    driver = Keeps()
    net.attach(driver, name="keeps")
    peak = net.contact("peak", 1, blend="max")
    net.flush()
    peak.value = "hot"
    net.flush()
    peak.value = 2
    net.flush()
    assert driver.changes == [("peak", 1), ("peak", 2)]
    first, second, third = driver.contradictions
    assert (first, third) == ({}, {"peak": None})
    assert (second["peak"].current, second["peak"].incoming) == (1, "hot")
    net.close()


def test_a_subscriber_is_not_told_of_a_value_that_was_not_taken():
    net = bl.Network()
    peak = net.contact("peak", 1, blend="max")
    seen = []
    net.on_change("**", seen.append)
    peak.value = "hot"
    assert seen == []


@pytest.fixture
def store(tmp_path):
    return tmp_path / "shop.db"


def test_contradictions_come_back_with_the_store(store):
    with bl.Network(store) as net:
        net.contact("peak", 1, blend="max")
        net.contact("lifted", 1, blend="max")
        net.contact("gone", 1, blend="max")
        with net.batch("sensor"):
            net.update({"peak": "hot", "lifted": "x", "gone": "x"})
        net["lifted"] = 2
        net.remove("gone")
        before = repr(net.contradictions)
    with closing(sqlite3.connect(store)) as database:
        rows = database.execute("select path, current, incoming, incoming_source from contradictions").fetchall()
    assert rows == [("peak", "1", '"hot"', "external:sensor")]
    with bl.Network(store) as net:
        assert repr(net.contradictions) == before
        assert list(net.contradictions) == ["peak"]
        net["peak"] = 3
        assert net.contradictions == {}
    with bl.Network(store) as net:
        assert net.contradictions == {}


def test_faults_come_back_with_the_store(store):
    def declare(net):
        net.contact("a", 1)
        net.contact("b", 2)
        net.gadget("math.divide", name="ratio", a="a", b="b", quotient="c", on_error="contain")

    with bl.Network(store) as net:
        declare(net)
        net["b"] = 0
        fault = net.contacts["c"].fault
        assert fault == "1 divided by zero"
    with closing(sqlite3.connect(store)) as database:
        assert database.execute("select path, fault from faults").fetchall() == [("c", fault)]
    with bl.Network(store) as net:
        declare(net)
        assert (net["c"], net.contacts["c"].fault) == (0.5, fault)
        net["b"] = 4
        assert (net["c"], net.contacts["c"].fault) == (0.25, None)
    with bl.Network(store) as net:
        assert net.contacts["c"].fault is None


@pytest.mark.parametrize(
    "blend", ["merge", "union", "intersection", "interval", "all", "any", "equal", "first", "map", "counter"]
)
def test_every_blend_goes_on_where_it_was_when_a_store_is_opened_again(store, blend):
    values = {
        "merge": ({"a": {1}}, {"a": {2}}, {"a": {1, 2}}), "union": ({1}, {2}, {1, 2}),
        "intersection": ({1, 2}, {2, 3}, {2}), "interval": (bl.Interval(0, 5), 3, 3), "all": (True, False, False),
        "any": (False, True, True), "equal": (1, 1, 1), "first": (1, 2, 1), "map": ({"a": 1}, {"b": 2}, {"a": 1, "b": 2}),
        "counter": (3, 4, 7),
    }  # fmt: skip
    first, second, joined = values[blend]
    with bl.Network(store) as net:
        net.contact("c", first, blend=blend)
    with bl.Network(store) as net:
        assert net.contact("c", blend=blend).blend == blend
        net["c"] = second
        assert net["c"] == joined
    with bl.Network(store) as net:
        assert net["c"] == joined
