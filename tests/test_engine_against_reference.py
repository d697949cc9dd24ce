"""The engine against the naive reference evaluator, on random networks and random operations.

`BASSLINE_CASES` says how many cases (300), `BASSLINE_SEED` starts somewhere else (0). A failure prints a script of
plain data to run again with `run_script`; `tests/agreement/` has what scripts are, how they are drawn and compared.
"""

from __future__ import annotations

import contextlib
import importlib
import itertools
import math
import os
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings

from tests.agreement.comparing import (
    Check,
    disagreement,
    engine_agrees,
    reference_agrees_with_itself,
    run_script,
    script,
    shrunk,
)
from tests.agreement.drawing import FORWARD, inf, nan, scripts, stream_networks
from tests.agreement.running import Op, Run

__all__ = ["inf", "nan", "run_script"]  # for the scripts that failures print

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
    @given(scripts())
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
def test_the_engine_agrees_with_the_reference(shard: int) -> None:
    for_each_script(shard, min(CASES, SHARD), engine_agrees)


@pytest.mark.parametrize("shard", shards(CASES // 3))
def test_the_reference_agrees_with_itself_whatever_the_order_of_independent_regions(shard: int) -> None:
    for_each_script(10_000 + shard, min(CASES, SHARD), reference_agrees_with_itself)


def events_seen(run: Run, ops: list[Op]) -> dict[str, list[Any]]:
    """Every value of every stream contact, in order; of the other contacts only the last."""
    values: dict[str, list[Any]] = {}
    for seen in run.all(ops):
        assert seen["outcome"][0] is None
        for path, changes in seen["changes"].items():
            new = [change[2] for change in changes]
            values[path] = values.get(path, []) + new if path in FORWARD else new[-1:]
    return values


def check_cutting(bl: Any) -> None:
    @seed(SEED)
    @settings(max_examples=max(1, CASES // 2), deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(stream_networks())
    def each(case: tuple[list[Op], list[Op], list[int]]) -> None:
        setup, events, cuts = case
        batches: list[Op] = [["batch", events[a:b], False] for a, b in itertools.pairwise(cuts)]
        singles, together = (
            events_seen(Run(bl, bl.Network()), setup + events),
            events_seen(Run(bl, bl.Network()), setup + batches),
        )
        if singles != together:
            pytest.fail(
                f"one by one {singles}\nin batches {together}\n\n{script(setup + batches, 'record')}", pytrace=False
            )

    each()


@pytest.mark.parametrize("world", ["tests.reference", "bassline"])
def test_cutting_a_run_of_events_into_batches_of_any_size_changes_nothing_that_is_seen(world: str) -> None:
    check_cutting(importlib.import_module(world))
