"""Holding two runs of a script against each other, and making a script that differs small."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

from tests.agreement.running import Op, engine_run, reference_run

Check = Callable[[list[Op], str], None]
SECONDS_TO_SHRINK = 40
TICK_ERRORS = {"GadgetError", "NotSettledError", "ContradictionError"}


def difference(op: Op, expected: dict[str, Any], found: dict[str, Any], either: dict[str, Any] | None) -> str:
    """What differs after one operation; `either` is the expectation for another order of independent regions."""
    lines = []
    for key, value in expected.items():
        if found[key] == value or (key == "outcome" and either is not None and found[key] == either[key]):
            continue
        if isinstance(value, dict):
            lines += [
                f"  {key} of {path}: expected {value.get(path)}, found {found[key].get(path)}"
                for path in sorted({*value, *found[key]})
                if value.get(path) != found[key].get(path)
            ]
        else:
            lines.append(f"  {key}: expected {value}, found {found[key]}")
    return "\n".join([f"after {op!r}:", *lines]) if lines else ""


class DisagreementError(AssertionError):
    """What differs, and the script that shows it."""


def compare(ops: list[Op], contradictions: str, expected: Any, found: Any, either: Any = None) -> None:
    for index, op in enumerate(ops[: min(len(expected), len(found))]):
        text = difference(op, expected[index], found[index], either[index] if either and index < len(either) else None)
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
    either = reference_run(ops, contradictions, youngest_first=True)
    compare(ops, contradictions, expected, engine_run(ops, contradictions), either)


def engine_agrees(ops: list[Op], contradictions: str) -> None:
    run_script(ops, contradictions, show=False)


def reference_agrees_with_itself(ops: list[Op], contradictions: str) -> None:
    expected = reference_run(ops, contradictions)
    compare(ops, contradictions, expected, reference_run(ops, contradictions))
    other = reference_run(ops, contradictions, youngest_first=True)
    either = [dict(seen) for seen in other]
    for one, two in zip(expected, either, strict=False):
        if one["outcome"][0] in TICK_ERRORS and two["outcome"][0] in TICK_ERRORS:
            two["outcome"] = one["outcome"]
    compare(ops, contradictions, expected, either)


# Making it small


def disagreement(check: Check, ops: list[Op], contradictions: str) -> str | None:
    try:
        check(ops, contradictions)
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
    """The disagreement of a small script; hypothesis would not know when to stop."""
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
