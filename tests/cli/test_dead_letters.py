"""`bassline dead-letters`: listed, shown, let go of, and handed to the driver once more."""

import contextlib
import json

import pytest

import bassline as bl


class Picky(bl.Driver):
    def __init__(self, *, picky=True):
        self.picky, self.taken = picky, []

    def handle_changes(self, batch):
        if self.picky:
            raise ValueError("not\ntoday")
        self.taken += batch.values


def lines(done):
    assert done.code == 0, done.err
    return [json.loads(line) for line in done.out.splitlines()]


def work(store, driver, values=(), name="picky"):
    net = bl.Network(store)
    net.contact("x")
    net.attach(driver, name=name, snapshot=False, batch=1, max_age=0)
    for value in values:
        net["x"] = value
    with contextlib.suppress(bl.DriverError):
        net.close()


@pytest.fixture(params=["shop.db", "journal:shop"])
def shop(folder, request):
    work(request.param, Picky(), [1, 2, {"deep": [3]}])
    work(request.param, Picky(), [4], name="other")
    return request.param


def test_letters_are_listed_and_one_is_shown_whole(cli, shop):
    listed = lines(cli("dead-letters", shop))
    assert [(one["id"], one["driver"], one["tick"], one["tries"], one["again"]) for one in listed] == [
        (1, "picky", 2, 1, False),
        (2, "picky", 3, 1, False),
        (3, "picky", 4, 1, False),
        (4, "other", 5, 1, False),
    ]
    assert listed[0]["error"] == "ValueError: not\ntoday"
    assert [one["id"] for one in lines(cli("dead-letters", shop, "--driver", "other"))] == [4]
    whole, change = lines(cli("dead-letters", shop, "--show", 3))
    assert whole == listed[2]
    assert change == {"path": "x", "value": {"deep": [3]}, "old": 2, "cause": "external:"}


def test_letters_are_purged_by_number_and_all_of_a_driver(cli, shop):
    done = cli("dead-letters", shop, "--purge", 1, "--purge", 2, "--purge", 1)
    assert (done.code, done.out, done.err) == (0, "", "purged 2 dead letters\n")
    assert [one["id"] for one in lines(cli("dead-letters", shop))] == [3, 4]
    done = cli("dead-letters", shop, "--driver", "picky", "--purge", "all")
    assert (done.code, done.err) == (0, "purged 1 dead letter\n")
    assert [one["id"] for one in lines(cli("dead-letters", shop))] == [4]
    assert cli("dead-letters", shop, "--purge", "all").err == "purged 1 dead letter\n"
    assert cli("dead-letters", shop, "--purge", "all").err == "purged 0 dead letters\n"


def test_what_is_requeued_is_handed_to_the_driver_when_it_comes(cli, shop):
    done = cli("dead-letters", shop, "--requeue", 2)
    assert (done.code, done.out, done.err) == (0, "", "requeued 1 dead letter\n")
    assert [one["again"] for one in lines(cli("dead-letters", shop))] == [False, True, False, False]
    driver = Picky(picky=False)
    work(shop, driver)
    assert driver.taken == [2]
    assert [one["id"] for one in lines(cli("dead-letters", shop))] == [1, 3, 4]
    assert cli("dead-letters", shop, "--requeue", "all").err == "requeued 3 dead letters\n"
    work(shop, driver)
    assert driver.taken == [2, 1, {"deep": [3]}]
    assert [one["driver"] for one in lines(cli("dead-letters", shop))] == ["other"]


def test_a_store_in_use_is_read_and_a_journal_in_use_is_not_written(cli, shop):
    with bl.Network(shop):
        assert len(lines(cli("dead-letters", shop))) == 4
        done = cli("dead-letters", shop, "--purge", 1)
    if shop.startswith("journal:"):
        assert done.code == 1
        assert "open already" in done.error
    else:
        assert (done.code, done.err) == (0, "purged 1 dead letter\n")


def test_what_is_not_there_or_makes_no_sense_is_one_line(cli, shop):
    asked = [
        (["--show", 9], 2, "there is no dead letter 9; there are 1, 2, 3, 4"),
        (["--driver", "nobody", "--purge", 1], 2, "there is no dead letter 1; there are none"),
        (
            ["--show", 1, "--purge", 1],
            2,
            "--show, --purge and --requeue ask for different things; give one of them; see ",
        ),
        (["--purge", "some"], 2, "Invalid value for '--purge': 'some' is not a valid integer range; see "),
        (["--purge", 0], 2, "Invalid value for '--purge': 0 is not in the range x>=1; see "),
        (["--name", "other"], 1, ""),
    ]
    for words, code, said in asked:
        done = cli("dead-letters", shop, *words)
        assert (done.code, done.out) == (code, ""), done
        assert done.error.startswith(said)
    assert "no network 'other'" in done.error
    assert cli("dead-letters", "shpo.db").code == 2
