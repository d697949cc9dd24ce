"""What a store says that it holds is what the network that was stored in it has."""

from __future__ import annotations

import pytest

import bassline as bl
from bassline.storage import Storage


@pytest.mark.parametrize("url", ["shop.db", "journal:shop", "memory:figures"])
def test_figures_are_those_of_the_network(tmp_path, monkeypatch, url):
    monkeypatch.chdir(tmp_path)
    keys = ("contacts", "groups", "gadgets", "wires", "contradictions")
    with bl.Network(url) as net, bl.Network(url, name="other") as other:
        other.contact("lonely", 1)
        net.contact("a/b/x", 1)
        net.gadget("math.add", a="a/b/x", b=1, sum="y")
        net.gadget("stat.mean", value="y", mean="mean")
        net.wire("y", "z")
        net.contact("peak", 1, blend="max")
        net["peak"] = "hot"
        for _ in range(2):  # with what is removed later, and without
            net.flush()
            other.flush()
            figures = net.storage.figures("main")
            engine = net.metrics()["engine"]
            assert [figures[key] for key in keys] == [engine[key] for key in keys]
            assert (figures["tick"], figures["history"], figures["snapshots"]) == (net.tick, net.tick, 0)
            if "a" in net.groups:
                net.remove("a")
        net.snapshot()
        net.flush()
        assert Storage.at(url).figures("main", count=False).keys() == {"tick", "time", "snapshots"}
        assert Storage.at(url).figures("main")["snapshots"] == 1
        assert Storage.at(url).figures("other")["contacts"] == 1
        with pytest.raises(bl.StorageError, match="nobody"):
            net.storage.figures("nobody")
