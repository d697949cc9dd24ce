"""Values that JSON has no word for, on their way through the command, rows and manifests."""

from __future__ import annotations

import json
import math
from datetime import date
from decimal import Decimal

import numpy as np
import pytest

import bassline as bl
from tests.conformance.typed import same
from tests.shapes import Colour, Point

TAGGED = [
    ({"$float": "nan"}, math.nan),
    ({"$float": "-inf"}, -math.inf),
    ({"$bytes": "AP8="}, b"\x00\xff"),
    ({"$set": [1, "a", [2]]}, {1, "a", (2,)}),
    ({"$interval": [1, 2.5]}, bl.Interval(1, 2.5)),
    ({"$array": ["<i2", [2], "AQACAA=="]}, np.array([1, 2], "i2")),
    ({"$coded": ["decimal", "1.50"]}, Decimal("1.50")),
    ({"$coded": ["date", "2026-11-20"]}, date(2026, 11, 20)),
    ({"$coded": ["enum", ["tests.shapes:Colour", "RED"]]}, Colour.RED),
    ({"$coded": ["dataclass", ["tests.shapes:Point", {"x": 1, "y": 2.0}]]}, Point(1, 2.0)),
    ([{"key": {"$set": []}}], [{"key": set()}]),
    ({"$map": {"$set": 1}}, {"$set": 1}),
    ({"$price": 1}, {"$price": 1}),
    ({"$set": [1], "more": 2}, {"$set": [1], "more": 2}),
]


@pytest.mark.parametrize(("tagged", "value"), TAGGED, ids=lambda case: f"{case!r:.40}")
def test_tags_are_read_in_json_lines_and_manifests(tagged, value):
    with bl.Network() as net:
        net.contact("x")
        net.contact("row", blend="stream")
        net.ingest(bl.RowReader.json_lines(), json.dumps({"x": tagged}).encode(), source="a", final=True)
        assert same(net["x"], value)
        net.ingest(bl.RowReader.json_lines(), json.dumps({"x": tagged}).encode(), into="row", source="b", final=True)
        assert same(net["row"], {"x": value})
    build = {"contacts": [{"id": "x", "value": tagged}, {"id": "y"}]}
    with bl.Network.from_manifest({"name": "n", "build": build, "seeds": {"y": tagged}}) as net:
        assert same(net["x"], value)
        assert same(net["y"], value)


@pytest.mark.parametrize(
    "wrong", [{"$set": 1}, {"$interval": [2, 1]}, {"$bytes": "?"}, {"$coded": [1, 2]}, {"$map": 1}]
)
def test_a_tag_that_does_not_fit_is_refused_where_it_stands(wrong):
    with bl.Network() as net:
        net.contact("x", 1)
        with pytest.raises(bl.InputError, match=r"row 1 .*\$"):
            net.ingest(bl.RowReader.json_lines(), json.dumps({"x": wrong}).encode(), final=True)
        with pytest.raises(bl.ValueTypeError, match=r"\$"):
            net.build({"contacts": [{"id": "y", "value": wrong}]})
        assert (net["x"], list(net.contacts)) == (1, ["x"])


def test_set_writes_tagged_values_and_get_shows_text(folder, cli):
    manifest = folder / "m.json"
    contacts = [{"id": name} for name in ("due", "price", "days", "colour", "empty")]
    manifest.write_text(json.dumps({"name": "m", "build": {"contacts": contacts}}))
    store = str(folder / "m.db")
    settings = {
        "due": {"$coded": ["date", "2026-11-20"]},
        "price": {"$coded": ["decimal", "1.50"]},
        "days": {"$set": [2, 1]},
        "colour": {"$coded": ["enum", ["no_such_module:Colour", "RED"]]},
    }
    options = [word for path, value in settings.items() for word in ("--set", f"{path}={json.dumps(value)}")]
    done = cli("run", manifest, "--store", store, *options)
    assert done.code == 0, done.err
    shown = [json.loads(line) for line in cli("get", store, "**").out.splitlines()]
    assert {line["path"]: line.get("value") for line in shown} == {
        "due": "2026-11-20",
        "price": "1.50",
        "days": [1, 2],
        "colour": ["no_such_module:Colour", "RED"],
        "empty": None,
    }
    with bl.Network(store) as net:
        assert net["due"] == date(2026, 11, 20)
        assert isinstance(net["colour"], bl.Undecoded)
    refused = cli("run", manifest, "--set", 'due={"$set": 1}')
    assert refused.code == 2
    assert "--set due" in refused.error


def test_reading_a_value_imports_no_module_that_it_names():
    import sys

    with bl.Network() as net:
        net.contact("x")
        line = json.dumps({"x": {"$coded": ["enum", ["antigravity:Colour", "RED"]]}})
        net.ingest(bl.RowReader.json_lines(), line.encode(), final=True)
        assert "not imported" in net["x"].reason
    assert "antigravity" not in sys.modules
