"""What is declared while no driver is attached has its name for the next one."""

from __future__ import annotations

import pytest

import bassline as bl
from tests.kernel.scripted import Keep


@pytest.mark.parametrize("snapshot", [True, False])
def test_a_contact_made_between_two_drivers_is_told_to_the_second(net, snapshot):
    net.contact("x", 0)
    net.attach(Keep(), name="first")
    net.detach("first")
    net.contact("made/between", 1)
    net.remove("x")
    net.contact("x", 2)
    keep = Keep()
    net.attach(keep, name="second", snapshot=snapshot)
    net["made/between"] = 3
    net["x"] = 4
    net.flush()
    assert sorted(keep.values) == [1, 2] * snapshot + [3, 4]
    assert keep.state == {"made/between": 3, "x": 4}


def test_a_contact_made_while_the_only_driver_had_failed_is_told_when_it_begins_again(net):
    net.contact("x", 0)
    keep = Keep()
    net.attach(keep, name="keep")
    keep.errors = [MemoryError("full")]
    net["x"] = 1
    with pytest.raises(bl.DriverError):
        net.flush()
    net.contact("made/meanwhile", 2)
    net.restart("keep")
    net.flush()
    net["made/meanwhile"] = 3
    net.flush()
    assert keep.state == {"x": 1, "made/meanwhile": 3}
