"""Many cases as a few tests, each a part of them, over all cores."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor

import pytest

from tests.agreement.cases import Cases, explained, pool, run_cases
from tests.agreement.tally import Tally


@pytest.fixture(scope="module")
def workers() -> Iterator[ProcessPoolExecutor]:
    with pool() as workers:
        yield workers


def parts(cases: int, part: int) -> list[tuple[int, int]]:
    """The first case of each part, and how many it has."""
    return [(first, min(part, cases - first)) for first in range(0, cases, part)]


def check_part(workers: ProcessPoolExecutor, cases: Cases, part: tuple[int, int]) -> None:
    tally = Tally()
    for chunk in run_cases(workers, cases, *part):
        tally.add(chunk.tally)
        if chunk.failed is not None:
            pytest.fail(explained(cases, chunk), pytrace=False)
    print(tally)
    assert not tally.missing()
