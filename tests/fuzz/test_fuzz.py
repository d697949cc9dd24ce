"""Every public callable, found by reflection, called with everything that it does not expect.

`BASSLINE_SEED` starts somewhere else (0). `python -m tests.fuzz` runs longer, and a case again; see there.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import bassline as bl
from tests.fuzz import surface
from tests.fuzz.running import Account

ROOT = Path(__file__).resolve().parents[2]
SEED = os.environ.get("BASSLINE_SEED", "0")
SECONDS = 10
TRACED = 120  # cases


def fuzz(*words: object, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tests.fuzz", "--seed", SEED, *map(str, words)]
    return subprocess.run(
        command,
        check=False,
        cwd=ROOT,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=100,
    )


def test_each_call_succeeds_or_is_refused_with_an_error_of_ours_and_the_network_is_as_it_was(tmp_path):
    done = fuzz("--seconds", SECONDS, "--trail", tmp_path / "call")
    last = (tmp_path / "call").read_text(errors="replace").strip()
    if done.returncode or "panicked" in done.stderr:
        pytest.fail(f"{done.stdout[-4000:]}\nlast: {last}\n{done.stderr[-4000:]}", pytrace=False)


def test_what_is_refused_is_refused_in_the_same_words_in_every_run():
    one, other = (fuzz("--trace", TRACED, PYTHONHASHSEED=seed) for seed in ("1", "2"))
    assert (one.returncode, other.returncode) == (0, 0), one.stdout[-4000:]
    differing = [
        pair for pair in zip(one.stdout.splitlines(), other.stdout.splitlines(), strict=True) if len({*pair}) > 1
    ]
    assert not differing


def test_reflection_finds_what_there_is_to_call():
    found = Account().targets()
    expected = {
        "Network", "primitives", "register_codec", "RowReader.csv", "Network.from_manifest", "Network.contact", "Network.__getitem__",
        "Network.__setitem__", "Network.tick", "Contact.value", "Contact.value=", "Contact.erase", "Gadget.firings", "Wire.ends",
        "Group.gadget", "Batch.__len__", "Interval.__contains__", "Change.cause", "NothingType.__bool__", "DriverError.tick",
    }  # fmt: skip
    assert not expected - found.keys()


def test_what_is_added_to_a_public_class_is_found_by_itself(monkeypatch):
    monkeypatch.setattr(bl.Network, "columns", lambda self, paths: None, raising=False)
    assert "columns" in surface.public_names(bl.Network)
