"""Single calls from Python, in a plain loop: the loop, some 10 ns a call, is in the figure.

Percentiles are of calls timed one by one, less what reading the clock costs.
"""

from __future__ import annotations

import random
import statistics
import time
from itertools import count

import numpy as np
import pytest

import bassline as bl

CALLS = 10_000


def each(calls):
    """Seconds as ns per call, of so many."""
    return lambda seconds: seconds * 1e9 / calls


def bench_set_value(benchmark, rate):
    """contact.value = x, with nothing that depends on it: one tick."""
    x = bl.Network().contact("x", 0.0)
    values = [float(number) for number in range(1, CALLS + 1)]

    def write():
        for value in values:
            x.value = value

    benchmark(write)
    rate("ns_per_write", each(CALLS))
    assert x.value == CALLS


def bench_get_value(benchmark, rate):
    """contact.value."""
    x = bl.Network().contact("x", 1.5)
    turns = range(CALLS)

    def read():
        for _ in turns:
            x.value  # noqa: B018

    benchmark(read)
    rate("ns_per_read", each(CALLS))


@pytest.fixture(scope="module", params=[1_000, 100_000])
def many(request):
    """A network of so many contacts, and their paths in random order."""
    net = bl.Network()
    with net.batch():
        paths = [net.contact(f"site{at % 100}/sensor{at}", float(at)).path for at in range(request.param)]
    random.Random(1).shuffle(paths)
    return net, paths


def bench_get_by_path(benchmark, rate, many):
    """net[path], another contact at every call; the larger network is beyond the processor's caches."""
    net, paths = many

    def read():
        for path in paths:
            net[path]

    benchmark(read)
    rate("ns_per_read", each(len(paths)))


def bench_get_by_path_percentiles(benchmark, figure, many):
    """net[path], another contact at every call: the median call and the 99th percentile, of the best round."""
    net, paths = many
    now = time.perf_counter_ns
    medians, tails = [], []

    def read():
        clock, took = [], []
        for path in paths:
            started = now()
            read_clock = now()
            net[path]
            ended = now()
            clock.append(read_clock - started)
            took.append(ended - read_clock)
        reading = statistics.median(clock)
        percentiles = statistics.quantiles(took, n=100)
        medians.append(percentiles[49] - reading)
        tails.append(percentiles[98] - reading)

    benchmark.pedantic(read, rounds=9, warmup_rounds=1)
    figure("ns_p50", min(medians))
    figure("ns_p99", min(tails))
    figure("ns_p99_median_of_rounds", statistics.median(tails))


def bench_update_of_all(benchmark, rate, many):
    """net.update of all of them: one tick."""
    net, paths = many
    numbers = count(1)

    def fresh():
        return (dict.fromkeys(paths, float(next(numbers))),), {}

    benchmark.pedantic(net.update, setup=fresh, rounds=9, warmup_rounds=1)
    rate("ns_per_contact", each(len(paths)))


def bench_ten_gadgets(benchmark, rate):
    """A write, and a chain of ten native gadgets behind it: one tick."""
    net = bl.Network()
    x = net.contact("x", 0.0)
    for at in range(10):
        net.gadget("math.add", a=f"c{at - 1}" if at else "x", b=1.0, sum=f"c{at}")
    values = [float(number) for number in range(1, CALLS + 1)]

    def write():
        for value in values:
            x.value = value

    benchmark(write)
    rate("ns_per_tick", each(CALLS))
    assert net["c9"] == CALLS + 10


def bench_columns(benchmark, rate):
    """net.columns(paths).set(array) of a million floats: one tick."""
    net = bl.Network()
    with net.batch():
        paths = [net.contact(f"c{at}", 0.0).path for at in range(1_000_000)]
    columns = net.columns(paths)
    arrays = [np.arange(1_000_000, dtype=float) + shift for shift in (1.0, 2.0)]
    turn = count()
    benchmark.pedantic(lambda: columns.set(arrays[next(turn) % 2]), rounds=9, warmup_rounds=1)
    rate("ns_per_contact", each(1_000_000))
    assert (columns.get() == arrays[(next(turn) - 1) % 2]).all()
