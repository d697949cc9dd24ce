"""Several drivers that act as one: who has to take a tick, in which order, and what a failure means."""

from __future__ import annotations

import itertools

import pytest

import bassline as bl
from tests.kernel.scripted import Keep, Refuses
from tests.waiting import until


class Table(bl.StorageDriver, Keep):
    def __init__(self, stored=None):
        super().__init__()
        self.stored = stored

    def load(self):
        return self.stored


@pytest.fixture
def members(net):
    net.contact("x", 0)
    drivers = [Keep() for _ in range(3)]
    yield drivers
    for driver in drivers:
        driver.go.set()


def attach(net, members, **options):
    names = dict(zip("abc", members, strict=True))
    net.attach(bl.Compound(names, **options), name="all", max_age=0, snapshot=False)


@pytest.mark.parametrize(("ack", "hang"), [("all", 0), ("any", 2), ("quorum", 1), ("none", 3)])
def test_a_flush_waits_for_as_many_as_have_to_take_a_tick(net, members, ack, hang):
    attach(net, members, ack=ack)
    for driver in members[:hang]:
        driver.hold()
    for n in range(1, 100):
        net["x"] = n
    net.flush()
    for driver in members[hang:]:
        assert driver.values == list(range(1, 100))
    if hang < 3:
        members[hang].hold()
        net["x"] = "held"
        with pytest.raises(bl.BackpressureError, match="'all' is"):
            net.flush(timeout=0.05)
    for driver in members:
        driver.go.set()
    net.close()
    assert [driver.values[-1] for driver in members] == [net["x"]] * 3


def test_in_a_row_each_takes_a_tick_behind_the_one_before_it(net, members):
    order = []
    for name, driver in zip("abc", members, strict=True):
        driver.handle_changes = lambda batch, name=name: order.extend((value, name) for value in batch.values)
    attach(net, members, mode="sequential")
    for n in range(1, 50):
        net["x"] = n
    net.flush()
    assert sorted(order) == [(n, name) for n in range(1, 50) for name in "abc"]
    for n in range(1, 50):
        at = [order.index((n, name)) for name in "abc"]
        assert at == sorted(at)


@pytest.mark.parametrize("on_error", ["fail", "continue"])
def test_a_member_that_fails_ends_all_or_leaves_the_others(net, members, on_error):
    attach(net, members, on_error=on_error)
    members[1].errors = [MemoryError("full")]
    net["x"] = 1
    if on_error == "fail":
        with pytest.raises(bl.DriverError, match="'all/b' failed at tick 2: MemoryError: full"):
            net.flush()
    else:
        until(lambda: net.drivers["all"]["members"]["b"]["state"] == "failed")
        net["x"] = 2
        net.flush()
        assert members[0].values == members[2].values == [1, 2]


@pytest.mark.parametrize(("ack", "may_fail"), [("any", 2), ("quorum", 1), ("all", 2)])
def test_the_others_go_on_as_long_as_they_are_enough(net, members, ack, may_fail):
    attach(net, members, ack=ack, on_error="continue")
    for at in range(may_fail):
        members[at].errors = [MemoryError("full")]
        net["x"] = at + 1
        until(lambda at=at: net.drivers["all"]["members"]["abc"[at]]["state"] == "failed")
        net.flush()
    members[may_fail].errors = [MemoryError("the last")]
    net["x"] = "over"
    with pytest.raises(bl.DriverError, match="MemoryError"):
        net.flush()
        until(lambda: net.drivers["all"]["members"]["abc"[may_fail]]["state"] == "failed")
        net.flush()


def test_a_compound_of_compounds_is_asked_and_shown_by_path(net):
    a, b, c, d = (Keep() for _ in range(4))
    inner = bl.Compound({"a": a, "b": b}, ack="any")
    other = bl.Compound({"a": c, "b": d}, mode="sequential")
    net.attach(bl.Compound({"one": inner, "two": other}), name="both")
    net.contact("x", 1)
    net.flush()
    until(lambda: a.values == b.values == c.values == d.values == [1])
    assert list(net.drivers["both"]["members"]) == ["one/a", "one/b", "two/a", "two/b"]
    assert net.health("both/two/a")["state"] == "idle"
    assert net.stats("both/one/b") is None
    assert net.health("both")["says"] == dict.fromkeys(["one/a", "one/b", "two/a", "two/b"])


def test_it_loads_from_the_first_that_holds_something():
    first, second = bl.Stored(1, 7, {"x": 1}), bl.Stored(1, 9, {"x": 2})
    keep, empty = Keep(), Table()
    assert bl.Compound([keep, empty, Table(first), Table(second)]).load() is first
    assert bl.Compound([bl.Compound([empty]), bl.Compound([Table(second)])]).load() is second
    assert bl.Compound([keep, empty]).load() is None


def test_members_begin_and_end_in_order(net):
    told = []

    class Told(Keep):
        def __init__(self, name):
            super().__init__()
            self.name = name

        def initialize(self, context):
            told.append(context.driver)

        def shutdown(self, force):
            told.append(f"{self.name} ends")

    net.attach(bl.Compound({"a": Told("a"), "b": Told("b")}, mode="sequential"), name="both")
    net.close()
    assert told == ["both/a", "both/b", "b ends", "a ends"]


def test_one_whose_member_cannot_begin_is_not_attached(net):
    class Broken(Keep):
        def initialize(self, context):
            raise LookupError("no table")

    good = Keep()
    with pytest.raises(bl.DriverError, match="no table"):
        net.attach(bl.Compound({"good": good, "broken": Broken()}, ack="any", on_error="continue"), name="both")
    assert net.drivers == {}
    until(lambda: good.ends == [True])


def test_a_member_puts_aside_for_itself_and_the_others_take_it(net):
    picky, keep = Refuses("poison"), Keep()
    net.attach(bl.Compound({"picky": picky, "keep": keep}, mode="sequential"), name="both")
    net.contact("x", "poison")
    with pytest.raises(bl.DriverError, match="put aside"):
        net.flush()
    assert (picky.values, keep.values) == ([], ["poison"])


@pytest.mark.parametrize("wrong", [{"ack": "most"}, {"mode": "random"}, {"on_error": "ignore"}])
def test_an_option_that_is_none_is_refused(wrong):
    (what,) = wrong
    with pytest.raises(bl.DeclarationError, match=f"{what} is one of"):
        bl.Compound([Keep()], **wrong)


def test_what_is_no_driver_is_no_member():
    with pytest.raises(bl.DeclarationError, match="found none"):
        bl.Compound([])
    with pytest.raises(bl.ValueTypeError, match="a member is a driver"):
        bl.Compound([Keep(), object()])
    with pytest.raises(bl.ValueTypeError, match="a member is a driver"):
        bl.Compound(itertools.count())  # the first is refused before the next is asked for
