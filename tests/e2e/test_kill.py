"""SIGKILL at a random moment, again and again: what is stored is exactly what follows from the rows stored."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time

import bassline as bl

KILLS = 25
SEED = int(os.environ.get("BASSLINE_SEED", random.randrange(2**32)))
LONGEST = 1.2  # seconds from the start to the kill; the first third or so goes into starting


def test_after_a_kill_the_state_is_that_of_the_rows_stored(tmp_path, example, flights):
    check, demo, report = example("check"), example("demo"), example("report")
    moments = random.Random(SEED)
    expected = check.Expected(flights)
    store, stored, progressed = tmp_path / "flights-0.db", 0, 0
    for kill in range(KILLS):
        context = f"kill {kill}, BASSLINE_SEED={SEED}"
        if stored > 0.9 * demo.data.ROWS:
            expected.close()
            store, stored, expected = tmp_path / f"flights-{kill}.db", 0, check.Expected(flights)
        acknowledged = run_and_kill(demo, flights, store, moments.uniform(0, LONGEST))
        with bl.Network(str(store)) as net:
            rows = net.position(demo.SOURCE) or 0
            figures = report.figures(net)
        assert rows >= max(acknowledged, stored), context
        progressed += rows > stored
        stored = rows
        expected.read_to(rows)
        if rows:
            assert check.differences(expected.figures(), figures) == [], context
        else:
            assert not any(figures.values()), context
    expected.close()
    assert progressed > KILLS // 4, "the kills came too early to say much"


def run_and_kill(demo, flights, store, seconds):
    """Kill a run after some time; answers the last position that SQLite told anyone else before."""
    ends = time.monotonic() + seconds
    acknowledged = 0
    words = [sys.executable, "-m", "bassline.cli", *demo.command(flights, store)[1:]]
    with subprocess.Popen(words, stderr=subprocess.PIPE) as process:
        while process.poll() is None and time.monotonic() < ends:
            acknowledged = max(acknowledged, demo.position(store))
            time.sleep(0.002)
        process.kill()
        said = process.stderr.read().decode()
    assert process.returncode in {-9, 0}, said
    return acknowledged
