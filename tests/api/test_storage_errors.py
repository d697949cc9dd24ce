"""A store that cannot be opened: one clear error, and the file stays as it is."""

from __future__ import annotations

import contextlib
import os
import sqlite3

import pytest

import bassline as bl


def refusal(path, **options):
    with pytest.raises(bl.StorageError) as caught:
        bl.Network(path, **options)
    assert str(path) in str(caught.value)
    return str(caught.value)


def test_a_file_that_is_no_database_is_left_alone(store):
    store.write_text("these are my notes, and no database at all")
    assert "no SQLite file" in refusal(store)
    assert store.read_text().startswith("these are my notes")
    assert os.listdir(store.parent) == [store.name]


def test_the_database_of_another_application_is_left_alone(store):
    with contextlib.closing(sqlite3.connect(store)) as other:
        other.execute("CREATE TABLE mine (x)")
    before = store.read_bytes()
    assert "another application" in refusal(store)
    assert store.read_bytes() == before


def test_a_store_of_a_newer_version_is_refused(store):
    bl.Network(store).close()
    with contextlib.closing(sqlite3.connect(store)) as other:
        other.execute("PRAGMA user_version = 99")
    message = refusal(store)
    assert "version 99" in message
    assert "newer bassline" in message


def test_a_directory_that_is_not_there_is_named(tmp_path):
    assert "does not exist" in refusal(tmp_path / "no" / "such" / "shop.db")
    assert not (tmp_path / "no").exists()


def test_a_directory_is_no_store(tmp_path):
    assert "directory" in refusal(tmp_path)


def test_a_second_opener_in_another_process_is_refused_until_the_first_closes(store, program):
    holder = program.start("""
        import sys
        import bassline as bl
        with bl.Network("shop.db") as net:
            net.contact("x", 5)
            net.flush()
            print("open")
            sys.stdin.readline()
    """)
    assert holder.stdout.readline() == "open\n"
    assert "open already" in refusal(store)
    holder.communicate("\n", timeout=30)
    with bl.Network(store) as net:
        assert net["x"] == 5


def test_a_damaged_row_is_named(store):
    with bl.Network(store) as net:
        net.contact("x", 1)
    with contextlib.closing(sqlite3.connect(store)) as other, other:
        other.execute("UPDATE content SET content = '{'")
    assert "damaged: contact row" in refusal(store)


def test_a_store_that_ends_in_the_middle_is_refused(store):
    with bl.Network(store) as net:
        for n in range(300):
            net.contact(f"x{n}", "v" * 100)
    store.write_bytes(store.read_bytes()[: 8192 * 2 + 100])
    refusal(store)


def test_a_kind_of_store_that_does_not_exist_yet_is_refused():
    with pytest.raises(bl.StorageError, match="no '.*:' store yet"):
        bl.Network("dir:somewhere")


def test_a_refused_store_can_be_opened_once_it_is_right_again(store):
    store.write_text("notes")
    refusal(store)
    store.unlink()
    with bl.Network(store) as net:
        net.contact("x", 1)


@pytest.mark.parametrize("url", ["sqlite:{}", "sqlite://{}", "{}"])
def test_the_ways_to_name_a_file_are_the_same_store(store, url):
    with bl.Network(url.format(store)) as net:
        net.contact("x", 1)
    with bl.Network(store) as net:
        assert net["x"] == 1


def test_memory_keeps_nothing(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with bl.Network("memory:") as net:
        net.contact("x", 1)
        net.flush()
    assert list(tmp_path.iterdir()) == []


def test_a_closed_network_refuses_to_be_written_and_can_be_read(store):
    net = bl.Network(store)
    x = net.contact("x", 1)
    net.close()
    net.close()
    assert (net["x"], x.value, net.tick) == (1, 1, 1)
    for write in (
        lambda: net.update({"x": 2}),
        lambda: net.contact("y"),
        lambda: setattr(x, "value", 3),
        lambda: net.remove(x),
    ):
        with pytest.raises(bl.BasslineError, match="closed"):
            write()
    with pytest.raises(bl.BasslineError, match="closed"), net.batch():
        pass
    assert net["x"] == 1
