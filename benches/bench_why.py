"""What asking why costs: beside 100,000 gadgets, down a chain, of a sum of many events, and of what a store knows."""

from __future__ import annotations

import pytest

import bassline as bl

GADGETS = 100_000
EVENTS = 10_000


def milliseconds(seconds):
    return seconds * 1e3


def with_ticks(net, ticks=5):
    for value in range(ticks):
        net["x"] = float(value)
    return net


def fan():
    net = bl.Network()
    gadgets = [("math.add", {"a": "x", "b": n % 7, "sum": f"y{n}"}) for n in range(GADGETS)]
    net.declare({"x": 1.0}, gadgets=gadgets)
    return with_ticks(net), f"y{GADGETS - 1}"


def chain():
    net = bl.Network()
    gadgets = [("math.add", {"a": f"y{n - 1}" if n else "x", "b": 1, "sum": f"y{n}"}) for n in range(GADGETS)]
    net.declare({"x": 1.0}, gadgets=gadgets)
    return with_ticks(net), f"y{GADGETS - 1}"


def tree():
    """A sum of 65,536 contacts, by a tree of as many gadgets less one; only its leaves are written from outside."""
    net = bl.Network()
    width, gadgets = 65_536, []
    leaves = {f"l0/{n}": 1.0 for n in range(width)}
    level = 0
    while width > 1:
        width //= 2
        level += 1
        for n in range(width):
            ports = {"a": f"l{level - 1}/{2 * n}", "b": f"l{level - 1}/{2 * n + 1}", "sum": f"l{level}/{n}"}
            gadgets.append(("math.add", ports))
    net.declare(leaves, gadgets=gadgets)
    for value in range(5):
        net["l0/7"] = float(value)
    return net, f"l{level}/0"


@pytest.mark.parametrize("shape", [fan, chain, tree])
def bench_why_of_a_contact_under_100000_gadgets(benchmark, rate, shape):
    """The derivation to the usual depth, and its text."""
    net, path = shape()
    text = benchmark(lambda: str(net.why(path)))
    rate("ms", milliseconds)
    assert text.startswith(f"{path} = ")


def bench_why_of_the_whole_of_a_chain(benchmark, rate):
    """A thousand gadgets deep, at the end of a chain of 100,000."""
    net, path = chain()
    why = benchmark(lambda: net.why(path, depth=1_000))
    rate("ms", milliseconds)
    assert len(str(why).splitlines()) > 2_000


def summed(net):
    net.contact("sale", blend="stream")
    net.gadget("stat.sum", value="sale", sum="total")
    for value in range(EVENTS):
        net["sale"] = value
    return net


def bench_why_of_a_sum_of_10000_events_in_memory(benchmark, rate):
    """How many there were, and the last three."""
    net = summed(bl.Network())
    why = benchmark(lambda: net.why("total").to_dict())
    rate("ms", milliseconds)
    assert why["observed"]["count"] == EVENTS


@pytest.mark.parametrize("url", ["{}/shop.db", "journal:{}/shop"])
def bench_why_of_a_sum_of_10000_events_in_a_store(benchmark, rate, tmp_path, url):
    """The same, as the store tells it after a restart."""
    with bl.Network(url.format(tmp_path), sync="normal") as net:
        summed(net)
    with bl.Network(url.format(tmp_path)) as net:
        why = benchmark(lambda: net.why("total").to_dict())
    rate("ms", milliseconds)
    assert why["observed"]["known"] > 9_000
