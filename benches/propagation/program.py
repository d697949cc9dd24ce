"""A program with contenders in it: it is told by a line what to do and answers with a line."""

from __future__ import annotations

import resource
import subprocess
from array import array
from pathlib import Path

from peers import STACK


class Program:
    """A running program, and the contenders in it."""

    def __init__(self, name, argv, contenders=None):
        self.name = name
        self.contenders = (name,) if contenders is None else contenders
        self.process = subprocess.Popen(
            [str(word) for word in argv],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            preexec_fn=deep_stack,  # noqa: PLW1509  (there are no threads here)
        )

    def ask(self, *words):
        """Ask for something and wait for the answer."""
        line = " ".join(str(word) for word in words)
        try:
            self.process.stdin.write(f"{line}\n")
            self.process.stdin.flush()
            answer = self.process.stdout.readline().rstrip("\n")
        except BrokenPipeError:
            answer = ""
        if not answer or answer.startswith("cannot do"):
            raise RuntimeError(f"{self.name} failed at '{line}': {answer or 'it ended; what it said is above'}")
        return answer

    def close(self):
        """Let it end."""
        self.process.stdin.close()
        self.process.wait()


def deep_stack():
    """Allow the deepest recursion this machine does."""
    _, most = resource.getrlimit(resource.RLIMIT_STACK)
    resource.setrlimit(resource.RLIMIT_STACK, (STACK if most == resource.RLIM_INFINITY else min(STACK, most), most))


class Contender:
    """One engine of a program, in the shape that is open there."""

    def __init__(self, name, program):
        self.name, self.program = name, program
        self.ticks = 1

    def sample(self):
        """Make a sample's ticks; the seconds each took."""
        return float(self.program.ask("run", self.name, self.ticks)) / self.ticks

    def prepare(self, seconds):
        """Warm up, and find out how many ticks make a sample. A sample that was interrupted does not mislead it."""
        while (took := min(self.sample() for _ in range(3)) * self.ticks) < seconds / 2:
            self.ticks *= min(16, max(2, int(seconds / max(took, 1e-9))))

    def values(self, phase, folder):
        """Every cell as a number after so many ticks of a period."""
        file = Path(folder) / f"{self.name}.f64"
        self.program.ask("values", self.name, phase, file)
        found = array("d")
        found.frombytes(file.read_bytes())
        file.unlink()
        return found
