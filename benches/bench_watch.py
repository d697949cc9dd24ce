"""Watchers: what those cost whom nothing concerns, and what it costs to hand a change over, in a loop and in asyncio.

A ratio is of rounds in turns on two networks that are alike but for their watchers, and of the best of each.
"""

from __future__ import annotations

import asyncio
import threading
import time
from itertools import count

import pytest

import bassline as bl

WATCHERS = 10_000
BURST = 2_000
CALLS = 10_000
ROUNDS = 15
TURNS = 60

PATTERNS = {
    "paths": lambda at: f"user{at}/inbox",
    "groups": lambda at: f"user{at}/**",
    "names": lambda at: f"**/inbox{at}",
}


def each(calls):
    """Seconds as ns per call, of so many."""
    return lambda seconds: seconds * 1e9 / calls


def network(contacts):
    net = bl.Network()
    return net, net.declare({f"site{at % 100}/sensor{at}": 0.0 for at in range(contacts)})


def singly(contacts, numbers):
    """So many ticks of one write each, over all contacts; ns per change."""
    started = time.perf_counter()
    number = float(next(numbers))
    for at in range(CALLS):
        contacts[at % len(contacts)].value = number + at
    return (time.perf_counter() - started) * 1e9 / CALLS


def at_once(net, contacts, numbers):
    """One tick that writes all contacts; ns per change."""
    values = dict.fromkeys([contact.path for contact in contacts], float(next(numbers)))
    started = time.perf_counter()
    net.update(values)
    return (time.perf_counter() - started) * 1e9 / len(contacts)


@pytest.mark.parametrize("how", ["single writes", "one tick"])
@pytest.mark.parametrize("kind", PATTERNS)
@pytest.mark.parametrize("form", ["watch", "on_change"])
def bench_nobody_is_concerned(benchmark, figure, form, kind, how):
    """Writes with 10,000 watchers of other contacts, beside the same without any."""
    pairs = [network(10_000) for _ in range(2)]
    watched = pairs[1][0]
    if form == "watch":
        kept = [watched.watch(PATTERNS[kind](at)) for at in range(WATCHERS)]
    else:
        kept = [watched.on_change(PATTERNS[kind](at), print) for at in range(WATCHERS)]
    numbers = count(1, 1_000_000)
    took = ([], [])

    def rounds():
        for at, (net, contacts) in enumerate(pairs):
            took[at].append(singly(contacts, numbers) if how == "single writes" else at_once(net, contacts, numbers))

    benchmark.pedantic(rounds, rounds=TURNS, warmup_rounds=1)
    without, within = (min(each_round) for each_round in took)
    figure("ns_per_change_without", without)
    figure("ns_per_change_with_10000", within)
    figure("percent_slower", (within / without - 1) * 100)
    assert len(kept) == WATCHERS


def bench_write_with_a_watch(benchmark, rate):
    """contact.value = x into a queue that has room."""
    net = bl.Network()
    x = net.contact("x", 0.0)
    watch = net.watch("x", max_pending=10**7)
    numbers = count(1)

    def fresh():
        watch.drain()
        return ([float(next(numbers)) for _ in range(CALLS)],), {}

    def write(values):
        for value in values:
            x.value = value

    benchmark.pedantic(write, setup=fresh, rounds=ROUNDS, warmup_rounds=1)
    rate("ns_per_write", each(CALLS))
    assert watch.pending == CALLS


def bench_write_with_a_watch_that_is_full(benchmark, rate):
    """contact.value = x into a queue of 1,000 that nobody takes from."""
    net = bl.Network()
    x = net.contact("x", 0.0)
    watch = net.watch("x", max_pending=1_000)
    numbers = count(1)

    def fresh():
        return ([float(next(numbers)) for _ in range(CALLS)],), {}

    def write(values):
        for value in values:
            x.value = value

    benchmark.pedantic(write, setup=fresh, rounds=ROUNDS, warmup_rounds=1)
    rate("ns_per_write", each(CALLS))
    assert watch.pending == 1_000


def filled():
    """A watch in which a burst waits."""
    net = bl.Network()
    x = net.contact("x", 0)
    watch = net.watch("x")
    for at in range(BURST):
        x.value = at + 1
    return watch


def bench_take_in_a_loop(benchmark, rate):
    """for change in watch: a burst of 2,000 that is there."""

    def take(watch):
        for change in watch:
            if change.tick == BURST + 1:
                return

    benchmark.pedantic(take, setup=lambda: ((filled(),), {}), rounds=ROUNDS, warmup_rounds=1)
    rate("ns_per_change", each(BURST))


def bench_drain(benchmark, rate):
    """watch.drain(): a burst of 2,000 that is there."""
    benchmark.pedantic(lambda watch: watch.drain(), setup=lambda: ((filled(),), {}), rounds=ROUNDS, warmup_rounds=1)
    rate("ns_per_change", each(BURST))


def bench_async_burst(benchmark, rate):
    """async for: a burst of 2,000 written on the loop while a task waits, up to the last change taken."""
    loop = asyncio.new_event_loop()

    async def take(watch):
        taken = 0
        async for _ in watch:
            taken += 1
            if taken == BURST:
                return

    async def burst(x, watch):
        taker = asyncio.create_task(take(watch))
        await asyncio.sleep(0)
        for at in range(BURST):
            x.value = at + 1
        await taker

    def fresh():
        net = bl.Network()
        x = net.contact("x", 0)
        return (x, net.watch("x")), {}

    def run(x, watch):
        loop.run_until_complete(burst(x, watch))

    benchmark.pedantic(run, setup=fresh, rounds=ROUNDS, warmup_rounds=1)
    rate("ns_per_change_written_and_taken", each(BURST))
    loop.close()


def bench_async_burst_of_a_thread(benchmark, rate):
    """async for: a burst of 2,000 that another thread writes while a task waits, likewise."""

    async def main(x, watch):
        writer = threading.Thread(target=write, args=[x])
        taken = 0
        writer.start()
        async for _ in watch:
            taken += 1
            if taken == BURST:
                break
        writer.join()

    def write(x):
        for at in range(BURST):
            x.value = at + 1

    def fresh():
        net = bl.Network()
        x = net.contact("x", 0)
        return (x, net.watch("x")), {}

    benchmark.pedantic(lambda x, watch: asyncio.run(main(x, watch)), setup=fresh, rounds=ROUNDS, warmup_rounds=1)
    rate("ns_per_change_written_and_taken", each(BURST))


def bench_one_change_awaited(benchmark, rate):
    """await anext(watch) for one change after the other: each with a future and a wake-up of its own."""

    async def main(x, watch):
        loop = asyncio.get_running_loop()
        for at in range(BURST):
            loop.call_soon(setattr, x, "value", at + 1)
            await anext(watch)

    def fresh():
        net = bl.Network()
        x = net.contact("x", 0)
        return (x, net.watch("x")), {}

    benchmark.pedantic(lambda x, watch: asyncio.run(main(x, watch)), setup=fresh, rounds=ROUNDS, warmup_rounds=1)
    rate("ns_per_change_written_and_taken", each(BURST))
