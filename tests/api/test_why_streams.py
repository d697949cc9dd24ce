"""Why, of what is made of many events: it names them, they give the value again, and an undo is told as one."""

from __future__ import annotations

import re
from random import Random
from typing import Any

import pytest

import bassline as bl

CASES = 1_000
STATISTICS = ("count", "sum", "mean", "min", "max")
ALL = 1_000_000


def nodes(tree: dict[str, Any]) -> list[dict[str, Any]]:
    """All reasons of a derivation, each once, as they are printed: of the events of a tick, the newest first."""
    found, ahead = [], [tree]
    while ahead:
        node = ahead.pop()
        if not node.get("see_above"):
            found.append(node)
            below = [*node["inputs"].values(), *node.get("observed", {"events": []})["events"]]
            ahead += reversed(below)
    return found


def named(net: bl.Network, path: str) -> list[tuple[int, str, Any]]:
    """The writes from outside that the derivation of a contact names; of one contact and tick, the older first."""
    all_of_them = nodes(net.why(path, depth=100, events=ALL).to_dict())
    assert {node["kind"] for node in all_of_them} <= {"external", "gadget", "wire", "constant", "empty"}, path
    for node in all_of_them:
        if "observed" in node:
            assert node["observed"]["count"] is not None, path
    all_of_them.reverse()
    written = [(node["tick"], node["path"], node["value"]) for node in all_of_them if node["kind"] == "external"]
    return sorted(written, key=lambda write: write[0])


def replayed(writes: list[tuple[int, str, Any]], net: bl.Network) -> bl.Network:
    for tick in sorted({tick for tick, _, _ in writes}):
        with net.batch():
            for at, path, value in writes:
                if at == tick:
                    net[path] = value
    return net


def double(e):
    return e * 2


def odd(e):
    return e if e % 2 else bl.Nothing


class Drawn:
    """Streams and states from outside, streams that follow from them, statistics of all these, and what follows from those."""

    def __init__(self, seed: int) -> None:
        self.random = random = Random(seed)
        self.streams = [f"s{n}" for n in range(random.randint(1, 2))]
        self.states = [f"x{n}" for n in range(random.randint(1, 2))]
        self.flows: list[tuple[str, str, str]] = []
        flowing = list(self.streams)
        for n in range(random.randint(0, 3)):
            self.flows.append((f"f{n}", random.choice(["wire", "double", "odd"]), random.choice(flowing)))
            flowing.append(f"f{n}")
        self.statistics = [
            (f"t{n}", random.choice(STATISTICS), random.choice(flowing + self.states))
            for n in range(random.randint(1, 4))
        ]
        known = [path for path, _, _ in self.statistics] + self.states
        self.sums = []
        for n in range(random.randint(0, 3)):
            self.sums.append((f"d{n}", random.choice(known), random.choice(known)))
            known.append(f"d{n}")
        self.paths = [*flowing, *known]

    def build(self, store: str | None = None) -> bl.Network:
        net = bl.Network(store)
        with net.batch("built"):  # not to be undone
            for path in self.streams:
                net.contact(path, blend="stream")
            for path in self.states:
                net.contact(path)
            for path, kind, source in self.flows:
                net.contact(path, blend="stream")
                if kind == "wire":
                    net.wire(source, path, kind="directed")
                else:
                    net.gadget({"double": double, "odd": odd}[kind], name=path, inputs={"e": source}, outputs=path)
            for path, statistic, source in self.statistics:
                net.gadget(f"stat.{statistic}", value=source, **{statistic: path})
            for path, a, b in self.sums:
                net.gadget("math.add", a=a, b=b, sum=path)
        return net

    def work(self, net: bl.Network, steps: int) -> None:
        random = self.random
        for _ in range(steps):
            what = random.randrange(8)
            if what == 0:
                self.bring_back(net.undo)
            elif what == 1:
                self.bring_back(net.redo)
            else:
                with net.batch("probe" if what == 2 else None):
                    for _ in range(random.choice([1, 1, 2, 3])):
                        net[random.choice(self.streams + self.states)] = random.randint(-3, 4)

    @staticmethod
    def bring_back(how: Any) -> None:
        try:
            how()
        except bl.ConflictError:
            pass


@pytest.mark.parametrize("kept", ["memory", "store", "restarts"])
def test_the_events_it_names_give_the_value_again_on_an_empty_network(kept):
    several = brought_back = 0
    for seed in range(CASES if kept == "memory" else CASES // 10):
        drawn = Drawn(seed)
        store = None if kept == "memory" else f"memory:why-streams-{kept}-{seed}"
        net = drawn.build(store)
        for _ in range(3):
            drawn.work(net, drawn.random.randint(1, 8))
            if kept == "restarts":
                net.close()
                net = bl.Network(store)
        for path in drawn.paths:
            why = net.why(path, depth=100, events=ALL)
            writes = named(net, path)
            assert replayed(writes, drawn.build())[path] == net[path], f"{path} of {seed}: {why}"
            told = nodes(why.to_dict())
            several += any(node.get("observed", {"known": 0})["known"] > 1 for node in told)
            brought_back += any(node["returned"] for node in told)
        net.close()
    assert several > (500 if kept == "memory" else 50)
    assert brought_back > (200 if kept == "memory" else 20)


def test_a_sum_says_of_how_many_and_names_the_last_of_them():
    net = bl.Network()
    net.contact("sale", blend="stream")
    net.gadget("stat.sum", name="till", value="sale", sum="total")
    for value in range(1, 11):
        with net.batch("till-2"):
            net["sale"] = value
    why = net.why("total").to_dict()
    observed = why["observed"]
    assert (observed["count"], observed["known"], observed["earlier"]) == (10, 10, 7)
    text = str(net.why("total")).splitlines()
    assert re.match(r"total = 55  \(by till, tick \d+; of 10\)", text[0])
    assert [re.search(r"sale = (\d+)  \(from 'till-2', tick \d+", line)[1] for line in text[1:]] == ["10", "9", "8"]


def test_older_events_are_asked_for_page_by_page():
    net = bl.Network()
    net.contact("sale", blend="stream")
    net.gadget("stat.count", value="sale", count="n")
    for value in range(10):
        net["sale"] = value
    found, before = [], None
    while True:
        observed = net.why("n", events=4, before=before).to_dict()["observed"]
        page = observed["events"]
        found += [event["value"] for event in page]
        assert observed["count"] == 10
        if not observed["earlier"]:
            break
        before = page[-1]["tick"]
    assert found == [9, 8, 7, 6, 5, 4, 3, 2, 1, 0]


def test_of_a_stream_the_events_before_the_last_are_told():
    net = bl.Network()
    net.contact("sale", blend="stream")
    with net.batch():
        for value in (5, 5, 7):
            net["sale"] = value
    net["sale"] = 7
    why = net.why("sale").to_dict()
    assert (why["value"], why["observed"]["count"]) == (7, 4)
    assert [event["value"] for event in why["observed"]["events"]] == [7, 5]
    assert "of 4" in str(net.why("sale"))


def test_what_an_undo_brought_back_says_so_and_names_what_it_was_made_of():
    net = bl.Network()
    net.contact("sale", blend="stream")
    net.gadget("stat.sum", value="sale", sum="total")
    for value in (1, 2, 4):
        net["sale"] = value
    last = net.tick
    net.undo()
    net["sale"] = 8
    net.undo()
    net.undo()
    net.redo()
    assert net["total"] == 3
    why = net.why("total", events=9).to_dict()
    assert why["returned"] == ("redo", last - 1)
    assert [event["value"] for event in why["observed"]["events"]] == [2, 1]
    assert f"by the redo of tick {last - 1}" in str(net.why("total"))


@pytest.mark.parametrize("url", ["{}/shop.db", "journal:{}/shop"])
def test_an_undo_before_a_restart_is_told_after_it(tmp_path, url):
    with bl.Network(url.format(tmp_path)) as net:
        net.contact("x", 3)
        net.contact("peak", blend="max")
        net.wire("x", "peak", kind="directed")
        net["x"] = 9
        undone = net.tick
        net.undo()
    with bl.Network(url.format(tmp_path)) as net:
        why = net.why("peak").to_dict()
        assert (why["value"], why["returned"]) == (3, ("undo", undone))
        assert why["inputs"]["wire"]["value"] == 3
        net["x"] = 1
        assert net.why("peak").to_dict()["inputs"]["wire"]["value"] == 3


def test_what_is_older_than_what_is_kept_is_counted_as_far_as_it_is_known():
    net = bl.Network(history=5)
    net.contact("sale", blend="stream")
    net.gadget("stat.count", value="sale", count="n")
    net.gadget("stat.sum", value="sale", sum="total")
    for _ in range(20):
        net["sale"] = 1
    assert net.why("n").to_dict()["observed"] | {"events": 0} == {"count": 20, "known": 5, "earlier": 2, "events": 0}
    assert net.why("total").to_dict()["observed"]["count"] is None
    assert "of 5 or more" in str(net.why("total"))


def test_a_statistic_declared_late_counts_from_there():
    for stream in (True, False):
        net = bl.Network()
        net.contact("sale", blend="stream" if stream else "accept-last")
        net["sale"] = 100
        net["sale"] = 50
        net.gadget("stat.sum", value="sale", sum="total")
        net["sale"] = 1
        observed = net.why("total").to_dict()["observed"]
        assert [event["value"] for event in observed["events"]] == ([1] if stream else [1, 50])
        assert observed["count"] == (1 if stream else 2)


@pytest.mark.parametrize("url", ["{}/shop.db", "journal:{}/shop", "memory:why-as-of"])
def test_the_past_says_what_it_was_made_of_then(tmp_path, url):
    with bl.Network(url.format(tmp_path)) as net:
        net.contact("sale", blend="stream")
        net.gadget("stat.sum", value="sale", sum="total")
        for value in (1, 2, 4):
            net["sale"] = value
        then = net.tick
        net.undo()
        net["sale"] = 8
        observed = net.as_of(then).why("total").to_dict()["observed"]
        assert (observed["count"], [event["value"] for event in observed["events"]]) == (3, [4, 2, 1])
        observed = net.why("total").to_dict()["observed"]
        assert (observed["count"], [event["value"] for event in observed["events"]]) == (3, [8, 2, 1])


def test_of_many_events_of_one_tick_the_last_are_named_by_their_places():
    net = bl.Network()
    net.contact("e", blend="stream")
    net.contact("doubled", blend="stream")
    net.gadget(double, outputs="doubled")
    with net.batch():
        for value in range(5):
            net["e"] = value
    inputs = net.why("doubled").to_dict()["inputs"]
    assert {port: node["value"] for port, node in inputs.items()} == {"e": 4, "e[-2]": 3, "e[-3]": 2}
