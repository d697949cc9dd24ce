"""The catalogue documents itself: what it prints, and the page that is written from it."""

from __future__ import annotations

import bassline as bl
from tests.primitives_page import PAGE, page


def test_the_page_of_the_primitives_is_what_the_catalogue_says():
    assert PAGE.read_text() == page(), "run `python -m tests.primitives_page`, with the engine built"


def test_the_page_names_every_primitive_and_every_port():
    text = PAGE.read_text()
    for primitive in bl.primitives():
        (row,) = [line for line in text.splitlines() if line.startswith(f"| `{primitive['name']}` |")]
        for part in (*primitive["inputs"], *primitive["outputs"], *primitive["settings"]):
            assert f"`{part.name}`" in row


def test_every_primitive_prints_with_its_ports_and_its_meaning():
    printed = repr(bl.primitives())
    for primitive in bl.primitives():
        assert primitive.signature in printed
        assert primitive["doc"].split()[-1] in repr(primitive)
        assert primitive["purity"] in ("pure", "stateful")
        assert ("[stateful]" in repr(primitive)) == (primitive["purity"] == "stateful")


def test_the_stateful_primitives_are_those_that_remember():
    stateful = [primitive["name"] for primitive in bl.primitives() if primitive["purity"] == "stateful"]
    statistics = [f"stat.{name}" for name in ("count", "max", "mean", "min", "sum")]
    assert stateful == ["control.delay", "control.latch", *statistics, "stream.route"]


def test_a_setting_prints_with_what_it_means():
    (field,) = bl.primitives("stream.field")
    assert repr(field).splitlines() == [
        "stream.field(record: map, field=FIELD) -> value: any",
        "    The value under one key of each record; a record without it, or with null there, gives nothing.",
        "    FIELD: the key to take",
    ]


def test_a_pattern_that_nothing_matches_gives_an_empty_list_that_says_so():
    assert bl.primitives("typo.*") == []
    assert repr(bl.primitives("typo.*")) == "no primitive has a name like that"
