"""Gadgets that are coroutines: what a burst of answers costs, beside plain functions and beside asyncio alone."""

from __future__ import annotations

import asyncio

import bassline as bl

BURST = 2_000


async def answer(value):
    return value + 1


def plain(value):
    return value + 1


def fan_out(function):
    """A network in which one write is an input of so many gadgets."""
    net = bl.Network()
    source = net.contact("source", 0)
    with net.batch():
        for at in range(BURST):
            net.gadget(function, name=f"gadget{at}", inputs={"value": "source"}, outputs=f"out{at}")
    net.settle()
    return net, source


def per_answer(seconds):
    return seconds / BURST * 1e6


def bench_two_thousand_coroutines_that_answer_in_one_burst(benchmark, rate):
    """From the write to the last of the answers, each of which is a tick."""
    net, source = fan_out(answer)
    values = iter(range(1, 1_000_000))

    def run():
        source.value = next(values)
        net.settle()

    benchmark(run)
    rate("us_per_answer", per_answer)
    assert net[f"out{BURST - 1}"] == source.value + 1


def bench_two_thousand_plain_functions_in_one_tick(benchmark, rate):
    """The same without coroutines: all of it is one tick."""
    net, source = fan_out(plain)
    values = iter(range(1, 1_000_000))

    def run():
        source.value = next(values)

    benchmark(run)
    rate("us_per_answer", per_answer)
    assert net[f"out{BURST - 1}"] == source.value + 1


def bench_two_thousand_tasks_of_asyncio_alone(benchmark, rate):
    """What an event loop takes for as many tasks that answer at once."""
    loop = asyncio.new_event_loop()

    async def all_of_them():
        return await asyncio.gather(*(answer(at) for at in range(BURST)))

    benchmark(lambda: loop.run_until_complete(all_of_them()))
    rate("us_per_answer", per_answer)
    loop.close()
