"""A million contacts and wires from Python: time to build, resident memory each, a million additions and removals.

Each runs in a fresh process, so that nothing else is in its memory. Seconds are of the processor as well as of the wall
clock: on a busy machine the first is the steadier.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

PREPARE = """
import gc, json, time
import bassline as bl

MILLION = 1_000_000

def resident():
    gc.collect()
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * 4096

def report(**figures):
    print(json.dumps(figures))

net = bl.Network()
"""

BUILD = """
wall, processor = time.perf_counter(), time.process_time()
with net.batch():
    for at in range(MILLION):
        net.contact(f"c{at}", 0.0)
    for at in range(1, MILLION):
        net.wire(f"c{at // 2}", f"c{at}", kind="directed")
report(seconds=time.perf_counter() - wall, processor_seconds=time.process_time() - processor)
"""

MEMORY = """
figures = {}
def grown(name, each, work):
    before = resident()
    for start in range(0, MILLION, 1000):  # small ticks: a large one gives memory back that hides what comes after it
        with net.batch():
            for at in range(start, start + 1000):
                work(at)
    figures[name] = (resident() - before) / each

names = [f"c{at}" for at in range(MILLION)]

def contact(group):
    return lambda at: net.contact(f"{group}/{names[at]}", float(at))

def wire(at):
    if at % 2:
        net.wire(f"first/{names[at - 1]}", f"first/{names[at]}", kind="directed")

grown("bytes_per_contact", MILLION, contact("first"))
grown("bytes_per_contact_with_known_name", MILLION, contact("second"))
grown("bytes_per_wire_end", MILLION, wire)
figures["bytes_per_name"] = figures["bytes_per_contact"] - figures["bytes_per_contact_with_known_name"]
report(**figures)
"""

CYCLES = """
source = net.contact("source", 1.0)
wall = time.perf_counter()
for cycle in range(MILLION):
    if cycle == 1000:
        start = resident()
    name = NAME
    net.gadget("math.add", a="source", b=1.0, sum=name)
    net.remove(name)
report(mb_after_1_000=start / 1e6, mb_after_1_000_000=resident() / 1e6, ns_per_cycle=(time.perf_counter() - wall) * 1e3)
"""


def run(program):
    """What a program reports, in a fresh process."""
    words = [sys.executable, "-c", PREPARE + program]
    given_back = os.environ | {"MALLOC_MMAP_THRESHOLD_": "65536"}  # or large columns, when outgrown, stay resident
    return json.loads(subprocess.run(words, check=True, stdout=subprocess.PIPE, text=True, env=given_back).stdout)


@pytest.mark.parametrize(
    "program",
    [
        pytest.param(BUILD, id="build"),
        pytest.param(MEMORY, id="memory"),
        pytest.param(CYCLES.replace("NAME", '"c"'), id="cycles_of_one_name"),
        pytest.param(CYCLES.replace("NAME", 'f"c{cycle}"'), id="cycles_of_new_names"),
    ],
)
def bench_million(benchmark, figure, program):
    if not sys.platform.startswith("linux"):
        pytest.fail(
            "resident memory is read from /proc, which Linux has: run it there, or leave it out with -k 'not million'",
            pytrace=False,
        )
    for name, value in benchmark.pedantic(run, args=(program,), rounds=1).items():
        figure(name, value)
