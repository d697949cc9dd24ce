"""What a tick changed is one record of the store, readable by sqlite3 and nothing else."""

from __future__ import annotations

import contextlib
import json
import sqlite3
import time

import pytest

import bassline as bl

SQL = "SELECT tick, path, value, cause FROM history WHERE network_id = ? ORDER BY tick, path"


def rows(store, sql, *values):
    with contextlib.closing(sqlite3.connect(f"file:{store}?mode=ro", uri=True)) as reader:
        return reader.execute(sql, values).fetchall()


def history(store, name="main"):
    return [
        (tick, path, None if value is None else json.loads(value), cause)
        for tick, path, value, cause in rows(store, SQL, name)
    ]


def test_every_change_is_there_with_its_value_tick_path_and_cause(store):
    with bl.Network(store) as net:
        net.contact("x", 1)
        net.gadget("math.add", name="plus", a="x", b=2, sum="g/y")
        net.wire("g/y", "copy", kind="directed")
        with net.batch(source="f.csv", position=1):
            net["x"] = 10
        net["x"] = 2.5
        net.erase("x")
    assert history(store) == [
        (1, "x", 1, "external:"),
        (2, "g/y", 3, "plus"),
        (3, "copy", 3, "wire:g/y->copy"),
        (4, "copy", 12, "wire:g/y->copy"),
        (4, "g/y", 12, "plus"),
        (4, "x", 10, "external:f.csv"),
        (5, "copy", 4.5, "wire:g/y->copy"),
        (5, "g/y", 4.5, "plus"),
        (5, "x", 2.5, "external:"),
        (6, "copy", None, "wire:g/y->copy"),
        (6, "g/y", None, "plus"),
        (6, "x", None, "external:"),
    ]


def test_the_view_and_the_subscribers_tell_the_same(store):
    told = []
    with bl.Network(store) as net:
        net.on_change("**", lambda change: told.append((change.tick, change.path, change.new, change.cause)))
        net.contact("events", blend="stream")
        net.contact("peak", 0, blend="max")
        net.gadget("stat.count", value="events", count="n")
        net.wire("events", "peak", kind="directed")
        for n in range(5):
            with net.batch(source=f"s{n % 2}"):
                net["events"] = n
                net["events"] = n * 2
    assert sorted(told, key=repr) == sorted(history(store), key=repr)


def test_the_time_is_that_of_the_commit(store):
    begun = time.time()
    with bl.Network(store) as net:
        net.contact("x", 1)
        changes = []
        net.on_change("x", changes.append)
        net["x"] = 2
    sql = "SELECT strftime('%s', time), time FROM history WHERE tick = 2"
    ((seconds, text),) = rows(store, sql)
    assert int(begun) <= int(seconds) <= time.time()
    assert abs(changes[0].time - int(seconds)) < 1.1
    assert text.endswith("Z")


def test_what_was_removed_keeps_its_name_in_history(store):
    with bl.Network(store) as net:
        net.gadget("math.add", name="plus", a=net.contact("x", 1), b=2, sum="y")
        net["x"] = 5
        net.remove("x")
        net.contact("x", "another")
    found = [entry for entry in history(store) if entry[1] == "x"]
    assert found == [(1, "x", 1, "external:"), (3, "x", 5, "external:"), (5, "x", "another", "external:")]
    assert (3, "y", 7, "plus") in history(store)


def test_the_current_contents_wires_gadgets_and_positions_have_views_too(store):
    with bl.Network(store, name="other") as net:
        net.gadget("math.add", name="plus", a=net.contact("a/x", 1), b=2, sum="y")
        net.wire("y", "z")
        with net.batch(source="f", position=[1]):
            net["a/x"] = 2
    assert rows(store, "SELECT network_id, path, content, updated FROM contacts ORDER BY path") == [
        ("other", "a/x", "2", 4),
        ("other", "y", "4", 4),
        ("other", "z", "4", 4),
    ]
    assert rows(store, "SELECT from_path, to_path, kind FROM wires") == [("y", "z", "bidirectional")]
    ((path, computation, inputs, outputs),) = rows(store, "SELECT path, computation, inputs, outputs FROM gadgets")
    assert (path, computation, json.loads(inputs), json.loads(outputs)) == (
        "plus",
        "math.add",
        {"a": "a/x", "b": "(2)"},
        {"sum": "y"},
    )
    assert rows(store, "SELECT source, position, tick FROM positions") == [("f", "[1]", 4)]


def test_a_reader_may_look_while_the_network_writes(store):
    with bl.Network(store) as net:
        x = net.contact("x", 0)
        for n in range(1, 6):
            x.value = n
            net.flush()
            assert history(store)[-1] == (n + 1, "x", n, "external:")


@pytest.mark.parametrize("ticks", [1, 3000])
def test_no_tick_is_missing_in_history(store, ticks):
    with bl.Network(store) as net:
        x = net.contact("x", 0)
        for n in range(ticks):
            x.value = n + 1
    assert rows(store, "SELECT count(*), count(DISTINCT tick), max(tick) FROM history") == [(ticks + 1,) * 3]
