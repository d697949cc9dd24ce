"""The same operations give the same ticks, to the last change record, in every process."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def trace(hash_seed: int, cases: int) -> list[str]:
    words = [sys.executable, "-m", "tests.agreement.trace", str(cases)]
    environment = os.environ | {"PYTHONHASHSEED": str(hash_seed), "PYTHONPATH": os.environ.get("PYTHONPATH", "")}
    return subprocess.run(
        words, cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    ).stdout.splitlines()


def test_two_processes_give_equal_traces_of_the_same_operations():
    one, two = trace(1, 150), trace(2, 150)
    assert len(one) > 5000
    differing = [f"{index}: {a} / {b}" for index, (a, b) in enumerate(zip(one, two, strict=False)) if a != b]
    assert not differing[:3]
    assert len(one) == len(two)
