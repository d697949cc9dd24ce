"""What takes the place of something that was removed before a restart has a past of its own."""

from __future__ import annotations

import pytest

import bassline as bl

STORES = ["sqlite:{}/store.db", "journal:{}/journal"]


@pytest.fixture(params=STORES, ids=["sqlite", "journal"])
def url(request, tmp_path):
    return request.param.format(tmp_path)


def values(net, path):
    return [change.new for change in net.history(path)]


def test_a_contact_in_the_place_of_one_removed_before_a_restart_has_none_of_its_history(url):
    with bl.Network(url) as net:
        net.contact("keep", 1)
        net.contact("old", "secret")
        net["old"] = "more"
        net.remove("old")
    with bl.Network(url) as net:
        net.contact("new", 5)
        net.flush()
        assert values(net, "new") == [5]
    with bl.Network(url) as net:
        assert values(net, "new") == [5]
        assert "old" not in net


def test_a_value_written_by_a_gadget_removed_before_a_restart_is_not_said_to_come_from_another(url):
    with bl.Network(url) as net:
        net.contact("x", 1)
        first = net.gadget("math.add", a="x", b=1, sum="y")
        net["x"] = 2
        net.remove(first)
    with bl.Network(url) as net:
        net.contact("z", 10)
        net.gadget("math.multiply", a="z", b=2, product="w")
        net.flush()
        causes = {change.cause for change in net.history("y")}
        assert not any("multiply" in cause for cause in causes), causes
        assert net["w"] == 20
