"""The flights demo as a user meets it: killed half-way, continued, checked, and run again."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from tests.e2e.conftest import FLIGHTS

ROWS = 20_000


@pytest.fixture
def demo(tmp_path, flights):
    def run(*words):
        words = [sys.executable, FLIGHTS / "demo.py", "--rows", ROWS, "--store", tmp_path / "flights.db", *words]
        return subprocess.run(list(map(str, words)), capture_output=True, text=True, check=False, cwd=tmp_path)

    return run


def test_the_demo_is_killed_continues_and_every_figure_agrees(demo):
    done = demo()
    assert done.returncode == 0, done.stdout + done.stderr
    killed = re.search(r"^SIGKILL after row ([\d,]+) of 20,000 was stored", done.stdout, re.MULTILINE)
    continued = re.search(r"^continuing after row ([\d,]+)$", done.stderr, re.MULTILINE)
    assert killed
    assert continued
    assert killed[1] == continued[1]
    assert ROWS // 2 <= int(killed[1].replace(",", "")) < ROWS
    assert re.search(
        r"^every one of \d{3} figures agrees with an independent computation over 20,000 rows",
        done.stdout,
        re.MULTILINE,
    )
    for shown in ("United Air Lines", "origin", "carrier", "grade", "all 20,000 flights", "bassline why flights.db"):
        assert shown in done.stdout

    again = demo()
    assert again.returncode == 0, again.stdout + again.stderr
    assert again.stderr == "continuing after row 20,000\nnothing new in flights.csv: 20,000 rows were read before\n"
    assert again.stdout.partition("origin")[2] == done.stdout.partition("origin")[2]

    fresh = demo("--fresh", "--no-kill")
    assert fresh.returncode == 0, fresh.stdout + fresh.stderr
    assert fresh.stderr.startswith("20,000 rows in ")
    assert "SIGKILL" not in fresh.stdout


def test_one_wrong_figure_is_named_and_fails_the_demo(demo, example, flights, capsys):
    check, script = example("check"), example("demo")
    expected = check.Expected(flights)
    expected.read_to(1000)
    expected.close()
    figures = {
        path: value if value is None or isinstance(value, int | str) else float(value)
        for path, value in expected.figures().items()
    }
    assert script.verdict(figures, 1000) == 0
    figures["carriers/UA/departures"] += 1
    figures["origins/JFK/mean_delay"] *= 1 + 1e-11
    figures["carriers/XX/grade"] = figures.pop("carriers/AA/grade")
    assert script.verdict(figures, 1000) == 1
    said = capsys.readouterr().out
    assert "4 of" in said
    for path in (
        "carriers/UA/departures: expected",
        "origins/JFK/mean_delay: expected",
        "carriers/XX/grade: not in",
    ):
        assert path in said
