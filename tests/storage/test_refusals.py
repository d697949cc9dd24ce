"""What stands between a store and its file is one clear error, whoever runs the tests, and nothing is damaged by it."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

import bassline as bl

NOBODY = 65534
KINDS = ("sqlite:shop.db", "journal:shop")

# Runs as an ordinary user: to root no mode of a file says no.
OPENING = f"""
import json, os, sys
import bassline as bl
if os.geteuid() == 0:
    os.setgroups([])
    os.setgid({NOBODY})
    os.setuid({NOBODY})
try:
    with bl.Network(sys.argv[1]) as net:
        net["n"] = net["n"] + 1
    print(json.dumps(["written", net["n"]]))
except bl.StorageError as error:
    print(json.dumps(["refused", str(error)]))
"""

# Writes until it is told that there is no room, and says what was acknowledged before.
FILLING = """
import json, resource, signal, sys
import bassline as bl
net = bl.Network(sys.argv[1])
n = net.contact("n")
net.flush()
if len(sys.argv) > 2:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), int(sys.argv[2])))
try:
    for at in range(100_000):
        n.value = "x" * 1000 + str(at)
        net.flush()
        print(json.dumps(at), flush=True)
except bl.BasslineError as error:
    print(json.dumps([type(error).__name__, str(error)]), flush=True)
"""


@pytest.fixture
def folder():
    """A folder that everybody may enter; pytest's own are for one user."""
    path = Path(tempfile.mkdtemp())
    path.chmod(0o755)
    yield path
    shutil.rmtree(path)


@pytest.fixture(params=KINDS)
def url(request, folder):
    """A store with 5 in it, in the folder."""
    scheme, _, name = request.param.partition(":")
    url = f"{scheme}:{folder / name}"
    with bl.Network(url) as net:
        net.contact("n", 5)
    return url


def run(program, *words, cwd):
    done = subprocess.run(
        [sys.executable, "-c", program, *words], capture_output=True, text=True, check=False, timeout=120, cwd=cwd
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def contents(folder):
    """All there is but locks, which are of no one who has gone."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and "lock" not in path.name)
    return {path.relative_to(folder): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def give(folder, of_folders, of_files, owner=NOBODY):
    """To a program that is not root, all that is in the folder, and itself, has these modes."""
    owner = owner if os.geteuid() == 0 else -1
    places = [folder]
    for place in places:
        if place.is_dir():
            place.chmod(0o755)
            places += place.iterdir()
    for place in reversed(places):
        os.chown(place, owner, owner)
        place.chmod(of_folders if place.is_dir() else of_files)


CASES = {
    "the folder and what is in it are read-only": (0o555, 0o444),
    "what is in the folder is read-only": (0o755, 0o444),
    "what is in the folder may not be read": (0o755, 0),
    "the folder may not be entered": (0, 0o644),
    # Who is not root has nothing of another's, and no more rights to what is his own.
    "it is another's": (0o755, 0o644, 0) if os.geteuid() == 0 else (0o555, 0o444),
}


@pytest.mark.parametrize("case", CASES)
def test_what_this_user_may_not_write_is_refused_and_can_be_written_once_he_may(case, url, folder):
    before = contents(folder)
    give(folder, *CASES[case])
    [(outcome, text)] = run(OPENING, url, cwd=folder.parent)
    give(folder, 0o755, 0o644)
    assert outcome == "refused", text
    assert "\n" not in text
    assert url.partition(":")[2] in text
    assert "ermission denied" in text or "read-only" in text or "unable to open" in text
    assert contents(folder) == before
    assert run(OPENING, url, cwd=folder.parent) == [["written", 6]]


@pytest.fixture
def small(folder):
    """A file system of 3 MB, and the limit that stands for it where none can be made."""
    made = os.geteuid() == 0 and sys.platform == "linux"
    if made:
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=3m,mode=755", "none", folder], check=True)
    yield [] if made else [str(3 << 20)]
    if made:
        subprocess.run(["umount", "--lazy", folder], check=True)


@pytest.mark.parametrize("kind", KINDS)
def test_a_full_disk_is_one_clear_error_and_loses_nothing_acknowledged(kind, folder, small):
    scheme, _, name = kind.partition(":")
    url = f"{scheme}:{folder / name}"
    *acknowledged, last = run(FILLING, url, *small, cwd=folder)
    assert acknowledged, last
    name, text = last
    assert name in {"DriverError", "StorageError"}
    assert "full" in text or "No space left" in text or "too large" in text.lower() or "I/O error" in text
    if not small:
        # Room is made where there is none, before it is opened again.
        subprocess.run(["mount", "-o", "remount,size=64m", folder], check=True)
    with bl.Network(url) as net:
        assert int(net["n"].lstrip("x")) >= acknowledged[-1]
        net["n"] = "goes on"
        net.flush()
    with bl.Network(url) as net:
        assert net["n"] == "goes on"
        assert net.storage.check()[1] == []
