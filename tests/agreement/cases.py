"""Many cases, over all cores. A case is its seed and its number: it can be drawn again anywhere."""

from __future__ import annotations

import contextlib
import ctypes
import multiprocessing
import os
import signal
import sys
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from types import FrameType

from tests.agreement.comparing import (
    Check,
    disagreement,
    engine_agrees,
    reference_agrees_with_itself,
    script,
    shrunk,
)
from tests.agreement.drawing import drawn
from tests.agreement.drawing_blends import drawn_blends
from tests.agreement.drawing_links import drawn_links
from tests.agreement.running import Op
from tests.agreement.tally import Tally

CHECKS: dict[str, Check] = {"engine": engine_agrees, "reference": reference_agrees_with_itself}
DRAWN: dict[str, Callable[[int, int], tuple[list[Op], str]]] = {
    "networks": drawn,
    "blends": drawn_blends,
    "links": drawn_links,
}
CHUNK = 25
PATIENCE = 10  # seconds of work for one case; the heaviest take two
LAST = 20  # seconds of work after which a process ends that does not look for signals: it may take all memory meanwhile
DEAD = 600  # seconds without a word, after which a process does not even work any more
PR_SET_PDEATHSIG = 1  # of <linux/prctl.h>


@dataclass(frozen=True)
class Cases:
    """What is drawn, what is checked of it, and the seed that all of it comes from."""

    check: str
    seed: int
    of: str = "networks"

    def drawn(self, case: int) -> tuple[list[Op], str]:
        return DRAWN[self.of](self.seed, case)

    def again(self, case: int) -> str:
        return (
            f"python -m tests.agreement --of {self.of} --check {self.check} --seed {self.seed} --start {case} --cases 1"
        )


@dataclass
class Chunk:
    """What came of some cases in a row; those after the first that failed are not run."""

    first: int
    tally: Tally
    failed: int | None = None  # the number of the case
    text: str = ""


def processes() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextlib.contextmanager
def pool() -> Iterator[ProcessPoolExecutor]:
    """A process per core; none is waited for at the end, as one that fails may never end."""
    spawn = multiprocessing.get_context("spawn")
    workers = ProcessPoolExecutor(processes(), mp_context=spawn, initializer=end_with, initargs=(os.getpid(),))
    try:
        yield workers
    finally:
        running = list((workers._processes or {}).values())
        workers.shutdown(wait=False, cancel_futures=True)
        for process in running:
            process.kill()


def end_with(parent: int) -> None:
    """Have the kernel kill this process as soon as its parent is gone (Linux): one that hangs would not see it."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it is gone already
        os._exit(1)


class EndlessError(Exception):
    """A case took more than `PATIENCE`."""


def give_up(_signal: int, _frame: FrameType | None) -> None:
    raise EndlessError(f"not done after {PATIENCE} s of work")


def run_chunk(cases: Cases, first: int, count: int) -> Chunk:
    chunk = Chunk(first, Tally())
    for case in range(first, first + count):
        text = failure(cases, case, chunk.tally)
        if text is not None:
            chunk.failed, chunk.text = case, text
            break
    return chunk


def failure(cases: Cases, case: int, tally: Tally | None = None) -> str | None:
    """A disagreement, or whatever else went wrong, with the script that shows it."""
    ops, contradictions = cases.drawn(case)
    signal.signal(signal.SIGPROF, give_up)  # the engine looks for signals in a long tick
    signal.setitimer(signal.ITIMER_PROF, PATIENCE)
    signal.setitimer(signal.ITIMER_VIRTUAL, LAST)  # nobody handles its signal
    try:
        return disagreement(CHECKS[cases.check], ops, contradictions, tally)
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException:  # noqa: BLE001 - told with its script, as is a panic
        return f"{traceback.format_exc()}\n\n{script(ops, contradictions)}"
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)


def run_cases(workers: ProcessPoolExecutor, cases: Cases, first: int, count: int) -> Iterator[Chunk]:
    """The chunks in order, up to the first that failed: which that is does not depend on how fast the cores are."""
    ahead: list[Future[Chunk]] = []
    done = first
    starts = iter(range(first, first + count, CHUNK))
    while True:
        while len(ahead) < 4 * processes() and (start := next(starts, None)) is not None:
            ahead.append(workers.submit(run_chunk, cases, start, min(CHUNK, first + count - start)))
        if not ahead:
            return
        chunk = result_of(ahead.pop(0), done)
        done += CHUNK
        yield chunk
        if chunk.failed is not None:
            for future in ahead:
                future.cancel()
            return


def result_of(future: Future[Chunk], first: int) -> Chunk:
    try:
        return future.result(DEAD)
    except (TimeoutError, BrokenProcessPool) as error:
        text = f"Traceback: {error!r}: a process died or stood still in one of the {CHUNK * processes()} cases from this on"
        return Chunk(first, Tally(), first, text)


def explained(cases: Cases, chunk: Chunk, *, small: bool = True) -> str:
    """The failure of a chunk, made small, and how to run it again."""
    assert chunk.failed is not None
    ops, contradictions = cases.drawn(chunk.failed)
    text = chunk.text
    if small and "Traceback" not in text:
        text = shrunk(CHECKS[cases.check], ops, contradictions, text)
    return f"seed {cases.seed}, case {chunk.failed} (again: {cases.again(chunk.failed)})\n{text}"
