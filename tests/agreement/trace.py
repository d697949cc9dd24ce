"""Everything that can be seen of some cases, as text: `python -m tests.agreement.trace CASES`."""

from __future__ import annotations

import sys
from typing import Any

import bassline as bl
from tests.agreement.drawing import drawn
from tests.agreement.running import Op, Run


class Traced(Run):
    """A run that also writes down every change record as it comes, and how each thing is described."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.lines: list[str] = []
        self.net.on_change(
            "**",
            lambda change: self.lines.append(
                f"{change.tick} {change.path} {change.old!r} {change.new!r} {change.cause}"
            ),
        )

    def observe(self, outcome: Any, *, wholly: bool) -> dict[str, Any]:
        seen = super().observe(outcome, wholly=wholly)
        self.lines.append(repr(seen))
        if wholly:
            self.lines += [f"{path} {gadget.firings}" for path, gadget in self.net.gadgets.items()]
            self.lines += [f"{path} {c.contradiction} {c.fault}" for path, c in self.net.contacts.items()]
            self.lines += [repr(wire) for wire in self.net.wires]
        return seen


def trace(ops: list[Op], contradictions: str) -> list[str]:
    run = Traced(bl, bl.Network(contradictions=contradictions))
    run.all(ops)
    return run.lines


if __name__ == "__main__":
    for case in range(int(sys.argv[1])):
        print(case, *trace(*drawn(0, case)), sep="\n")
