"""What a latch and a delay hold is stored with the network; opening it fires nothing."""

from __future__ import annotations

import bassline as bl


def declare(net):
    net.gadget("control.latch", name="latch", value="speed", enable="running", output="held")
    net.gadget("control.delay", name="delay", value="speed", delay=2, output="before")


def test_a_closed_latch_and_a_delay_go_on_where_they_were(store):
    with bl.Network(store) as net:
        declare(net)
        net["running"] = True
        for speed in (1, [2, {"x": None}], 3):
            net["speed"] = speed
        net["running"] = False
        net["speed"] = 4
        assert (net["held"], net["before"]) == (3, [2, {"x": None}])
        tick = net.tick

    with bl.Network(store) as net:
        assert (net["held"], net["before"], net.tick) == (3, [2, {"x": None}], tick)
        assert [net.gadgets[name].firings for name in ("latch", "delay")] == [0, 0]
        declare(net)
        assert net.tick == tick
        net["held"] = "overwritten"
        net["speed"] = 5
        assert (net["held"], net["before"]) == (3, 3)
        net["running"] = True
        assert net["held"] == 5


def test_ports_that_were_left_unbound_stay_so(store):
    with bl.Network(store) as net:
        net.gadget("control.switch", name="switch", condition="choice", true="a", result="out")
        net.gadget("string.substring", string="text", start=1, result="rest")
        net.update({"choice": True, "a": 1})
    with bl.Network(store) as net:
        net["text"] = "abc"
        net["choice"] = False
        assert (net["rest"], net["out"], net.gadgets["switch"].inputs) == (
            "bc",
            bl.Nothing,
            {"condition": "choice", "true": "a"},
        )
