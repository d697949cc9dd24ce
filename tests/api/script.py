"""Python programs as processes of their own: a deadlock shows as their stacks, and never hangs the tests."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import textwrap
from dataclasses import dataclass

import pytest

HANGS = 40  # seconds until a program that should have ended long ago shows where its threads are
WATCHDOG = f"import faulthandler; faulthandler.dump_traceback_later({HANGS}, exit=True)\n"


@dataclass
class Done:
    code: int
    out: str
    err: str

    @property
    def lines(self):
        """What it said, when all was well with it."""
        assert (self.code, self.err) == (0, ""), f"exit code {self.code}\n{self.err}"
        return self.out.splitlines()


class Program:
    """Starts programs in a folder, and ends them when the test does."""

    def __init__(self, folder):
        self.folder = folder
        self.started = []

    def start(self, source, *words):
        file = self.folder / f"program{len(self.started)}.py"
        file.write_text(WATCHDOG + textwrap.dedent(source))
        environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(self.folder), *filter(None, sys.path)])}
        command = [sys.executable, "-u", str(file), *map(str, words)]
        pipe = subprocess.PIPE
        process = subprocess.Popen(
            command,
            stdin=pipe,
            stdout=pipe,
            stderr=pipe,
            text=True,
            env=environment,
            cwd=self.folder,
            start_new_session=True,  # so that its forks end with it
        )
        self.started.append(process)
        return process

    def run(self, source, *words):
        process = self.start(source, *words)
        out, err = process.communicate(timeout=HANGS + 20)
        return Done(process.returncode, out, err)

    def end(self):
        for process in self.started:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.communicate()


@pytest.fixture
def program(tmp_path):
    program = Program(tmp_path)
    yield program
    program.end()
