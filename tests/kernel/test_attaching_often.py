"""Drivers come and go, and leave nothing behind."""

from __future__ import annotations

import gc
import os
import threading
import weakref
from pathlib import Path

import pytest

import bassline as bl
from tests.kernel.scripted import Keep
from tests.waiting import until


def threads():
    return len(os.listdir("/proc/self/task"))


def resident():
    """Bytes of memory of this process."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def test_a_thousand_drivers_one_after_the_other_leave_no_thread_and_no_memory(net):
    def once():
        net.attach(Keep(), name="keep")
        net["x"] = net.tick
        net.detach("keep")

    net.contact("x", 0)
    for _ in range(200):
        once()
    gc.collect()
    # Python keeps an entry for a thread of somebody else that once asked who it is, as other tests' may have.
    before, ran, known = resident(), threads(), threading.active_count()
    for _ in range(1000):
        once()
    gc.collect()
    until(lambda: threads() <= ran)
    assert resident() - before < 4 << 20
    assert threading.active_count() <= known


def test_a_driver_that_is_detached_or_could_not_begin_is_let_go_of(net):
    class Broken(Keep):
        def initialize(self, context):
            raise LookupError("no")

    class Async(Keep):
        async def handle_changes(self, batch):
            super().handle_changes(batch)

    net.contact("x", 0)
    gone = []
    for driver in (Keep(), Async(), Broken()):
        gone.append(weakref.ref(driver))
        if isinstance(driver, Broken):
            with pytest.raises(bl.DriverError):
                net.attach(driver, name="driver")
        else:
            net.attach(driver, name="driver")
            net["x"] = net.tick
            net.flush()
            net.detach("driver")
        del driver

    def let_go():
        _ = net.tick  # what a thread without the interpreter let go of is freed by the next call
        gc.collect()
        return [reference() for reference in gone] == [None] * 3

    until(let_go)


MEMORY = """
import os, sys, threading, time
from pathlib import Path
import bassline as bl

def resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")

class Hangs(bl.Driver):
    entered = threading.Event()
    def handle_changes(self, batch):
        self.entered.set()
        threading.Event().wait()

class Counts(bl.Driver):
    last = None
    def handle_changes(self, batch):
        self.last = batch.values[-1]

policy = sys.argv[1]
net, counts = bl.Network(), Counts()
xs = [net.contact(f"x{n}", 0) for n in range(100)]
events = net.contact("events", blend="stream")
net.attach(Hangs(), name="hangs", policy=policy, max_records=10**7, max_bytes=8 << 20, max_age=0, durable=False)
net.attach(counts, name="counts")
assert Hangs.entered.wait(30)
text = "x" * 1000

def offer(count):
    for n in range(count):
        events.value = f"{n}{text}"
        xs[n % 100].value = n + 1

offer(20_000)
before = resident()
offer(100_000)
net.flush()
print(counts.last == 100_000, (resident() - before) >> 20)
sys.stdout.flush()
os._exit(0)
"""


@pytest.mark.parametrize("policy", ["coalesce", "drop-oldest"])
def test_memory_stays_within_the_bound_while_a_driver_hangs_and_another_goes_on(program, policy):
    (line,) = program.run(MEMORY, policy).lines
    went_on, grown = line.split()
    assert went_on == "True"
    assert int(grown) < 16  # 240 MB were offered meanwhile, of which 8 may wait
