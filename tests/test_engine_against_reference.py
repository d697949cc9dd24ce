"""The engine against the naive reference evaluator, on random networks and random operations.

`BASSLINE_CASES` says how many cases (10,000), `BASSLINE_SEED` starts somewhere else (0). A failure prints a script of
plain data to run again with `run_script`; `tests/agreement/` has what scripts are, how they are drawn and compared.
"""

from __future__ import annotations

import importlib
import itertools
import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from typing import Any

import pytest

from tests.agreement.cases import explained, pool, run_cases
from tests.agreement.comparing import (
    Check,
    disagreement,
    engine_agrees,
    reference_agrees_with_itself,
    run_script,
    script,
    shrunk,
)
from tests.agreement.drawing import FORWARD, drawn_streams, inf, nan
from tests.agreement.drawing_links import drawn_links
from tests.agreement.running import Op, Run
from tests.agreement.tally import Tally

__all__ = ["inf", "nan", "run_script"]  # for the scripts that failures print

CASES = int(os.environ.get("BASSLINE_CASES", "10000"))
SEED = int(os.environ.get("BASSLINE_SEED", "0"))
PART = 1000  # cases of one test


@pytest.fixture(scope="module")
def workers() -> Iterator[ProcessPoolExecutor]:
    with pool() as workers:
        yield workers


def parts(cases: int) -> list[int]:
    return list(range(0, cases, PART))


def check_cases(workers: ProcessPoolExecutor, check: str, first: int, cases: int) -> None:
    tally = Tally()
    for chunk in run_cases(workers, check, SEED, first, min(PART, cases - first)):
        tally.add(chunk.tally)
        if chunk.failed is not None:
            pytest.fail(explained(check, SEED, chunk), pytrace=False)
    print(tally)
    assert not tally.missing()


@pytest.mark.parametrize("first", parts(CASES))
def test_the_engine_agrees_with_the_reference(first: int, workers: ProcessPoolExecutor) -> None:
    check_cases(workers, "engine", first, CASES)


@pytest.mark.parametrize("first", parts(max(1, CASES // 5)))
def test_the_reference_agrees_with_itself_whatever_the_order_of_independent_regions(
    first: int, workers: ProcessPoolExecutor
) -> None:
    check_cases(workers, "reference", first, max(1, CASES // 5))


@pytest.mark.parametrize(("check", "part"), [(engine_agrees, 20), (reference_agrees_with_itself, 100)])
def test_networks_of_links_between_streams_and_states_agree(check: Check, part: int) -> None:
    for case in range(max(1, CASES // part)):
        ops, contradictions = drawn_links(SEED, case)
        if text := disagreement(check, ops, contradictions):
            pytest.fail(shrunk(check, ops, contradictions, text), pytrace=False)


def events_seen(run: Run, ops: list[Op]) -> dict[str, list[Any]]:
    """Every value of every stream contact, in order; of the other contacts only the last."""
    values: dict[str, list[Any]] = {}
    for seen in run.all(ops):
        assert seen["outcome"][0] is None
        for path, changes in seen["changes"].items():
            new = [change[2] for change in changes]
            values[path] = values.get(path, []) + new if path in FORWARD else new[-1:]
    return values


@pytest.mark.parametrize("world", ["tests.reference", "bassline"])
def test_cutting_a_run_of_events_into_batches_of_any_size_changes_nothing_that_is_seen(world: str) -> None:
    bl = importlib.import_module(world)
    for case in range(max(1, CASES // 20)):
        setup, events, cuts = drawn_streams(SEED, case)
        batches: list[Op] = [["batch", events[a:b], False] for a, b in itertools.pairwise(cuts)]
        singles, together = (
            events_seen(Run(bl, bl.Network()), setup + events),
            events_seen(Run(bl, bl.Network()), setup + batches),
        )
        if singles != together:
            pytest.fail(
                f"one by one {singles}\nin batches {together}\n\n{script(setup + batches, 'record')}", pytrace=False
            )
