"""Attaching, detaching and closing: who is shut down when, and what is refused."""

from __future__ import annotations

import threading

import pytest

import bassline as bl
from tests.kernel.test_python_driver import Keep


def test_a_driver_is_shut_down_once_after_it_has_taken_everything(net):
    keep = Keep()
    net.attach(keep, name="keep", max_age=3600)
    net.contact("x", 1)
    net.detach("keep")
    assert (keep.values, keep.ends) == ([("x", 1)], [False])
    net["x"] = 2
    net.close()
    assert (keep.values, keep.ends) == ([("x", 1)], [False])


def test_closing_shuts_down_in_the_reverse_order_of_attaching(net):
    order = []

    class Named(bl.Driver):
        def __init__(self, name):
            self.name = name

        def handle_changes(self, batch):
            order.append(self.name)

        def shutdown(self, force):
            order.append(f"{self.name} ends")

    for name in ("a", "b", "c"):
        net.attach(Named(name), name=name, max_age=3600)
    net.contact("x", 1)
    net.close()
    assert sorted(order[:3]) == ["a", "b", "c"]
    assert order[3:] == ["c ends", "b ends", "a ends"]


def test_the_same_driver_can_be_attached_again_after_detaching(net):
    keep = Keep()
    for n in range(3):
        net.attach(keep, name="keep", snapshot=False)
        net.contact("x").value = n
        net.detach("keep")
        net["x"] = "unseen"
    assert keep.values == [("x", 0), ("x", 1), ("x", 2)]
    assert net.drivers == {}


def test_a_name_is_taken_once_and_an_unknown_one_is_an_error_that_lists_the_others(net):
    net.attach(Keep(), name="keep")
    with pytest.raises(bl.BasslineError, match="'keep' is attached already"):
        net.attach(Keep(), name="keep")
    with pytest.raises(bl.BasslineError, match="no driver named 'kep'.*keep"):
        net.detach("kep")
    assert list(net.drivers) == ["keep"]


def test_without_a_name_it_has_that_of_its_class(net):
    net.attach(Keep())
    assert list(net.drivers) == ["keep"]


def test_the_store_is_a_driver_among_others_and_its_name_is_taken(store):
    with bl.Network(store) as net:
        with pytest.raises(bl.BasslineError, match="attached already"):
            net.attach(Keep(), name="store")
        net.contact("x", 1)
        net.flush()
        state = net.drivers["store"]
        assert (state["durable"], state["acknowledged_tick"], state["lag_records"], state["failure"]) == (
            True,
            1,
            0,
            None,
        )


def test_what_is_no_driver_is_refused(net):
    for what in (object(), None, "keep"):
        with pytest.raises(bl.ValueTypeError, match="handle_changes"):
            net.attach(what, name="x")
    assert net.drivers == {}


def test_a_driver_need_not_inherit_anything(net):
    seen = []

    class Plain:
        def handle_changes(self, batch):
            seen.extend(batch.values)

    net.attach(Plain(), name="plain")
    net.contact("x", 1)
    net.close()
    assert seen == [1]


def test_nothing_is_attached_to_a_closed_network(net):
    net.close()
    with pytest.raises(bl.BasslineError, match="closed"):
        net.attach(Keep(), name="late")


def test_closing_with_a_timeout_reports_the_driver_that_is_stuck(net):
    class Stuck(bl.Driver):
        go = threading.Event()

        def handle_changes(self, batch):
            self.go.wait()

    net.attach(Stuck(), name="stuck", max_age=0)
    net.contact("x", 1)
    net["x"] = 2
    with pytest.raises(bl.DriverError, match="'stuck' did not take the last 2 ticks") as caught:
        net.close(timeout=0.05)
    assert caught.value.driver == "stuck"
    Stuck.go.set()


def test_drivers_are_told_of_structure_without_a_change_only_by_the_paths_of_later_changes(net):
    keep = Keep()
    net.attach(keep, name="keep")
    for n in range(30):
        net.contact(f"g{n}/x")
        net[f"g{n}/x"] = n
        if n % 3 == 0:
            net.remove(f"g{n}")
            net.contact(f"again{n}/x", n)
    net.flush()
    expected = []
    for n in range(30):
        expected.append((f"g{n}/x", n))
        if n % 3 == 0:
            expected.append((f"again{n}/x", n))
    assert keep.values == expected
