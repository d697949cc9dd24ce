"""The engine against the naive reference evaluator, on random networks of every blend.

`BASSLINE_CASES` says how many cases (300), `BASSLINE_SEED` starts somewhere else (0).
"""

from __future__ import annotations

import contextlib
import math
import os

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings

from tests.agreement.comparing import Check, disagreement, engine_agrees, reference_agrees_with_itself, shrunk
from tests.agreement.drawing_blends import blend_scripts
from tests.agreement.running import Op

CASES = int(os.environ.get("BASSLINE_CASES", "300"))
SEED = int(os.environ.get("BASSLINE_SEED", "0"))
SHARD = 25


def for_each_script(shard: int, cases: int, check: Check) -> None:
    @seed(SEED * 1_000_000 + shard)
    @settings(
        max_examples=cases,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )
    @given(blend_scripts())
    def each(case: tuple[list[Op], str]) -> None:
        text = disagreement(check, *case)
        if text is not None:
            failed.append((case, text))
            raise AssertionError(text)

    failed: list[tuple[tuple[list[Op], str], str]] = []
    with contextlib.suppress(AssertionError):
        each()
    if failed:
        (ops, contradictions), text = failed[-1]
        pytest.fail(shrunk(check, ops, contradictions, text), pytrace=False)


def shards(cases: int) -> list[int]:
    return list(range(max(1, math.ceil(cases / SHARD))))


@pytest.mark.parametrize("shard", shards(CASES))
def test_the_engine_agrees_with_the_reference_on_every_blend(shard: int) -> None:
    for_each_script(20_000 + shard, min(CASES, SHARD), engine_agrees)


@pytest.mark.parametrize("shard", shards(CASES // 3))
def test_the_reference_agrees_with_itself_on_every_blend(shard: int) -> None:
    for_each_script(30_000 + shard, min(CASES, SHARD), reference_agrees_with_itself)
