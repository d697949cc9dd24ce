"""The engine against the naive reference evaluator, on random networks of every blend.

`BASSLINE_CASES` says how many cases (300), `BASSLINE_SEED` starts somewhere else (0).
"""

from __future__ import annotations

import os
from concurrent.futures import ProcessPoolExecutor

import pytest

from tests.agreement.cases import Cases
from tests.agreement.parts import check_part, parts, workers

__all__ = ["workers"]

CASES = int(os.environ.get("BASSLINE_CASES", "300"))
SEED = int(os.environ.get("BASSLINE_SEED", "0"))
PART = 50  # cases of one test


@pytest.mark.parametrize("part", parts(CASES, PART))
def test_the_engine_agrees_with_the_reference_on_every_blend(
    part: tuple[int, int], workers: ProcessPoolExecutor
) -> None:
    check_part(workers, Cases("engine", SEED, "blends"), part)


@pytest.mark.parametrize("part", parts(max(1, CASES // 3), PART))
def test_the_reference_agrees_with_itself_on_every_blend(part: tuple[int, int], workers: ProcessPoolExecutor) -> None:
    check_part(workers, Cases("reference", SEED, "blends"), part)
