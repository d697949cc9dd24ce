"""`bassline history`, `snapshot`, `restore` and `doctor`: what a store was, and whether it is whole."""

import json
import sqlite3
from contextlib import closing

import pytest


@pytest.fixture
def shop(cli, folder):
    assert cli("run", "pricing.yaml", "--store", "shop.db", "--set", "price=12").code == 0
    return folder / "shop.db"


def lines(done):
    assert done.code == 0, done.err
    return [json.loads(line) for line in done.out.splitlines()]


def test_history_is_told_newest_first(cli, shop):
    told = [
        {key: line.get(key) for key in ("tick", "value", "old", "cause")}
        for line in lines(cli("history", shop, "total"))
    ]
    assert told == [
        {"tick": 2, "value": 36, "old": 28.5, "cause": "times"},
        {"tick": 1, "value": 28.5, "old": None, "cause": "times"},
    ]
    assert len(lines(cli("history", shop, "total", "--limit", 1))) == 1


def test_a_snapshot_is_taken_listed_restored_and_deleted(cli, shop):
    taken = lines(cli("snapshot", shop, "--label", "before"))
    assert [(one["id"], one["label"], one["tick"]) for one in taken] == [(1, "before", 2)]
    lines(cli("snapshot", shop))
    assert [one["id"] for one in lines(cli("snapshot", shop, "--list"))] == [1, 2]
    assert cli("run", "pricing.yaml", "--store", shop, "--set", "price=99").code == 0
    done = cli("restore", shop, 1)
    assert (done.code, done.out, done.err) == (0, "", "restored snapshot 1 of tick 2, as tick 4\n")
    assert lines(cli("get", shop, "total"))[0]["value"] == 36
    done = cli("snapshot", shop, "--delete", 1)
    assert (done.code, done.err) == (0, "deleted snapshot 1\n")
    assert [one["id"] for one in lines(cli("snapshot", shop, "--list"))] == [2]


def test_what_is_not_there_or_makes_no_sense_is_one_line(cli, shop):
    asked = [
        (["history", shop, "totl"], "no contact 'totl'; did you mean 'total'?"),
        (["history", "shpo.db", "total"], "there is no store 'shpo.db'; did you mean 'shop.db'?"),
        (["history", shop, "total", "--limit", 0], "Invalid value for '--limit': 0 is not in the range x>=1; see "),
        (["restore", shop, 3], "there is no snapshot 3; there are none"),
        (["restore", shop, "before"], "Invalid value for 'ID': 'before' is not a valid integer range; see "),
        (["restore", "shpo.db", 1], "there is no store 'shpo.db'"),
        (["snapshot", shop, "--delete", 3], "there is no snapshot 3; there are none"),
        (["snapshot", shop, "--list", "--label", "x"], "--label, --list and --delete ask for different things; "),
        (["snapshot", "shpo.db"], "there is no store 'shpo.db'"),
        (["doctor", "shpo.db"], "there is no store 'shpo.db'"),
    ]
    for words, said in asked:
        done = cli(*words)
        assert done.code == 2
        assert done.error.startswith(said)
        assert done.out == ""


def test_doctor_tells_what_it_read_and_ends_well_where_nothing_is_wrong(cli, shop):
    done = cli("doctor", shop)
    assert (done.code, done.err) == (0, "")
    assert all(line.startswith("read   ") for line in done.out.splitlines())
    assert "network 'main'" in done.out


def test_doctor_names_what_is_wrong_and_ends_with_1(cli, shop):
    with closing(sqlite3.connect(shop)) as store:
        store.execute("UPDATE contact SET content = '{nonsense' WHERE name = 'price'")
        store.commit()
    done = cli("doctor", shop)
    assert done.code == 1
    assert any(line.startswith("WRONG  ") for line in done.out.splitlines())
    assert "fault" in done.error


def test_doctor_says_in_one_line_what_is_no_store(cli, folder):
    (folder / "shop.db").write_text("this is a letter and not a store of anything at all, sincerely")
    done = cli("doctor", "shop.db")
    assert done.code == 1
    assert "expected a bassline store" in done.error
