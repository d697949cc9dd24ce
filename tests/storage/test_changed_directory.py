"""A store named by a relative path stays the file it was, wherever the process goes."""

from __future__ import annotations

import bassline as bl


def test_a_process_that_changes_its_directory_goes_on_writing_to_the_same_store(tmp_path, monkeypatch):
    here, there = tmp_path / "here", tmp_path / "there"
    here.mkdir()
    there.mkdir()
    monkeypatch.chdir(there)
    with bl.Network("shop.db") as other:
        other.contact("price", 1)
    monkeypatch.chdir(here)
    net = bl.Network("shop.db")
    net.contact("price", 2)
    net.flush()
    monkeypatch.chdir(there)
    net["price"] = 3
    net.close()
    with bl.Network(here / "shop.db") as net, bl.Network(there / "shop.db") as other:
        assert (net["price"], other["price"]) == (3, 1)
    assert [path.name for path in (*here.iterdir(), *there.iterdir())] == ["shop.db", "shop.db"]


def test_snapshots_and_the_past_are_those_of_the_same_store(tmp_path, monkeypatch):
    there = tmp_path / "there"
    there.mkdir()
    monkeypatch.chdir(tmp_path)
    with bl.Network("shop.db") as net:
        net.contact("price", 2).value = 3
        monkeypatch.chdir(there)
        net.snapshot("before")
        assert (net.as_of(1)["price"], len(net.history("price")), len(net.snapshots())) == (2, 2, 1)
        assert net.storage.list_networks() == ["main"]
    assert not list(there.iterdir())
