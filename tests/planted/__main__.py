"""Whether the tests find each planted bug: `./dev test --planted [BUG ...]` builds what this needs, and runs it.

For each bug the suites run one after the other, up to the first that fails. Without a bug all of them must pass.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
import time
from dataclasses import dataclass

from tests.planted import leash

PYTEST = ["pytest", "-q", "-x", "-p", "no:cacheprovider", "--timeout=60", "--no-header", "--tb=no"]
STORAGE = ["cargo", "test", "--profile", "planted", "-p", "bassline-storage", "--features", "planted"]
JOURNAL = [*STORAGE, "--test", "journal"]
KERNEL = [*STORAGE, "--test", "kernel"]
CRATES = ("bassline-kernel", "bassline-storage")
SCHEDULES = [
    "cargo",
    "test",
    "--profile",
    "planted",
    *(word for crate in CRATES for word in ("-p", crate)),
    "--features",
]
SCHEDULES += [",".join(f"{crate}/{feature}" for crate in CRATES for feature in ("planted", "schedules"))]
SCHEDULES += ["--test", "schedules"]
# Each plants the bugs of its own in turn.
OWN = {store: [*STORAGE, "--test", store, "--", "--nocapture"] for store in ("sqlite", "postgres")}
HANGS = 180  # seconds after which a suite has hung, at the least; what it takes without a bug counts five times


@dataclass
class Verdict:
    bug: str
    caught_by: str  # empty if it survived
    after: str
    seconds: float


def suites(bug: str, cases: int) -> list[tuple[str, list[str]]]:
    """Name and command of what may find a bug, the quickest and broadest first."""
    python = [sys.executable, "-m"]
    reference = [*python, "tests.agreement", "--as-drawn", "--cases"]
    first = cases // 10 + 1
    engine = [
        ("the first cases", [*reference, str(first)]),
        ("conformance", [*python, *PYTEST, "tests/conformance", "-k", "engine"]),
        ("determinism", [*python, *PYTEST, "tests/test_determinism.py"]),
        ("api", [*python, *PYTEST, "tests/api"]),
        ("the reference", [*reference, str(cases - first), "--start", str(first)]),
    ]
    journal = [("the journal", JOURNAL)]
    kernel = [("the kernel", KERNEL)]
    schedules = [("schedules", SCHEDULES)]
    if not bug:
        return journal + schedules + kernel + engine
    if bug.startswith("kernel-"):
        return schedules + kernel
    if bug.startswith(tuple(f"{store}-" for store in OWN)):
        return []  # its own suite did not tell of it
    return journal + schedules if bug.startswith("journal-") else engine


def run(bug: str, words: list[str], patience: float | None) -> tuple[bool, str, str]:
    """Whether it passed, which test failed, after how many cases or tests."""
    environment = os.environ | {"BASSLINE_PLANTED": bug}
    if words in (JOURNAL, KERNEL):
        environment.setdefault("BASSLINE_CASES", "6000" if words is JOURNAL else "400")
    done = leash.run(words, environment, patience)
    if done.code is None:
        return False, "it hung", ""
    if done.code == 0:
        return True, "", ""
    output = done.output
    case = re.search(r"^seed \d+, case (\d+) ", output, re.MULTILINE)
    test = re.search(r"^(?:FAILED|ERROR) (.+?)(?: - .*)?$", output, re.MULTILINE)
    test = test or re.search(r"^test (\S+) \.\.\. FAILED", output, re.MULTILINE)
    passed = re.search(r"(\d+) passed", output)
    if case:
        return False, "", f"{int(case[1]) + 1} cases"
    if test:
        return False, test[1], f"{passed[1] if passed else 0} tests passed"
    return False, f"exit code {done.code}: {output.strip().splitlines()[-1] if output.strip() else 'silent'}", ""


def verdict(bug: str, cases: int, took: dict[str, float]) -> Verdict:
    """What finds a bug; `took` is how long each suite takes without one, and is noted when there is none."""
    started = time.monotonic()
    for suite, words in suites(bug, cases):
        began = time.monotonic()
        passed, test, after = run(bug, words, max(HANGS, 5 * took[suite]) if suite in took else None)
        took.setdefault(suite, time.monotonic() - began)
        if not passed:
            return Verdict(bug, test or suite, after, time.monotonic() - started)
    return Verdict(bug, "", "", time.monotonic() - started)


def found_in(store: str) -> dict[str, Verdict]:
    """What finds each bug that is planted in a store with a suite of its own."""
    started = time.monotonic()
    lines = re.findall(rf"^({store}-\S+): \[(.*)\]$", leash.run(OWN[store]).output, re.MULTILINE)
    seconds = (time.monotonic() - started) / max(1, len(lines))
    return {bug: Verdict(bug, promises.replace('"', ""), "", seconds) for bug, promises in lines}


def main() -> int:
    from bassline import _core

    known = getattr(_core, "planted_bugs", None)
    if known is None:
        print("the extension has no planted bugs; run: ./dev test --planted")
        return 2
    parser = argparse.ArgumentParser(prog="python -m tests.planted", description=__doc__, allow_abbrev=False)
    parser.add_argument("bugs", nargs="*", metavar="BUG", help=f"any of: {', '.join(known)} (default: all)")
    parser.add_argument("--cases", type=int, default=3000, help="random cases against the reference for each bug")
    args = parser.parse_args()
    if unknown := sorted({*args.bugs} - {*known}):
        parser.error(f"unknown bug {unknown[0]!r}, known are: {', '.join(known)}")

    print("building the tests of the journal and the kernel ...", flush=True)
    for tests in (JOURNAL, SCHEDULES, KERNEL):
        built = leash.run([*tests, "--no-run", "--quiet"])
        if built.code:
            print(built.output)
            return 1
    took: dict[str, float] = {}
    clean = verdict("", args.cases, took)
    if clean.caught_by:
        print(f"without a planted bug: {clean.caught_by} failed ({clean.after}); mend that first")
        return 1
    each = ", ".join(f"{suite} {seconds:.1f} s" for suite, seconds in took.items())
    print(f"without a planted bug: all passed ({each})", flush=True)
    survivors = []
    chosen = args.bugs or known
    found: dict[str, Verdict] = {}
    for store in OWN:
        if any(bug.startswith(f"{store}-") for bug in chosen):
            found |= found_in(store)
    for bug in chosen:
        one = found.get(bug) or verdict(bug, args.cases, took)
        survivors += [] if one.caught_by else [bug]
        caught = f"{one.caught_by}, {one.after}" if one.after else one.caught_by
        print(f"  {bug:28} {one.seconds:6.1f} s  {caught or 'SURVIVED'}", flush=True)
    print(f"{len(chosen)} planted bugs, {len(survivors)} survived{': ' * bool(survivors)}{', '.join(survivors)}")
    return 1 if survivors else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
