"""Links, sealed groups and boundaries are stored, loaded, and shown to people."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

import bassline as bl


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
    with bl.Network(store) as net:
        net.contact("g/x", 1)
    with closing(sqlite3.connect(store)) as database:
        database.executescript(
            """
            drop view links; drop table link; drop view contradictions; drop view faults; drop table mark;
            pragma user_version = 1;
            drop view groups; drop view contacts; drop view contact_path; drop view gadget_path; drop view wire_path;
            drop view gadgets; drop view wires; drop view history;
            alter table group_ drop column sealed; alter table contact drop column boundary;
            create view contact_path as select c.id >> 32 as network, c.handle, c.id, c.name as path from contact c;
            """
        )
    with bl.Network(store) as net:
        assert net["g/x"] == 1
        net.group("room", sealed=True).contact("in", boundary="input")
        net.link("g/x", "room/in", "feeds")
    with bl.Network(store) as net:
        assert shape(net) == (
            [(("g/x", "room/in"), "feeds", {})],
            {"g": False, "room": True},
            {"g/x": None, "room/in": "input"},
        )


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
