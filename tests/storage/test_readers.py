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
