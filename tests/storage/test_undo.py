"""Undo on a store: it goes on across restarts, and as far back as the history does."""

from __future__ import annotations

import pytest

import bassline as bl


@pytest.fixture(params=["journal:{}/past", "{}/shop.db"], ids=["journal", "sqlite"])
def url(request, tmp_path):
    return request.param.format(tmp_path)


def build(net):
    room = net.group("room")
    room.contact("a", 1)
    room.contact("peak", blend="max")
    room.wire("a", "peak", kind="directed")
    room.gadget("stat.sum", name="total", value="a", sum="t")
    net["room/a"] = 10
    net["room/a"] = 3


AFTER = {7: 10, 6: 1}  # what room/a holds when these ticks are undone


def state(net):
    return {path: contact.value for path, contact in net.contacts.items()}


def shape(net):
    return sorted(net.groups), sorted(net.gadgets), sorted(net.wires), sorted(net.links)


def test_undo_and_redo_go_on_after_each_restart(url):
    with bl.Network(url) as net:
        build(net)
        end = state(net), shape(net)
    undone = []
    while True:
        with bl.Network(url) as net:
            tick = net.undo()
            if tick is None:
                break
            undone.append(tick)
            assert tick not in AFTER or net["room/a"] == AFTER[tick]
    assert undone == [7, 6, 5, 4, 3, 2, 1]
    done = []
    while True:
        with bl.Network(url) as net:
            tick = net.redo()
            if tick is None:
                assert (state(net), shape(net)) == end
                break
            done.append(tick)
    assert done == undone[::-1]
    with bl.Network(url) as net:
        net["room/a"] = 20
        assert (net["room/t"], net["room/peak"]) == (34, 20)
        assert net.undo() == net.tick - 1


def test_what_a_restart_finds_undone_is_skipped_and_what_was_written_since_ends_the_redo(url):
    with bl.Network(url) as net:
        build(net)
        net.undo()
        net.undo()
    with bl.Network(url) as net:
        assert (net.redo(), net["room/a"]) == (6, 10)
        net["room/a"] = 4
        assert net.redo() is None
    with bl.Network(url) as net:
        assert net.redo() is None
        assert [net.undo(), net["room/a"], net.undo(), net["room/a"]] == [11, 10, 6, 1]


def test_a_removed_group_comes_back_after_a_restart(url):
    with bl.Network(url) as net:
        build(net)
        net.link("room/a", "room/t", "feeds", strength=2)
        before = state(net), shape(net)
        net.remove("room")
    with bl.Network(url) as net:
        net.undo()
        assert (state(net), shape(net)) == before
        net["room/a"] = 100
        assert net["room/t"] == 114
    with bl.Network(url) as net:
        assert (net.undo(), net["room/t"]) == (11, 14)
        assert (net.undo(), net.links) == (8, {})
        assert (net.redo(), len(net.links)) == (8, 1)


def test_a_router_goes_on_with_the_groups_that_came_back(url):
    template = {
        "contacts": [{"id": "r", "blend": "stream"}],
        "gadgets": [{"id": "n", "primitive": "stat.count", "inputs": {"value": "r"}, "outputs": {"count": "n"}}],
    }
    with bl.Network(url) as net:
        net.contact("in", blend="stream")
        net.gadget("stream.route", record="in", key="k", into="to", entry="r", template=template)
        net["in"] = {"k": "x"}
        net["in"] = {"k": "x"}
        net.undo()
        net.undo()
        assert "to/x" not in net.groups
    with bl.Network(url) as net:
        net.redo()
        assert net["to/x/n"] == 1
        net["in"] = {"k": "x"}
        assert net["to/x/n"] == 2


def test_what_a_source_wrote_since_is_not_overwritten_after_a_restart(url):
    with bl.Network(url) as net:
        net.contact("a", 1)
        net["a"] = 2
        with net.batch("sensor", position=1):
            net["a"] = 5
    with bl.Network(url) as net:
        with pytest.raises(bl.ConflictError, match="tick 2 is not undone.*'a'"):
            net.undo()
        assert (net["a"], net.tick, net.position("sensor")) == (5, 3, 1)


def test_beyond_what_is_kept_in_memory_the_store_is_asked(url):
    with bl.Network(url, history=2) as net:
        net.contact("a", 0)
        for value in range(1, 8):
            net["a"] = value
        assert [(net.undo(), net["a"]) for _ in range(6)] == [(8 - n, 6 - n) for n in range(6)]
        assert [net.redo() for _ in range(3)] == [3, 4, 5]
        assert net["a"] == 4


def test_the_history_of_a_store_says_what_was_undone(url):
    with bl.Network(url) as net:
        net.contact("a", 1)
        net["a"] = 2
        net.undo()
        net.redo()
        told = [(change.tick, change.old, change.new, change.cause) for change in net.history("a")]
    assert told[:2] == [(4, 1, 2, "redo:2"), (3, 2, 1, "undo:2")]


def test_no_source_may_take_the_names_of_undo(url):
    with bl.Network(url) as net:
        net.contact("a", 1)
        for name in ("undo:1", "redo:1", "undo:"):
            with pytest.raises(bl.DeclarationError, match="those of undo"), net.batch(name):
                net["a"] = 2
            with pytest.raises(bl.DeclarationError, match="those of undo"):
                net.ingest(bl.RowReader.json_lines(), b'{"a": 2}\n', source=name, final=True)
        assert net["a"] == 1


def test_a_past_network_is_not_undone(url):
    with bl.Network(url) as net:
        net.contact("a", 1)
        net["a"] = 2
        with pytest.raises(bl.BasslineError, match="can only be read"):
            net.as_of(1).undo()


def test_a_restored_snapshot_is_undone_like_any_tick(url):
    with bl.Network(url) as net:
        build(net)
        before = state(net), shape(net)
        snapshot = net.snapshot("before")
        net.remove("room")
        net.contact("b", 1)
        net.restore(snapshot)
        assert (state(net), shape(net)) == before
        assert net.undo() == net.tick - 1
        assert (state(net), shape(net)[0]) == ({"b": 1}, [])
        net.redo()
        assert (state(net), shape(net)) == before


def test_drivers_are_told_of_an_undo_like_of_any_tick():
    class Book(bl.Driver):
        def __init__(self):
            self.told = []

        def handle_changes(self, batch):
            self.told += [(change.tick, change.path, change.old, change.new, change.cause) for change in batch]

    book = Book()
    net = bl.Network()
    net.contact("a", 1)
    net.gadget("math.add", a="a", b=1, sum="b")
    net.attach(book, name="book", snapshot=False)
    net["a"] = 5
    net.undo()
    net.redo()
    net.flush()
    assert book.told[2:] == [
        (4, "a", 5, 1, "undo:3"),
        (4, "b", 6, 2, "undo:3"),
        (5, "a", 1, 5, "redo:3"),
        (5, "b", 2, 6, "redo:3"),
    ]
    net.close()
