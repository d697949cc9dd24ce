"""A folder with a manifest to work in, and the command line as a function."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass

import pytest

PRICING = """\
name: pricing
version: 1.0.0
build:
  contacts:
    - {id: price, value: 9.5}
    - {id: qty, value: 3}
    - {id: total}
    - {id: peak, blend: max}
  gadgets:
    - {id: times, primitive: math.multiply, inputs: {a: price, b: qty}, outputs: {product: total}}
  wires:
    - {from: total, to: peak, kind: directed}
interface: {inputs: [price, qty], outputs: [total, peak]}
"""


@dataclass
class Done:
    code: int
    out: str
    err: str

    @property
    def error(self):
        """The one line that it says of an error."""
        assert self.err.count("\n") == 1, self.err
        assert self.err.startswith("error: ")
        return self.err.removeprefix("error: ").rstrip("\n")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pricing.yaml").write_text(PRICING)
    return tmp_path


@pytest.fixture
def cli(folder, capfd):
    """The command line, run in this process; it neither sees a terminal nor is one."""
    from bassline.cli.program import call

    def run(*words):
        capfd.readouterr()
        code = call([str(word) for word in words])
        return Done(code, *capfd.readouterr())

    return run


@pytest.fixture
def process(folder):
    """The command line as a process of its own, started and left running."""
    started = []

    def start(*words, **options):
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
        words = [sys.executable, "-m", "bassline.cli", *map(str, words)]
        started.append(subprocess.Popen(words, text=True, env=environment, **(pipes | options)))
        return started[-1]

    yield start
    for running in started:
        running.kill()
        running.communicate()
