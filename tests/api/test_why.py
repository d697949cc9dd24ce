"""Why: what it names is what a content was computed from, and gives it again."""

from __future__ import annotations

import re
import time
from random import Random
from typing import Any
from xml.etree import ElementTree as ET

import pytest

import bassline as bl

CASES = 1_000
GADGETS = {"math.add": "sum", "math.subtract": "difference", "math.multiply": "product", "math.min": "min"}


def nodes(tree: dict[str, Any]) -> list[dict[str, Any]]:
    """All reasons of a derivation, each once."""
    found, ahead = [], [tree]
    while ahead:
        node = ahead.pop()
        if not node.get("see_above"):
            found.append(node)
            ahead += node["inputs"].values()
    return found


def named(net: bl.Network, path: str) -> list[tuple[int, str, Any]]:
    """The writes from outside that the derivation of a contact names, in order."""
    all_of_them = nodes(net.why(path, depth=100).to_dict())
    assert {node["kind"] for node in all_of_them} <= {"external", "gadget", "wire", "constant", "empty"}
    return sorted(
        ((node["tick"], node["path"], node["value"]) for node in all_of_them if node["kind"] == "external"),
        key=lambda write: write[:2],
    )


def replayed(writes: list[tuple[int, str, Any]], net: bl.Network) -> bl.Network:
    for tick in sorted({tick for tick, _, _ in writes}):
        net.update({path: value for at, path, value in writes if at == tick})
    return net


class Drawn:
    """A network without cycles: numbers, what is computed of them, and what holds the most, the least or all of some."""

    def __init__(self, seed: int) -> None:
        random = Random(seed)
        self.outside = [f"x{n}" for n in range(random.randint(1, 4))]
        self.computed: list[tuple[str, str, str, str]] = []
        self.held: list[tuple[str, str, str]] = []
        of_one = list(self.outside)  # what comes of one number alone, so that no mixture of old and new is held
        known = list(self.outside)
        for n in range(random.randint(1, 7)):
            if random.randrange(3) == 0:
                path, blend, source = f"h{n}", random.choice(["max", "min"]), random.choice(of_one)
                self.held.append((path, blend, source))
                of_one.append(path)
            else:
                path, primitive = f"d{n}", random.choice([*GADGETS])
                if random.randrange(4) == 0:
                    source = random.choice(self.outside)
                    self.computed.append((path, primitive, source, source))
                    of_one.append(path)
                else:
                    self.computed.append((path, primitive, random.choice(known), random.choice(known)))
            known.append(path)
        self.paths = known
        self.writes = [
            {path: random.randint(-5, 5) for path in random.sample(self.outside, random.randint(1, len(self.outside)))}
            for _ in range(random.randint(2, 20))
        ]

    def build(self, store: str | None = None) -> bl.Network:
        net = bl.Network(store)
        for path in self.outside:
            net.contact(path)
        declared = {path: ("held", blend, source) for path, blend, source in self.held}
        declared |= {path: ("computed", primitive, (a, b)) for path, primitive, a, b in self.computed}
        for path in self.paths[len(self.outside) :]:
            kind, what, of = declared[path]
            if kind == "held":
                net.contact(path, blend=what)
                net.wire(of, path, kind="directed")
            else:
                net.gadget(what, a=of[0], b=of[1], **{GADGETS[what]: path})
        return net


@pytest.mark.parametrize("stored", [False, True])
def test_the_writes_it_names_give_the_value_again_on_an_empty_network(stored):
    older = 0
    for seed in range(CASES if not stored else CASES // 10):
        drawn = Drawn(seed)
        net = drawn.build(f"memory:why-{seed}" if stored else None)
        for writes in drawn.writes:
            net.update(writes)
        if stored:
            net.close()
            net = bl.Network(f"memory:why-{seed}")
        for path in drawn.paths:
            writes = named(net, path)
            assert replayed(writes, drawn.build())[path] == net[path], f"{path} of {seed}: {net.why(path, depth=100)}"
            older += any(net[at] != value for _, at, value in writes)
        net.close()
    assert older > (20 if stored else 200)  # it had to look back


def test_a_running_maximum_names_the_observation_it_stands_on():
    net = bl.Network()
    net.contact("level")
    net.contact("peak", blend="max")
    net.wire("level", "peak", kind="directed")
    net["level"] = 9
    net["level"] = 4
    reason = net.why("peak").to_dict()["inputs"]["wire"]
    assert (reason["value"], reason["kind"], reason["since"]) == (9, "external", net.tick)
    text = str(net.why("peak"))
    assert "peak = 9" in text
    assert re.search(rf"level = 9 .*it is another since tick {net.tick}\)", text)


def test_what_several_writes_hold_up_names_each():
    net = bl.Network()
    tags = net.contact("tags", {"a"}, blend="union")
    with net.batch("till"):
        tags.value = {"b"}
    tags.value = {"a"}
    tags.value = {"c"}
    found = [(node["value"], node["tick"]) for node in nodes(net.why("tags").to_dict())]
    assert found == [({"a", "b", "c"}, 3), ({"a", "b"}, 2), ({"a"}, 1)]


def test_what_is_older_than_the_history_says_so():
    net = bl.Network(history=2)
    net.contact("peak", blend="max")
    net.contact("level")
    net.wire("level", "peak", kind="directed")
    net["level"] = 9
    for value in range(5):
        net["level"] = value
    reason = net.why("peak").to_dict()["inputs"]["wire"]
    assert (reason["kind"], reason["value"]) == ("forgotten", bl.Nothing)
    assert "older than the history that is kept" in str(net.why("peak"))


def test_what_was_undone_is_explained_by_what_it_stands_on():
    net = bl.Network()
    net.contact("peak", blend="max")
    net.contact("level")
    net.wire("level", "peak", kind="directed")
    for value in (5, 3, 9):
        net["level"] = value
    net.undo()
    assert (net["level"], net["peak"]) == (3, 5)
    assert net.why("peak").to_dict()["inputs"]["wire"]["value"] == 5


def test_a_cycle_leads_back_to_what_was_told():
    net = bl.Network()
    net.contact("a", 1, blend="max")
    net.gadget("math.min", name="bound", a="a", b=10, min="b")
    net.wire("b", "a", kind="directed")
    net["a"] = 4
    text = str(net.why("b"))
    assert text.splitlines()[0].startswith("b = 4  (by bound, tick")
    assert text.splitlines()[2] == "│  └─ b = 4  (see above)"


def test_across_a_restart_the_store_tells_what_inputs_held(tmp_path):
    for url in (f"{tmp_path}/shop.db", f"journal:{tmp_path}/shop"):
        with bl.Network(url) as net:
            net.contact("peak", blend="max")
            net.contact("level")
            net.wire("level", "peak", kind="directed")
            with net.batch("probe", position=7):
                net["level"] = 9
            for value in range(40):
                net["level"] = value / 10
        with bl.Network(url) as net:
            reason = net.why("peak").to_dict()["inputs"]["wire"]
            assert (reason["value"], reason["source"]) == (9, "probe")
            assert reason["time"] is not None


def test_the_picture_is_well_formed_whatever_it_shows():
    net = bl.Network()
    strange = "<&\"'> \x00\x07\ufffe ]]>"
    net.contact("a<b>&c", strange)
    net.gadget("string.concat", name="g<&>", a="a<b>&c", b=bl.const("</text>"), result="out")
    why = net.why("out")
    root = ET.fromstring(why.to_svg())
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    texts = [element.text or "" for element in root.iter("{http://www.w3.org/2000/svg}text")]
    assert len(texts) == len(str(why).splitlines()) == 3
    assert any("a<b>&c = " in text for text in texts)
    assert why._repr_svg_() == why.to_svg()


def test_it_is_told_at_once_under_many_gadgets():
    net = bl.Network()
    net.contact("x", 1)
    with net.batch():
        for n in range(100_000):
            net.gadget("math.add", a="x", b=n % 7, sum=f"y{n}")
    for value in range(5):
        net["x"] = value
    best = 1.0
    for _ in range(5):
        begun = time.perf_counter()
        net.why("y99999")
        best = min(best, time.perf_counter() - begun)
    assert best < 0.05


def test_what_was_computed_anew_and_came_to_the_same_names_the_inputs_of_now():
    net = bl.Network()
    net.contact("x", 3)
    net.contact("y", 3)
    net.gadget("math.subtract", a="x", b="y", difference="d")
    net.update({"x": 1, "y": 1})
    inputs = net.why("d").to_dict()["inputs"]
    assert {port: node["value"] for port, node in inputs.items()} == {"a": 1, "b": 1}


def test_what_a_closed_gate_left_names_what_it_let_through():
    net = bl.Network()
    net.contact("x", 3)
    net.contact("open", True)
    net.gadget("control.gate", value="x", condition="open", output="out")
    net["open"] = False
    net["x"] = 8
    inputs = net.why("out").to_dict()["inputs"]
    assert (net["out"], inputs["value"]["value"], inputs["condition"]["value"]) == (3, 3, True)


def test_in_memory_what_a_source_wrote_is_known_too():
    net = bl.Network()
    net.contact("peak", blend="max")
    net.contact("level")
    net.wire("level", "peak", kind="directed")
    for value in (3, 9, 4, 5):
        with net.batch("probe"):
            net["level"] = value
    reason = net.why("peak").to_dict()["inputs"]["wire"]
    assert (reason["value"], reason["source"], reason["tick"]) == (9, "probe", 5)
