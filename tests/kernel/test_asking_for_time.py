"""A driver that is well and cannot take more just now asks for time, and is given it."""

from __future__ import annotations

import pytest

import bassline as bl
from tests.kernel.scripted import Keep


class Answers(Keep):
    """Answers, instead of raising."""

    def handle_changes(self, batch):
        if self.errors:
            return self.errors.pop(0)
        return super().handle_changes(batch)


@pytest.mark.parametrize("kind", [Keep, Answers])
def test_the_same_batch_comes_again_and_it_costs_no_try(net, kind):
    keep = kind()
    keep.errors = [bl.Backpressure(retry_after=0.001) for _ in range(30)]
    net.attach(keep, name="keep", tries=1)
    net.contact("x", 1)
    net["x"] = 2
    net.flush()
    assert keep.values == [1, 2]
    assert net.drivers["keep"]["failure"] is None
    assert net.drivers["keep"]["retries"] == 30
    assert net.drivers["keep"]["errors"] == {"transient": 0, "permanent": 0, "fatal": 0}


def test_while_it_waits_its_bound_holds_for_the_writer(net):
    keep = Keep()
    keep.errors = [bl.Backpressure(retry_after=3600)]
    net.attach(keep, name="keep", max_records=2, max_age=0, timeout=0)
    net.contact("x", 1)
    net["x"] = 2
    with pytest.raises(bl.BackpressureError, match="'keep'"):
        net["x"] = 3
    with pytest.raises(bl.DriverError, match="'keep' did not take the last 2 ticks"):
        net.close(timeout=0.01)


def test_it_can_be_detached_and_asked_while_it_waits(net):
    keep = Keep()
    keep.errors = [bl.Backpressure(retry_after=3600)]
    net.attach(keep, name="keep", max_age=0, timeout=0.05)
    net.contact("x", 1)
    assert net.health("keep")["says"] is None
    with pytest.raises(bl.BackpressureError, match="'keep' is 1 ticks behind"):
        net.detach("keep")
    assert keep.ends == [True]


def test_so_many_seconds_are_a_number_from_nil_on():
    for wrong in (-1, float("nan"), "soon", None):
        with pytest.raises(bl.ValueRangeError, match="retry_after is a number of seconds"):
            bl.Backpressure(retry_after=wrong)


def test_an_answer_that_is_neither_ends_the_driver_and_says_so(net):
    class Garbage(bl.Driver):
        def handle_changes(self, batch):
            return {"ok": True}

    net.attach(Garbage(), name="garbage")
    net.contact("x", 1)
    with pytest.raises(bl.DriverError, match="handle_changes answers None.*'dict'"):
        net.flush()
