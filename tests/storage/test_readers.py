"""Others may read the file with SQLite while the network is open; nothing is lost by it."""

from __future__ import annotations

import contextlib
import sqlite3

import bassline as bl

LOOK = """
import contextlib, sqlite3
with contextlib.closing(sqlite3.connect("shop.db")) as reader:
    print(reader.execute("SELECT tick FROM network").fetchone()[0])
"""


def test_a_reader_in_another_process_sees_what_was_flushed(program, store):
    with bl.Network(store) as net:
        x = net.contact("x", 0)
        for n in range(1, 4):
            x.value = n
            net.flush()
            assert program.run(LOOK).lines == [str(net.tick)]


def test_a_reader_in_the_same_process_takes_nothing_away(program, store):
    # Python's SQLite is another library than ours; the locks of a file are those of the process, so neither sees the other's.
    with bl.Network(store, persist="immediate") as net:
        x = net.contact("x", 0)
        for n in range(1, 4):
            with contextlib.closing(sqlite3.connect(store)) as reader:
                assert reader.execute("SELECT tick FROM network").fetchone() == (net.tick,)
            x.value = n
            assert program.run(LOOK).lines == [str(net.tick)]


def test_what_was_acknowledged_after_such_a_reader_survives_a_kill(program, store):
    writer = program.start("""
        import contextlib, os, signal, sqlite3
        import bassline as bl
        net = bl.Network("shop.db", persist="immediate")
        x = net.contact("x", 0)
        with contextlib.closing(sqlite3.connect("shop.db")) as reader:
            reader.execute("SELECT tick FROM network").fetchone()
        x.value = 1
        print("acknowledged")
        os.kill(os.getpid(), signal.SIGKILL)
    """)
    out, _ = writer.communicate()
    assert out == "acknowledged\n"
    with bl.Network(store) as net:
        assert net["x"] == 1


def look(store):
    with contextlib.closing(sqlite3.connect(store)) as reader:
        return reader.execute("SELECT count(*) FROM tick").fetchone()[0]


def test_after_such_a_reader_everything_can_be_asked_as_before(store, tmp_path):
    with bl.Network(store, persist="immediate") as net:
        x = net.contact("x", 0)
        for n in range(1, 20):
            x.value = n
        for ask in (
            lambda: net.snapshot("here").label == "here",
            lambda: [taken.label for taken in net.snapshots()] == ["here"],
            lambda: net.as_of(5)["x"] == 4,
            lambda: [change.new for change in net.history("x")][:2] == [19, 18],
            lambda: net.storage.backup(tmp_path / "copy.db") > 0,
            lambda: net.storage.check()[1] == [],
        ):
            assert look(store) == 20
            assert ask()
    assert look(tmp_path / "copy.db") == 20


def test_several_networks_of_a_file_are_written_on_after_such_a_reader(store):
    with (
        bl.Network(store, name="a", persist="immediate") as a,
        bl.Network(store, name="b", persist="immediate") as b,
    ):
        x, y = a.contact("x", 0), b.contact("y", 0)
        for n in range(1, 6):
            look(store)
            x.value = n
            y.value = n
            look(store)
            x.value = -n
    with bl.Network(store, name="a") as a, bl.Network(store, name="b") as b:
        assert (a["x"], b["y"]) == (-5, 5)
    assert store.parent.joinpath("shop.db-wal").exists() is False
