"""A leash: a program on it ends, with all that it has started, when the process that holds the leash ends, in whatever way.

Between the two stands this file, as a process of its own: `python leash.py PROGRAM ...`. Its standard input is a pipe that
the holder alone can write to: when that closes, or when the program ends, whatever is left below is killed.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PR_SET_CHILD_SUBREAPER = 36  # of <linux/prctl.h>


@dataclass
class Done:
    code: int | None  # None if it was given up
    output: str


def run(words: Sequence[str], environment: Mapping[str, str] | None = None, seconds: float | None = None) -> Done:
    """Run a program on a leash; after so many seconds it is given up."""
    given, kept = os.pipe()
    with open(kept, "wb") as leash, open(given, "rb") as end:  # noqa: PTH123 - they have no path
        process = subprocess.Popen(
            [sys.executable, __file__, *words],
            cwd=ROOT,
            env=environment,
            stdin=end,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,  # Ctrl-C at the terminal is for the holder
        )
        end.close()
        with process:
            try:
                output, _ = process.communicate(timeout=seconds)
                return Done(process.returncode, output)
            except subprocess.TimeoutExpired:
                return Done(None, "")
            finally:
                leash.close()


def main() -> int:
    if sys.platform == "linux":  # what is left without its parent becomes a child of this process
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1)
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # as in a session of its own; a shell may have started us to ignore it
    program = subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL, start_new_session=True)
    threading.Thread(target=let_go, args=[program.pid], daemon=True).start()
    code = program.wait()
    end_all(program.pid)
    return code if code >= 0 else 128 - code


def let_go(session: int) -> None:
    """Wait until nobody holds the leash, and end."""
    os.read(sys.stdin.fileno(), 1)
    end_all(session)
    os._exit(1)


def end_all(session: int) -> None:
    """Kill what is in a session and, on Linux, what has left it."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(session, signal.SIGKILL)
    with contextlib.suppress(ChildProcessError):  # there is none any more
        while True:
            for child in children():
                with contextlib.suppress(ProcessLookupError):
                    os.kill(child, signal.SIGKILL)
            os.waitpid(-1, 0)


def children() -> list[int]:
    return [int(pid) for task in Path("/proc/self/task").glob("*/children") for pid in task.read_text().split()]


if __name__ == "__main__":
    sys.exit(main())
