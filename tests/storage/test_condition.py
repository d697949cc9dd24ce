"""How a network was found: what the end of the process left, and what was cut."""

import subprocess
import sys

import pytest

import bassline as bl
from bassline.cli.program import call
from bassline.storage import Storage

KILLED = """
import os, sys
import bassline as bl
net = bl.Network(sys.argv[1], persist="immediate")
net.contact("n")
for n in range(10):
    net["n"] = n
os._exit(1)
"""

WELL = {"closed": True, "cut": None, "damaged": [], "trouble": None}


@pytest.fixture
def killed(tmp_path):
    """A journal whose writer is gone without a word."""
    place = tmp_path / "data"
    subprocess.run([sys.executable, "-c", KILLED, f"journal:{place}"], check=False)
    return place


def test_a_network_that_is_new_or_was_closed_is_well(tmp_path):
    for _ in range(2):
        with bl.Network(f"journal:{tmp_path}/data") as net:
            net.contact("n", 1)
            assert net.storage.condition() == WELL


def test_a_writer_that_is_gone_without_a_word_is_told_of(killed):
    with bl.Network(f"journal:{killed}") as net:
        assert net.storage.condition() == WELL | {"closed": False}
        assert net["n"] == 9
    with bl.Network(f"journal:{killed}") as net:
        assert net.storage.condition() == WELL


def test_a_torn_tail_is_told_by_doctor_and_by_the_opening_that_cuts_it(killed, capfd):
    (segment,) = killed.glob("n-main/*.segment")
    content = segment.read_bytes().rstrip(b"\0")
    with segment.open("r+b") as file:
        file.seek(len(content))
        file.write(b"\x55" * 21)
    capfd.readouterr()
    assert call(["doctor", f"journal:{killed}"]) == 0
    (line,) = [line for line in capfd.readouterr().out.splitlines() if "torn" in line]
    assert line.startswith("read   network 'main': a torn tail of")
    assert segment.name in line
    assert "cut by the next opening" in line
    with bl.Network(f"journal:{killed}") as net:
        condition = net.storage.condition()
        cut = condition["cut"]
        assert condition == WELL | {"closed": False, "cut": cut}
        assert cut["file"] == segment.name
        told = f"a torn tail of {cut['bytes']} bytes at byte {cut['offset']} of '{cut['file']}', record {cut['record']}"
        assert told in line
        assert cut["offset"] + cut["bytes"] == len(content) + 21
        assert net["n"] == 9


def test_a_damaged_checkpoint_that_is_done_without_is_told_of(tmp_path):
    place = tmp_path / "data"
    with bl.Network(f"journal:{place}") as net:
        net.contact("text")
        for n in range(400):
            net["text"] = f"{n}" * 100_000 if n < 300 else n
    checkpoints = sorted(place.glob("n-main/*.checkpoint"))
    assert checkpoints
    content = bytearray(checkpoints[-1].read_bytes())
    content[-1] ^= 1
    checkpoints[-1].write_bytes(bytes(content))
    with bl.Network(f"journal:{place}") as net:
        (told,) = net.storage.condition()["damaged"]
        assert checkpoints[-1].name in told
        assert net["text"] == 399


def test_a_store_that_mends_itself_tells_nothing_and_one_without_a_network_is_refused(tmp_path):
    with bl.Network(f"sqlite:{tmp_path}/shop.db") as net:
        assert net.storage.condition() == WELL | {"closed": None}
    with pytest.raises(bl.errors.BasslineError, match="open here has a condition"):
        Storage.at(f"sqlite:{tmp_path}/shop.db").condition()
