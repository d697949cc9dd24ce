"""What the times come to, in one list after pytest-benchmark's own table."""

from __future__ import annotations

import pytest

RATES = pytest.StashKey()


@pytest.fixture
def rate(benchmark, request):
    """Note what a benchmark's best time comes to, under a name, in `extra_info` and in the list at the end."""

    def note(name, of_seconds):
        if benchmark.stats:  # not if benchmarks are disabled
            value = of_seconds(benchmark.stats.stats.min)
            benchmark.extra_info[name] = round(value, 1)
            request.config.stash.setdefault(RATES, []).append((request.node.name, name, value))

    return note


@pytest.fixture
def figure(benchmark, request):
    """Note a figure that is not a rate, such as a percentile or bytes, in the same places."""

    def note(name, value):
        benchmark.extra_info[name] = round(value, 1)
        request.config.stash.setdefault(RATES, []).append((request.node.name, name, value))

    return note


def pytest_terminal_summary(terminalreporter, config):
    """Print the list."""
    rates = config.stash.get(RATES, [])
    if rates:
        terminalreporter.section("rates of the best round, and other figures")
    for test, name, value in rates:
        terminalreporter.write_line(f"{test:<36} {value:>14,.1f} {name.replace('_', ' ')}")
