"""Python functions as contenders: told by a line what to do, it answers with a line.

`pyplan` calls the functions that follow from a source bare, in an order that is fixed before, and decides nothing.
`engine` has the same functions as gadgets of a network. Both write one source a tick as plain attributes or list items
are written, and several at once.
"""

from __future__ import annotations

import sys
import time
from array import array
from pathlib import Path

import numpy as np
from shape import Shape

import bassline as bl


def add(a, b):
    return a + b


def subtract(a, b):
    return a - b


def multiply(a, b):
    return a * b


def greater(a, b):
    return a > b


def gate(value, condition):
    return value if condition else bl.Nothing


PARAMETERS = {add: "ab", subtract: "ab", multiply: "ab", greater: "ab", gate: ("value", "condition")}
FUNCTIONS = {function.__name__: function for function in PARAMETERS}


class Plan:
    """The functions in order, turn by turn those that follow from what the turn writes."""

    def __init__(self, shape):
        self.values = [cell[1] if cell[0] in {"constant", "source"} else None for cell in shape.cells]
        every = self.after(shape, range(len(shape.cells)))
        self.plans = [every if len(shape.turns) == 1 else self.after(shape, turn) for turn in shape.turns]
        self.fill(every)
        for which in (2, 1):
            for turn, plan in zip(shape.turns, self.plans, strict=True):
                for source in turn:
                    self.values[source] = shape.cells[source][which]
                self.fill(plan)

    @staticmethod
    def after(shape, sources):
        touched = bytearray(len(shape.cells))
        for at in sources:
            touched[at] = shape.cells[at][0] not in FUNCTIONS
        plan = []
        for at, (word, *rest) in enumerate(shape.cells):
            if word in FUNCTIONS and (touched[rest[0]] or touched[rest[1]]):
                touched[at] = True
                plan.append((FUNCTIONS[word], *rest, at))
        return plan

    def fill(self, plan):
        """Run it while some of the values are not there yet, as behind a gate that was never open."""
        there = [step for step in plan if self.values[step[1]] is not None and self.values[step[2]] is not None]
        while there:
            self.run(there)
            filled = [step for step in plan if self.values[step[1]] is not None and self.values[step[2]] is not None]
            there = filled if len(filled) > len(there) else []

    def run(self, plan):
        values, nothing = self.values, bl.Nothing
        for function, a, b, at in plan:
            value = function(values[a], values[b])
            if value is not nothing:
                values[at] = value

    def writer(self, turn, sources, numbers):
        plan, values = self.plans[turn], self.values

        def write():
            for source, number in zip(sources, numbers, strict=True):
                values[source] = number
            self.run(plan)

        return write

    def column(self):
        return self.values


class Engine:
    """The functions as gadgets."""

    def __init__(self, shape):
        self.net = net = bl.Network()
        self.cells = []
        with net.batch():
            for at, (word, *rest) in enumerate(shape.cells):
                if word == "constant":
                    self.cells.append(bl.const(rest[0]))
                elif word == "source":
                    self.cells.append(net.contact(f"c{at}", rest[0]))
                else:
                    function = FUNCTIONS[word]
                    cell = net.contact(f"c{at}")
                    inputs = dict(zip(PARAMETERS[function], (self.cells[i] for i in rest), strict=True))
                    net.gadget(function, name=f"g{at}", inputs=inputs, outputs=cell)
                    self.cells.append(cell)
        self.constants = {at: cell[1] for at, cell in enumerate(shape.cells) if cell[0] == "constant"}

    def writer(self, _turn, sources, numbers):
        if len(sources) == 1:
            contact, number = self.cells[sources[0]], numbers[0]

            def write():
                contact.value = number
        else:
            columns, many = self.net.columns([self.cells[source].path for source in sources]), np.array(numbers)

            def write():
                columns.set(many)

        return write

    def column(self):
        return [
            cell.value if isinstance(cell, bl.Contact) else self.constants[at] for at, cell in enumerate(self.cells)
        ]


CONTENDERS = {"pyplan": Plan, "engine": Engine}


class Run:
    """A contender in a shape: its ticks so far, and for each that comes in turn what writes it."""

    def __init__(self, kind, shape):
        self.contender, self.at = kind(shape), 0
        self.writers = [
            self.contender.writer(turn, sources, [shape.cells[source][which] for source in sources])
            for which in (2, 1)
            for turn, sources in enumerate(shape.turns)
        ]
        self.ticks(len(self.writers))

    def ticks(self, count):
        writers, at = self.writers, self.at
        self.at += count
        if len(writers) == 2:  # as is usual: no more than a loop
            one, other = writers if at % 2 == 0 else writers[::-1]
            for _ in range(count // 2):
                one()
                other()
            if count % 2:
                one()
            return
        for tick in range(at, at + count):
            writers[tick % len(writers)]()

    def seconds(self, count):
        began = time.perf_counter()
        self.ticks(count)
        return time.perf_counter() - began

    def column(self, phase):
        period = len(self.writers)
        self.ticks((period + phase - self.at % period) % period)
        return array("d", map(float, self.contender.column()))


def serve():
    shape, runs = None, {}
    for line in sys.stdin:
        match line.split():
            case ["open", _, file]:
                runs = {}
                shape, answer = Shape(file), "open"
            case ["can", _]:
                answer = "true"
            case ["run" | "values" as word, name, count, *file]:
                if name not in runs:
                    runs[name] = Run(CONTENDERS[name], shape)
                if word == "run":
                    answer = runs[name].seconds(int(count))
                else:
                    Path(file[0]).write_bytes(runs[name].column(int(count)).tobytes())
                    answer = "written"
            case _:
                answer = f"cannot do: {line.strip()}"
        print(answer, flush=True)


if __name__ == "__main__":
    serve()
