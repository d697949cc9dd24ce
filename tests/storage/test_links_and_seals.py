"""Links, sealed groups and boundaries are stored, loaded, and shown to people."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

import bassline as bl

OLD = Path(__file__).parent.parent.parent / "rust/bassline-storage/tests/files/version1.sql"


def shape(net):
    return (
        [(link.ends, link.relation, link.attributes) for link in net.links.values()],
        {path: group.sealed for path, group in net.groups.items()},
        {path: contact.boundary for path, contact in net.contacts.items()},
    )


def build(net):
    net.link("f", "g", "calls", line=12)
    net.link("g", "f", "calls")
    gone = net.link("f", "h", "calls")
    net.remove(gone)
    net.link("h", "g", "imports")
    net.remove("h")
    room = net.group("room", sealed=True, author="ann")
    room.contact("in", 1, boundary="input")
    room.contact("x", 2)


def test_they_are_there_again_and_hold(store):
    with bl.Network(store) as net:
        build(net)
        before = shape(net)
    with bl.Network(store) as net:
        assert shape(net) == before
        tick = net.tick
        build_again = net.link("f", "g", "calls", line=12)
        assert (net.tick, build_again.attributes) == (tick, {"line": 12})
        with pytest.raises(bl.DeclarationError, match="they are room/in"):
            net.wire("room/x", "f")
        net.wire("room/in", "f")
        net.remove("g")
        assert shape(net)[0] == []
    with bl.Network(store) as net:
        assert shape(net)[0] == []


def test_links_have_a_view(store):
    with bl.Network(store) as net:
        build(net)
    with closing(sqlite3.connect(store)) as database:
        rows = database.execute("select from_path, to_path, relation, attributes from links order by 1").fetchall()
        assert rows == [("f", "g", "calls", '{"line":12}'), ("g", "f", "calls", "{}")]


def test_a_store_from_before_there_were_links_is_opened(store):
    with closing(sqlite3.connect(store)) as database:
        database.executescript(OLD.read_text())
    with bl.Network(store) as net:
        assert net["carriers/AA/mean"] == 1.5
        assert net.position("a.csv") == 5
        net.group("room", sealed=True).contact("in", boundary="input")
        net.link("count", "room/in", "feeds")
    with bl.Network(store) as net:
        links, seals, boundaries = shape(net)
        assert links == [(("count", "room/in"), "feeds", {})]
        assert seals == {"deep": False, "deep/er": False, "deep/empty": False, "carriers": False} | {
            "carriers/AA": False,
            "carriers/B%2F6": False,
            "room": True,
        }
        assert (boundaries["count"], boundaries["room/in"]) == (None, "input")


def test_a_manifest_declares_them():
    build = {
        "contacts": [{"id": "f"}],
        "groups": [
            {"id": "room", "sealed": True, "contacts": [{"id": "in", "boundary": "input"}, {"id": "x"}]},
        ],
        "links": [{"from": "f", "to": "room/x", "relation": "calls", "attributes": {"line": 3}}],
    }
    net = bl.Network.from_manifest({"name": "code", "build": build})
    assert shape(net) == (
        [(("f", "room/x"), "calls", {"line": 3})],
        {"room": True},
        {"f": None, "room/in": "input", "room/x": None},
    )
    for wrong, said in (
        ({"links": [{"from": "f", "to": "g"}]}, r"links\[0\]"),
        ({"contacts": [{"id": "f", "boundary": "both"}]}, r"contacts\[0\].*'input' or 'output'"),
        ({"groups": [{"id": "g", "sealed": "yes"}]}, r"groups\[0\].*true or false"),
    ):
        with pytest.raises(bl.BasslineError, match=said):
            bl.Network.from_manifest({"name": "code", "build": wrong})
