"""Whatever one driver does under 100,000 changes a second: the others take everything, and memory stays within the bound."""

from __future__ import annotations

import pytest

from tests.kernel import load

SECONDS = 20  # in all


@pytest.mark.parametrize("policy", load.POLICIES)
@pytest.mark.parametrize("kind", [kind for kind in load.KINDS if kind != "none"])
def test_the_others_take_everything_and_memory_stays_within_the_bound(kind, policy):
    turns = len(load.POLICIES) * (len(load.KINDS) - 1)
    found = load.in_process(kind, policy, SECONDS / turns)
    assert load.problems(found) == []
    assert found["bad_calls"] > 0
    assert kind in ("sleeps", "hangs") or found["bad"] is not None
