"""csp with C++ math nodes, or with nodes in Python, as a contender: told by a line what to do, it answers with one.

A `run` is a run of csp's engine over so many cycles of simulated time. The clock is read on a cycle of its own before
the first write and after the last, so that wiring the graph and starting the engine are not in it. Identical nodes are
not merged.
"""

from __future__ import annotations

import operator
import sys
import time
from array import array
from datetime import datetime, timedelta
from pathlib import Path

import csp
import numpy as np
from shape import Shape

START = datetime(2020, 1, 1)  # noqa: DTZ001  (csp takes naive times as UTC)
LEAD = timedelta(seconds=1)  # between the first values, the clock, and the first write
CYCLE = np.timedelta64(10_000, "ns")
MOST = 250_000  # nodes
OPERATIONS = {
    "add": operator.add,
    "subtract": operator.sub,
    "multiply": operator.mul,
    "greater": operator.gt,
    "gate": lambda value, condition: csp.filter(condition, value),
}


def curve_of(shape, first, other, turn, ticks):
    """A source's first value, and its values in the ticks of its turn."""
    at = np.arange(turn, ticks, len(shape.turns))
    times = np.datetime64(START + 2 * LEAD, "ns") + at * CYCLE
    values = np.where(at // len(shape.turns) % 2 == 0, other, first)
    begin = np.array([np.datetime64(START, "ns")])
    return csp.curve(float, (np.concatenate([begin, times]), np.concatenate([[first], values])))


@csp.node
def add(a: csp.ts[float], b: csp.ts[float]) -> csp.ts[float]:
    if csp.ticked(a, b) and csp.valid(a, b):
        return a + b


@csp.node
def subtract(a: csp.ts[float], b: csp.ts[float]) -> csp.ts[float]:
    if csp.ticked(a, b) and csp.valid(a, b):
        return a - b


@csp.node
def multiply(a: csp.ts[float], b: csp.ts[float]) -> csp.ts[float]:
    if csp.ticked(a, b) and csp.valid(a, b):
        return a * b


@csp.node
def greater(a: csp.ts[float], b: csp.ts[float]) -> csp.ts[bool]:
    if csp.ticked(a, b) and csp.valid(a, b):
        return a > b


@csp.node
def gate(value: csp.ts[float], condition: csp.ts[bool]) -> csp.ts[float]:
    if csp.ticked(value, condition) and csp.valid(value, condition) and condition:
        return value


if sys.argv[1:] == ["python"]:
    OPERATIONS = {"add": add, "subtract": subtract, "multiply": multiply, "greater": greater, "gate": gate}


@csp.node
def clock(alarm: csp.ts[bool], into: object):
    if csp.ticked(alarm):
        into.append(time.perf_counter())


@csp.node
def hold(numbers: [csp.ts["T"]], alarm: csp.ts[bool], into: object):  # noqa: F821, UP037
    """Wants all of them, so that they are computed, but runs on the alarm only."""
    with csp.start():
        csp.make_passive(numbers)
    if csp.ticked(alarm):
        into.extend(numbers.validvalues())


def by_type(shape, cells):
    """These cells: those that hold numbers, and if there are any those that hold truth."""
    truths = [at for at in cells if shape.cells[at][0] == "greater"]
    numbers = [at for at in cells if shape.cells[at][0] != "greater"]
    return [numbers, truths] if truths else [numbers]


def graph_of(shape, ticks, stamps, values):
    """A graph that makes so many ticks, stamps the time around them and, if asked to, takes all values at the end."""
    end = 3 * LEAD + timedelta(microseconds=10 * ticks)

    @csp.graph
    def graph():
        with csp.memoize(False):
            turn_of = {source: turn for turn, sources in enumerate(shape.turns) for source in sources}
            cells, read = [], set()
            for at, (word, *rest) in enumerate(shape.cells):
                if word == "constant":
                    cells.append(csp.const(rest[0]))
                elif word == "source":
                    cells.append(curve_of(shape, *rest, turn_of.get(at, ticks), ticks))
                else:
                    read.update(rest)
                    cells.append(OPERATIONS[word](*(cells[operand] for operand in rest)))
            wanted = [at for at in range(len(cells)) if values is not None or at not in read]
            for one_type, into in zip(by_type(shape, wanted), values or ([], []), strict=False):
                hold([cells[at] for at in one_type], csp.curve(bool, [(end + LEAD, True)]), into)
            clock(csp.curve(bool, [(LEAD, True), (end, True)]), stamps)

    return csp.build_graph(graph), end + 2 * LEAD


class Run:
    """A graph of so many ticks, to be run again and again, each time from the first values on."""

    def __init__(self, shape, ticks, values=None):
        self.ticks, self.stamps = ticks, []
        self.graph, self.end = graph_of(shape, ticks, self.stamps, values)

    def seconds(self):
        """Run it; how long its ticks took."""
        csp.run(self.graph, starttime=START, endtime=self.end, realtime=False)
        return self.stamps[-1] - self.stamps[-2]


def column(shape, phase):
    """Every cell as a number, a whole period and so many ticks later."""
    found = ([], [])
    Run(shape, 2 * len(shape.turns) + phase, found).seconds()
    column = array("d", bytes(8 * len(shape.cells)))
    for cells, values in zip(by_type(shape, range(len(shape.cells))), found, strict=False):
        for at, value in zip(cells, values, strict=True):
            column[at] = value
    return column


def obstacle(shape):
    """Why csp cannot run this, if so."""
    if shape.moves:
        return "false: its graph is fixed while it runs"
    if len(shape.cells) > MOST:
        return f"false: wiring {len(shape.cells):,} nodes takes minutes"
    return None


def serve():
    sys.setrecursionlimit(1_000_000)
    shape = run = None
    for line in sys.stdin:
        match line.split():
            case ["open", _, file]:
                shape, run, answer = Shape(file), None, "open"
            case ["can", _]:
                answer = obstacle(shape) or "true"
            case ["run", _, ticks]:
                if run is None or run.ticks != int(ticks):
                    run = Run(shape, int(ticks))
                answer = run.seconds()
            case ["values", _, phase, file]:
                Path(file).write_bytes(column(shape, int(phase)).tobytes())
                answer = "written"
            case _:
                answer = f"cannot do: {line.strip()}"
        print(answer, flush=True)


if __name__ == "__main__":
    serve()
