"""The engine against the naive reference evaluator, on random networks and random operations.

`BASSLINE_CASES` says how many cases (10,000), `BASSLINE_SEED` starts somewhere else (0). A failure prints a script of
plain data to run again with `run_script`; `tests/agreement/` has what scripts are, how they are drawn and compared.
"""

from __future__ import annotations

import importlib
import itertools
import os
from concurrent.futures import ProcessPoolExecutor
from typing import Any

import pytest

from tests.agreement.cases import Cases
from tests.agreement.comparing import run_script, script
from tests.agreement.drawing import FORWARD, drawn_streams, inf, nan
from tests.agreement.parts import check_part, parts, workers
from tests.agreement.running import Op, Run

__all__ = ["inf", "nan", "run_script", "workers"]  # the first three for the scripts that failures print

CASES = int(os.environ.get("BASSLINE_CASES", "10000"))
SEED = int(os.environ.get("BASSLINE_SEED", "0"))
PART = 1000  # cases of one test
PART_OF_LINKS = 50


@pytest.mark.parametrize("part", parts(CASES, PART))
def test_the_engine_agrees_with_the_reference(part: tuple[int, int], workers: ProcessPoolExecutor) -> None:
    check_part(workers, Cases("engine", SEED), part)


@pytest.mark.parametrize("part", parts(max(1, CASES // 5), PART))
def test_the_reference_agrees_with_itself_whatever_the_order_of_independent_regions(
    part: tuple[int, int], workers: ProcessPoolExecutor
) -> None:
    check_part(workers, Cases("reference", SEED), part)


@pytest.mark.parametrize("part", parts(max(1, CASES // 20), PART_OF_LINKS))
def test_networks_of_links_between_streams_and_states_agree(
    part: tuple[int, int], workers: ProcessPoolExecutor
) -> None:
    check_part(workers, Cases("engine", SEED, "links"), part)


@pytest.mark.parametrize("part", parts(max(1, CASES // 100), PART_OF_LINKS))
def test_the_reference_agrees_with_itself_on_links_between_streams_and_states(
    part: tuple[int, int], workers: ProcessPoolExecutor
) -> None:
    check_part(workers, Cases("reference", SEED, "links"), part)


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
