"""Holding two runs of a script against each other, and making a script that differs small."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from tests.agreement.running import ORDERS, Op, engine_run, reference_run
from tests.agreement.tally import Tally

Check = Callable[[list[Op], str, Tally | None], None]
SECONDS_TO_SHRINK = 40
TICK_ERRORS = {"GadgetError", "NotSettledError", "ContradictionError"}


def difference(op: Op, expected: dict[str, Any], found: dict[str, Any], outcomes: list[Any]) -> str:
    """What differs after one operation; `outcomes` are what may come of it in other orders of independent regions."""
    lines = []
    for key, value in expected.items():
        other = found.get(key)
        if other == value or (key == "outcome" and other in outcomes):
            continue
        if isinstance(value, dict) and isinstance(other, dict):
            lines += [
                f"  {key} of {path}: expected {value.get(path)}, found {other.get(path)}"
                for path in sorted({*value, *other})
                if value.get(path) != other.get(path)
            ]
        else:
            lines.append(f"  {key}: expected {value}, found {other}")
    return "\n".join([f"after {op!r}:", *lines]) if lines else ""


class DisagreementError(AssertionError):
    """What differs, and the script that shows it."""


def compare(ops: list[Op], contradictions: str, expected: Any, found: Any, others: Sequence[Any] = ()) -> None:
    for index, op in enumerate(ops[: min(len(expected), len(found))]):
        outcomes = [other[index]["outcome"] for other in others if index < len(other)]
        # What an order comes to that the reference gives up on is not known: any error of the tick may be the first in it.
        errors = {run[index]["outcome"][0] for run in (expected, found)}
        if len(outcomes) < len(others) and errors <= TICK_ERRORS:
            outcomes.append(found[index]["outcome"])
        text = difference(op, expected[index], found[index], outcomes)
        if text:
            raise DisagreementError(f"{text}\n\n{script(ops[: index + 1], contradictions)}")


def script(ops: list[Op], contradictions: str) -> str:
    lines = ["from tests.test_engine_against_reference import inf, nan, run_script", "", "run_script(", "    ["]
    for op in ops:
        if op[0] == "batch":
            lines += ["        ['batch', [", *(f"            {inner!r}," for inner in op[1]), f"        ], {op[2]}],"]
        else:
            lines.append(f"        {op!r},")
    return "\n".join([*lines, "    ],", f"    contradictions={contradictions!r},", ")"])


def run_script(ops: list[Op], contradictions: str = "record", *, show: bool = True) -> None:
    """Run operations on reference and engine; prints what the reference sees, fails at the first difference."""
    expected = reference_run(ops, contradictions)
    if show:
        for op, seen in zip(ops, expected, strict=False):
            print(op)
            print(f"    tick {seen['tick']} {seen['outcome'][0] or ''} {seen['changes']}")
    hold_against(ops, contradictions, expected)


def hold_against(ops: list[Op], contradictions: str, expected: list[dict[str, Any]]) -> None:
    """Run operations on the engine, as far as the reference came."""
    found = engine_run(ops[: len(expected)], contradictions)
    if found == expected:
        return
    others = [reference_run(ops, contradictions, order=order) for order in ORDERS[1:]]
    compare(ops, contradictions, expected, found, others)


def engine_agrees(ops: list[Op], contradictions: str, tally: Tally | None = None) -> None:
    hold_against(ops, contradictions, reference_run(ops, contradictions, tally=tally))


def reference_agrees_with_itself(ops: list[Op], contradictions: str, tally: Tally | None = None) -> None:
    expected = reference_run(ops, contradictions, tally=tally)
    for order in ORDERS[1:]:
        found = reference_run(ops, contradictions, order=order)
        for one, two in zip(expected, found, strict=False):
            if one["outcome"][0] in TICK_ERRORS and two["outcome"][0] in TICK_ERRORS:
                two["outcome"] = one["outcome"]
        compare(ops, contradictions, expected, found)


# Making it small


def disagreement(check: Check, ops: list[Op], contradictions: str, tally: Tally | None = None) -> str | None:
    try:
        check(ops, contradictions, tally)
    except DisagreementError as error:
        return str(error)
    return None


def smaller(ops: list[Op]) -> Iterator[list[Op]]:
    """Scripts with less in them, those with much less first."""
    size = len(ops) // 2
    while size:
        yield from (ops[:start] + ops[start + size :] for start in range(0, len(ops), size))
        size //= 2
    for index, op in enumerate(ops):
        if op[0] == "batch":
            yield from ([*ops[:index], ["batch", inner, op[2]], *ops[index + 1 :]] for inner in smaller(op[1]))
            yield [*ops[:index], *op[1], *ops[index + 1 :]]


def shrunk(check: Check, ops: list[Op], contradictions: str, text: str) -> str:
    """The disagreement of a small script, as small as it gets in the time there is."""
    deadline = time.monotonic() + SECONDS_TO_SHRINK
    found = True
    while found:
        found = False
        for candidate in smaller(ops):
            if time.monotonic() > deadline:
                return text
            less = disagreement(check, candidate, contradictions)
            fair = check is reference_agrees_with_itself or not disagreement(
                reference_agrees_with_itself, candidate, contradictions
            )
            if less is not None and fair:
                ops, text, found = candidate, less, True
                break
    return text
