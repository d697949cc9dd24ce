"""Drivers under load: 100,000 changes a second are offered beside a driver that is no good.

`python -m tests.kernel.load KIND POLICY --seconds S` prints one line of JSON: what was offered, what a good driver took and
how late, and how much memory grew while the other lagged. `KIND` is `none` for the good driver alone. Without a kind each
has its turn, with each policy, for that long in all, and a table says how late the good driver was beside the time alone.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np

import bassline as bl

WIDE = 500  # changes in a tick
TICKS = 200  # a second
BOUND = 16 << 20  # bytes that a driver may lag behind
HELD: list[bl.Network] = []  # closing would wait for what hangs
POLICIES = ("coalesce", "drop-oldest")
KINDS = ("none", "sleeps", "hangs", "raises", "garbage", "dies", "breaks")


class Bad(bl.Driver):
    """Takes nothing well."""

    def __init__(self, kind: str) -> None:
        self.kind, self.calls = kind, 0
        self.ever = threading.Event()

    def handle_changes(self, batch: Any) -> Any:
        self.calls += 1
        if self.kind == "sleeps":
            time.sleep(0.3)
            return None
        if self.kind == "hangs":
            self.ever.wait()
        if self.kind == "garbage":
            return 42
        raise {"raises": ValueError("no"), "dies": SystemExit(1), "breaks": ConnectionError("down")}[self.kind]


class Good(bl.Driver):
    """Takes everything, and notes how late."""

    def __init__(self) -> None:
        self.ticks, self.changes, self.late = 0, 0, []
        self.in_order = True

    def handle_changes(self, batch: Any) -> None:
        first, last = batch.ticks
        self.in_order &= self.ticks in (0, first - 1)
        self.ticks = last
        self.changes += len(batch)
        self.late.append(time.time() - batch[-1].time)


def resident() -> int:
    gc.collect()
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")


def offer(columns: Any, seconds: float) -> tuple[int, int]:
    """Writes ticks at their times; answers how many, and the most memory that was resident."""
    begun, ticks, most = time.monotonic(), 0, 0
    column = np.zeros(WIDE)
    while ticks < seconds * TICKS:
        column += 1.0
        columns.set(column)
        ticks += 1
        if ticks % TICKS == 0:
            most = max(most, resident())
        time.sleep(max(0.0, begun + ticks / TICKS - time.monotonic()))
    return ticks, max(most, resident())


def run(kind: str, policy: str, seconds: float) -> dict[str, Any]:
    net, good = bl.Network(history=0), Good()  # what can be undone is memory too
    columns = net.columns(net.declare([f"x{at}" for at in range(WIDE)]))
    net.attach(good, name="good", snapshot=False, max_age=0.001)
    offer(columns, 1.0)  # all that is made once
    net.flush()
    before = resident()
    bad = None
    if kind != "none":
        bad = Bad(kind)
        bounds: dict[str, Any] = {"policy": policy, "max_records": 10**9, "max_bytes": BOUND}
        net.attach(bad, name="bad", durable=False, pause=0.01, snapshot=False, **bounds)
    good.late.clear()
    took, begun = good.changes, time.monotonic()
    ticks, most = offer(columns, seconds)
    net.flush()
    lasted = time.monotonic() - begun
    late = sorted(good.late)
    HELD.append(net)
    return {
        "kind": kind,
        "policy": policy,
        "offered": ticks * WIDE,
        "per_second": round(ticks * WIDE / lasted),
        "taken": good.changes - took,
        "in_order": good.in_order,
        "late_p50": late[len(late) // 2],
        "late_p99": late[int(len(late) * 0.99)],
        "grown": most - before,
        "bad_calls": 0 if bad is None else bad.calls,
        "bad": net.drivers["bad"]["failure"] if kind != "none" else None,
    }


def problems(found: dict[str, Any]) -> list[str]:
    """What is not as it is promised."""
    bound = 1.1 * (BOUND + WIDE * 64)  # that, a tick, and a tenth
    said = []
    if found["taken"] != found["offered"] or not found["in_order"]:
        said.append(f"of {found['offered']} changes the good driver took {found['taken']}")
    if found["grown"] > bound:
        said.append(f"memory grew by {found['grown'] >> 10} KiB, bound {int(bound) >> 10}")
    return said


def each(seconds: float) -> int:
    """Every kind with every policy in a process of its own, in turns with the good driver alone."""
    turns = [(kind, policy) for policy in POLICIES for kind in KINDS if kind != "none"]
    failed = 0
    print(f"{'beside it':>24} {'changes/s':>10} {'late p50':>9} {'p99':>9} {'of alone':>9} {'grown':>10}", flush=True)
    for kind, policy in turns:
        alone, found = (in_process(one, policy, seconds / len(turns) / 2) for one in ("none", kind))
        ratio = found["late_p99"] / alone["late_p99"]
        print(
            f"{f'{kind}, {policy}':>24} {found['per_second']:>10,} {found['late_p50'] * 1e3:>6.2f} ms "
            f"{found['late_p99'] * 1e3:>6.2f} ms {ratio:>9.2f} {found['grown'] >> 10:>6,} KiB",
            *problems(found),
            flush=True,
        )
        failed += len(problems(found))
    return int(failed > 0)


def in_process(kind: str, policy: str, seconds: float) -> dict[str, Any]:
    words = [sys.executable, "-m", "tests.kernel.load", kind, policy, "--seconds", str(seconds)]
    done = subprocess.run(words, check=True, capture_output=True, text=True, timeout=seconds + 60)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.kernel.load", description=__doc__, allow_abbrev=False)
    parser.add_argument("kind", nargs="?", choices=KINDS)
    parser.add_argument("policy", nargs="?", choices=POLICIES, default=POLICIES[0])
    parser.add_argument("--seconds", type=float, default=2.0)
    args = parser.parse_args()
    if args.kind is None:
        return each(args.seconds)
    print(json.dumps(run(args.kind, args.policy, args.seconds)), flush=True)
    os._exit(0)  # what hangs is not waited for


if __name__ == "__main__":
    sys.exit(main())
