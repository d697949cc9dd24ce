"""Structural edits, as drivers are told of them: records of their own kind, removals too."""

from __future__ import annotations

import threading

import pytest

import bassline as bl


class Edits(bl.Driver):
    wants_structure = True

    def __init__(self):
        self.edits, self.batches = [], []

    def handle_changes(self, batch):
        self.batches.append((batch.snapshot, len(batch), batch.ticks))
        self.edits += batch.structure

    def told(self):
        edits, self.edits = self.edits, []
        return [(edit.action, edit.kind, edit.path, edit.detail) for edit in edits]


def build(net):
    net.contact("shop/price", 2)
    net.contact("peak", blend="max")
    net.wire("shop/price", "copy")
    net.gadget("math.multiply", a="shop/price", b="qty", product="total")
    net.link("shop/price", "peak", "bounds")


def is_built(told):
    assert {edit[:3] for edit in told} >= {
        ("added", "group", "shop"),
        ("added", "contact", "shop/price"),
        ("added", "contact", "peak"),
        ("added", "wire", "shop/price->copy"),
        ("added", "link", "shop/price->peak"),
    }
    details = {(kind, path): detail for _, kind, path, detail in told}
    assert details["contact", "peak"] == "max"
    assert details["wire", "shop/price->copy"] == "bidirectional"
    assert details["link", "shop/price->peak"] == "bounds"
    assert "math.multiply" in {detail for _, kind, _, detail in told if kind == "gadget"}


def test_what_is_added_and_removed_is_told_in_order_with_its_tick(net):
    driver = Edits()
    net.attach(driver, name="edits")
    build(net)
    net.flush()
    assert [edit.tick for edit in driver.edits] == sorted(edit.tick for edit in driver.edits)
    is_built(driver.told())
    net.remove("shop")
    net.flush()
    (tick,) = {edit.tick for edit in driver.edits}
    assert tick == net.tick
    ends = {edit.kind: edit.ends for edit in driver.edits}
    assert (ends["wire"], ends["contact"]) == (("shop/price", "copy"), None)
    removed = driver.told()
    assert {edit[0] for edit in removed} == {"removed"}
    assert {(kind, path) for _, kind, path, _ in removed} >= {
        ("group", "shop"),
        ("contact", "shop/price"),
        ("wire", "shop/price->copy"),
        ("link", "shop/price->peak"),
    }
    assert [kind for _, kind, _, _ in removed if kind == "gadget"] == ["gadget"]


def test_a_snapshot_tells_everything_there_is(net):
    build(net)
    net.remove("peak")
    driver = Edits()
    net.attach(driver, name="edits")
    net.flush()
    told = driver.told()
    assert driver.batches[0][0]
    assert ("added", "contact", "shop/price", "accept-last") in told
    assert not [path for _, _, path, _ in told if "peak" in path]


def test_a_batch_of_edits_alone_is_for_those_who_want_it_and_its_edits_are_there_for_all(net):
    class Contents(Edits):
        wants_structure = False

    contents, edits = Contents(), Edits()
    net.attach(contents, name="contents")
    net.attach(edits, name="edits")
    net.contact("empty")
    net.flush()
    assert (contents.batches, len(edits.batches)) == ([], 1)
    net.contact("full", 1)
    net.flush()
    assert contents.told() == [("added", "contact", "full", "accept-last")]


@pytest.mark.parametrize("policy", ["block", "coalesce", "drop-oldest"])
def test_who_is_behind_is_told_the_names_of_what_is_gone(net, policy):
    class Held(Edits):
        go = threading.Event()

        def handle_changes(self, batch):
            self.go.wait()
            super().handle_changes(batch)

    driver = Held()
    net.attach(driver, name="held", policy=policy, max_records=1000 if policy == "block" else 6)
    for n in range(40):
        net.contact(f"x{n}", n)
        net.remove(f"x{n}")
    Held.go.set()
    net.flush()
    told = [(action, path) for action, kind, path, _ in driver.told() if kind == "contact"]
    assert told == [(action, f"x{n}") for n in range(40) for action in ("added", "removed")]


def test_an_edit_says_who_made_it_and_shows_itself(net):
    driver = Edits()
    net.attach(driver, name="edits")
    with net.batch("desk"):
        net.contact("x")
    net.flush()
    (edit,) = driver.edits
    assert (edit.source, edit.epoch, edit.network, edit.time > 0) == ("desk", 1, net.name, True)
    assert repr(edit) == "<Edit at tick 1: contact 'x' added>"
