"""What is wrong with a journal is said in one line, with the place, and nothing is damaged by saying it."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import pytest

import bassline as bl


@pytest.fixture
def place(tmp_path):
    """A journal with a hundred ticks in it."""
    path = tmp_path / "data"
    with bl.Network(f"journal:{path}") as net:
        net.contact("n")
        for n in range(100):
            net["n"] = n
    return path


def segment(place: Path) -> Path:
    (found,) = place.glob("n-main/*.segment")
    return found


def fingerprint(place: Path) -> dict[str, str]:
    files = sorted(path for path in place.rglob("*") if path.is_file() and path.name != "lock")
    return {str(path.relative_to(place)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def refusal(place: Path) -> str:
    """What opening says; nothing is changed by it."""
    before = fingerprint(place)
    with pytest.raises(bl.StorageError) as raised:
        bl.Network(f"journal:{place}")
    assert fingerprint(place) == before
    text = str(raised.value)
    assert "\n" not in text
    return text


def change(path: Path, at: int, to: bytes) -> None:
    data = bytearray(path.read_bytes())
    data[at : at + len(to)] = to
    path.write_bytes(bytes(data))


def test_a_flipped_bit_is_located_and_nothing_is_changed(place):
    path = segment(place)
    change(path, 1000, bytes([path.read_bytes()[1000] ^ 4]))
    text = refusal(place)
    assert path.name in text
    assert "byte" in text
    assert "record" in text


def crc32c(data: bytes) -> int:
    """RFC 3720, bit by bit."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


def test_a_newer_format_is_named(place):
    path = segment(place)
    change(path, 8, b"\x63")
    change(path, 60, crc32c(path.read_bytes()[:60]).to_bytes(4, "little"))
    text = refusal(place)
    assert "version 99" in text
    assert "newer bassline" in text


def test_a_file_that_is_no_segment_is_named(place):
    segment(place).write_bytes(b"these are my notes, and no segment of any journal at all, whatever it is called\n")
    assert segment(place).name in refusal(place)


def test_a_segment_that_is_gone_is_missed(tmp_path):
    place = tmp_path / "data"
    with bl.Network(f"journal:{place}") as net:
        net.contact("n")
    segment(place).rename(segment(place).with_name(f"{7:020}.segment"))
    text = refusal(place)
    assert "segment" in text or "record" in text


def test_a_file_where_the_directory_should_be_is_named(tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("my notes")
    with pytest.raises(bl.StorageError, match=r"notes\.txt.* is a file, expected a bassline store"):
        bl.Network(f"journal:{path}")
    assert path.read_text() == "my notes"


def test_a_directory_that_cannot_be_made_is_named(tmp_path):
    with pytest.raises(bl.StorageError, match="does not exist; create it first"):
        bl.Network(f"journal:{tmp_path}/no/such/place")


def test_the_second_process_is_told_that_the_first_has_it(place):
    with bl.Network(f"journal:{place}") as net:
        program = f"import bassline as bl\nbl.Network('journal:{place}')"
        done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
        assert done.returncode == 1
        assert "StorageError" in done.stderr
        assert "is open already" in done.stderr
        net["n"] = 5
        net.flush()
    with bl.Network(f"journal:{place}") as net:
        assert net["n"] == 5


FULL = """
import json, resource, signal, sys
import bassline as bl

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
net = bl.Network(sys.argv[1])
n = net.contact("n")
resource.setrlimit(resource.RLIMIT_FSIZE, (3 << 20, 3 << 20))
try:
    for at in range(10_000):
        n.value = "x" * 1000 + str(at)
        net.flush()
        print(json.dumps(at), flush=True)
except bl.BasslineError as error:
    print(json.dumps({"error": type(error).__name__, "text": str(error)}), flush=True)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such limits")
def test_a_full_disk_is_one_clear_error_and_loses_nothing_acknowledged(tmp_path):
    place = f"journal:{tmp_path}/data"
    done = subprocess.run([sys.executable, "-c", FULL, place], capture_output=True, text=True, check=False, timeout=120)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    last = lines.pop()
    assert isinstance(last, dict), done.stderr
    assert last["error"] in {"DriverError", "StorageError"}
    assert "too large" in last["text"].lower() or "space" in last["text"].lower()
    with bl.Network(place) as net:
        at = int(net["n"].lstrip("x"))
        assert at >= lines[-1]
        net["n"] = "goes on"
        net.flush()
