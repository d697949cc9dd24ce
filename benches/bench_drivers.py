"""Drivers in Python: changes per second that reach one, and what writers pay for drivers they do not wait for."""

from __future__ import annotations

import threading

import numpy as np
import pytest

import bassline as bl

TICKS = 20_000
WIDE, WIDE_TICKS = 1_000, 200


class Sums(bl.Driver):
    """Looks at every new value of its batches."""

    def __init__(self):
        self.count, self.total = 0, 0.0

    def handle_changes(self, batch):
        values = batch.values
        self.count += len(values)
        self.total += sum(values)


class Walks(bl.Driver):
    """Looks at every change of its batches."""

    def __init__(self):
        self.count = 0

    def handle_changes(self, batch):
        for change in batch:
            change.path, change.new  # noqa: B018
            self.count += 1


def changes_per_second(changes):
    return lambda seconds: changes / seconds


@pytest.mark.parametrize("driver", [Sums, Walks])
def bench_one_python_driver_of_ticks_of_one_change(benchmark, rate, driver):
    """One change a tick, up to 1,000 ticks a batch, until the driver has taken them all."""
    net, taker = bl.Network(), driver()
    x = net.contact("x", 0.0)
    net.attach(taker, name="taker", batch=1_000, max_records=1_000_000, snapshot=False)
    values = [float(number) for number in range(1, TICKS + 1)]

    def run():
        for value in values:
            x.value = value
        net.flush()
        x.value = 0.0
        net.flush()

    benchmark(run)
    rate("changes_per_second", changes_per_second(TICKS + 1))
    assert taker.count > 0
    assert taker.count % (TICKS + 1) == 0


@pytest.mark.parametrize("driver", [Sums, Walks])
def bench_one_python_driver_of_ticks_of_a_thousand_changes(benchmark, rate, driver):
    """A thousand changes a tick, a tick a batch, until the driver has taken them all."""
    net, taker = bl.Network(), driver()
    columns = net.columns(net.declare([f"x{at}" for at in range(WIDE)]))
    net.attach(taker, name="taker", batch=1, snapshot=False)
    columns_of = [np.full(WIDE, number, float) for number in range(1, WIDE_TICKS + 1)]

    def run():
        for column in columns_of:
            columns.set(column)
        net.flush()

    benchmark(run)
    rate("changes_per_second", changes_per_second(WIDE * WIDE_TICKS))
    assert taker.count > 0
    assert taker.count % WIDE == 0


class Hangs(bl.Driver):
    """Never returns from its first batch."""

    go = threading.Event()

    def handle_changes(self, _):
        self.go.wait()


@pytest.mark.parametrize("beside", ["nobody", "one that hangs"])
def bench_a_driver_beside_one_that_hangs(benchmark, rate, beside):
    """What another driver takes meanwhile; the hanging one coalesces."""
    net, taker = bl.Network(), Sums()
    x = net.contact("x", 0.0)
    if beside != "nobody":
        net.attach(Hangs(), name="hangs", policy="coalesce", max_records=10_000, durable=False)
    net.attach(taker, name="taker", max_records=1_000_000, snapshot=False)
    values = [float(number) for number in range(1, TICKS + 1)]

    def run():
        for value in values:
            x.value = value
        net.flush()
        x.value = 0.0
        net.flush()

    benchmark(run)
    rate("changes_per_second", changes_per_second(TICKS + 1))
    Hangs.go.set()
