"""Dead letters outlive the network: in its store, through closing and killing, with the names of then."""

from __future__ import annotations

import contextlib
import sqlite3
from datetime import date

import pytest

import bassline as bl
from bassline.storage import Storage

STORES = ["sqlite", "journal", "memory"]
DURABLE = STORES[:2]

WRITER = """
import bassline as bl
from tests.kernel.test_durable_dead_letters import Picky
net = bl.Network({url!r})
net.contact("x")
net.attach(Picky(), name="picky", max_age=0, batch=1, durable=False, snapshot=False)
n = 0
told = 0
while True:
    net["x"] = n
    n += 1
    ids = [letter.id for letter in net.dead_letters("picky")]
    if len(ids) > told:
        told = len(ids)
        print(*ids, flush=True)
"""


class Picky(bl.Driver):
    """Takes no value that ends in 7 as long as it is picky."""

    def __init__(self, *, picky=True):
        self.picky, self.taken = picky, []

    def handle_changes(self, batch):
        values = [change.new for change in batch]
        if self.picky and any(isinstance(value, int) and value % 10 == 7 for value in values):
            raise ValueError("a seven")
        self.taken += [(change.tick, change.path, change.new, change.cause) for change in batch]


def url_of(scheme, tmp_path):
    return f"{scheme}:{tmp_path}/shop"


@contextlib.contextmanager
def opened(url, driver=None, **how):
    """A network of which what it did not deliver is no news."""
    net = bl.Network(url)
    net.contact("x")
    if driver is not None:
        net.attach(driver, name="picky", snapshot=False, batch=1, max_age=0, **how)
    yield net
    with contextlib.suppress(bl.DriverError):
        net.flush()
    with contextlib.suppress(bl.DriverError):
        net.close()


def told(letters):
    return [(letter.id, letter.driver, letter.error, [change.new for change in letter.changes]) for letter in letters]


@pytest.mark.parametrize("scheme", STORES)
def test_letters_outlive_the_network_and_their_numbers_are_given_once(scheme, tmp_path):
    url = url_of(scheme, tmp_path)
    with opened(url, Picky()) as net:
        for value in (1, 7, 2, 17, 27):
            net["x"] = value
    with opened(url, Picky()) as net:
        letters = net.dead_letters()
        assert told(letters) == [(n + 1, "picky", "ValueError: a seven", [v]) for n, v in enumerate((7, 17, 27))]
        assert [(letter.tries, letter.again) for letter in letters] == [(1, False)] * 3
        [change] = letters[0].changes
        assert (change.path, change.old, change.tick, change.epoch) == ("x", 1, letters[0].tick, 1)
        assert letters.purge(letters[1:]) == 2
        net["x"] = 37
    with opened(url) as net:
        assert [letter.id for letter in net.dead_letters("picky")] == [1, 4]
        assert net.dead_letters().purge() == 2
        assert net.dead_letters().purge() == 0
    with opened(url, Picky()) as net:
        net["x"] = 47
        with contextlib.suppress(bl.DriverError):
            net.flush()
        assert [letter.id for letter in net.dead_letters()] == [5]
        assert len(net.dead_letters("another")) == 0


@pytest.mark.parametrize("scheme", STORES)
def test_a_letter_that_is_requeued_is_tried_when_its_driver_comes_with_the_names_of_then(scheme, tmp_path):
    url = url_of(scheme, tmp_path)
    with opened(url, Picky()) as net:
        net.contact("gone", 7)
        net["x"] = 17
        net.remove("gone")
    with opened(url) as net:
        letters = net.dead_letters()
        assert letters.requeue(letters[:1]) == 1
        assert [letter.again for letter in net.dead_letters()] == [True, False]
    fresh = Picky(picky=False)
    with opened(url, fresh):
        pass
    assert fresh.taken == [(2, "gone", 7, "external:")]
    with opened(url) as net:
        assert [change.new for letter in net.dead_letters() for change in letter.changes] == [17]


@pytest.mark.parametrize("scheme", STORES)
def test_a_letter_that_is_refused_again_is_a_new_one_and_waits_no_more(scheme, tmp_path):
    url = url_of(scheme, tmp_path)
    with opened(url, Picky()) as net:
        net["x"] = 7
    for number in (2, 3):
        with opened(url) as net:
            assert net.dead_letters("picky").requeue() == 1
        with opened(url, Picky()):
            pass
        with opened(url, Picky()) as net:
            [letter] = net.dead_letters()
            assert (letter.id, letter.tries, letter.again) == (number, number, False)


@pytest.mark.timeout(120)
@pytest.mark.parametrize("scheme", DURABLE)
def test_a_letter_that_was_told_of_is_there_after_a_kill(program, scheme, tmp_path):
    url = url_of(scheme, tmp_path)
    last = 0
    for _ in range(4):
        writer = program.start(WRITER.format(url=url))
        acknowledged = []
        for _ in range(5):
            acknowledged = [int(word) for word in writer.stdout.readline().split()]
        writer.kill()
        writer.communicate()
        kept = [letter.id for letter in Storage.at(url).dead_letters("main")]
        assert set(acknowledged) <= set(kept)
        assert len(set(kept)) == len(kept)
        with opened(url) as net:
            assert net.dead_letters().purge() == len(kept)
        assert min(kept) > last
        last = max(kept)


@pytest.mark.parametrize("scheme", STORES)
def test_the_letters_of_a_network_that_another_has_open_can_be_read(scheme, tmp_path):
    url = url_of(scheme, tmp_path)
    with opened(url, Picky()) as net:
        net["x"] = 7
        with contextlib.suppress(bl.DriverError):
            net.flush()
        letters = Storage.at(url).dead_letters("main", "picky")
        assert told(letters) == told(net.dead_letters())
        if scheme == "journal":
            with pytest.raises(bl.StorageError, match="open already"):
                letters.purge()
            with pytest.raises(bl.StorageError, match="open already"):
                letters.requeue()
        else:
            assert letters.requeue() == 1
            assert letters.purge() == 1
    assert len(Storage.at(url).dead_letters("main")) == (scheme == "journal")
    with pytest.raises(bl.StorageError, match="no network 'other'"):
        Storage.at(url).dead_letters("other")


@pytest.mark.parametrize("scheme", DURABLE)
def test_values_keep_their_types(scheme, tmp_path):
    values = [{"a": [1, 1.0, b"x"]}, date(2026, 11, 20), {1, 2}]

    class Refuses(bl.Driver):
        def handle_changes(self, batch):
            raise ValueError("never")

    with opened(url_of(scheme, tmp_path), Refuses()) as net:
        for value in values:
            net["x"] = value
    with opened(url_of(scheme, tmp_path)) as net:
        assert [letter.changes[0].new for letter in net.dead_letters()] == values


@pytest.mark.parametrize("scheme", DURABLE)
def test_a_damaged_letter_is_an_error_of_the_store_and_the_network_opens(scheme, tmp_path):
    url = url_of(scheme, tmp_path)
    with opened(url, Picky()) as net:
        net["x"] = 7
        net["x"] = 17
    if scheme == "journal":
        file = tmp_path / "shop" / "n-main" / "letters"
        whole = bytearray(file.read_bytes())
        at = whole.index(b"a seven")
        whole[at] ^= 1
        file.write_bytes(whole)
        said = "'letters' is damaged at byte"
    else:
        with contextlib.closing(sqlite3.connect(tmp_path / "shop")) as file:
            file.execute("UPDATE letter SET error = 'a six' WHERE id = 1")
            file.commit()
        said = "dead letter 1: its checksum differs"
    with bl.Network(url) as net:
        assert net["x"] == 17
        with pytest.raises(bl.StorageError, match=said):
            net.dead_letters()
        _, found = net.storage.check()
        assert any(said in line for line in found)
    with pytest.raises(bl.StorageError, match=said):
        Storage.at(url).dead_letters("main")


def test_a_torn_letter_at_the_end_of_a_journals_letters_was_never_acknowledged(tmp_path):
    url = url_of("journal", tmp_path)
    with opened(url, Picky()) as net:
        net["x"] = 7
    file = tmp_path / "shop" / "n-main" / "letters"
    whole = file.read_bytes()
    file.write_bytes(whole + whole[-30:])
    with opened(url, Picky()) as net:
        assert [letter.id for letter in net.dead_letters()] == [1]
        net["x"] = 17
    with opened(url) as net:
        assert [letter.id for letter in net.dead_letters()] == [1, 2]


def test_a_journals_letters_are_written_anew_when_most_are_gone(tmp_path):
    url = url_of("journal", tmp_path)
    file = tmp_path / "shop" / "n-main" / "letters"
    with opened(url, Picky()) as net:
        net.contact("text", "x" * 50_000)
        for value in (7, 17, 27, 37):
            net.update({"x": value, "text": str(value) * 25_000})
        with contextlib.suppress(bl.DriverError):
            net.flush()
        before = file.stat().st_size
        letters = net.dead_letters()
        assert letters.requeue(letters[3:]) == 1
        assert letters.purge(letters[:3]) == 3
        with contextlib.suppress(bl.DriverError):
            net.flush()
    assert before > 200_000
    assert file.stat().st_size < before / 2
    with opened(url, Picky()) as net:
        assert [letter.id for letter in net.dead_letters()] == [5]
        net["x"] = 47
    with opened(url) as net:
        assert [letter.id for letter in net.dead_letters()] == [5, 6]


@pytest.mark.parametrize("scheme", DURABLE)
def test_a_backup_holds_the_letters(scheme, tmp_path):
    url = url_of(scheme, tmp_path)
    with opened(url, Picky()) as net:
        net["x"] = 7
    Storage.at(url).backup(tmp_path / "copy")
    assert told(Storage.at(f"{scheme}:{tmp_path}/copy").dead_letters("main")) == [
        (1, "picky", "ValueError: a seven", [7])
    ]
