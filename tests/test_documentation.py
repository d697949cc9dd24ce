"""Every example is true: the Python blocks of README.md and docs/, and the docstrings of the package.

A block that opens with ```python is run; the blocks of one file are one program. A ```text block that follows such a
block, with nothing between them, is what it prints. A block with the name of a file behind its language, such as
```yaml shop.yaml, is written to that file. In a ```console block, what stands behind `$` is run by a shell, and the
rest is what it prints. Any other opening, such as ```python no-run, is only shown. In what is printed, times and rates
count as equal. A docstring may use `bl` and the names of its own module.
"""

from __future__ import annotations

import contextlib
import doctest
import importlib
import io
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "python" / "bassline"
PAGES = [page for page in (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))) if page.exists()]
MODULES = [path for path in sorted(PACKAGE.rglob("*.py")) if path.name != "__main__.py"]

FENCED = re.compile(r"^```(?P<info>[^\n`]*)\n(?P<body>.*?)^```[ \t]*$", re.MULTILINE | re.DOTALL)


VARYING = {
    r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC": "<time>",
    r'"time": [\d.]+': '"time": <time>',
    r"in \d+\.\d s \([\d,]+ rows/s\)": "in <time>",
    r"[\d.]+ MB": "<size>",
}


@dataclass
class Example:
    line: int
    source: str
    prints: str | None = None
    file: str = ""  # to be written, not run
    shell: bool = False


def examples(page):
    """The runnable examples of a page, in order, each with what it must print if the page says so."""
    found: list[Example] = []
    ended = 0  # where the block before this one ended, if it was an example
    for block in FENCED.finditer(page):
        info = block["info"].strip()
        line = page.count("\n", 0, block.start("body"))
        if info == "python":
            found.append(Example(line, block["body"]))
        elif file := re.fullmatch(r"\w+ (\S+\.\w+)", info):
            found.append(Example(line, block["body"], file=file[1]))
        elif info == "console":
            found += commands(line, block["body"])
        elif info == "text" and ended and not page[ended : block.start()].strip():
            found[-1].prints = block["body"]
        ended = block.end() if info == "python" else 0
    return found


def commands(line, session):
    """The commands of a console, each with what it prints; a line that ends with a backslash goes on."""
    found = []
    for part in re.split(r"^(?=\$ )", session, flags=re.MULTILINE):
        command = re.match(r"\$ ((?:[^\n]*\\\n)*[^\n]*\n)", part)
        assert command or not part.strip(), f"a console begins with `$ `: {part}"
        if command:
            found.append(Example(line, command[1], part[command.end() :], shell=True))
        line += part.count("\n")
    return found


def output_of(example, program, name):
    """Run one example and return what it printed."""
    if example.file:
        Path(example.file).write_text(example.source)
        return ""
    if example.shell:
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        words, both = ["bash", "-c", example.source], subprocess.STDOUT
        done = subprocess.run(words, check=False, stdout=subprocess.PIPE, stderr=both, env=os.environ | {"PATH": path})
        return done.stdout.decode()
    printed = io.StringIO()
    code = compile("\n" * example.line + example.source, name, "exec", dont_inherit=True)
    with contextlib.redirect_stdout(printed):
        exec(code, program)
    return printed.getvalue()


def comparable(printed):
    """What was printed, without what differs from run to run."""
    for pattern, stands_for in VARYING.items():
        printed = re.sub(pattern, stands_for, printed)
    return printed.rstrip()


def run(page, name):
    """Run the examples of one page as one program; its lines keep their numbers in tracebacks."""
    program = {"__name__": "__main__"}
    for example in examples(page):
        printed = output_of(example, program, name)
        if example.prints is not None:
            assert comparable(printed) == comparable(example.prints), f"{name}, line {example.line + 1}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_the_examples_of_a_page_are_true(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    run(page.read_text(), str(page))


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_the_examples_of_a_module_are_true(path, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    name = ".".join(("bassline", *path.relative_to(PACKAGE).with_suffix("").parts)).removesuffix(".__init__")
    check(doctest.DocTestFinder().find(importlib.import_module(name), extraglobs=given()))


def test_the_examples_of_the_extension_are_true(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    extension = importlib.import_module("bassline._core")
    finder = doctest.DocTestFinder()
    for name, thing in sorted(vars(extension).items()):
        if callable(thing):
            check(finder.find(thing, name, module=False, globs=given()))


def given():
    """What every docstring may use without importing it."""
    return {"bl": importlib.import_module("bassline")}


def check(tests):
    options = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE | doctest.FAIL_FAST
    runner = doctest.DocTestRunner(verbose=False, optionflags=options)
    for test in tests:
        report = io.StringIO()
        assert runner.run(test, out=report.write).failed == 0, report.getvalue()


def test_a_page_is_one_program_with_its_output():
    page = "# P\n```python\nx = 2\n```\n\n```python\nprint(x)\n```\n```text\n2\n```\n"
    assert examples(page) == [Example(2, "x = 2\n"), Example(6, "print(x)\n", "2\n")]
    run(page, "page")
    with pytest.raises(AssertionError, match="page, line 7"):
        run(page.replace("\n2\n", "\n3\n"), "page")


def test_only_plain_python_blocks_run_and_only_the_next_text_block_is_their_output():
    page = "```python no-run\n1 / 0\n```\n```sh\nrm\n```\n```python\nprint(1)\n```\nIt may print:\n```text\n9\n```\n"
    assert examples(page) == [Example(7, "print(1)\n")]
    run(page, "page")


def test_an_error_names_the_line_of_the_page():
    with pytest.raises(ZeroDivisionError) as raised:
        run("words\n\n```python\nx = 1\n1 / 0\n```\n", "page")
    assert raised.traceback[-1].lineno == 4  # counted from 0


def test_a_console_runs_what_stands_behind_the_dollar(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    page = "```yaml a.yaml\nx: 1\n```\n```console\n$ cat \\\n  a.yaml\nx: 1\n$ true\n$ false\n```\n"
    assert [example.source for example in examples(page)] == ["x: 1\n", "cat \\\n  a.yaml\n", "true\n", "false\n"]
    run(page, "page")
    with pytest.raises(AssertionError, match="page, line 8"):
        run(page.replace("$ true", "$ echo no"), "page")


def test_times_and_rates_count_as_equal():
    assert comparable("at 2026-11-20 10:00:00 UTC, 2 rows in 0.1 s (30 rows/s)") == comparable(
        "at 2027-01-01 11:11:11 UTC, 2 rows in 0.0 s (3,000 rows/s)"
    )
    assert comparable("2 rows in 0.1 s (30 rows/s)") != comparable("3 rows in 0.1 s (30 rows/s)")
